create table t (a int default 3, b text, c varchar(10), d timestamp, e numeric(5,2), f text, g int);
