SET check_function_bodies = off;
DROP VIEW public.v2;
DROP TABLE public.t2;
DROP FUNCTION public.f2(integer);
DROP TYPE public.e2;
CREATE TYPE public.e AS ENUM ('x', 'y');
CREATE FUNCTION public.f(integer)
RETURNS integer
LANGUAGE sql
AS $$select $1$$;
CREATE TABLE public.t (
    id integer NOT NULL,
    a integer,
    b text NOT NULL,
    c public.e DEFAULT 'x'::public.e,
    CONSTRAINT t_a_check CHECK (a > 0),
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
CREATE INDEX i ON public.t USING btree (a);
CREATE VIEW public.v AS
SELECT a FROM public.t;
