CREATE TABLE session (
    token text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX session_user_id_idx ON session (user_id);

COMMENT ON TABLE session IS 'A signed-in device, until it expires.';
