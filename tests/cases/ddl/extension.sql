create schema ext;
create extension citext schema ext;
create extension if not exists vector;
create extension if not exists vector;
create extension earthdistance cascade;
create table t (c ext.citext, v vector(3), e earth);
drop extension vector;
drop extension if exists hstore;
alter extension citext set schema public;
create table u (c citext);
create extension if not exists plpgsql;
drop extension cube cascade;

----
7:1 error 2BP01: cannot drop extension vector because other objects depend on it
  detail: column v of table t depends on type vector
  hint: Use DROP ... CASCADE to drop the dependent objects too.
schema ext
table t
    c citext
    v vector(3)
table u
    c citext
extension citext
extension plpgsql
extension vector
