CREATE TYPE user_role AS ENUM ('admin', 'member', 'guest');

-- "user" is a reserved word: it is always written in quotes.
CREATE TABLE "user" (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email varchar(255) NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    role user_role NOT NULL DEFAULT 'member',
    active boolean NOT NULL DEFAULT true,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX user_email_key ON "user" (lower(email));

COMMENT ON TABLE "user" IS 'A person who can sign in.';
COMMENT ON COLUMN "user".settings IS 'What the person chose: theme, language and the like.';
