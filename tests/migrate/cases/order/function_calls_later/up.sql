SET check_function_bodies = off;
CREATE FUNCTION public.a()
RETURNS integer
LANGUAGE sql
AS $$select b()$$;
CREATE FUNCTION public.b()
RETURNS integer
LANGUAGE sql
AS $$select count(*)::int from t$$;
CREATE TABLE public.t (
    x integer DEFAULT public.b()
);
