-- schema
create table t (id int primary key, n int not null, x int, s text, e varchar(10));
-- cases
insert into t (id, n, x, s) values ($1, $2, $3, $4);
----
$1 id int4 not null
$2 n int4 not null
$3 x int4 null
$4 s text null

insert into t (id, n, x) values ($1, 1, coalesce($2, 1));
----
$1 id int4 not null
$2 x int4 null

insert into t (id, n, x) select $1, $2, $3;
----
$1 id int4 not null
$2 n int4 not null
$3 x int4 null

update t set x = $1, n = $2 where id = $3 and s = $4;
----
$1 x int4 null
$2 n int4 not null
$3 id int4 not null
$4 s text not null

update t set s = coalesce($1, s) where id = $2;
----
$1 s text null
$2 id int4 not null

update t set x = $1 where x is distinct from $1;
----
$1 x int4 null

update t set x = x + $1 where n = $2;
----
$1 x int4 not null
$2 n int4 not null

select id from t where $1::int is null or x = $1;
----
$1 x int4 null
id int4 not null: t.id is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select id from t where x is not distinct from $1;
----
$1 x int4 null
id int4 not null: t.id is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select id from t where lower(s) = $1 and n between $2 and $3 and x in ($4, $5);
----
$1 s text not null
$2 n int4 not null
$3 n int4 not null
$4 x int4 not null
$5 x int4 not null
id int4 not null: t.id is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select id from t where x = any($1) limit $2 offset $3;
----
$1 x _int4 not null
$2 limit int8 not null
$3 offset int8 not null
id int4 not null: t.id is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

insert into t (id, n, e) values ($1, $2, $3) on conflict (id) do update set x = $4, n = $5;
----
$1 id int4 not null
$2 n int4 not null
$3 e varchar null
$4 x int4 null
$5 n int4 not null

select make_interval(days => $1);
----
$1 days int4 not null
make_interval interval not null: make_interval(): a time put together of numbers, or an error
rows: exactly one: there is no FROM
