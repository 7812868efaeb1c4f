-- name: GetHTTPPerson :one
SELECT * FROM people WHERE uuid = $1;

-- name: List :many
SELECT uuid, list FROM people WHERE list = $1 LIMIT $2 OFFSET $3;

-- name: BetweenNames :many
SELECT name AS class, name, name, bio::text FROM people WHERE name BETWEEN $1 AND $2;

-- name: by_models :many
SELECT * FROM people WHERE models = sqlc.arg(models) AND name = sqlc.arg(psycopg) AND bio = sqlc.arg(cur);

-- name: unnamed :many
SELECT 1, 'a' || name, -models, coalesce(bio, ''), coalesce(NULL, 'x'), lower(name), people.name::varchar,
       CASE WHEN true THEN 1 ELSE 2 END, EXISTS (SELECT 1), NOT EXISTS (SELECT 1), (SELECT max(models) FROM people),
       ARRAY[1], greatest(1, 2), bio IS NULL, current_date, count(*) OVER (), 5 AS five, 5 AS five
FROM people;

-- name: Params :exec
UPDATE people SET name = $1, bio = coalesce($2, bio)
WHERE name = lower($3) AND greet($4, loudness => $5) = $6 || 'x' AND $7::bool AND uuid = $8::uuid AND bio = $9
  AND name IN ($10, $11) AND list && $12;

-- name: Keywords :exec
DELETE FROM people WHERE "class" = $1 AND name = sqlc.arg(self) AND bio = sqlc.arg(lambda);

-- name: Slices :many
SELECT uuid FROM people WHERE name IN (sqlc.slice(names)) AND models = ANY(sqlc.slice(list)::int[]);

-- name: Nulls :many
SELECT name FROM people WHERE name = sqlc.narg(name) OR bio = sqlc.arg(bio) OR models = @models;

-- name: Subquery :one
SELECT p.* FROM (SELECT * FROM people) p WHERE p.name = $1;
