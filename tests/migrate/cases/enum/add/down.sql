ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;
ALTER TYPE public.s RENAME TO s__old;
CREATE TYPE public.s AS ENUM ('b', 'd');
ALTER TABLE public.t ALTER COLUMN a TYPE public.s USING a::text::public.s;
DROP TYPE public.s__old;
ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 'b'::public.s;
