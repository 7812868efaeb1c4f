create table t (a int, b int, c int, unique (a) include (b, c) with (fillfactor = 60), primary key (a, b));
