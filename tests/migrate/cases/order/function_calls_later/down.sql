DROP TABLE public.t;
DROP FUNCTION public.b();
DROP FUNCTION public.a();
