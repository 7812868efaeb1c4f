-- schema
create table t (id int primary key, x int, y int, s text, b bool, a int[], j jsonb, r numeric, d date);
create table u (id int primary key, x int);
create function pick(int) returns int language sql strict as 'select nullif($1, 3)';
create function any_(int) returns bool language sql as 'select true';
-- cases
select x, y from t where x > 1;
----
x int4 not null: a condition holds only where t.x is not NULL
y int4 null: t.y is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where x = y;
----
x int4 not null: a condition holds only where t.x is not NULL
y int4 not null: a condition holds only where t.y is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x is not null;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where not (x is null);
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x is null;
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where x > 1 or y > 1;
----
x int4 null: t.x is declared without NOT NULL
y int4 null: t.y is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x > 1 or x < 0;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where not (x > 1 or y > 1);
----
x int4 not null: a condition holds only where t.x is not NULL
y int4 not null: a condition holds only where t.y is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where not (x > 1 and y > 1);
----
x int4 null: t.x is declared without NOT NULL
y int4 null: t.y is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x in (1, 2);
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x not in (1, 2);
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x = any($1::int[]);
----
$1 x _int4 not null
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x <> all($1::int[]);
----
$1 x _int4 not null
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x between 1 and 2;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where (x > 1) is true;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where (x > 1) is not true;
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where (x > 1) is not unknown;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select b from t where b;
----
b bool not null: a condition holds only where t.b is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select b from t where not b;
----
b bool not null: a condition holds only where t.b is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select b from t where coalesce(b, false);
----
b bool not null: a condition holds only where t.b is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select b from t where coalesce(b, true);
----
b bool null: t.b is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x is distinct from 1;
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x is not distinct from 1;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x is not distinct from $1;
----
$1 x int4 null
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select j ->> 'k', j ->> 'l', j from t where j ->> 'k' = 'v';
----
?column? text not null: a condition holds only where this expression is not NULL
?column? text null: the operator ->> may give NULL
j jsonb not null: a condition holds only where t.j is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select lower(s), upper(s), s from t where lower(s) is not null;
----
lower text not null: lower(): text in, text out: the empty string at least
upper text not null: upper(): text in, text out: the empty string at least
s text not null: a condition holds only where t.s is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select pick(x), x from t where pick(x) > 1;
----
pick int4 null: nothing is known of pick()
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where any_(x);
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where (x, y) > (1, 2);
----
x int4 not null: a condition holds only where t.x is not NULL
y int4 null: t.y is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where (x, y) = (1, 2);
----
x int4 not null: a condition holds only where t.x is not NULL
y int4 not null: a condition holds only where t.y is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x, y from t where row(x, y) is not null;
----
x int4 not null: a condition holds only where t.x is not NULL
y int4 not null: a condition holds only where t.y is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where exists (select from u where u.x = t.x);
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where not exists (select from u where u.x = t.x);
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where exists (select count(*) from u where u.x = t.x);
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x in (select x from u);
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x not in (select x from u);
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where (select u.id from u where u.x = t.x) = 1;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select case when x is null then 0 else x end from t;
----
x int4 not null: no arm of CASE is NULL
rows: many: t may have many such rows: no unique key is bound by equality

select case when x is not null then x end from t;
----
case int4 null: CASE without ELSE, or ELSE NULL
rows: many: t may have many such rows: no unique key is bound by equality

select case when x > 0 then x when y > 0 then y else 0 end from t;
----
case int4 not null: no arm of CASE is NULL
rows: many: t may have many such rows: no unique key is bound by equality

select case when x > 0 then y else 0 end from t;
----
case int4 null: an arm of CASE may be NULL: t.y is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select case x when 1 then x else 0 end from t;
----
case int4 not null: no arm of CASE is NULL
rows: many: t may have many such rows: no unique key is bound by equality

select case when x is null or y is null then 0 else x + y end from t;
----
case int4 not null: no arm of CASE is NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x is not null and x > 5, x is null or x > 5, x is null and x > 5 from t;
----
?column? bool not null: AND, OR, NOT of conditions that are never NULL
?column? bool not null: AND, OR, NOT of conditions that are never NULL
?column? bool null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select a[1], a from t where a[1] is not null;
----
a int4 not null: a condition holds only where this expression is not NULL
a _int4 not null: a condition holds only where t.a is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select $1::int from t where x = $1;
----
$1 x int4 not null
int4 int4 not null: a condition holds only where $1 is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where nullif(x, 1) is not null;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t where x::text = '1';
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select lag(x, 1, 0) over (order by id) from t where x is not null;
----
lag int4 not null: lag() OVER …: a value of another row, or the default
rows: many: t may have many such rows: no unique key is bound by equality

select case when x is not null then lag(x, 1, 0) over (order by id) else 0 end from t;
----
case int4 null: an arm of CASE may be NULL: lag() OVER …: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select d from t where extract(year from d) = 2020;
----
d date not null: a condition holds only where t.d is not NULL
rows: many: t may have many such rows: no unique key is bound by equality
