create schema app;
create type app.state as enum ('on', 'off');
create table app.t (id int primary key, s app.state, n int);
create table app.u (id int references app.t, t app.t);
create view app.v as select id, n from app.t;
create view app.w as select id from app.v;
create function app.f(app.state) returns int language sql as 'select 1';
create sequence app.q;
drop table app.t;
drop type app.state;
drop view app.v restrict;
drop schema app;
drop table if exists app.nothing, nowhere.nothing cascade;
drop function app.f(int);
drop view app.t;
alter table app.t drop column n;
alter table app.t drop constraint t_pkey;
drop type app.state cascade;
alter table app.t drop column n cascade;
drop sequence app.q;
create table app.serial (id serial);
drop sequence app.serial_id_seq;
create table app.identity (id int generated always as identity);
drop sequence app.identity_id_seq;
drop index app.t_pkey;
drop table app.u;

----
9:1 error 2BP01: cannot drop table app.t because other objects depend on it
  detail: constraint u_id_fkey on table app.u depends on table app.t
  detail: view app.v depends on table app.t
  detail: column t of table app.u depends on type app.t
  detail: view app.w depends on view app.v
  hint: Use DROP ... CASCADE to drop the dependent objects too.
10:1 error 2BP01: cannot drop type app.state because other objects depend on it
  detail: column s of table app.t depends on type app.state
  detail: function app.f(app.state) depends on type app.state
  hint: Use DROP ... CASCADE to drop the dependent objects too.
11:1 error 2BP01: cannot drop view app.v because other objects depend on it
  detail: view app.w depends on view app.v
  hint: Use DROP ... CASCADE to drop the dependent objects too.
12:1 error 2BP01: cannot drop schema app because other objects depend on it
  detail: type app.state depends on schema app
  detail: table app.t depends on schema app
  detail: table app.u depends on schema app
  detail: view app.v depends on schema app
  detail: view app.w depends on schema app
  detail: function app.f(app.state) depends on schema app
  detail: sequence app.q depends on schema app
  hint: Use DROP ... CASCADE to drop the dependent objects too.
14:1 error 42883: function app.f(integer) does not exist
15:1 error 42809: "t" is not a view
  hint: Use DROP TABLE to remove a table.
16:1 error 2BP01: cannot drop column n of table app.t because other objects depend on it
  detail: view app.v depends on column n of table app.t
  detail: view app.w depends on view app.v
  hint: Use DROP ... CASCADE to drop the dependent objects too.
17:1 error 2BP01: cannot drop constraint t_pkey on table app.t because other objects depend on it
  detail: constraint u_id_fkey on table app.u depends on constraint t_pkey on table app.t
  hint: Use DROP ... CASCADE to drop the dependent objects too.
22:1 error 2BP01: cannot drop sequence app.serial_id_seq because other objects depend on it
  detail: default value for column id of table app.serial depends on sequence app.serial_id_seq
  hint: Use DROP ... CASCADE to drop the dependent objects too.
24:1 error 2BP01: cannot drop sequence app.identity_id_seq because column id of table app.identity requires it
  hint: You can drop column id of table app.identity instead.
25:1 error 2BP01: cannot drop index app.t_pkey because constraint t_pkey on table app.t requires it
  hint: You can drop constraint t_pkey on table app.t instead.
schema app
table app.identity
    id integer not null generated always as identity
    constraint identity_id_not_null not null (id)
sequence app.identity_id_seq
table app.serial
    id integer not null default nextval('app.serial_id_seq'::regclass)
    constraint serial_id_not_null not null (id)
sequence app.serial_id_seq
table app.t
    id integer not null
    constraint t_id_not_null not null (id)
    constraint t_pkey primary key (id)
