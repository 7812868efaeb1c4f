create table t (a int); alter table t add constraint t_a check (a > 0);
