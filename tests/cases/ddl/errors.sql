create table t (a int, a text);
create table t (a int);
create table t (b int);
create table if not exists t (c int);
create type t as enum ('x');
create table u (x missing);
create table u (x public.missing, y nowhere.missing);
create table nowhere.t (a int);
create table p (a int primary key, b int primary key);
create table p (a int null not null);
create table p (a int default 1 default 2);
create table p (a int, unique (b));
create table p (a serial generated always as identity);
create table p (a text generated always as identity);
create table p (a int) partition by list (a);
create unique index on p ((a + 1));
create table inh (a text) inherits (t);
alter table t add column a int;
alter table t drop column z;
alter table t alter column a type boolean;
alter table t add constraint c check (a > 0), add constraint c check (a > 1);
alter table t drop constraint nothing;
alter table nothing add column x int;
create function f(a int) returns int language sql as 'select 1';
create function f(b int) returns int language sql as 'select 2';
create or replace function f(b int) returns int language sql as 'select 2';
create or replace function f(a int) returns text language sql as 'select 2';
create function g() language sql as 'select 1';
create function g(x int default 1, y int) returns int language sql as 'select 1';
create schema app;
create schema app;
create type e as enum ('a', 'a');
create type e as enum ('a');
alter type e add value 'a';
alter type e rename value 'z' to 'y';
create domain d as int unique;
create domain d as anyelement;
create view v as select nothing from t;
create view v as select a, a from t;
create view v as select a from t;
create or replace view v as select a::text from t;
alter table t alter column a type bigint;
create index on t (z);
create index on v (a);
comment on table v is 'no table';
comment on column t.z is 'no column';
create trigger tr before insert on t execute function nothing();
create operator + (leftarg = t, function = f);
alter table t rename to app;
alter table t rename column a to ctid;
alter table pg_class add column x int;

----
1:24 error 42701: column "a" specified more than once
3:14 error 42P07: relation "t" already exists
5:1 error 42710: type "t" already exists
6:19 error 42704: type "missing" does not exist
7:19 error 42704: type "public.missing" does not exist
8:14 error 3F000: schema "nowhere" does not exist
9:42 error 42P16: multiple primary keys for table "p" are not allowed
10:28 error 42601: conflicting NULL/NOT NULL declarations for column "a" of table "p"
11:33 error 42601: multiple default values specified for column "a" of table "p"
12:24 error 42703: column "b" named in key does not exist
13:26 error 42601: both default and identity specified for column "a" of table "p"
14:1 error 22023: identity column type must be smallint, integer, or bigint
16:1 error 0A000: unique constraint on partitioned table must include all partitioning columns
  detail: UNIQUE constraint on table "p" lacks column "a" which is part of the partition key.
17:1 error 42804: column "a" has a type conflict
  detail: integer versus text
18:26 error 42701: column "a" of relation "t" already exists
19:1 error 42703: column "z" of relation "t" does not exist
20:28 error 42804: column "a" cannot be cast automatically to type boolean
  hint: You might need to specify "USING a::boolean".
21:1 error 42710: constraint "c" for relation "t" already exists
22:1 error 42704: constraint "nothing" of relation "t" does not exist
23:13 error 42P01: relation "nothing" does not exist
25:1 error 42723: function "f" already exists with same argument types
26:1 error 42P13: cannot change name of input parameter "a"
  hint: Use DROP FUNCTION f(integer) first.
27:1 error 42P13: cannot change return type of existing function
  hint: Use DROP FUNCTION f(integer) first.
28:1 error 42P13: function result type must be specified
29:36 error 42P13: input parameters after one with a default value must also have defaults
31:1 error 42P06: schema "app" already exists
32:1 error 23505: duplicate key value violates unique constraint "pg_enum_typid_label_index"
  hint: Remove the second 'a'.
34:1 error 42710: enum label "a" already exists
35:1 error 22023: "z" is not an existing enum label
36:24 error 42601: unique constraints not possible for domains
37:20 error 42804: "anyelement" is not a valid base type for a domain
38:25 error 42703: column "nothing" does not exist
39:1 error 42701: column "a" specified more than once
41:1 error 42P16: cannot change data type of view column "a" from integer to text
42:1 error 0A000: cannot alter type of a column used by a view or rule
  detail: rule _RETURN on view v depends on column "a"
43:1 error 42703: column "z" does not exist
44:17 error 42809: cannot create index on relation "v"
45:1 error 42809: "v" is not a table
46:1 error 42703: column "z" of relation "t" does not exist
47:1 error 42883: function nothing() does not exist
48:1 error 42P13: operator right argument type must be specified
  detail: Postfix operators are not supported.
50:13 error 42P01: relation "t" does not exist
51:1 error 42501: permission denied: "pg_class" is a system catalog
schema app
table app
    a integer
enum e (a)
function f(a integer) → integer
partitioned table p partition by list (a)
    a integer
view v
    a integer
