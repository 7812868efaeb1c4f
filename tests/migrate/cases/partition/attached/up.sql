ALTER TABLE public.p1 RENAME CONSTRAINT p1_v_id_not_null TO p_v_id_not_null;
ALTER TABLE public.p1 RENAME CONSTRAINT p1_d_not_null TO p_d_not_null;
ALTER TABLE public.p ATTACH PARTITION public.p1 FOR VALUES FROM ('2025-01-01') TO ('2027-01-01');
