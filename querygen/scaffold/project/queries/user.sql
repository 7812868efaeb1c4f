-- Add a user.
-- name: CreateUser :one
INSERT INTO "user" (email, name, role)
VALUES (@email, @name, @role)
RETURNING *;

-- Find a user by id.
-- name: GetUser :one
SELECT * FROM "user" WHERE id = @id;

-- Find a user by e-mail address, whatever its case.
-- name: GetUserByEmail :one
SELECT * FROM "user" WHERE lower(email) = lower(@email);

-- List active users of a role, the newest first.
-- name: ListUsers :many
SELECT id, email, name, created_at
FROM "user"
WHERE active AND role = @role
ORDER BY created_at DESC, id
LIMIT @limit OFFSET @offset;

-- Change a user's name and settings.
-- name: UpdateUser :one
UPDATE "user"
SET name = @name, settings = @settings, updated_at = now()
WHERE id = @id
RETURNING *;

-- name: DeactivateUsers :execrows
UPDATE "user" SET active = false, updated_at = now() WHERE id = ANY(@ids::uuid[]);

-- name: DeleteUser :exec
DELETE FROM "user" WHERE id = @id;

-- Count the users of every role that has one.
-- name: CountUsersByRole :many
SELECT role, count(*) AS users FROM "user" GROUP BY role ORDER BY role;

-- name: CountUsers :one
SELECT count(*) FROM "user";

-- name: ListActiveUsers :many
SELECT * FROM active_user ORDER BY email;
