ALTER TYPE public.e RENAME TO e2;
ALTER TABLE public.t RENAME TO t2;
ALTER TYPE public.e2 RENAME VALUE 'x' TO 'x1';
ALTER TABLE public.t2 RENAME COLUMN a TO a2;
ALTER TABLE public.t2 RENAME CONSTRAINT t_a_check TO t2_a2_check;
ALTER TABLE public.t2 RENAME CONSTRAINT t_pkey TO t2_pkey;
ALTER INDEX public.i RENAME TO i2;
SET check_function_bodies = off;
DROP VIEW public.v;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f2(integer)
RETURNS integer
LANGUAGE sql
AS $$select $1$$;
ALTER TABLE public.t2 RENAME CONSTRAINT t_id_not_null TO t2_id_not_null;
ALTER TABLE public.t2 RENAME CONSTRAINT t_b_not_null TO t2_b_not_null;
CREATE VIEW public.v2 AS
SELECT a2 AS a FROM public.t2;
