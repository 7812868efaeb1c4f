SET check_function_bodies = off;
DROP FUNCTION public.gone();
DROP PROCEDURE public.pr(integer);
DROP FUNCTION public.h();
DROP FUNCTION public.g(integer, integer);
CREATE OR REPLACE FUNCTION public.f(a integer)
RETURNS integer
LANGUAGE sql STABLE STRICT SECURITY DEFINER COST 5
SET search_path TO public, pg_temp
AS $$ select a + 1 $$;
CREATE FUNCTION public.g(a integer, b integer)
RETURNS text
LANGUAGE plpgsql
AS $$ begin return b; end $$;
CREATE FUNCTION public.h()
RETURNS TABLE(x integer, y text)
LANGUAGE sql PARALLEL SAFE ROWS 10
AS $$select 1, 'a'::text$$;
CREATE PROCEDURE public.pr(IN a integer, INOUT b text DEFAULT 'x'::text)
LANGUAGE plpgsql
AS $$ begin b := a; end $$;
CREATE FUNCTION public.v(VARIADIC a text[])
RETURNS SETOF integer
LANGUAGE sql
BEGIN ATOMIC SELECT array_length(v.a, 1) AS array_length; END;
CREATE FUNCTION public.r(a integer)
RETURNS integer
LANGUAGE sql
RETURN (r.a * 2);
