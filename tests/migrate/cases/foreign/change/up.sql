create user mapping for public server s options (u 'v');
ALTER FOREIGN TABLE public.ft OPTIONS (SET x '2', ADD y '3');
ALTER FOREIGN TABLE public.ft ADD COLUMN b text OPTIONS (n 'c');
