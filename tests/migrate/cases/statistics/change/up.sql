DROP STATISTICS public.st;
create statistics public.st (ndistinct, dependencies) on a, b from public.t;
CREATE STATISTICS public.t_a_b_stat on a, b from public.t;
