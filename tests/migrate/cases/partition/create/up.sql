CREATE TABLE public.p (
    k text,
    d date NOT NULL
) PARTITION BY LIST (k);
CREATE TABLE public.pa PARTITION OF public.p FOR VALUES IN ('a', 'b') PARTITION BY HASH (d);
CREATE TABLE public.pa0 PARTITION OF public.pa FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE public.pa1 PARTITION OF public.pa FOR VALUES WITH (modulus 2, remainder 1);
CREATE UNIQUE INDEX p_k_d_idx ON public.p USING btree (k, d);
