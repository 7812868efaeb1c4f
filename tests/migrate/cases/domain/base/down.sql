ALTER DOMAIN public.d RENAME TO d__old;
CREATE DOMAIN public.d AS integer;
ALTER TABLE public.t ALTER COLUMN a TYPE public.d USING a::text::public.d;
DROP DOMAIN public.d__old;
ALTER DOMAIN public.d ADD CONSTRAINT d_check CHECK (VALUE > 0);
