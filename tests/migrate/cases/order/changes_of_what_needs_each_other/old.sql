create type state as enum ('draft', 'done');
create function is_open(s state) returns boolean language sql immutable as $$ select s = 'draft' $$;
create view open_state as select is_open('draft') as x;
create table item (id bigint primary key, state state default 'draft', n int);
create sequence q;
alter table item add column m bigint default nextval('q');
