create table t (a int, b int generated always as (a * 2) stored, c int, d int generated always as (a) stored);
