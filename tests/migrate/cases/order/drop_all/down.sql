SET check_function_bodies = off;
CREATE TYPE public.e AS ENUM ('a');
CREATE SEQUENCE public.s;
CREATE TABLE public.t (
    id integer NOT NULL,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
CREATE FUNCTION public.f(public.t)
RETURNS integer
LANGUAGE sql
AS $$select $1.id$$;
CREATE TABLE public.u (
    id integer NOT NULL,
    x integer DEFAULT nextval('public.s'::regclass),
    y public.e,
    CONSTRAINT u_pkey PRIMARY KEY (id)
);
ALTER TABLE public.t ADD CONSTRAINT t_id_fkey FOREIGN KEY (id) REFERENCES public.u(id) DEFERRABLE;
ALTER TABLE public.u ADD CONSTRAINT u_id_fkey FOREIGN KEY (id) REFERENCES public.t(id);
CREATE VIEW public.v AS
SELECT t.id, u.x FROM public.t JOIN public.u USING (id);
