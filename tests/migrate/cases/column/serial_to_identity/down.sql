ALTER TABLE public.a ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE public.a_id_seq AS integer;
ALTER TABLE public.a ALTER COLUMN id SET DEFAULT nextval('public.a_id_seq'::regclass);
ALTER SEQUENCE public.a_id_seq OWNED BY public.a.id;
SELECT pg_catalog.setval('public.a_id_seq', greatest(coalesce(max(id), 0) + 1, 1), false) FROM public.a;
