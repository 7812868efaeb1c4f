-- lint-ignore: timestamps a row is written once and never changed
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid REFERENCES "user" (id) ON DELETE SET NULL,
    action text NOT NULL,
    detail jsonb,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX audit_log_user_id_idx ON audit_log (user_id);

COMMENT ON TABLE audit_log IS 'What happened, and who did it; it outlives the user.';
