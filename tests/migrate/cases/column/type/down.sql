ALTER TABLE public.t ALTER COLUMN c DROP DEFAULT;
ALTER TABLE public.t ALTER COLUMN a TYPE integer;
ALTER TABLE public.t ALTER COLUMN b TYPE text;
ALTER TABLE public.t ALTER COLUMN c TYPE character varying(10);
ALTER TABLE public.t ALTER COLUMN d TYPE timestamp without time zone;
ALTER TABLE public.t ALTER COLUMN e TYPE numeric(5,2);
ALTER TABLE public.t ALTER COLUMN f TYPE text;
ALTER TABLE public.t ALTER COLUMN g TYPE integer USING g::integer;
