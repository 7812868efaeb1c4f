create table t (a int not null, b int constraint b_here not null, c int);
