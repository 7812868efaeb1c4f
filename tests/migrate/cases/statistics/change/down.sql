DROP STATISTICS public.t_a_b_stat;
DROP STATISTICS public.st;
create statistics public.st (ndistinct) on a, b from public.t;
