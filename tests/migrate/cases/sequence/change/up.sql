DROP SEQUENCE public.gone;
ALTER SEQUENCE public.s AS integer INCREMENT BY 3 MINVALUE 1 MAXVALUE 1000 CYCLE;
CREATE SEQUENCE public.o;
CREATE TABLE public.t (
    a integer
);
ALTER SEQUENCE public.o OWNED BY public.t.a;
