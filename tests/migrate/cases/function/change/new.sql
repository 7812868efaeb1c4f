create function f(a int) returns int language sql stable strict security definer set search_path = public, pg_temp cost 5 as $$ select a + 1 $$;
create function g(a int, b int) returns text language plpgsql as $$ begin return b; end $$;
create function h() returns table (x int, y text) language sql rows 10 parallel safe as 'select 1, ''a''::text';
create procedure pr(a int, inout b text default 'x') language plpgsql as $$ begin b := a; end $$;
create function v(variadic a text[]) returns setof int language sql begin atomic select array_length(a, 1); end;
create function r(a int) returns int return a * 2;
