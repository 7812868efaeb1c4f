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
select coalesce(json_agg(s order by s.at) filter (where s.id is not null), '[]') as sessions from users u left join sessions s on s.user_id = u.id group by u.id
----
sessions: [{id: integer, user_id: integer, token: text, rate: numeric or null, at: timestamp with time zone}]

select coalesce(json_agg(json_build_object('id', s.id, 'token', s.token, 'rate', s.rate)) filter (where s.id is not null), '[]') as sessions from users u left join sessions s on s.user_id = u.id group by u.id
----
sessions: [{id: integer, token: text, rate: numeric or null}]

select json_agg(s) as rows, json_agg_strict(s) as strict, json_agg(json_build_object('id', s.id, 'token', s.token)) as objects, json_agg(s.id) as ids, jsonb_agg_strict(s.id) as strict_ids from users u left join sessions s on s.user_id = u.id group by u.id
----
rows: [{id: integer, user_id: integer, token: text, rate: numeric or null, at: timestamp with time zone} or null]
strict: [{id: integer, user_id: integer, token: text, rate: numeric or null, at: timestamp with time zone}]
objects: [{id: integer or null, token: text or null}]
ids: [integer or null]
strict_ids: [integer]

select json_agg(s) filter (where s is not null) as rows from users u left join sessions s on s.user_id = u.id group by u.id
----
rows: [{id: integer, user_id: integer, token: text, rate: numeric, at: timestamp with time zone}]

select u.id, x.sessions from users u left join lateral (select jsonb_agg(jsonb_build_object('id', s.id, 'events', (select coalesce(jsonb_agg(e order by e.id), '[]') from events e where e.session_id = s.id))) as sessions from sessions s where s.user_id = u.id) x on true
----
id: -
sessions: [{id: integer, events: [{id: integer, session_id: integer, kind: text or null}]}]

select u.id, (select to_json(s) from sessions s where s.user_id = u.id order by s.at desc limit 1) as latest from users u
----
id: -
latest: {id: integer, user_id: integer, token: text, rate: numeric or null, at: timestamp with time zone}

select u.id, (select json_agg(x) from (select s.id, s.token from sessions s where s.user_id = u.id order by s.at desc limit 3) x) as latest from users u
----
id: -
latest: [{id: integer, token: text}]

select to_jsonb(u) as u, row_to_json(u) as r, json_build_object('u', u, 's', s) as both from users u full join sessions s on s.user_id = u.id
----
u: {id: integer, name: text, age: integer or null, tags: text[], data: jsonb or null, mood: mood, address: {street: text or null, zip: integer or null} or null}
r: {id: integer, name: text, age: integer or null, tags: text[], data: jsonb or null, mood: mood, address: {street: text or null, zip: integer or null} or null}
both: {u: {id: integer, name: text, age: integer or null, tags: text[], data: jsonb or null, mood: mood, address: {street: text or null, zip: integer or null} or null} or null, s: {id: integer, user_id: integer, token: text, rate: numeric or null, at: timestamp with time zone} or null}

select json_agg(j) as rows from (users u join sessions s on s.user_id = u.id) j
----
rows: [{id: integer, name: text, age: integer or null, tags: text[], data: jsonb or null, mood: mood, address: {street: text or null, zip: integer or null} or null, id: integer, user_id: integer, token: text, rate: numeric or null, at: timestamp with time zone}]

select json_agg(t) as renamed from (select id, name from users) t(x)
----
renamed: [{x: integer, name: text}]

select json_agg(t) as kept from users t(x, y)
----
kept: [{id: integer, name: text, age: integer or null, tags: text[], data: jsonb or null, mood: mood, address: {street: text or null, zip: integer or null} or null}]

select json_agg(v) as rows, (select json_agg(x) from generate_series(1, 3) x) as numbers, (select json_agg(x) from generate_series(1, 3) with ordinality x) as numbered from user_sessions v
----
rows: [{id: integer, sessions: [{id: integer, rate: numeric or null}] or null}]
numbers: [integer]
numbered: [integer]

select json_agg(v) from (values (1, 'a'), (2, null)) v(id, note)
----
json_agg: [{id: integer, note: text or null}]

with s as (select user_id, json_agg(json_build_object('id', id)) as list from sessions group by user_id) select u.id, s.list, to_json(s) as s from users u left join s on s.user_id = u.id
----
id: -
list: [{id: integer}]
s: {user_id: integer, list: [{id: integer}]}

select sessions, sessions -> 0 as first, sessions -> 0 -> 'rate' as rate, sessions -> 0 ->> 'rate' as text from user_sessions
----
sessions: [{id: integer, rate: numeric or null}]
first: {id: integer, rate: numeric or null} or null
rate: numeric or null
text: -

with recursive t as (select id, jsonb_build_object('id', id) as j from users where id = 1 union all select u.id, t.j from t join users u on u.id > t.id) select j, to_jsonb(t) as t from t
----
j: {id: integer}
t: {id: integer, j: {id: integer}}

with recursive t as (select id, jsonb_build_object('id', 1) as j from users where id = 1 union all select u.id, jsonb_build_object('id', 1, 'parent', t.j) from t join users u on u.id > t.id) select j from t
----
j: -

with recursive t as (select id, jsonb_build_array(id) as j from users where id = 1 union all select u.id, t.j || jsonb_build_array(u.id) from t join users u on u.id > t.id) select j from t
----
j: -

select describe_user(1) as described, constant_json() as constant, not_sql() as unknown, case when random() < 0 then itself(1) end as itself, constant_json() -> 'x' as x
----
described: {asked: integer, id: integer, name: text}
constant: {x: integer}
unknown: -
itself: -
x: integer

select id, document from every_user()
----
id: -
document: {id: integer, name: text, age: integer or null, tags: text[], data: jsonb or null, mood: mood, address: {street: text or null, zip: integer or null} or null}

select e from json_array_elements((select json_agg(json_build_object('id', id)) from users)) e
----
e: {id: integer}

select x from unnest(array(select jsonb_build_object('id', id) from users)) x
----
x: {id: integer}

select lag(json_build_object('id', id)) over (order by id) as before, json_agg(name) over (order by id) as names from users
----
before: {id: integer}
names: [text]

insert into users values (100, 'a', null, '{}', '{}', 'ok') returning to_jsonb(users) as whole, json_build_object('old', old, 'new', new) as both
----
whole: {id: integer, name: text, age: integer or null, tags: text[], data: jsonb, mood: mood, address: {street: text or null, zip: integer or null} or null}
both: {old: {id: integer or null, name: text or null, age: integer or null, tags: text[] or null, data: jsonb or null, mood: mood or null, address: {street: text or null, zip: integer or null} or null} or null, new: {id: integer, name: text, age: integer or null, tags: text[], data: jsonb, mood: mood, address: {street: text or null, zip: integer or null} or null}}

update sessions set rate = 1 where id = 1 returning json_build_object('old', old.rate, 'new', new.rate, 'row', sessions) as changed
----
changed: {old: numeric or null, new: numeric, row: {id: integer, user_id: integer, token: text, rate: numeric, at: timestamp with time zone}}
