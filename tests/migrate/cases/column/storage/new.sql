create table t (a text storage external, b text compression pglz); alter table t alter a set statistics 200, alter b set (n_distinct = 5);
