CREATE TABLE t (id integer, name varchar);
