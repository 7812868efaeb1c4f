create table p (id int primary key, code text unique, n int);
create table t (id int, p_id int references p, r int4range, x int check (x > 1), y int constraint y_pos check (y > 0));
