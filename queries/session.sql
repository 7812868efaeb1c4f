-- name: CreateSession :one
INSERT INTO session (token, user_id, expires_at)
VALUES (@token, @user_id, @expires_at)
RETURNING *;

-- Find a session that has not expired, with its user.
-- name: GetSession :one
SELECT sqlc.embed(s), sqlc.embed(u)
FROM session AS s
JOIN "user" AS u ON u.id = s.user_id
WHERE s.token = @token AND s.expires_at > now();

-- A user with the sessions and accounts that belong to them: one row for each pair.
-- name: ListUserSignIns :many
SELECT sqlc.embed(u), sqlc.embed(s), sqlc.embed(a)
FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.user_id = u.id
WHERE u.id = @user_id
ORDER BY s.created_at, a.id;

-- name: DeleteExpiredSessions :execrows
DELETE FROM session WHERE expires_at <= now();
