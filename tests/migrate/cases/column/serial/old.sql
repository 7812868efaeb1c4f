create table t (id integer, n int);
