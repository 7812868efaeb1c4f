DROP INDEX public.i2;
DROP INDEX public.i1;
CREATE UNIQUE INDEX i1 ON public.t USING btree (a DESC NULLS LAST) INCLUDE (b);
CREATE INDEX i2 ON public.t USING hash (b);
CREATE INDEX i3 ON public.t USING gin (c jsonb_path_ops);
CREATE INDEX i4 ON public.t USING btree (lower(b) COLLATE pg_catalog."C", (a + 1)) WITH (fillfactor=50) WHERE (a IS NOT NULL);
