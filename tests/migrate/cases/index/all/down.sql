DROP INDEX public.i4;
DROP INDEX public.i3;
DROP INDEX public.i2;
DROP INDEX public.i1;
CREATE INDEX i1 ON public.t USING btree (a);
CREATE INDEX i2 ON public.t USING btree (b);
