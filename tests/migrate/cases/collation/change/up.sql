DROP COLLATION public.c1;
create collation public.c1 (provider = builtin, locale = 'C.UTF-8');
ALTER TABLE public.t ALTER COLUMN a TYPE text COLLATE public.c1;
