ALTER TABLE public.t ADD COLUMN more integer;
