create type state as enum ('draft', 'open', 'done');
create function is_open(s state) returns boolean language sql stable as $$ select s <> 'done' $$;
create view open_state as select is_open('draft') as x, is_open('done') as y;
create table item (id bigint primary key, state state default 'done', n bigint);
create sequence q increment by 2;
alter table item add column m bigint default nextval('q') + 1;
