-- schema
create table t (id int primary key, n int not null, x int, s text not null, o text, a int[] not null, j jsonb not null, ts timestamptz not null, dd date not null, i interval not null, q uuid not null, f float8 not null, r int4range not null);
create type pair as (p int, q int);
create table w (id int primary key, c pair not null);
create domain nn as int not null;
create domain yes as int;
create function mine(int) returns int language sql as 'select 1';
-- cases
select n + 1, x + 1, -n, n / 2, f * 2.0, n::text, x::text, n::bigint from t;
----
?column? int4 not null: the operator +: integer arithmetic: a number or an error
?column? int4 null: t.x is declared without NOT NULL
?column? int4 not null: the operator -: integer arithmetic: a number or an error
?column? int4 not null: the operator /: integer arithmetic: a number or an error
?column? float8 not null: the operator *: float arithmetic: a number, NaN or an error
n text not null: t.n is NOT NULL
x text null: t.x is declared without NOT NULL
n int8 not null: the cast to bigint: a value or an error
rows: many: t may have many such rows: no unique key is bound by equality

select s || 'x', s || o, lower(s), length(s), substring(s, 1, 2), substring(s from '[0-9]+'), split_part(s, ',', 1) from t;
----
?column? text not null: the operator ||: concatenation of two values
?column? text null: t.o is declared without NOT NULL
lower text not null: lower(): text in, text out: the empty string at least
length int4 not null: length(): counts or finds by position: a number, 0 where there is nothing
substring text not null: substring(): a piece by position: the empty string at least
substring text null: substring() may give NULL
split_part text not null: split_part(): text in, text out: the empty string at least
rows: many: t may have many such rows: no unique key is bound by equality

select concat(s, o), concat_ws(',', s, o), concat_ws(o, s), format('%s', o), quote_nullable(o) from t;
----
concat text not null: concat(): NULL arguments are passed over; an empty text at least
concat_ws text not null: concat_ws(): NULL arguments but the first are passed over; an empty text at least
concat_ws text null: t.o is declared without NOT NULL
format text not null: format(): the format with its values, or an error
quote_nullable text not null: quote_nullable(): NULL is written as the word
rows: many: t may have many such rows: no unique key is bound by equality

select coalesce(x, 0), coalesce(x, n), coalesce(o, null), greatest(x, n), least(x, null), nullif(n, 1) from t;
----
coalesce int4 not null: COALESCE: a constant
coalesce int4 not null: COALESCE: t.n is NOT NULL
coalesce text null: every argument of COALESCE may be NULL: t.o is declared without NOT NULL
greatest int4 not null: GREATEST: t.n is NOT NULL
least int4 null: every argument of LEAST may be NULL: t.x is declared without NOT NULL
nullif int4 null: NULLIF gives NULL where its arguments are equal
rows: many: t may have many such rows: no unique key is bound by equality

select n > 1, x > 1, n is null, x is distinct from 1, n in (1, 2), n in (1, x), n = any(a) from t;
----
?column? bool not null: the operator >: compares two integers: true or false
?column? bool null: t.x is declared without NOT NULL
?column? bool not null: IS NULL is true or false
?column? bool not null: IS DISTINCT FROM is true or false
?column? bool not null: compares with elements that are not NULL
?column? bool null: t.x is declared without NOT NULL
?column? bool null: an element of the array may be NULL
rows: many: t may have many such rows: no unique key is bound by equality

select array[n, 1], array[n, x], array_append(a, 1), array_length(a, 1), cardinality(a), a[1], a || 1 from t;
----
array _int4 not null, no NULL in it: an array
array _int4 not null: an array
array_append _int4 not null: array_append(): an array with one element more; a NULL array counts as empty
array_length int4 null: array_length() may give NULL
cardinality int4 not null: cardinality(): the number of elements, 0 of an empty array
a int4 null: a subscript may find nothing
?column? _int4 not null: the operator ||: an array with one element more; a NULL array counts as empty
rows: many: t may have many such rows: no unique key is bound by equality

select j -> 'k', j ->> 'k', j #> '{k}', j || '{}', j ? 'k', jsonb_set(j, '{k}', '1'), jsonb_typeof(j), jsonb_build_object('x', x), to_jsonb(s), (j -> 'k') is null from t;
----
?column? jsonb null: the operator -> may give NULL
?column? text null: the operator ->> may give NULL
?column? jsonb null: the operator #> may give NULL
?column? jsonb not null: the operator ||: a changed document: the document itself where there is nothing to change
?column? bool not null: the operator ?: a test of a document: true or false
jsonb_set jsonb not null: jsonb_set(): a changed document: the document itself where there is nothing to change
jsonb_typeof text not null: jsonb_typeof(): reads a whole document: a value or an error
jsonb_build_object jsonb not null: jsonb_build_object(): makes a document or an error; NULL becomes JSON null
to_jsonb jsonb not null: to_jsonb(): makes a document: JSON null at least
?column? bool not null: IS NULL is true or false
rows: many: t may have many such rows: no unique key is bound by equality

select now(), current_timestamp, current_date, current_user, current_schema, gen_random_uuid(), random() from t;
----
now timestamptz not null: now(): the time now
current_timestamp timestamptz not null: what is always known of a session
current_date date not null: what is always known of a session
current_user name not null: what is always known of a session
current_schema name null: CURRENT_SCHEMA is NULL where search_path names no schema
gen_random_uuid uuid not null: gen_random_uuid(): a new value
random float8 not null: random(): a random number
rows: many: t may have many such rows: no unique key is bound by equality

select ts + i, ts - ts, age(ts), date_trunc('day', ts), to_char(ts, 'YYYY'), to_char(n, '9'), extract(epoch from ts), extract(month from ts), extract(hour from ts::time), ts::date, dd + 1, dd + ts::time from t;
----
?column? timestamptz not null: the operator +: arithmetic of times: a value, infinity or an error
?column? interval not null: the operator -: arithmetic of times: a value, infinity or an error
age interval not null: age(): the difference of two times, infinity or an error
date_trunc timestamptz not null: date_trunc(): a time computed from a time, infinity stays infinity
to_char text null: to_char() may give NULL
to_char text not null: to_char(): the digits of a number, an empty text for an empty format
extract numeric not null: extract(): a field that grows with time: infinite for an infinite time, never NULL
extract numeric null: extract() may give NULL
extract numeric null: the cast to time without time zone may give NULL
ts date not null: the cast to date: a cast between times that keeps infinity: a value or an error
?column? date not null: the operator +: arithmetic of times: a value, infinity or an error
?column? timestamp null: the cast to time without time zone may give NULL
rows: many: t may have many such rows: no unique key is bound by equality

select row(n, x), (row(n, x)).f1, (c).p, (c).q, c from t, w;
----
row record not null: a row
f1 int4 not null: t.n is NOT NULL
p int4 null: a field of a composite value may be NULL
q int4 null: a field of a composite value may be NULL
c pair not null: w.c is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select (row(1, null)::pair).p from t;
----
p int4 not null: a constant
rows: many: t may have many such rows: no unique key is bound by equality

select n::nn, x::nn, x::yes, n::yes from t;
----
n nn not null: t.n is NOT NULL
x nn not null: its domain refuses NULL
x yes null: t.x is declared without NOT NULL
n yes not null: t.n is NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select mine(n), abs(n), abs(x) from t;
----
mine int4 null: nothing is known of mine()
abs int4 not null: abs(): mathematics: a number, NaN or an error
abs int4 null: t.x is declared without NOT NULL
rows: many: t may have many such rows: no unique key is bound by equality

select lower(r), isempty(r), r * r, int4range(n, x) from t;
----
lower int4 null: lower() may give NULL
isempty bool not null: isempty(): a test of a range, the empty one included: true or false
?column? int4range not null: the operator *: a range computed from ranges: the empty one at least, or an error
int4range int4range not null: int4range(): a range; a bound that is NULL is no bound
rows: many: t may have many such rows: no unique key is bound by equality

select null, 1, 'a', true, 'a'::text, null::int from t;
----
?column? text null: it is NULL
?column? int4 not null: a constant
?column? text not null: a constant
?column? bool not null: a constant
text text not null: a constant
int4 int4 null: it is NULL
rows: many: t may have many such rows: no unique key is bound by equality

select json_object('a': x), json_array(x), json_value(j, '$.a'), json_query(j, '$.a'), json_exists(j, '$.a'), j is json, json_scalar(x), json('1') from t;
----
json_object json not null: a JSON constructor makes a document
json_array json not null: a JSON constructor makes a document
json_value text null: JSON_VALUE may find nothing
json_query jsonb null: JSON_QUERY may find nothing
json_exists bool not null: JSON_EXISTS is true or false
?column? bool not null: IS JSON of a value that is not NULL
json_scalar json null: t.x is declared without NOT NULL
json json not null: JSON made of a value that is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select generate_series(1, 3);
----
generate_series int4 not null: generate_series(): its rows are numbers
rows: many: a set-returning function gives as many rows as it likes

select generate_series(1, 3), generate_series(1, 2);
----
generate_series int4 null: of several set-returning functions the shorter ones are filled up with NULLs
generate_series int4 null: of several set-returning functions the shorter ones are filled up with NULLs
rows: many: a set-returning function gives as many rows as it likes

select unnest(a), n from t;
----
unnest int4 null: an element of the array may be NULL
n int4 not null: t.n is NOT NULL
rows: many: a set-returning function gives as many rows as it likes

select unnest(array[1, 2]);
----
unnest int4 not null: no element of the array is NULL
rows: many: a set-returning function gives as many rows as it likes

select regexp_match(s, 'a'), regexp_replace(s, 'a', 'b'), regexp_split_to_array(s, ','), string_to_array(s, ',') from t;
----
regexp_match _text null: regexp_match() may give NULL
regexp_replace text not null: regexp_replace(): counts, finds, splits or replaces: the text itself, 0 or one piece where nothing matches
regexp_split_to_array _text not null, no NULL in it: regexp_split_to_array(): counts, finds, splits or replaces: the text itself, 0 or one piece where nothing matches
string_to_array _text not null, no NULL in it: string_to_array(): an array of pieces, empty for an empty text
rows: many: t may have many such rows: no unique key is bound by equality

select case n when 1 then 'a' end, case when n > 1 then 1 else 2 end, case when n > 1 then 1 else null end from t;
----
case text null: CASE without ELSE, or ELSE NULL
case int4 not null: no arm of CASE is NULL
case int4 null: CASE without ELSE, or ELSE NULL
rows: many: t may have many such rows: no unique key is bound by equality

select $1::int, $2::text from t where n = $1;
----
$1 n int4 not null
$2 - text not null
int4 int4 not null: a condition holds only where $1 is not NULL
text text not null: the parameter $2 is not NULL
rows: many: t may have many such rows: no unique key is bound by equality

select ctid, tableoid, xmin from t;
----
ctid tid not null: a system column
tableoid oid not null: a system column
xmin xid not null: a system column
rows: many: t may have many such rows: no unique key is bound by equality

select grouping(n) from t group by n;
----
grouping int4 not null: GROUPING is a number
rows: many: GROUP BY makes many groups
