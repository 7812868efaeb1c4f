SET check_function_bodies = off;
DROP FUNCTION public.r(integer);
DROP FUNCTION public.v(text[]);
DROP PROCEDURE public.pr(integer, text);
DROP FUNCTION public.h();
CREATE OR REPLACE FUNCTION public.f(a integer)
RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$ select a $$;
CREATE OR REPLACE FUNCTION public.g(a integer, b integer DEFAULT 2)
RETURNS text
LANGUAGE plpgsql
AS $$ begin return a; end $$;
CREATE FUNCTION public.h()
RETURNS TABLE(x integer)
LANGUAGE sql
AS $$select 1$$;
CREATE PROCEDURE public.pr(IN a integer)
LANGUAGE sql
AS $$select 1$$;
CREATE FUNCTION public.gone()
RETURNS void
LANGUAGE sql
AS $$$$;
