-- querygen only: PostgreSQL refuses these where they stand, querygen goes on
create schema public;
create extension plpgsql;
create table p (a int references t (a), b int references later, c int references nowhere);
create table t (a int);
create table later (id int primary key);
create extension made_up;
import foreign schema x from server y into public;

----
4:23 error 42830: there is no unique constraint matching given keys for referenced table "t"
4:82 error 42P01: relation "nowhere" does not exist
7:1 error QG401: querygen has no catalogue of the extension "made_up"
  hint: Run `querygen catalog dump --database-url … --extension made_up` against a server that has it.
8:1 error 0A000: querygen does not know the tables of a foreign schema
  hint: Write CREATE FOREIGN TABLE for those that queries use.
table later
    id integer not null
    constraint later_id_not_null not null (id)
    constraint later_pkey primary key (id)
table p
    a integer
    b integer
    c integer
    constraint p_a_fkey foreign key (a) references ? ()
    constraint p_b_fkey foreign key (b) references later (id)
    constraint p_c_fkey foreign key (c) references ? ()
table t
    a integer
extension plpgsql
