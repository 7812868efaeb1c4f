-- Users with their sessions.
-- name: UsersWithSessions :many
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions
FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id
ORDER BY u.email, s.created_at;

-- The same with JSON.
-- name: UsersWithSessionsJson :many
SELECT
    sqlc.embed(u),
    (
        SELECT coalesce(json_agg(s ORDER BY s.created_at), '[]')
        FROM session AS s
        WHERE s.user_id = u.id
    ) AS sessions
FROM "user" AS u
ORDER BY u.email;

-- A user with their sessions and two columns of their accounts.
-- name: UserSignIns :one
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions, qg.embed_many(a) AS accounts
FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id
LEFT JOIN (SELECT id, provider, user_id FROM account) AS a ON a.user_id = u.id
WHERE u.id = @id
ORDER BY s.created_at, a.provider;

-- The same with JSON, and without the accounts' user_id.
-- name: UserSignInsJson :one
SELECT
    sqlc.embed(u),
    (
        SELECT coalesce(json_agg(s ORDER BY s.created_at), '[]')
        FROM session AS s
        WHERE s.user_id = u.id
    ) AS sessions,
    (
        SELECT coalesce(json_agg(json_build_object('id', a.id, 'provider', a.provider) ORDER BY a.provider), '[]')
        FROM account AS a
        WHERE a.user_id = u.id
    ) AS accounts
FROM "user" AS u
WHERE u.id = @id;

-- Users with their sessions, and what was logged during each.
-- name: UserActivity :many
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions, qg.embed_many(l) AS entries
FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id
LEFT JOIN audit_log AS l ON l.user_id = s.user_id AND l.created_at BETWEEN s.created_at AND s.expires_at
ORDER BY u.email, s.created_at, l.id;

-- The same with JSON.
-- name: UserActivityJson :many
SELECT
    sqlc.embed(u),
    (
        SELECT coalesce(
            json_agg(
                json_build_object(
                    'token', s.token,
                    'entries', (
                        SELECT coalesce(json_agg(l ORDER BY l.id), '[]')
                        FROM audit_log AS l
                        WHERE l.user_id = s.user_id AND l.created_at BETWEEN s.created_at AND s.expires_at
                    )
                )
                ORDER BY s.created_at
            ),
            '[]'
        )
        FROM session AS s
        WHERE s.user_id = u.id
    ) AS sessions
FROM "user" AS u
ORDER BY u.email;

-- Users with the session that ends last, if they have one.
-- name: UsersWithLastSession :many
SELECT sqlc.embed(u), sqlc.embed(s) AS last_session
FROM "user" AS u
LEFT JOIN LATERAL (
    SELECT * FROM session AS x WHERE x.user_id = u.id ORDER BY x.expires_at DESC LIMIT 1
) AS s ON true
ORDER BY u.email;

-- The same with DISTINCT ON, which reads all sessions.
-- name: UsersWithLastSessionDistinct :many
SELECT DISTINCT ON (u.email, u.id) sqlc.embed(u), sqlc.embed(s) AS last_session
FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id
ORDER BY u.email, u.id, s.expires_at DESC;

-- Users of a role with the sessions that have not expired, the longest first.
-- name: UsersSignedIn :many
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions
FROM "user" AS u
JOIN session AS s ON s.user_id = u.id AND s.expires_at > @now
WHERE u.role = qg.optional(role)
ORDER BY u.email, s.expires_at DESC;

-- Users with the number of their sessions and accounts.
-- name: UsersWithCounts :many
SELECT
    sqlc.embed(u),
    (SELECT count(*) FROM session AS s WHERE s.user_id = u.id) AS sessions,
    (SELECT count(*) FROM account AS a WHERE a.user_id = u.id) AS accounts
FROM "user" AS u
ORDER BY u.email;

-- Users who have an account at a provider, if one is given.
-- name: UsersOfProvider :many
SELECT u.*
FROM "user" AS u
WHERE (u.id, qg.optional(provider)) IN (SELECT a.user_id, a.provider FROM account AS a)
ORDER BY u.email;
