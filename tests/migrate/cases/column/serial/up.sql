CREATE SEQUENCE public.t_id_seq AS integer INCREMENT BY 5;
ALTER TABLE public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
ALTER TABLE public.t ALTER COLUMN id SET NOT NULL;
ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
