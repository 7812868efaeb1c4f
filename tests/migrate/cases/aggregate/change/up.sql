DROP AGGREGATE public.total(integer);
create aggregate public.total(int) (sfunc = public.s, stype = int, initcond = '1');
COMMENT ON AGGREGATE public.total(integer) IS 'sum';
