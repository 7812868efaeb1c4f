DROP VIEW public.w;
DROP VIEW public.v;
ALTER TABLE public.t DROP CONSTRAINT t_c_check;
ALTER TABLE public.t ALTER COLUMN a TYPE bigint;
ALTER TABLE public.t ALTER COLUMN c TYPE character varying(5);
ALTER TABLE public.t ADD CONSTRAINT t_c_check CHECK ((c)::text <> ''::text);
CREATE VIEW public.v AS
SELECT id, a FROM public.t WHERE (a > 1);
CREATE VIEW public.w AS
SELECT id, a FROM public.v;
COMMENT ON VIEW public.v IS 'of t';
GRANT SELECT ON TABLE public.v TO PUBLIC;
