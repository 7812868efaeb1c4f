create collation c1 (provider = builtin, locale = 'C.UTF-8'); create table t (a text collate c1);
