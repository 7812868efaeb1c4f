DROP PUBLICATION q;
DROP PUBLICATION p;
DROP TABLE public.u;
create publication p for table public.t;
