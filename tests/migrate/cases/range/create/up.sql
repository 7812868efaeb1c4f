CREATE TYPE public.fr AS RANGE (subtype = double precision, subtype_diff = float8mi);
CREATE TABLE public.t (
    a public.fr,
    b public.fr[]
);
