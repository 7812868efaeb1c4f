ALTER TABLE public."order" ALTER COLUMN "select" DROP NOT NULL;
ALTER TABLE public."order" ALTER COLUMN "Mixed Case" DROP DEFAULT;
ALTER TABLE public."order" ALTER COLUMN "select" TYPE integer;
ALTER TABLE public."order" ALTER COLUMN "Mixed Case" TYPE text;
