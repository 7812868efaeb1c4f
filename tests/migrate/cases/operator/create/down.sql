DROP VIEW public.v;
DROP CAST (text AS public.pair);
DROP FUNCTION public.tp(text);
DROP TYPE public.pair;
DROP OPERATOR public.=== (text, integer);
DROP FUNCTION public.eq(text, integer);
