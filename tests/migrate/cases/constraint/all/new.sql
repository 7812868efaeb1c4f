create table p (id bigint primary key, code text, n int, unique nulls not distinct (code, n));
create table t (id int primary key, p_id bigint references p on delete set null on update cascade deferrable initially deferred, r int4range, x int check (x > 2), y int constraint y_positive check (y > 0), exclude using gist (r with &&));
