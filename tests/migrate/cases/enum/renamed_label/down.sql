ALTER TABLE public.odd DROP COLUMN added;
