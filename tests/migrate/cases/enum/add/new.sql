create type s as enum ('a', 'b', 'c', 'd', 'e'); create table t (a s default 'b');
