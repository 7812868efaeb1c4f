-- schema
create table t (id int primary key, g text not null, h text, n int not null, x int, b bool not null);
-- cases
select count(*), count(x), count(*) filter (where b), sum(n), max(n), array_agg(n), bool_and(b), json_agg(n) from t;
----
count int8 not null: count(): counts rows, 0 where there are none
count int8 not null: count(): counts values, 0 where there are none
count int8 not null: count(): counts rows, 0 where there are none
sum int8 null: sum() over no rows is NULL: there is no GROUP BY
max int4 null: max() over no rows is NULL: there is no GROUP BY
array_agg _int4 null, no NULL in it: array_agg() over no rows is NULL: there is no GROUP BY
bool_and bool null: bool_and() over no rows is NULL: there is no GROUP BY
json_agg json null: json_agg() over no rows is NULL: there is no GROUP BY
rows: exactly one: an aggregate without GROUP BY gives one row

select g, count(*), sum(n), sum(x), max(n), max(n) filter (where b), array_agg(n), array_agg(x), string_agg(g, ','), avg(n), json_agg(x) from t group by g;
----
g text not null: t.g is NOT NULL
count int8 not null: count(): counts rows, 0 where there are none
sum int8 not null: sum(): a number, an amount or an interval over one row or more
sum int8 null: sum() of NULLs is NULL: t.x is declared without NOT NULL
max int4 not null: max(): a value of one of the rows
max int4 null: FILTER may leave max() no row
array_agg _int4 not null, no NULL in it: array_agg(): an array of the rows' values, NULL included
array_agg _int4 not null: array_agg(): an array of the rows' values, NULL included
string_agg text not null: string_agg(): the rows' values after one another
avg numeric not null: avg(): a number, an amount or an interval over one row or more
json_agg json not null: json_agg(): a document of the rows' values, NULL becoming JSON null
rows: many: GROUP BY makes many groups

select h, max(h) from t group by h;
----
h text null: t.h is declared without NOT NULL
max text null: max() of NULLs is NULL: t.h is declared without NOT NULL
rows: many: GROUP BY makes many groups

select g, h, sum(n) from t group by rollup (g, h);
----
g text null: the grouping sets that leave it out give NULL
h text null: the grouping sets that leave it out give NULL
sum int8 null: sum() over no rows is NULL: a grouping set is empty
rows: many: grouping sets make many groups

select g, sum(n) from t group by g, rollup (h);
----
g text not null: t.g is NOT NULL
sum int8 not null: sum(): a number, an amount or an interval over one row or more
rows: many: grouping sets make many groups

select g, h, sum(n) from t group by grouping sets ((g), (h));
----
g text null: the grouping sets that leave it out give NULL
h text null: the grouping sets that leave it out give NULL
sum int8 not null: sum(): a number, an amount or an interval over one row or more
rows: many: grouping sets make many groups

select g, h, sum(n) from t group by grouping sets ((g, h), (g));
----
g text not null: t.g is NOT NULL
h text null: the grouping sets that leave it out give NULL
sum int8 not null: sum(): a number, an amount or an interval over one row or more
rows: many: grouping sets make many groups

select g as a, g as b from t group by g, rollup (g);
----
a text not null: t.g is NOT NULL
b text not null: t.g is NOT NULL
rows: many: grouping sets make many groups

select sum(n) from t group by ();
----
sum int8 null: sum() over no rows is NULL: a grouping set is empty
rows: exactly one: GROUP BY () makes one group

select stddev(n), stddev_pop(n), variance(n), var_pop(n), corr(n, n), regr_count(n, x) from t group by g;
----
stddev numeric null: stddev() may give NULL
stddev_pop numeric not null: stddev_pop(): a number, NaN or infinity over one row or more; of one row it is 0
variance numeric null: variance() may give NULL
var_pop numeric not null: var_pop(): a number, NaN or infinity over one row or more; of one row it is 0
corr float8 null: corr() may give NULL
regr_count int8 not null: regr_count(): counts pairs, 0 where there are none
rows: many: GROUP BY makes many groups

select percentile_cont(0.5) within group (order by n), mode() within group (order by n), rank(1) within group (order by n) from t group by g;
----
percentile_cont float8 not null: percentile_cont(): a value between two of the rows
mode int4 not null: mode(): a value of one of the rows
rank int8 not null: rank(): the place among the rows, 1 where there are none
rows: many: GROUP BY makes many groups

select max(x) from t having max(x) > 5;
----
max int4 not null: a condition holds only where this expression is not NULL
rows: at most one: an aggregate without GROUP BY gives one row, which HAVING may refuse

select h, max(x) from t group by h having h = 'a' and max(x) is not null;
----
h text not null: a condition holds only where h is not NULL
max int4 not null: a condition holds only where this expression is not NULL
rows: many: GROUP BY makes many groups

select max(x) from t where x > 0 group by g;
----
max int4 not null: max(): a value of one of the rows
rows: many: GROUP BY makes many groups

select coalesce(sum(n), 0), coalesce(array_agg(x) filter (where x is not null), '{}') from t;
----
coalesce int8 not null: COALESCE: the cast to bigint: a value or an error
coalesce _int4 not null, no NULL in it: COALESCE: a constant
rows: exactly one: an aggregate without GROUP BY gives one row

select array_agg(x) filter (where x is not null) from t group by g;
----
array_agg _int4 null, no NULL in it: FILTER may leave array_agg() no row
rows: many: GROUP BY makes many groups

select t.*, count(*) from t group by id;
----
id int4 not null: t.id is NOT NULL
g text not null: t.g is NOT NULL
h text null: t.h is declared without NOT NULL
n int4 not null: t.n is NOT NULL
x int4 null: t.x is declared without NOT NULL
b bool not null: t.b is NOT NULL
count int8 not null: count(): counts rows, 0 where there are none
rows: many: GROUP BY makes many groups

select max(1), sum(v) from (values (1), (2)) s(v);
----
max int4 not null: max(): a value of one of the rows
sum int8 not null: sum(): a number, an amount or an interval over one row or more
rows: exactly one: an aggregate without GROUP BY gives one row

select row_number() over (), rank() over (order by n), ntile(2) over (order by n), lag(n) over (order by n), lead(n, 1, 0) over (order by n), first_value(n) over (order by n), nth_value(n, 2) over (order by n) from t;
----
row_number int8 not null: row_number() OVER …: numbers the rows of a partition
rank int8 not null: rank() OVER …: numbers the rows of a partition
ntile int4 not null: ntile() OVER …: numbers the rows of a partition, or an error
lag int4 null: lag() OVER … may give NULL
lead int4 not null: lead() OVER …: a value of another row, or the default
first_value int4 not null: first_value() OVER …: a value of a row of the frame, which has rows
nth_value int4 null: nth_value() OVER … may give NULL
rows: many: t may have many such rows: no unique key is bound by equality

select sum(n) over (), sum(n) over (order by n), sum(x) over (), sum(n) filter (where b) over (), count(*) over () from t;
----
sum int8 not null: sum() OVER …: a number, an amount or an interval over one row or more
sum int8 not null: sum() OVER …: a number, an amount or an interval over one row or more
sum int8 null: sum() OVER …: t.x is declared without NOT NULL
sum int8 null: FILTER may leave sum() no row
count int8 not null: count(): counts rows, 0 where there are none
rows: many: t may have many such rows: no unique key is bound by equality

select sum(n) over (order by id rows between 2 preceding and 1 preceding), sum(n) over (order by id rows between 1 preceding and current row), sum(n) over (order by id rows between current row and current row exclude current row), last_value(n) over (order by id range between 1 preceding and 1 following) from t;
----
sum int8 null: the frame of sum() may have no rows
sum int8 not null: sum() OVER …: a number, an amount or an interval over one row or more
sum int8 null: the frame of sum() may have no rows
last_value int4 null: the frame of last_value() may have no rows
rows: many: t may have many such rows: no unique key is bound by equality

select g, sum(sum(n)) over (order by g) from t group by g;
----
g text not null: t.g is NOT NULL
sum numeric not null: sum() OVER …: a number, an amount or an interval over one row or more
rows: many: GROUP BY makes many groups

select json_arrayagg(n), json_objectagg(g: n), json_arrayagg(n) from t group by g;
----
json_arrayagg json not null: json_agg_strict(): a document of the rows' values, the empty array where all are NULL
json_objectagg json not null: json_object_agg(): a document of the rows' keys and values, or an error
json_arrayagg json not null: json_agg_strict(): a document of the rows' values, the empty array where all are NULL
rows: many: GROUP BY makes many groups

select json_arrayagg(n) from t;
----
json_arrayagg json null: json_agg_strict() over no rows is NULL: there is no GROUP BY
rows: exactly one: an aggregate without GROUP BY gives one row
