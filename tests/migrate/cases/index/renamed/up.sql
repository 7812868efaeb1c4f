ALTER TABLE public.t RENAME CONSTRAINT old_check TO new_check;
ALTER INDEX public.old_name RENAME TO new_name;
