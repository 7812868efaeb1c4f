ALTER TABLE public.t ALTER COLUMN a TYPE bigint;
ALTER TABLE public.t ALTER COLUMN b TYPE character varying(20);
ALTER TABLE public.t ALTER COLUMN c TYPE text;
ALTER TABLE public.t ALTER COLUMN d TYPE timestamp with time zone;
ALTER TABLE public.t ALTER COLUMN e TYPE numeric(10,2);
ALTER TABLE public.t ALTER COLUMN f TYPE integer USING f::integer;
ALTER TABLE public.t ALTER COLUMN g TYPE text;
ALTER TABLE public.t ALTER COLUMN c SET DEFAULT 'x'::text;
