create type e2 /* @renamed from=e */ as enum ('x1' /* @renamed from=x */, 'y');
create table t2 ( -- @renamed from=t
 id int primary key, a2 int, -- @renamed from=a
 b text not null, check (a2 > 0), c e2 default 'x1'); create index i2 /* @renamed from=i */ on t2 (a2); create view v2 /* @renamed from=v */ as select a2 as a from t2; create function f2 /* @renamed from=f */ (int) returns int language sql as 'select $1';
