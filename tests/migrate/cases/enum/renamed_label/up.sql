ALTER TABLE public.odd ADD COLUMN added integer;
