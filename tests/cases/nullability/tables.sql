-- schema
create domain email as text not null;
create domain maybe as text;
create table t (
  id int generated always as identity primary key,
  a int not null, b int, e email, m maybe,
  c int check (c is not null), d int check (d > 0), f int, g int,
  twice int generated always as (a * 2) stored,
  constraint both_there check (f is not null and g is not null),
  constraint not_now check (b is not null) not enforced
);
create table late (id int primary key, v int, constraint late_v check (v is not null) not valid);
create table parent (id int not null, k int not null no inherit, v int not null);
create table child (k int) inherits (parent);
create table parted (id int not null, v int not null, w int) partition by list (id);
create table part1 partition of parted for values in (1);
create view plain_view as select id, a, b from t;
create view where_view as select id, b from t where b > 0;
create view join_view as select t.id, p.v from t left join parent p on p.id = t.id;
create view agg_view as select a, count(*) as n, max(b) as m from t group by a;
create materialized view mat as select id, a, b from t;
create view over_view as select * from where_view;
create view sublink_view as select (select e from t where id = 1) as e;
-- cases
select id, a, b, e, m, c, d, f, g, twice from t;
----
id int4 not null: t.id is NOT NULL
a int4 not null: t.a is NOT NULL
b int4 null: t.b is declared without NOT NULL
e email not null: t.e has a domain that is NOT NULL
m maybe null: t.m is declared without NOT NULL
c int4 not null: t.c has the constraint t_c_check
d int4 null: t.d is declared without NOT NULL
f int4 not null: t.f has the constraint both_there
g int4 not null: t.g has the constraint both_there
twice int4 not null: t.twice is generated: the operator *: integer arithmetic: a number or an error
rows: many: t may have many such rows: no unique key is bound by equality

select * from late;
----
id int4 not null: late.id is NOT NULL
v int4 null: late.v is declared without NOT NULL
rows: many: late may have many such rows: no unique key is bound by equality

select * from parent;
----
id int4 not null: parent.id is NOT NULL
k int4 null: parent.k is declared without NOT NULL in child, which inherits from it
v int4 not null: parent.v is NOT NULL
rows: many: parent may have many such rows: no unique key is bound by equality

select * from only parent;
----
id int4 not null: parent.id is NOT NULL
k int4 not null: parent.k is NOT NULL
v int4 not null: parent.v is NOT NULL
rows: many: parent may have many such rows: no unique key is bound by equality

select * from child;
----
id int4 not null: child.id is NOT NULL
k int4 null: child.k is declared without NOT NULL
v int4 not null: child.v is NOT NULL
rows: many: child may have many such rows: no unique key is bound by equality

select * from parted;
----
id int4 not null: parted.id is NOT NULL
v int4 not null: parted.v is NOT NULL
w int4 null: parted.w is declared without NOT NULL
rows: many: parted may have many such rows: no unique key is bound by equality

select * from plain_view;
----
id int4 not null: t.id is NOT NULL
a int4 not null: t.a is NOT NULL
b int4 null: t.b is declared without NOT NULL
rows: many: plain_view may have many such rows: no unique key is bound by equality

select * from where_view;
----
id int4 not null: t.id is NOT NULL
b int4 not null: a condition holds only where t.b is not NULL
rows: many: where_view may have many such rows: no unique key is bound by equality

select * from join_view;
----
id int4 not null: t.id is NOT NULL
v int4 null: the LEFT JOIN may find no row of p
rows: many: join_view may have many such rows: no unique key is bound by equality

select * from agg_view;
----
a int4 not null: t.a is NOT NULL
n int8 not null: count(): counts rows, 0 where there are none
m int4 null: max() of NULLs is NULL: t.b is declared without NOT NULL
rows: many: agg_view may have many such rows: no unique key is bound by equality

select * from mat;
----
id int4 not null: t.id is NOT NULL
a int4 not null: t.a is NOT NULL
b int4 null: t.b is declared without NOT NULL
rows: many: mat may have many such rows: no unique key is bound by equality

select * from over_view;
----
id int4 not null: t.id is NOT NULL
b int4 not null: a condition holds only where t.b is not NULL
rows: many: over_view may have many such rows: no unique key is bound by equality

select * from sublink_view;
----
e email null: the subquery may give no row
rows: exactly one: sublink_view has one such row at most

select x.e from parent p left join t x on x.id = p.id;
----
e email null: the LEFT JOIN may find no row of x
rows: many: p may have many such rows: no unique key is bound by equality

select attname, attnotnull from pg_attribute;
----
attname name not null: pg_attribute.attname is NOT NULL
attnotnull bool not null: pg_attribute.attnotnull is NOT NULL
rows: many: pg_attribute may have many such rows: no unique key is bound by equality
