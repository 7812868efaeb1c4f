create function f(b int) returns int language sql immutable as 'select b'; create table t (a int default f(1), check (f(a) > 0)); create index t_f on t (f(a)); create view v as select f(a) from t;
