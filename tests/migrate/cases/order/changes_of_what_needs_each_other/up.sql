SET check_function_bodies = off;
ALTER TYPE public.state ADD VALUE 'open' BEFORE 'done';
ALTER SEQUENCE public.q INCREMENT BY 2;
CREATE OR REPLACE FUNCTION public.is_open(s public.state)
RETURNS boolean
LANGUAGE sql STABLE
AS $$ select s <> 'done' $$;
ALTER TABLE public.item ALTER COLUMN n TYPE bigint;
ALTER TABLE public.item ALTER COLUMN state SET DEFAULT 'done'::public.state;
ALTER TABLE public.item ALTER COLUMN m SET DEFAULT (nextval('public.q'::regclass) + 1);
CREATE OR REPLACE VIEW public.open_state AS
SELECT public.is_open('draft'::public.state) AS x, public.is_open('done'::public.state) AS y;
