create table t (id int primary key, a int default 1, b int generated always as (id + 1) stored, c text check (c <> ''));
create index t_a on t ((a + 1)) where a > 0;
create view v as select id, a from t where a > 1;
create view w as select * from v;
comment on view v is 'of t';
grant select on v to public;
