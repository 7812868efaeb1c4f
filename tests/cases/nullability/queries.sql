-- schema
create table t (id int primary key, n int not null, x int, parent int);
create table u (id int primary key, y int not null, z int);
-- cases
select (select n from t where id = 1), (select count(*) from t), (select max(n) from t), (select 1), exists (select from t), array(select n from t), array(select x from t);
----
n int4 null: the subquery may give no row
count int8 not null: count(): counts rows, 0 where there are none
max int4 null: max() over no rows is NULL: there is no GROUP BY
?column? int4 not null: a constant
exists bool not null: EXISTS is true or false
array _int4 not null, no NULL in it: ARRAY(…) is empty where there is no row
array _int4 not null: ARRAY(…) is empty where there is no row
rows: exactly one: there is no FROM

select n in (select y from u), n in (select z from u), n > all (select y from u), x = any (select y from u) from t;
----
?column? bool not null: the operator =: compares two integers: true or false
?column? bool null: u.z is declared without NOT NULL
?column? bool not null: the operator >: compares two integers: true or false
?column? bool null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select n from t union all select y from u;
----
n int4 not null: no arm of the UNION gives NULL: t.n is NOT NULL; u.y is NOT NULL
rows: many: UNION adds rows

select n from t union all select z from u;
----
n int4 null: u.z is declared without NOT NULL
rows: many: UNION adds rows

select n from t union select null;
----
n int4 null: it is NULL
rows: many: UNION adds rows

select x from t intersect select y from u;
----
x int4 not null: u.y is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select n from t except select z from u;
----
n int4 not null: t.n is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select x from t except select y from u;
----
x int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

(select n from t union all select y from u) union all select x from t;
----
n int4 null: t.x is declared without NOT NULL
rows: many: UNION adds rows

values (1, null), (2, 'a');
----
column1 int4 not null: no row of VALUES has NULL here
column2 text null: a row of VALUES: it is NULL
rows: many: VALUES has 2 rows

select v.a, v.b from (values (1, 'x'), (2, null)) v(a, b);
----
a int4 not null: no row of VALUES has NULL here
b text null: a row of VALUES: it is NULL
rows: many: v may have many such rows: no unique key is bound by equality

with q as (select id, n, x from t) select * from q;
----
id int4 not null: t.id is NOT NULL
n int4 not null: t.n is NOT NULL
x int4 null: t.x is declared without NOT NULL
rows: many: q may have many such rows: no unique key is bound by equality

with recursive q as (select id, parent, 1 as depth from t where parent is null union all select t.id, t.parent, q.depth + 1 from t join q on t.parent = q.id where q.depth < 5) select * from q;
----
id int4 not null: no arm of the UNION gives NULL: t.id is NOT NULL; t.id is NOT NULL
parent int4 null: t.parent is declared without NOT NULL
depth int4 not null: no arm of the UNION gives NULL: a constant; the operator +: integer arithmetic: a number or an error
rows: many: q may have many such rows: no unique key is bound by equality

with recursive q(a, b) as (select 1, 3 union select b, nullif(a + 1, 3) from q where a < 5) select * from q;
----
a int4 null: NULLIF gives NULL where its arguments are equal
b int4 null: NULLIF gives NULL where its arguments are equal
rows: many: q may have many such rows: no unique key is bound by equality

with recursive q as (select id, parent from t union all select t.id, t.parent from t join q on t.id = q.parent) search depth first by id set seq cycle id set is_cycle using path select * from q;
----
id int4 not null: no arm of the UNION gives NULL: t.id is NOT NULL; t.id is NOT NULL
parent int4 null: t.parent is declared without NOT NULL
seq _record not null: SEARCH makes a row
is_cycle bool not null: CYCLE marks with constants
path _record not null, no NULL in it: CYCLE makes an array of rows
rows: many: q may have many such rows: no unique key is bound by equality

with q as (insert into t (id, n) values (1, 2) returning *) select * from q;
----
id int4 not null: t.id is NOT NULL
n int4 not null: t.n is NOT NULL
x int4 null: t.x is declared without NOT NULL
parent int4 null: t.parent is declared without NOT NULL
rows: exactly one: q has one such row at most

with q as (update t set x = 1 returning id, x) select * from q;
----
id int4 not null: t.id is NOT NULL
x int4 not null: t.x is assigned: a constant
rows: many: q may have many such rows: no unique key is bound by equality

select * from generate_series(1, 3) g;
----
g int4 not null: generate_series(): its rows are numbers
rows: many: the function g may give many rows

select * from unnest(array[1, 2]) with ordinality as u(v, o);
----
v int4 not null: no element of the array is NULL
o int8 not null: WITH ORDINALITY numbers the rows
rows: many: the function u may give many rows

select * from unnest($1::int[]) as v;
----
$1 - _int4 not null
v int4 null: an element of the array may be NULL
rows: many: the function v may give many rows

select * from rows from (generate_series(1, 2), generate_series(1, 3)) as r(a, b);
----
a int4 null: of several functions in FROM the shorter ones are filled up with NULLs
b int4 null: of several functions in FROM the shorter ones are filled up with NULLs
rows: many: the function r may give many rows

select key, value from jsonb_each('{}');
----
key text not null: jsonb_each(): its rows are keys and documents; JSON null is a document
value jsonb not null: jsonb_each(): its rows are keys and documents; JSON null is a document
rows: many: the function jsonb_each may give many rows

select key, value from jsonb_each_text('{}');
----
key text not null: jsonb_each_text(): its rows have keys; the value of JSON null is NULL
value text null: a column of jsonb_each_text() may be NULL
rows: many: the function jsonb_each_text may give many rows

select * from jsonb_to_recordset('[]') as r(a int, b text);
----
a int4 null: a column of jsonb_to_recordset() may be NULL
b text null: a column of jsonb_to_recordset() may be NULL
rows: many: the function r may give many rows

select * from json_table('[1]', '$[*]' columns (o for ordinality, v int path '$')) j;
----
o int4 not null: FOR ORDINALITY numbers the rows
v int4 null: XMLTABLE or JSON_TABLE may find nothing
rows: many: j may have many such rows: no unique key is bound by equality

select s.* from (select n, x from t where x = 1 limit 3) s;
----
n int4 not null: t.n is NOT NULL
x int4 not null: a condition holds only where t.x is not NULL
rows: many: s may have many such rows: no unique key is bound by equality

select s.m from (select max(n) as m from t group by x) s;
----
m int4 not null: max(): a value of one of the rows
rows: many: s may have many such rows: no unique key is bound by equality

select distinct x from t where x > 0 order by x;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select (select t.x) from t where t.x is not null;
----
x int4 not null: a condition holds only where t.x is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select (select u.z where u.z > 0) from u;
----
z int4 null: the subquery may give no row
rows: many: u may have many such rows: no unique key is bound by equality
