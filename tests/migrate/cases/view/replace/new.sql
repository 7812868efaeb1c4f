create table t (a int, b text, c date); create view v with (security_barrier = true) as select a, b from t; create view w as select a as y from v with check option;
