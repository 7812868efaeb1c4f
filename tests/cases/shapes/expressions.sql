-- schema
create type mood as enum ('sad', 'ok');
create type address as (street text, zip int);
create table users (id int primary key, name text not null, age int, tags text[] not null, data jsonb, mood mood not null, address address);
create table sessions (id int primary key, user_id int not null references users, token text not null, rate numeric, at timestamptz not null);
create table events (id int primary key, session_id int not null references sessions, kind text);
create view user_sessions as
select u.id, (select json_agg(json_build_object('id', s.id, 'rate', s.rate)) from sessions s where s.user_id = u.id) as sessions from users u;
create function describe_user(who int) returns json language sql as $$ select json_build_object('asked', who, 'id', id, 'name', name) from users where id = who $$;
create function constant_json() returns jsonb language sql begin atomic; select 1; select jsonb_build_object('x', 1); end;
create function every_user() returns table (id int, document jsonb) language sql as 'select id, to_jsonb(u) from users u';
create function not_sql() returns json language plpgsql as 'begin return null; end';
create function itself(x int) returns json language sql as $$ select itself(x) $$;

-- cases
select json_build_object('a', 1, 'b', 'text', 'c', null, 'd', age, 'e', tags, 'f', data, 'g', mood, 'h', address) as o from users
----
o: {a: integer, b: text, c: anything or null, d: integer or null, e: text[], f: jsonb or null, g: mood, h: {street: text or null, zip: integer or null} or null}

select json_build_object() as empty, json_build_object(name, id) as dynamic, json_build_object(1, 2) as number, json_build_object('a', 1, 'a', 'x') as twice, json_build_object(variadic array['a', 'b']) as variadic from users
----
empty: {}
dynamic: {*: integer}
number: {1: integer}
twice: {a: text}
variadic: -

select json_build_array(1, 'a', null, age) as several, json_build_array() as none, jsonb_build_array(variadic '{}'::text[]) as variadic from users
----
several: (integer, text, anything or null, integer or null)
none: ()
variadic: -

select json_object_agg(name, age) as ages, json_object_agg_strict(name, age) as strict, jsonb_object_agg_unique(name, id) as ids, jsonb_object('{a, b}') as texts from users
----
ages: {*: integer or null}
strict: {*: integer}
ids: {*: integer}
texts: {*: text or null}

select JSON_OBJECT('a': id, 'b': age) as plain, JSON_OBJECT('a': id, 'b': age ABSENT ON NULL) as absent, JSON_OBJECT('a': '[1]' FORMAT JSON) as formatted, JSON_OBJECT('a': 1 RETURNING jsonb) as b, JSON_OBJECT('a': 1 RETURNING text) as t from users
----
plain: {a: integer, b: integer or null}
absent: {a: integer, b?: integer}
formatted: {a: json}
b: {a: integer}
t: -

select JSON_ARRAY(id, age) as absent, JSON_ARRAY(id, age NULL ON NULL) as kept, JSON_ARRAY(id, name) as two, JSON_ARRAY(select age from users) as of_query from users
----
absent: [integer]
kept: (integer, integer or null)
two: (integer, text)
of_query: [integer]

select JSON_ARRAYAGG(age) as absent, JSON_ARRAYAGG(age NULL ON NULL) as kept, JSON_OBJECTAGG(name: age) as o, JSON_OBJECTAGG(name: age ABSENT ON NULL) as oa from users
----
absent: [integer]
kept: [integer or null]
o: {*: integer or null}
oa: {*: integer}

select JSON('{"a": 1}') as parsed, JSON_SCALAR(1.5) as scalar, JSON_QUERY(data, '$.a') as queried, JSON_VALUE(data, '$.a' RETURNING int) as value from users
----
parsed: -
scalar: numeric
queried: -
value: -

select to_json(age) as age, to_jsonb(tags) as tags, array_to_json(array[id, age]) as made, to_json(array_agg(age)) as agg, to_json(address) as address from users group by id
----
age: integer
tags: text[]
made: [integer or null]
agg: [integer or null]
address: {street: text or null, zip: integer or null}

select row(id, name, age) as r, array_agg(row(id, age)) over () as rs, array(select row(id, token) from sessions) as ss, array(select json_build_object('id', id) from sessions) as js, array[json_build_object('a', 1), null] as list, array_agg(u) over () as us from users u
----
r: {f1: integer, f2: text, f3: integer or null}
rs: [{f1: integer, f2: integer or null}]
ss: [{f1: integer, f2: text}]
js: [{id: integer}]
list: [{a: integer} or null]
us: -

select case when age > 1 then json_build_object('kind', 'a', 'x', 1) else json_build_object('kind', 'b', 'y', 2) end as c, case when age is not null then json_build_object('age', age) end as narrowed, nullif(jsonb_build_object('a', 1), '{}') as n from users
----
c: {kind: text, x?: integer, y?: integer}
narrowed: {age: integer}
n: {a: integer}

select coalesce(json_build_object('a', age), '{"a": 1}') as same, coalesce(json_build_object('a', age), '{}') as empty, coalesce(data, '{}') as unknown, greatest(jsonb_build_object('a', 1), jsonb_build_object('a', 2)) as g from users
----
same: {a: bigint or null}
empty: {a?: integer or null}
unknown: -
g: {a: integer}

select jsonb_build_object('a', 1, 'b', age) || jsonb_build_object('b', 'x', 'c', id) as joined, '[]'::jsonb || jsonb_build_array(id) as list, data || '{}' as unknown from users
----
joined: {a: integer, b: text, c: integer}
list: [integer]
unknown: -

select jsonb_build_object('a', jsonb_build_object('b', age)) -> 'a' as a, jsonb_build_object('a', jsonb_build_object('b', id)) -> 'a' -> 'b' as b, jsonb_build_object('a', 1) -> 'x' as missing, jsonb_build_array(1, 'x') -> -1 as last, (jsonb_build_object('a', jsonb_build_array(id)))['a'][0] as subscripted from users
----
a: {b: integer or null}
b: integer
missing: -
last: text
subscripted: integer

select jsonb_strip_nulls(jsonb_build_object('a', age, 'b', name, 'c', jsonb_build_array(age))) as s, json_strip_nulls(json_build_array(age), true) as arrays from users
----
s: {a?: integer, b: text, c: (integer or null)}
arrays: -

select json_build_object('a', 1) union all select json_build_object('a', null) union all select null
----
json_build_object: {a: integer or null}

select json_build_object('a', 1)::jsonb as b, jsonb_build_object('a', 1)::json::jsonb::text as t, '"x"'::text::json as unknown
----
b: {a: integer}
t: -
unknown: -

select data, to_jsonb(data) as same, json_agg(data) as list from users group by id
----
data: -
same: -
list: [jsonb or null]

select json_build_object('r', row(id, name), 'n', row(1, row(2, 3))) as rows, row('a', 1)::address as named, to_json(row('a', 1)::address) as doc from users
----
rows: {r: {f1: integer, f2: text}, n: {f1: integer, f2: {f1: integer, f2: integer}}}
named: -
doc: {street: text, zip: integer}

select to_jsonb(u) - 'tags' - '{data,mood,address}'::text[] - array['age'] as less, to_jsonb(u) - name as unknown, jsonb_build_array(1) - 0 as array, to_jsonb(u) #> '{address,zip}' as zip, json_extract_path(to_json(u), 'address', 'zip') as same, to_jsonb(u) #> '{tags,0}' as unknown_path from users u
----
less: {id: integer, name: text}
unknown: -
array: -
zip: integer or null
same: -
unknown_path: -
