-- schema
-- What users of other tools asked for, thread by thread; the SQL is ours. Here are the tables that all of them share.
create table a (id bigint primary key, a text not null, logo text);
create table b (id bigint primary key, b text not null, a_id bigint not null references a (id), c_id bigint, archived_at timestamp);
create table c (id bigint primary key, c text not null, parent bigint references c (id), score int, colors bigint[]);
create view a_names as select id, a, logo from a where logo is not null;
create view a_with_b as select a.id, a.a, b.b, b.archived_at from a left join b on b.a_id = a.id;
create view b_stats as select a_id, count(*) as n, max(id) as last, sum(c_id) as total from b group by a_id;
create view nested as select v.id, v.b, s.n from a_with_b v join b_stats s on s.a_id = v.id;
create materialized view mat as select a.id, a.a, array_agg(b.id) as ids, bool_or(b.archived_at is not null) as done from a join b on b.a_id = a.id group by a.id;
-- cases
-- sqlc#3667: a derived table on the nullable side
select ad.b, ad.id from a left join (select b, id from b where archived_at is null) ad on ad.id = a.id group by ad.b, ad.id;
----
b text null: the LEFT JOIN may find no row of ad
id int8 null: the LEFT JOIN may find no row of ad
rows: many: GROUP BY makes many groups

-- sqlc#2044: the LEFT JOIN before an inner one, and after it
select a.a, b.b, c.c from b left join c on c.id = b.c_id join a on b.a_id = a.id;
----
a text not null: a.a is NOT NULL
b text not null: b.b is NOT NULL
c text null: the LEFT JOIN may find no row of c
rows: many: b may have many such rows: no unique key is bound by equality

select a.a, b.b, c.c from b join a on b.a_id = a.id left join c on c.id = b.c_id;
----
a text not null: a.a is NOT NULL
b text not null: b.b is NOT NULL
c text null: the LEFT JOIN may find no row of c
rows: many: b may have many such rows: no unique key is bound by equality

-- sqlc#374: every column of the joined table
select a.*, b.* from a left join b on b.a_id = a.id;
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
logo text null: a.logo is declared without NOT NULL
id int8 null: the LEFT JOIN may find no row of b
b text null: the LEFT JOIN may find no row of b
a_id int8 null: the LEFT JOIN may find no row of b
c_id int8 null: the LEFT JOIN may find no row of b
archived_at timestamp null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

-- sqlc#1247: RIGHT and FULL turn the sides
select a.a, b.b from a right join b on b.a_id = a.id;
----
a text null: the RIGHT JOIN may find no row of a
b text not null: b.b is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select a.a, b.b from a full outer join b on b.a_id = a.id;
----
a text null: the FULL JOIN may find no row of a
b text null: the FULL JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

-- pgt#201: LEFT OUTER JOIN of one column
select a.id, b.b from a left outer join b on b.a_id = a.id;
----
id int8 not null: a.id is NOT NULL
b text null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

-- sqx#367: the same table joined twice, by elements of an array
select c.id, c1.id as color1, c2.id as color2 from c left join a c1 on c1.id = c.colors[1] left join a c2 on c2.id = c.colors[2];
----
id int8 not null: c.id is NOT NULL
color1 int8 null: the LEFT JOIN may find no row of c1
color2 int8 null: the LEFT JOIN may find no row of c2
rows: many: c may have many such rows: no unique key is bound by equality

-- sqx#2796: two LEFT JOINs in a chain
select a.id, a.a, b.id as b_id, b.b, c.id as c_id, c.c from a left join b on b.a_id = a.id left join c on c.id = b.c_id;
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
b_id int8 null: the LEFT JOIN may find no row of b
b text null: the LEFT JOIN may find no row of b
c_id int8 null: the LEFT JOIN may find no row of c
c text null: the LEFT JOIN may find no row of c
rows: many: a may have many such rows: no unique key is bound by equality

-- sqx#3202: a plan that turns the LEFT JOIN round changes nothing
select b.b, a.a, c.c from b join a on a.id = b.a_id left join c on lower(c.c) = lower(a.a) where b.id = $1;
----
$1 id int8 not null
b text not null: b.b is NOT NULL
a text not null: a.a is NOT NULL
c text null: the LEFT JOIN may find no row of c
rows: many: c may have many such rows: no unique key is bound by equality

-- sqx#2127: a parameter in ON, a key in WHERE
select a.*, up.archived_at as in_garden_at, up.b from a left join b up on a.id = up.a_id and up.c_id = $1 where a.id = $2;
----
$1 c_id int8 not null
$2 id int8 not null
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
logo text null: a.logo is declared without NOT NULL
in_garden_at timestamp null: the LEFT JOIN may find no row of up
b text null: the LEFT JOIN may find no row of up
rows: many: up may have many such rows: no unique key is bound by equality

-- sqx#1852: USING, and a condition that turns the outer join into an inner one
select id, a.a, c.c from a left join c using (id);
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
c text null: the LEFT JOIN may find no row of c
rows: many: a may have many such rows: no unique key is bound by equality

select id, a.a, c.c from a full join c using (id);
----
id int8 not null: id is NOT NULL on both sides of the FULL JOIN, and one is there
a text null: the FULL JOIN may find no row of a
c text null: the FULL JOIN may find no row of c
rows: many: a may have many such rows: no unique key is bound by equality

select a.a, b.b from a left join b on b.a_id = a.id where b.b <> '';
----
a text not null: a.a is NOT NULL
b text not null: b.b is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

-- sqr#41: the columns of the left side stay
select a.id, b.b from a left join b on b.a_id = a.id;
----
id int8 not null: a.id is NOT NULL
b text null: the LEFT JOIN may find no row of b
rows: many: a may have many such rows: no unique key is bound by equality

-- sqlc#3028: SUM over no rows
select sum(c_id), sum(id) from b where a_id = $1;
----
$1 a_id int8 not null
sum numeric null: sum() over no rows is NULL: there is no GROUP BY
sum numeric null: sum() over no rows is NULL: there is no GROUP BY
rows: exactly one: an aggregate without GROUP BY gives one row

select coalesce(sum(c_id), 0)::int8 as total from b where a_id = $1;
----
$1 a_id int8 not null
total int8 not null: the cast to bigint: a value or an error
rows: exactly one: an aggregate without GROUP BY gives one row

-- sqlc#2752: MAX and MIN with and without GROUP BY
select max(id), min(b) from b;
----
max int8 null: max() over no rows is NULL: there is no GROUP BY
min text null: min() over no rows is NULL: there is no GROUP BY
rows: exactly one: an aggregate without GROUP BY gives one row

select a_id, max(id), min(b), max(c_id) from b group by a_id;
----
a_id int8 not null: b.a_id is NOT NULL
max int8 not null: max(): a value of one of the rows
min text not null: min(): a value of one of the rows
max int8 null: max() of NULLs is NULL: b.c_id is declared without NOT NULL
rows: many: GROUP BY makes many groups

-- sqlc#1574: a cast of MAX does not make it NOT NULL
select max(archived_at)::date as last_day, max(id)::int as last from b;
----
last_day date null: max() over no rows is NULL: there is no GROUP BY
last int4 null: max() over no rows is NULL: there is no GROUP BY
rows: exactly one: an aggregate without GROUP BY gives one row

-- sqlc#3122: SUM of an integer column that may be NULL
select sum(score), avg(score), count(score) from c;
----
sum int8 null: sum() over no rows is NULL: there is no GROUP BY
avg numeric null: avg() over no rows is NULL: there is no GROUP BY
count int8 not null: count(): counts values, 0 where there are none
rows: exactly one: an aggregate without GROUP BY gives one row

-- saf#427: array_agg behind a LEFT JOIN
with s as (select a_id, array_agg(id) as list from b group by a_id) select a.id, a.a, s.list from a left join s on s.a_id = a.id;
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
list _int8 null, no NULL in it: the LEFT JOIN may find no row of s
rows: many: a may have many such rows: no unique key is bound by equality

-- pri#25168: COALESCE of an aggregate
select coalesce(sum(id), 0) as total, count(*) filter (where c_id is not null) as n, max(id) filter (where c_id is null) from b where a_id = $1;
----
$1 a_id int8 not null
total numeric not null: COALESCE: the cast to numeric: a value or an error
n int8 not null: count(): counts rows, 0 where there are none
max int8 null: FILTER may leave max() no row
rows: exactly one: an aggregate without GROUP BY gives one row

-- sqlc#1663: COALESCE is NOT NULL only if an argument is
select coalesce(a), coalesce(logo), coalesce(a, a), coalesce(a, logo), coalesce(logo, a), coalesce(logo, logo) from a where id = $1;
----
$1 id int8 not null
coalesce text not null: COALESCE: a.a is NOT NULL
coalesce text null: every argument of COALESCE may be NULL: a.logo is declared without NOT NULL
coalesce text not null: COALESCE: a.a is NOT NULL
coalesce text not null: COALESCE: a.a is NOT NULL
coalesce text not null: COALESCE: a.a is NOT NULL
coalesce text null: every argument of COALESCE may be NULL: a.logo is declared without NOT NULL
rows: at most one: a has one such row at most

-- sqlc#937: a parameter of COALESCE may be NULL although its column may not
update a set a = coalesce($2, a) where id = $1;
----
$1 id int8 not null
$2 a text null

-- pgt#197: COALESCE with a literal
select coalesce(sum(score), 0) as total_score, coalesce(logo, 'none') from c, a group by logo;
----
total_score int8 not null: COALESCE: the cast to bigint: a value or an error
coalesce text not null: COALESCE: a constant
rows: many: GROUP BY makes many groups

-- pri#25268: CASE
select case when score is null then 'none' when score > 0 then 'good' else c end, case when score > 0 then score end, case when score is not null then score else 0 end from c;
----
c text not null: no arm of CASE is NULL
case int4 null: CASE without ELSE, or ELSE NULL
case int4 not null: no arm of CASE is NULL
rows: many: c may have many such rows: no unique key is bound by equality

-- pri#29106: UNION
select a from a union select b from b;
----
a text not null: no arm of the UNION gives NULL: a.a is NOT NULL; b.b is NOT NULL
rows: many: UNION adds rows

select a from a union all select logo from a;
----
a text null: a.logo is declared without NOT NULL
rows: many: UNION adds rows

select a from a union all select null;
----
a text null: it is NULL
rows: many: UNION adds rows

-- pri#27492: a recursive CTE, NULL in its second step only
with recursive up as (select id, c, parent, 0 as depth from c where id = $1 union all select c.id, c.c, c.parent, up.depth + 1 from c join up on c.id = up.parent) select * from up;
----
$1 id int8 not null
id int8 not null: no arm of the UNION gives NULL: c.id is NOT NULL; c.id is NOT NULL
c text not null: no arm of the UNION gives NULL: c.c is NOT NULL; c.c is NOT NULL
parent int8 null: c.parent is declared without NOT NULL
depth int4 not null: no arm of the UNION gives NULL: a constant; the operator +: integer arithmetic: a number or an error
rows: many: up may have many such rows: no unique key is bound by equality

with recursive n (i, label) as (select 1, 'one' union all select i + 1, case when i < 2 then 'two' end from n where i < 3) select i, label from n;
----
i int4 not null: no arm of the UNION gives NULL: a constant; the operator +: integer arithmetic: a number or an error
label text null: CASE without ELSE, or ELSE NULL
rows: many: n may have many such rows: no unique key is bound by equality

-- sqlc#3031: a view with a LEFT JOIN
select * from a_with_b;
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
b text null: the LEFT JOIN may find no row of b
archived_at timestamp null: the LEFT JOIN may find no row of b
rows: many: a_with_b may have many such rows: no unique key is bound by equality

-- sqlc#3806: a view over views
select * from nested;
----
id int8 not null: a.id is NOT NULL
b text null: the LEFT JOIN may find no row of b
n int8 not null: count(): counts rows, 0 where there are none
rows: many: nested may have many such rows: no unique key is bound by equality

-- hasura#1965: a view of plain columns, narrowed by its own WHERE
select * from a_names;
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
logo text not null: a condition holds only where a.logo is not NULL
rows: many: a_names may have many such rows: no unique key is bound by equality

-- saf#192: an inner join with a materialized view
select m.id, m.a, m.ids, m.done, s.n, s.last, s.total from mat m join b_stats s on s.a_id = m.id;
----
id int8 not null: a.id is NOT NULL
a text not null: a.a is NOT NULL
ids _int8 not null, no NULL in it: array_agg(): an array of the rows' values, NULL included
done bool not null: bool_or(): true or false over rows that are not NULL
n int8 not null: count(): counts rows, 0 where there are none
last int8 not null: max(): a value of one of the rows
total numeric null: sum() of NULLs is NULL: b.c_id is declared without NOT NULL
rows: many: m may have many such rows: no unique key is bound by equality
