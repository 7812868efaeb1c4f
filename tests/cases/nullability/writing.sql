-- schema
create table t (id int generated always as identity primary key, n int not null, x int, s text default 'd');
create table u (id int primary key, y int not null, z int);
create table tr (id int primary key, x int);
create function tf() returns trigger language plpgsql as 'begin return new; end';
create trigger tr_b before insert or update on tr for each row execute function tf();
create view v as select id, n, x from t where x is not null;
create table g (id int primary key, x int, y int generated always as (x + 1) stored);
-- cases
insert into t (n, x) values (1, 2) returning id, n, x, s;
----
id int4 not null: t.id is NOT NULL
n int4 not null: t.n is NOT NULL
x int4 not null: t.x is assigned: a constant
s text not null: the default of t.s: a constant
rows: exactly one: INSERT of one row

insert into t (n, x) values (1, $1) returning x, old.id, new.id;
----
$1 x int4 null
x int4 null: t.x is declared without NOT NULL
id int4 null: INSERT has no old row
id int4 not null: t.id is NOT NULL
rows: exactly one: INSERT of one row

insert into t (n, x) values (1, 2), (3, null) returning x;
----
x int4 null: t.x is declared without NOT NULL
rows: many: VALUES has 2 rows

insert into t (n, x) select y, z from u returning x;
----
x int4 null: t.x is declared without NOT NULL
rows: many: *SELECT* may have many such rows: no unique key is bound by equality

insert into t (n, x) select y, z from u where z > 0 returning x;
----
x int4 not null: t.x is assigned: a condition holds only where u.z is not NULL
rows: many: *SELECT* may have many such rows: no unique key is bound by equality

insert into u (id, y) values (1, 2) on conflict do nothing returning id, z;
----
id int4 not null: u.id is NOT NULL
z int4 null: u.z is declared without NOT NULL
rows: at most one: ON CONFLICT DO NOTHING returns no row

insert into u (id, y, z) values (1, 2, 3) on conflict (id) do update set z = excluded.z returning id, z, old.y, new.y;
----
id int4 not null: u.id is NOT NULL
z int4 not null: u.z is assigned: a constant
y int4 null: INSERT has no old row
y int4 not null: u.y is NOT NULL
rows: exactly one: INSERT of one row

insert into tr (id, x) values (1, 2) returning id, x;
----
id int4 not null: tr.id is NOT NULL
x int4 null: tr.x is declared without NOT NULL
rows: at most one: a trigger or rule of tr may suppress the row

update t set x = null where x is not null returning x, old.x, new.x;
----
x int4 null: t.x is declared without NOT NULL
x int4 not null: a condition holds only where t.x is not NULL
x int4 null: t.x is declared without NOT NULL
rows: many: nothing bounds the number of rows

update t set n = 3 where x is not null returning x, old.x;
----
x int4 not null: a condition holds only where t.x is not NULL
x int4 not null: a condition holds only where t.x is not NULL
rows: many: nothing bounds the number of rows

update t set x = 1 returning x, old.x;
----
x int4 not null: t.x is assigned: a constant
x int4 null: t.x is declared without NOT NULL
rows: many: nothing bounds the number of rows

update t set s = $1 where id = $2 returning s;
----
$1 s text null
$2 id int4 not null
s text null: t.s is declared without NOT NULL
rows: at most one: t has one such row at most

update tr set id = 2 where x = 1 returning x, old.x;
----
x int4 null: tr.x is declared without NOT NULL
x int4 not null: a condition holds only where tr.x is not NULL
rows: many: nothing bounds the number of rows

update g set x = null where y is not null returning y, old.y;
----
y int4 null: g.y is declared without NOT NULL
y int4 not null: a condition holds only where g.y is not NULL
rows: many: nothing bounds the number of rows

update t set x = u.y from u where u.id = t.id and u.z = 3 returning t.x, u.z;
----
x int4 not null: t.x is assigned: u.y is NOT NULL
z int4 not null: a condition holds only where u.z is not NULL
rows: many: nothing bounds the number of rows

update t set x = 1 from u left join tr on tr.id = u.id where t.id = u.id returning tr.id, u.id;
----
id int4 null: the LEFT JOIN may find no row of tr
id int4 not null: u.id is NOT NULL
rows: many: nothing bounds the number of rows

update t set (n, x) = (select 1, null::int) returning n, x;
----
n int4 not null: t.n is NOT NULL
x int4 null: t.x is declared without NOT NULL
rows: many: nothing bounds the number of rows

delete from t where x > 0 returning x, old.x, new.x, id;
----
x int4 not null: a condition holds only where t.x is not NULL
x int4 not null: a condition holds only where t.x is not NULL
x int4 null: DELETE has no new row
id int4 not null: t.id is NOT NULL
rows: many: nothing bounds the number of rows

delete from t using u where u.id = t.id and u.z > 0 returning u.z;
----
z int4 not null: a condition holds only where u.z is not NULL
rows: many: nothing bounds the number of rows

insert into v (n, x) values (1, null) returning x;
----
x int4 null: t.x is declared without NOT NULL
rows: at most one: v is a view

update v set x = null returning x, old.x;
----
x int4 null: t.x is declared without NOT NULL
x int4 not null: a condition holds only where t.x is not NULL
rows: many: nothing bounds the number of rows

merge into t using u on t.id = u.id when matched then update set x = u.z when not matched then insert (n) values (u.y) returning merge_action(), t.id, t.x, u.id, old.id, new.id;
----
merge_action text not null: merge_action() is always known
id int4 not null: t.id is NOT NULL
x int4 null: t.x is declared without NOT NULL
id int4 not null: u.id is NOT NULL
id int4 null: MERGE has no old row where it inserts
id int4 not null: t.id is NOT NULL
rows: many: nothing bounds the number of rows

merge into t using u on t.id = u.id when matched then delete returning t.id, new.id, old.id, u.z;
----
id int4 not null: t.id is NOT NULL
id int4 null: MERGE has no new row where it deletes
id int4 not null: t.id is NOT NULL
z int4 null: u.z is declared without NOT NULL
rows: many: nothing bounds the number of rows

merge into t using u on t.id = u.id and u.z = 1 when matched then update set x = 1 returning u.z, old.n;
----
z int4 not null: a condition holds only where u.z is not NULL
n int4 not null: t.n is NOT NULL
rows: many: nothing bounds the number of rows

merge into t using u on t.id = u.id when not matched by source then delete returning u.id, t.id;
----
id int4 null: NOT MATCHED BY SOURCE has no row of u
id int4 not null: t.id is NOT NULL
rows: many: nothing bounds the number of rows
