create table t (a int, b text, c timestamptz, d jsonb); create table u (a int, e numeric);
