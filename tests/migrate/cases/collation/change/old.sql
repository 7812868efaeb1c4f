create collation c1 (provider = libc, locale = 'C'); create table t (a text);
