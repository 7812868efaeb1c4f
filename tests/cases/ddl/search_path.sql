create schema app;
create schema "Other";
set search_path to app, public;
create table t (id int);
set search_path = "Other";
create table t (id int);
begin;
set local search_path to app;
create table local_one (id int);
commit;
create table after_commit (id int);
select pg_catalog.set_config('search_path', '', false);
create table nowhere (id int);
create table public.somewhere (t app.t, o "Other".t);
reset search_path;
create table in_public (id int);
begin;
create table undone (id int);
savepoint s;
create table undone_too (id int);
rollback to s;
rollback;
alter role somebody set search_path to app, "$user", public;

----
13:1 error 3F000: no schema has been selected to create in
schema "Other"
table "Other".after_commit
    id integer
table "Other".t
    id integer
schema app
table app.local_one
    id integer
table app.t
    id integer
table in_public
    id integer
table somewhere
    t t
    o "Other".t
search_path app, $user, public
