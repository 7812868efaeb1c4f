CREATE DOMAIN positive AS integer CHECK (value > 0);
CREATE TABLE "class" (
    "from" integer NOT NULL,
    "self" positive NOT NULL,
    json json,
    "a b" timestamptz NOT NULL,
    period tstzrange,
    address inet,
    amount money,
    values integer[]
);
