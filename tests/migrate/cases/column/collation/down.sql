ALTER TABLE public.t ALTER COLUMN a TYPE text;
ALTER TABLE public.t ALTER COLUMN b TYPE text COLLATE pg_catalog."C";
