SET check_function_bodies = off;
CREATE TYPE public.pair AS (a integer, b integer);
CREATE FUNCTION public.eq(text, integer)
RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$select $1 = $2::text$$;
create operator public.=== (function = public.eq, leftarg = text, rightarg = int);
CREATE FUNCTION public.tp(text)
RETURNS public.pair
LANGUAGE sql IMMUTABLE
AS $$select (1, 2)::pair$$;
create cast (text as public.pair) with function tp(text);
CREATE VIEW public.v AS
SELECT ('a'::text OPERATOR(public.===) 1) AS r;
