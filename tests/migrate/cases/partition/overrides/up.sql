CREATE TABLE public.orders_us PARTITION OF public.orders (
    priority DEFAULT 10,
    notes NOT NULL,
    grade CONSTRAINT graded NOT NULL DEFAULT 'A'::text
) FOR VALUES IN ('us');
