create type c as (a int, d date); create table t (x c);
