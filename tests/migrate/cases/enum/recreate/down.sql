SET check_function_bodies = off;
DROP VIEW public.v;
DROP INDEX public.t_x;
ALTER TABLE public.t DROP CONSTRAINT t_x_check;
ALTER TABLE public.t ALTER COLUMN x DROP DEFAULT;
DROP FUNCTION public.f(public.s);
ALTER TYPE public.s RENAME TO s__old;
CREATE TYPE public.s AS ENUM ('a', 'b', 'c');
ALTER TABLE public.t ALTER COLUMN x TYPE public.s USING x::text::public.s;
ALTER TABLE public.t ALTER COLUMN y TYPE public.s[] USING y::text[]::public.s[];
DROP TYPE public.s__old;
CREATE FUNCTION public.f(public.s)
RETURNS public.s
LANGUAGE sql
AS $$select $1$$;
ALTER TABLE public.t ALTER COLUMN x SET DEFAULT 'a'::public.s;
ALTER TABLE public.t ADD CONSTRAINT t_x_check CHECK (x <> 'c'::public.s);
CREATE INDEX t_x ON public.t USING btree (z) WHERE (x = 'a'::public.s);
CREATE VIEW public.v AS
SELECT x FROM public.t WHERE (x <> 'b'::public.s);
