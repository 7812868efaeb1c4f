DROP VIEW public.w;
ALTER TABLE public.t DROP CONSTRAINT t_v_check;
DROP CAST (public.c AS integer);
CREATE CAST (public.c AS int) WITH FUNCTION public.g(public.c);
ALTER TABLE public.t ADD CONSTRAINT t_v_check CHECK ((v)::integer > 0);
CREATE VIEW public.w AS
SELECT (v)::integer AS n FROM public.t;
