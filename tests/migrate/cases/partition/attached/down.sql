ALTER TABLE public.p DETACH PARTITION public.p1;
ALTER TABLE public.p1 DROP CONSTRAINT p_v_id_fkey;
ALTER TABLE public.p1 RENAME CONSTRAINT p_v_id_not_null TO p1_v_id_not_null;
ALTER TABLE public.p1 RENAME CONSTRAINT p_d_not_null TO p1_d_not_null;
