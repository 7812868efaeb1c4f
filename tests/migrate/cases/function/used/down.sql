SET check_function_bodies = off;
DROP VIEW public.v;
DROP INDEX public.t_f;
ALTER TABLE public.t DROP CONSTRAINT t_a_check;
ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(a integer)
RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$select a$$;
ALTER TABLE public.t ALTER COLUMN a SET DEFAULT public.f(1);
ALTER TABLE public.t ADD CONSTRAINT t_a_check CHECK (public.f(a) > 0);
CREATE INDEX t_f ON public.t USING btree (public.f(a));
CREATE VIEW public.v AS
SELECT public.f(a) AS f FROM public.t;
