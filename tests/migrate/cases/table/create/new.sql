create table author (id bigint generated always as identity primary key, name text not null, born date);
create table book (id bigserial primary key, author_id bigint not null references author on delete cascade, title varchar(200) unique, price numeric(8,2) check (price >= 0), tags text[] default '{}');
