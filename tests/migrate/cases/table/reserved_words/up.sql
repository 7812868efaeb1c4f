ALTER TABLE public."order" ALTER COLUMN "select" TYPE bigint;
ALTER TABLE public."order" ALTER COLUMN "Mixed Case" TYPE character varying(10);
ALTER TABLE public."order" ALTER COLUMN "Mixed Case" SET DEFAULT 'it''s'::character varying;
ALTER TABLE public."order" ALTER COLUMN "select" SET NOT NULL;
