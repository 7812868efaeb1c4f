-- name: Greet :one
-- What is said.
SELECT greet(name), id FROM authors WHERE id = $1;

-- name: CountBooks :many
SELECT a.*, count(*) AS books FROM authors a JOIN books b ON b.author_id = a.id WHERE a.name = sqlc.arg(name) GROUP BY a.id;

-- name: Titles :many
SELECT * FROM titles;

-- name: ByEmail :one
SELECT * FROM authors WHERE email = $1;

-- name: Similar :many
SELECT name FROM authors WHERE similarity(name, $1) > 0.5;

-- name: Said :one
-- The name of the argument is as the function declares it.
SELECT greet($1);
