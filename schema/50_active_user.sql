CREATE VIEW active_user AS
SELECT u.id, u.email, u.name, u.role, max(s.expires_at) AS signed_in_until
FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id AND s.expires_at > now()
WHERE u.active
GROUP BY u.id;

COMMENT ON VIEW active_user IS 'Users who may sign in, with the end of their longest session.';
