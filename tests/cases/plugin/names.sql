-- name: Compared :many
SELECT id FROM people WHERE name = $1 AND $2 < id AND lower(name) = $3 AND people.bio LIKE $4;

-- name: Twice :many
SELECT id FROM people WHERE name = $1 OR bio = $1 OR name <> $2;

-- name: Between :many
SELECT id FROM people WHERE id BETWEEN $1 AND $2 LIMIT $3 OFFSET $4;

-- name: Lists :many
SELECT id FROM people WHERE id IN ($1, $2) AND name = ANY($3::text[]) AND id = ANY($4);

-- name: Casts :many
SELECT id FROM people WHERE $1::bool AND name = $2::text AND bio || $3 = 'x' AND coalesce($4, name) = bio;

-- name: Calls :many
SELECT id FROM people WHERE name = upper($1) AND left(bio, $2) = repeat($3, $4) AND make_date(year => $5, month => $6, day => 1) > born;

-- name: Assigned :exec
UPDATE people SET name = $1, bio = lower($2), born = coalesce($3, born), (id, home) = ($4, $5) WHERE id = $6;

-- name: Inserted :exec
INSERT INTO people (id, name, bio) VALUES ($1, $2, lower($3)), ($4, $5, $6) ON CONFLICT (id) DO UPDATE SET bio = $7;

-- name: Selected :exec
INSERT INTO people (id, name) SELECT $1, town FROM places WHERE town = $2;

-- name: Named :many
SELECT id FROM people WHERE name = sqlc.arg(who) AND bio = @what AND id = sqlc.narg('maybe');

-- name: Below :many
WITH old AS (SELECT place FROM places WHERE town < $1)
SELECT p.id FROM people p JOIN old ON old.place = p.home AND p.name = $2
WHERE EXISTS (SELECT 1 FROM ships WHERE captain = $3) AND p.id = (SELECT max(size) FROM towns WHERE size > $4);

-- name: Columns :many
SELECT id, name AS who, 1, 'a', -id, id + 1, name || 'x', lower(name), count(*) OVER (), coalesce(bio, ''),
    coalesce(NULL, 'x'), name::varchar, people.name::text, '1'::int, CASE WHEN id = 1 THEN 'a' ELSE 'b' END,
    CASE WHEN id = 1 THEN 'a' ELSE bio::text END, EXISTS (SELECT 1), NOT EXISTS (SELECT 1), (SELECT max(id) FROM people),
    ARRAY[1], greatest(1, 2), bio IS NULL, id = 1, NOT (id = 1), current_date, id = ANY(ARRAY[1])
FROM people;

-- name: Returned :one
DELETE FROM people WHERE id = $1 RETURNING id, lower(name), id + 1, bio::varchar;

-- name: United :many
SELECT id, name, 1 FROM people UNION SELECT place, town, 2 FROM places WHERE town = $1;
