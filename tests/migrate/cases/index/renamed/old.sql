create table t (a int); create index old_name on t (a); alter table t add constraint old_check check (a > 0);
