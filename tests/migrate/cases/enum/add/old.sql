create type s as enum ('b', 'd'); create table t (a s default 'b');
