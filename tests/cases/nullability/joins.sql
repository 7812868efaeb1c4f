-- schema
create table a (id int primary key, x int, t text not null);
create table b (id int primary key, a_id int not null, x int, t text not null);
create table c (id int primary key, b_id int not null, t text not null);
-- cases
select a.id, b.id from a left join b on b.a_id = a.id;
----
id int4 not null: a.id is NOT NULL
id int4 null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a right join b on b.a_id = a.id;
----
id int4 null: the RIGHT JOIN may find no row of a
id int4 not null: b.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a full join b on b.a_id = a.id;
----
id int4 null: the FULL JOIN may find no row of a
id int4 null: the FULL JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a left join b on b.a_id = a.id where b.t = 'x';
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id, b.x from a left join b on b.a_id = a.id where b.x > 0;
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
x int4 not null: a condition holds only where b.x is not NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a left join b on b.a_id = a.id where b.x is null;
----
id int4 not null: a.id is NOT NULL
id int4 null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a full join b on b.a_id = a.id where a.t = 'x';
----
id int4 not null: a.id is NOT NULL
id int4 null: the FULL JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a full join b on b.a_id = a.id where a.t = 'x' and b.t = 'x';
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id, c.id from a left join b on b.a_id = a.id join c on c.b_id = b.id;
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
id int4 not null: c.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id, c.id from a left join b on b.a_id = a.id left join c on c.b_id = b.id;
----
id int4 not null: a.id is NOT NULL
id int4 null: the LEFT JOIN may find no row of b
id int4 null: the LEFT JOIN may find no row of c
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id, c.id from a left join (b left join c on c.b_id = b.id) on b.a_id = a.id where c.t = 'x';
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
id int4 not null: c.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id, c.id from a left join (b join c on c.b_id = b.id) on b.a_id = a.id;
----
id int4 not null: a.id is NOT NULL
id int4 null: the LEFT JOIN may find no row of b
id int4 null: the LEFT JOIN may find no row of c
rows: many: a may have many such rows: no unique key is bound by equality

select a.x, b.x from a left join b on b.a_id = a.id and b.x > 0 and a.x > 0;
----
x int4 null: a.x is declared without NOT NULL
x int4 null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.x from a left join b on b.a_id = a.id and b.x > 0 where b.id is not null;
----
id int4 not null: a.id is NOT NULL
x int4 not null: a condition holds only where b.x is not NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a left join b on b.a_id = a.id where b.t = 'x' or b.x = 3;
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a left join b on b.a_id = a.id where b.t = 'x' or a.x = 3;
----
id int4 not null: a.id is NOT NULL
id int4 null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select id, t from a full join b using (id, t);
----
id int4 not null: id is NOT NULL on both sides of the FULL JOIN, and one is there
t text not null: t is NOT NULL on both sides of the FULL JOIN, and one is there
rows: many: a may have many such rows: no unique key is bound by equality

select id from a left join b using (id);
----
id int4 not null: a.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select id, a.x, b.x from a left join b using (id) where id > 0;
----
id int4 not null: a.id is NOT NULL
x int4 null: a.x is declared without NOT NULL
x int4 null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select j.id from (a join b using (id)) as j;
----
id int4 not null: a.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, s.t from a left join (select a_id, t from b) s on s.a_id = a.id;
----
id int4 not null: a.id is NOT NULL
t text null: the LEFT JOIN may find no row of s
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, s.y from a, lateral (select a.x as y) s where a.x is not null;
----
id int4 not null: a.id is NOT NULL
y int4 not null: a condition holds only where a.x is not NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, s.t from a left join lateral (select t from b where b.a_id = a.id) s on true;
----
id int4 not null: a.id is NOT NULL
t text null: the LEFT JOIN may find no row of s
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, s.n from a cross join lateral (select count(*) as n from b where b.a_id = a.id) s;
----
id int4 not null: a.id is NOT NULL
n int8 not null: count(): counts rows, 0 where there are none
rows: many: a may have many such rows: no unique key is bound by equality

select a from a;
----
a a not null: a row of a
rows: many: a may have many such rows: no unique key is bound by equality

select b from a left join b on b.a_id = a.id;
----
b b null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select a.id, b.id from a left join b on b.a_id = a.id where b is not null;
----
id int4 not null: a.id is NOT NULL
id int4 not null: b.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select b.x from b where b is not null;
----
x int4 not null: a condition holds only where b.x is not NULL
rows: many: b may have many such rows: no unique key is bound by equality

select a.id, b.id from a natural left join b;
----
id int4 not null: a.id is NOT NULL
id int4 null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

select array_agg(b.t) filter (where b.id is not null) as t, array_agg(b.t) filter (where a.id is not null) as u from a left join b on b.a_id = a.id;
----
t _text null, no NULL in it: FILTER may leave array_agg() no row
u _text null: FILTER may leave array_agg() no row
rows: exactly one: an aggregate without GROUP BY gives one row

select case when b.id is not null then b.t else '' end as t, case when b.x > 0 or c.id is not null then c.t else '' end as c from a left join (b left join c on c.b_id = b.id) on b.a_id = a.id;
----
t text not null: no arm of CASE is NULL
c text null: an arm of CASE may be NULL: the LEFT JOIN may find no row of c
rows: many: a may have many such rows: no unique key is bound by equality
