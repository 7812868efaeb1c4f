DROP VIEW public.v;
ALTER TABLE public.u DROP CONSTRAINT u_id_fkey;
ALTER TABLE public.t DROP CONSTRAINT t_id_fkey;
DROP TABLE public.u;
DROP FUNCTION public.f(public.t);
DROP TABLE public.t;
DROP SEQUENCE public.s;
DROP TYPE public.e;
