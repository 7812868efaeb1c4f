ALTER TABLE public.t ALTER COLUMN a TYPE text;
DROP COLLATION public.c1;
create collation public.c1 (provider = libc, locale = 'C');
