create table t (a int not null, b int); create unique index t_a on t (a);
