-- schema
create table users (id int primary key, email varchar(50) not null unique, org int not null, name text, added timestamp);
create table posts (id int primary key, user_id int not null, slug text not null, kind int, unique (user_id, slug));
create table profile (user_id int primary key, bio text);
create table part (id int, k int, gone bool);
create unique index part_k on part (k) where not gone;
create unique index part_low on part (lower(id::text));
create table defer (id int unique deferrable, v int);
create table par (id int primary key);
create table chi () inherits (par);
create table halves (id int, v int) partition by list (id);
create table half1 partition of halves for values in (1, 2);
create table half2 partition of halves for values in (3);
create unique index halves_id on only halves (id);
create unique index half1_id on half1 (id);
alter index halves_id attach partition half1_id;
create table wholes (id int, v int) partition by list (id);
create table whole1 partition of wholes for values in (1, 2) partition by list (id);
create table whole11 partition of whole1 for values in (1, 2);
create unique index wholes_id on only wholes (id);
create unique index whole1_id on only whole1 (id);
create unique index whole11_id on whole11 (id);
alter index wholes_id attach partition whole1_id;
alter index whole1_id attach partition whole11_id;
create table a (id int primary key, flag bool not null, n int);
create table b (id int primary key, v int);
create table c (id int primary key, v int);
create view dice as select 1 as id, (random() * 5)::int as n;
create table stamps (at timestamp primary key);
create table rw (id int primary key);
create function tf() returns trigger language plpgsql as 'begin return null; end';
create trigger rw_b before insert on rw for each row execute function tf();
create view latest as select user_id, max(id) as id from posts group by user_id;
create view vusers as select id, email from users where org > 0;
-- cases
select * from users where id = $1;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

select * from users where $1 = id;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

select * from users where email = $1;
----
$1 email text not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

select * from users where email = lower($1) and org = 2;
----
$1 - text not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

select * from users where lower(email) = $1;
----
$1 email text not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from users where id = $1 or org = 1;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from users where id > $1;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from users where id = any($1::int[]);
----
$1 id _int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from users where id = random()::int;
----
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from users where id = id;
----
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from users where org = $1 limit 1;
----
$1 org int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: LIMIT 1

select * from users limit $1;
----
$1 limit int8 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: users may have many such rows: no unique key is bound by equality

select * from posts where user_id = $1;
----
$1 user_id int4 not null
id int4 not null: posts.id is NOT NULL
user_id int4 not null: posts.user_id is NOT NULL
slug text not null: posts.slug is NOT NULL
kind int4 null: posts.kind is declared without NOT NULL
rows: many: posts may have many such rows: no unique key is bound by equality

select * from posts where user_id = $1 and slug = $2;
----
$1 user_id int4 not null
$2 slug text not null
id int4 not null: posts.id is NOT NULL
user_id int4 not null: posts.user_id is NOT NULL
slug text not null: posts.slug is NOT NULL
kind int4 null: posts.kind is declared without NOT NULL
rows: at most one: posts has one such row at most

select * from users u join posts p on p.user_id = u.id where p.id = $1;
----
$1 id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
id int4 not null: p.id is NOT NULL
user_id int4 not null: p.user_id is NOT NULL
slug text not null: p.slug is NOT NULL
kind int4 null: p.kind is declared without NOT NULL
rows: at most one: each of its relations has one such row at most

select * from users u join posts p on p.user_id = u.id where u.id = $1;
----
$1 id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
id int4 not null: p.id is NOT NULL
user_id int4 not null: p.user_id is NOT NULL
slug text not null: p.slug is NOT NULL
kind int4 null: p.kind is declared without NOT NULL
rows: many: p may have many such rows: no unique key is bound by equality

select * from users u left join profile p on p.user_id = u.id where u.id = $1;
----
$1 id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
user_id int4 null: the LEFT JOIN may find no row of p
bio text null: the LEFT JOIN may find no row of p
rows: at most one: each of its relations has one such row at most

select * from users u left join posts p on p.user_id = u.id where u.id = $1;
----
$1 id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
id int4 null: the LEFT JOIN may find no row of p
user_id int4 null: the LEFT JOIN may find no row of p
slug text null: the LEFT JOIN may find no row of p
kind int4 null: the LEFT JOIN may find no row of p
rows: many: p may have many such rows: no unique key is bound by equality

select * from users u left join posts p on p.id = $1 and u.id = $2;
----
$1 id int4 not null
$2 id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
id int4 null: the LEFT JOIN may find no row of p
user_id int4 null: the LEFT JOIN may find no row of p
slug text null: the LEFT JOIN may find no row of p
kind int4 null: the LEFT JOIN may find no row of p
rows: many: u may have many such rows: no unique key is bound by equality

select * from users u full join profile p on p.user_id = u.id and u.id = 1;
----
id int4 null: the FULL JOIN may find no row of u
email varchar null: the FULL JOIN may find no row of u
org int4 null: the FULL JOIN may find no row of u
name text null: the FULL JOIN may find no row of u
added timestamp null: the FULL JOIN may find no row of u
user_id int4 null: the FULL JOIN may find no row of p
bio text null: the FULL JOIN may find no row of p
rows: many: u may have many such rows: no unique key is bound by equality

select * from users u full join profile p on p.user_id = u.id where u.id = 1;
----
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
user_id int4 null: the FULL JOIN may find no row of p
bio text null: the FULL JOIN may find no row of p
rows: at most one: each of its relations has one such row at most

select count(*) from users;
----
count int8 not null: count(): counts rows, 0 where there are none
rows: exactly one: an aggregate without GROUP BY gives one row

select count(*) from users having count(*) > 1;
----
count int8 not null: count(): counts rows, 0 where there are none
rows: at most one: an aggregate without GROUP BY gives one row, which HAVING may refuse

select org, count(*) from users group by org;
----
org int4 not null: users.org is NOT NULL
count int8 not null: count(): counts rows, 0 where there are none
rows: many: GROUP BY makes many groups

select org, count(*) from users where org = $1 group by org;
----
$1 org int4 not null
org int4 not null: users.org is NOT NULL
count int8 not null: count(): counts rows, 0 where there are none
rows: at most one: every key of GROUP BY is bound to one value

select 1;
----
?column? int4 not null: a constant
rows: exactly one: there is no FROM

select 1 where $1::bool;
----
$1 - bool not null
?column? int4 not null: a constant
rows: at most one: there is no FROM

select 1 limit 0;
----
?column? int4 not null: a constant
rows: at most one: LIMIT 0

select generate_series(1, 2);
----
generate_series int4 not null: generate_series(): its rows are numbers
rows: many: a set-returning function gives as many rows as it likes

select * from (values (1)) v;
----
column1 int4 not null: no row of VALUES has NULL here
rows: exactly one: v has one such row at most

select * from (values (1), (2)) v;
----
column1 int4 not null: no row of VALUES has NULL here
rows: many: v may have many such rows: no unique key is bound by equality

select * from part where k = $1;
----
$1 k int4 not null
id int4 null: part.id is declared without NOT NULL
k int4 not null: a condition holds only where part.k is not NULL
gone bool null: part.gone is declared without NOT NULL
rows: many: part may have many such rows: no unique key is bound by equality

select * from part where lower(id::text) = $1;
----
$1 id text not null
id int4 not null: a condition holds only where part.id is not NULL
k int4 null: part.k is declared without NOT NULL
gone bool null: part.gone is declared without NOT NULL
rows: at most one: part has one such row at most

select * from defer where id = $1;
----
$1 id int4 not null
id int4 not null: a condition holds only where defer.id is not NULL
v int4 null: defer.v is declared without NOT NULL
rows: many: defer may have many such rows: no unique key is bound by equality

select * from par where id = $1;
----
$1 id int4 not null
id int4 not null: par.id is NOT NULL
rows: many: par may have many such rows: no unique key is bound by equality

select * from only par where id = $1;
----
$1 id int4 not null
id int4 not null: par.id is NOT NULL
rows: at most one: par has one such row at most

select * from stamps where at = $1::timestamptz;
----
$1 at timestamptz not null
at timestamp not null: stamps.at is NOT NULL
rows: many: stamps may have many such rows: no unique key is bound by equality

select * from stamps where at = $1;
----
$1 at timestamp not null
at timestamp not null: stamps.at is NOT NULL
rows: at most one: stamps has one such row at most

select * from latest where user_id = $1;
----
$1 user_id int4 not null
user_id int4 not null: posts.user_id is NOT NULL
id int4 not null: max(): a value of one of the rows
rows: at most one: latest has one such row at most

select * from latest where id = $1;
----
$1 id int4 not null
user_id int4 not null: posts.user_id is NOT NULL
id int4 not null: max(): a value of one of the rows
rows: many: latest may have many such rows: no unique key is bound by equality

select * from vusers where id = $1;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
rows: at most one: vusers has one such row at most

with q as (select * from users) select * from q where id = $1;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: q has one such row at most

select * from (select distinct org from users) s where org = $1;
----
$1 org int4 not null
org int4 not null: users.org is NOT NULL
rows: at most one: s has one such row at most

select * from users u cross join lateral (select count(*) from posts where user_id = u.id) n where u.id = $1;
----
$1 id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
count int8 not null: count(): counts rows, 0 where there are none
rows: at most one: each of its relations has one such row at most

select * from users where id = $1 union all select * from users where id = $2;
----
$1 id int4 not null
$2 id int4 not null
id int4 not null: no arm of the UNION gives NULL: users.id is NOT NULL; users.id is NOT NULL
email varchar not null: no arm of the UNION gives NULL: users.email is NOT NULL; users.email is NOT NULL
org int4 not null: no arm of the UNION gives NULL: users.org is NOT NULL; users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: UNION adds rows

select id from users where id = $1 intersect select id from posts;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
rows: at most one: users has one such row at most

select * from users where id = (select max(user_id) from posts);
----
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

select * from users where id = $1 for update skip locked;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

select * from users u, posts p where u.id = p.user_id and p.user_id = $1 and p.slug = 'a';
----
$1 user_id int4 not null
id int4 not null: u.id is NOT NULL
email varchar not null: u.email is NOT NULL
org int4 not null: u.org is NOT NULL
name text null: u.name is declared without NOT NULL
added timestamp null: u.added is declared without NOT NULL
id int4 not null: p.id is NOT NULL
user_id int4 not null: p.user_id is NOT NULL
slug text not null: p.slug is NOT NULL
kind int4 null: p.kind is declared without NOT NULL
rows: at most one: each of its relations has one such row at most

insert into profile values (1, 'x') returning *;
----
user_id int4 not null: profile.user_id is NOT NULL
bio text not null: profile.bio is assigned: a constant
rows: exactly one: INSERT of one row

insert into profile values (1, 'x'), (2, 'y') returning *;
----
user_id int4 not null: profile.user_id is NOT NULL
bio text not null: profile.bio is assigned: no row of VALUES has NULL here
rows: many: VALUES has 2 rows

insert into profile values (1, 'x') on conflict do nothing returning *;
----
user_id int4 not null: profile.user_id is NOT NULL
bio text not null: profile.bio is assigned: a constant
rows: at most one: ON CONFLICT DO NOTHING returns no row

insert into profile values (1, 'x') on conflict (user_id) do update set bio = 'z' returning *;
----
user_id int4 not null: profile.user_id is NOT NULL
bio text not null: profile.bio is assigned: a constant
rows: exactly one: INSERT of one row

insert into profile values (1, 'x') on conflict (user_id) do update set bio = 'z' where profile.bio = 'x' returning *;
----
user_id int4 not null: profile.user_id is NOT NULL
bio text not null: profile.bio is assigned: a constant
rows: at most one: the WHERE of ON CONFLICT DO UPDATE may refuse the row

insert into rw values (1) returning *;
----
id int4 not null: rw.id is NOT NULL
rows: at most one: a trigger or rule of rw may suppress the row

insert into profile select id, name from users where id = $1 returning *;
----
$1 id int4 not null
user_id int4 not null: profile.user_id is NOT NULL
bio text null: profile.bio is declared without NOT NULL
rows: at most one: INSERT of one row

update users set name = $1 where id = $2 returning *;
----
$1 name text null
$2 id int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: at most one: users has one such row at most

update users set name = $1 where org = $2 returning *;
----
$1 name text null
$2 org int4 not null
id int4 not null: users.id is NOT NULL
email varchar not null: users.email is NOT NULL
org int4 not null: users.org is NOT NULL
name text null: users.name is declared without NOT NULL
added timestamp null: users.added is declared without NOT NULL
rows: many: nothing bounds the number of rows

update users set name = 'x' from posts where posts.user_id = users.id and users.id = $1 returning users.id;
----
$1 id int4 not null
id int4 not null: users.id is NOT NULL
rows: at most one: users has one such row at most

delete from users where email = $1 returning id;
----
$1 email text not null
id int4 not null: users.id is NOT NULL
rows: at most one: users has one such row at most

merge into profile p using (values (1, 'a')) v(id, bio) on p.user_id = v.id when matched then update set bio = v.bio when not matched then insert values (v.id, v.bio) returning p.user_id;
----
user_id int4 not null: p.user_id is NOT NULL
rows: at most one: one row is merged at most

select v from halves where id = $1;
----
$1 id int4 not null
v int4 null: halves.v is declared without NOT NULL
rows: many: halves may have many such rows: no unique key is bound by equality

select v from wholes where id = $1;
----
$1 id int4 not null
v int4 null: wholes.v is declared without NOT NULL
rows: at most one: wholes has one such row at most

update c set v = 1 from a left join b on b.id = 1 and a.flag where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

delete from c using a left join b on b.id = 1 and a.flag where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: a condition holds only where c.id is not NULL
rows: many: nothing bounds the number of rows

select c.id from a left join b on b.id = 1 and a.flag join c on c.id = coalesce(b.id, 5) group by c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: GROUP BY makes many groups

select b.v from a left join b on b.id = 1 and a.flag group by b.v;
----
v int4 null: the LEFT JOIN may find no row of b
rows: many: GROUP BY makes many groups

select b.v from a left join b on b.id = 1 group by b.v;
----
v int4 null: the LEFT JOIN may find no row of b
rows: at most one: every key of GROUP BY is bound to one value

select b.v from a right join b on b.id = 1 and a.n > 1 where b.id = 1 group by b.v;
----
v int4 null: b.v is declared without NOT NULL
rows: at most one: every key of GROUP BY is bound to one value

select c.v, c.id from a left join b on b.id = a.n left join c on c.id = coalesce(b.v, 5) where a.id = $1;
----
$1 id int4 not null
v int4 null: the LEFT JOIN may find no row of c
id int4 null: the LEFT JOIN may find no row of c
rows: at most one: each of its relations has one such row at most

update c set v = 1 from a left join b on b.id = 1 where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: at most one: c has one such row at most

update c set v = 1 from a left join b on b.id = 1 and a.flag where c.id = b.v returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: at most one: c has one such row at most

update c set v = 1 from a left join b on b.id = 1 and random() < 0.5 where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from (a left join (b join half2 h on h.v = b.v and random() < 0.5) on b.id = 1) where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a, lateral (select b.id, b.v + a.id as w from b) s where s.id = 1 and c.id = s.w returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a left join (b join lateral (select 1 where a.flag) s on true) on b.id = 1 where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a, b left join lateral (select 2 as w where a.flag) s on true where b.id = 1 and c.id = coalesce(s.w, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a left join (select (random() * 5)::int as n) s on true where c.id = s.n returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a left join dice s on true where c.id = s.n returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a left join (b join dice s on s.n = b.v) on b.id = 1 where c.id = coalesce(b.id, 5) returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a, lateral (values ((random() * 5)::int)) s(n) where c.id = s.n returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

update c set v = 1 from a left join width_bucket(random(), 0, 1, 5) s on true where c.id = s returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: at most one: c has one such row at most

update c set v = 1 from b, a left join lateral width_bucket(random(), 0, 1, b.v) s on true where c.id = s returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

select a.id from a, (select (random() * 5)::int as n) s where a.id = s.n;
----
id int4 not null: a.id is NOT NULL
rows: many: a may have many such rows: no unique key is bound by equality

select n from (select (random() * 5)::int as n) s;
----
n int4 not null: the cast to integer: a value or an error
rows: exactly one: s has one such row at most

select * from dice;
----
id int4 not null: a constant
n int4 not null: the cast to integer: a value or an error
rows: exactly one: dice has one such row at most

merge into c using (a left join b on b.id = 1 and a.flag) on c.id = coalesce(b.id, 5) when matched then update set v = 2 returning c.id;
----
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

merge into c using (a left join b on b.id = 1 and a.flag) on c.id = coalesce(b.id, 5) and a.id = $1 when matched then update set v = 2 returning c.id;
----
$1 id int4 not null
id int4 not null: c.id is NOT NULL
rows: many: nothing bounds the number of rows

insert into b values (generate_series(11, 13), 1) returning id;
----
id int4 not null: b.id is NOT NULL
rows: many: a set-returning function gives as many rows as it likes

insert into b select generate_series(11, 13) returning id;
----
id int4 not null: b.id is NOT NULL
rows: many: *SELECT* may have many such rows: no unique key is bound by equality
