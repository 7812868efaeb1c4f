-- name: WriteAuditLog :exec
INSERT INTO audit_log (user_id, action, detail)
VALUES (@user_id, @action, @detail);

-- The latest entries, with the name of the user where there still is one.
-- name: ListAuditLog :many
SELECT l.id, l.action, l.detail, l.created_at, u.name AS user_name
FROM audit_log AS l
LEFT JOIN "user" AS u ON u.id = l.user_id
ORDER BY l.id DESC
LIMIT @limit;
