DROP AGGREGATE public.total(integer);
create aggregate public.total(int) (sfunc = public.s, stype = int, initcond = '0');
