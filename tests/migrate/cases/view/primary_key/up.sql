DROP VIEW public.w;
ALTER TABLE public.t ADD COLUMN k integer NOT NULL;
CREATE OR REPLACE VIEW public.v AS
SELECT t.id, t.n, count(*) AS c FROM public.t GROUP BY t.id, t.n;
ALTER TABLE public.t DROP CONSTRAINT t_pkey;
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY (k);
CREATE VIEW public.w AS
SELECT t.n FROM public.t GROUP BY t.k HAVING (count(*) > 1);
