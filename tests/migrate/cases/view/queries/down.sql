DROP VIEW public.v8;
DROP VIEW public.v7;
DROP VIEW public.v6;
DROP VIEW public.v5;
DROP VIEW public.v4;
DROP VIEW public.v3;
DROP VIEW public.v2;
DROP VIEW public.v1;
