create table t (id int);
create sequence a;
create sequence b as smallint owned by t.id;
create temp sequence c;
create sequence if not exists a;
alter sequence a as int owned by t.id;
alter sequence b rename to bb;
alter table t alter id set default nextval('a');
drop table t;

----
schema pg_temp
sequence pg_temp.c
