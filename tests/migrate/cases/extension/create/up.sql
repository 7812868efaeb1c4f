CREATE SCHEMA x;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA x;
CREATE TABLE public.t (
    a text
);
CREATE INDEX t_a_idx ON public.t USING gin (a x.gin_trgm_ops);
