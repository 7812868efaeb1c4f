COMMENT ON TABLE public.t IS NULL;
COMMENT ON COLUMN public.t.a IS 'it''s new';
COMMENT ON CONSTRAINT ck ON public.t IS 'c';
COMMENT ON CONSTRAINT nn ON public.t IS 'n';
COMMENT ON INDEX public.i IS 'i';
