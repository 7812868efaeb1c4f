create table t (a int); create index new_name on t (a); alter table t add constraint new_check check (a > 0);
