create table t (a int, b int); create function f() returns int language sql as 'select 1'; create schema s; grant select, insert on t to public; grant update (a) on t to pg_monitor;
