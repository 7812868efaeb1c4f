ALTER DOMAIN public.d DROP CONSTRAINT d_check;
ALTER DOMAIN public.d SET DEFAULT 'y'::text;
ALTER DOMAIN public.d ADD CONSTRAINT d_not_null NOT NULL;
ALTER DOMAIN public.d ADD CONSTRAINT d_check CHECK (length(VALUE) > 1);
COMMENT ON DOMAIN public.d IS 'text';
