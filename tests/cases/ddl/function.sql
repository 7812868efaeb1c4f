create table t (id int, name text);
create function add(a int, b int default 1) returns int language sql immutable strict as 'select a + b';
create function add(a text, b text) returns text return a || b;
create or replace function add(a int, b int default 2) returns int language sql stable as 'select a - b';
create function outs(x int, out y text, inout z numeric) language plpgsql as 'begin end';
create function one_out(out y text) language sql as 'select 1::text';
create function rows_of(t) returns setof t language sql as 'select $1';
create function tabled(n int) returns table (id int, name text) language sql begin atomic select 1, 'x'; end;
create function single(n int) returns table (id int) language sql as 'select 1';
create function many(variadic parts text[]) returns text language sql as 'select parts[1]';
create function anything(anyelement, variadic anyarray) returns anyelement language sql as 'select $1';
create function typed(x t.id%type) returns t.name%type language sql as 'select null';
create function fires() returns trigger language plpgsql as 'begin return new; end';
create procedure doing(in a int, out b int, inout c text default 'x') language plpgsql as 'begin end';
create procedure nothing() language sql as '';
create trigger tr after insert or update of name on t for each row execute function fires();
create trigger st after delete on t execute function fires();
create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
create aggregate old_total (basetype = int, sfunc = int4pl, stype = int);
create aggregate counted(*) (sfunc = int8inc, stype = int8, initcond = '0');
create aggregate mean(float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}');
create aggregate pct(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
alter function add(int, int) rename to plus;
alter function plus(int, int) immutable;
create schema f;
alter function plus(int, int) set schema f;
alter aggregate total(int) rename to sum_of;
comment on function f.plus(int, int) is 'adds';
comment on aggregate sum_of(int) is 'sums';
drop function add(text, text), many;
drop procedure doing;
drop routine nothing;

----
schema f
function f.plus(a integer, b integer) → integer, 1 default, immutable  -- adds
function anything(anyelement, variadic anyarray) → anyelement
aggregate counted() → bigint, immutable
function fires() → trigger
aggregate mean(double precision) → double precision, immutable
aggregate old_total(integer) → integer, immutable
function one_out(out y text) → text
function outs(x integer, out y text, inout z numeric) → record
aggregate pct(double precision, anyelement) → anyelement, immutable
function rows_of(t) → setof t
function single(n integer, table id integer) → setof integer
aggregate sum_of(integer) → integer, immutable  -- sums
table t
    id integer
    name text
    trigger st after delete for each statement fires
    trigger tr after insert or update for each row fires
function tabled(n integer, table id integer, table name text) → setof record
function typed(x integer) → text
