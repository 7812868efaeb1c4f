DROP VIEW public.w;
ALTER TABLE public.t ADD COLUMN c date;
CREATE OR REPLACE VIEW public.v WITH (security_barrier=true) AS
SELECT a, b FROM public.t;
CREATE VIEW public.w WITH (check_option=cascaded) AS
SELECT a AS y FROM public.v;
