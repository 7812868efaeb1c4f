ALTER TABLE public.a ADD COLUMN w text;
CREATE TABLE public.c () INHERITS (public.a);
