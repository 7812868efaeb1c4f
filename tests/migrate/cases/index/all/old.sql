create table t (a int, b text, c jsonb); create index i1 on t (a); create index i2 on t (b); create index keep on t (a, b);
