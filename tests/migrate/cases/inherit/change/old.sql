create table a (x int not null, y int default 1); create table b (z int) inherits (a);
