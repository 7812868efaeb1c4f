DROP TABLE public.t;
DROP TYPE public.fr;
