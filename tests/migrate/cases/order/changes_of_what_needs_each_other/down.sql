SET check_function_bodies = off;
DROP VIEW public.open_state;
ALTER TABLE public.item ALTER COLUMN state DROP DEFAULT;
DROP FUNCTION public.is_open(public.state);
ALTER TYPE public.state RENAME TO state__old;
CREATE TYPE public.state AS ENUM ('draft', 'done');
ALTER TABLE public.item ALTER COLUMN state TYPE public.state USING state::text::public.state;
DROP TYPE public.state__old;
ALTER SEQUENCE public.q INCREMENT BY 1;
CREATE FUNCTION public.is_open(s public.state)
RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$ select s = 'draft' $$;
ALTER TABLE public.item ALTER COLUMN n TYPE integer;
ALTER TABLE public.item ALTER COLUMN state SET DEFAULT 'draft'::public.state;
ALTER TABLE public.item ALTER COLUMN m SET DEFAULT nextval('public.q'::regclass);
CREATE VIEW public.open_state AS
SELECT public.is_open('draft'::public.state) AS x;
