DROP VIEW public.w;
DROP VIEW public.v;
ALTER TABLE public.t DROP COLUMN c;
CREATE VIEW public.v AS
SELECT a FROM public.t;
CREATE VIEW public.w AS
SELECT a AS x FROM public.v;
