DROP TABLE public.orders_us;
