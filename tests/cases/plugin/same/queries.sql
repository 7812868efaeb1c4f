-- name: GetAuthor :one
-- One author.
-- Of many.
SELECT * FROM authors WHERE id = $1;

-- name: ListAuthors :many
SELECT id, name, lower(name), count(*) OVER () AS total FROM authors ORDER BY name LIMIT $1 OFFSET $2;

-- name: FindAuthors :many
SELECT * FROM authors
WHERE name LIKE sqlc.arg(pattern) AND feeling = @feeling AND born > sqlc.narg(born_after)::date;

-- name: AuthorsOf :many
SELECT id FROM authors WHERE id IN (sqlc.slice(ids)) AND tags && sqlc.arg(tags)::varchar[];

-- name: BooksWithAuthors :many
SELECT sqlc.embed(b), sqlc.embed(authors), b.title FROM books b JOIN authors ON authors.id = b.author_id;

-- name: AuthorsWithBooks :many
SELECT a.*, sqlc.embed(b) FROM authors a LEFT JOIN books b ON b.author_id = a.id;

-- name: Notes :many
SELECT n.*, b.title FROM notes n LEFT JOIN books b ON b.id = n.book_id WHERE n.note = $1 OR b.title IS NULL;

-- name: CreateAuthor :one
INSERT INTO authors (name, email, bio, feeling, feelings, tags, settings, balance, key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *;

-- name: Rename :execrows
UPDATE authors SET name = coalesce(sqlc.narg(name), name), bio = sqlc.narg(bio) WHERE id = sqlc.arg(id);

-- name: Upsert :exec
INSERT INTO authors (id, name, email, balance, key) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name;

-- name: Remove :execresult
DELETE FROM authors WHERE id = $1;

-- name: Count :one
SELECT count(*) FROM authors WHERE born BETWEEN $1 AND $2;

-- name: Latest :one
WITH latest AS (SELECT author_id, max(published) AS published FROM books GROUP BY author_id)
SELECT authors.name, latest.published FROM latest JOIN authors ON authors.id = latest.author_id LIMIT 1;
