create function f(a int) returns int language sql immutable as $$ select a $$;
create function g(a int, b int default 2) returns text language plpgsql as $$ begin return a; end $$;
create function h() returns table (x int) language sql as 'select 1';
create procedure pr(a int) language sql as 'select 1';
create function gone() returns void language sql as '';
