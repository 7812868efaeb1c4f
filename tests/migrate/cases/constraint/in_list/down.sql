DROP INDEX public.orders_open_idx;
ALTER TABLE public.orders DROP CONSTRAINT mood_cast;
ALTER TABLE public.orders DROP CONSTRAINT mood_known;
ALTER TABLE public.orders DROP CONSTRAINT status_known;
