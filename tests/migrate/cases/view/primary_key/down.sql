DROP VIEW public.w;
ALTER TABLE public.t DROP CONSTRAINT t_pkey;
ALTER TABLE public.t DROP COLUMN k;
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
CREATE OR REPLACE VIEW public.v AS
SELECT t.id, t.n, count(*) AS c FROM public.t GROUP BY t.id;
CREATE VIEW public.w AS
SELECT t.n FROM public.t GROUP BY t.id HAVING (count(*) > 1);
