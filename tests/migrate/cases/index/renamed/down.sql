ALTER TABLE public.t RENAME CONSTRAINT new_check TO old_check;
ALTER INDEX public.new_name RENAME TO old_name;
