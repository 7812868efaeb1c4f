create table a (x int not null, y int default 1, w text); create table b (z int) inherits (a); create table c () inherits (a);
