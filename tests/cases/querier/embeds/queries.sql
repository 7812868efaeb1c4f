-- name: Both :many
SELECT sqlc.embed(books), sqlc.embed(authors) FROM books JOIN authors ON authors.id = books.author_id;

-- name: Outer :many
SELECT b.id, sqlc.embed(authors), b.title, sqlc.embed(notes)
FROM books b LEFT JOIN authors ON authors.id = b.author_id LEFT JOIN notes ON notes.book_id = b.id;

-- name: Only :one
SELECT sqlc.embed(a) FROM authors a WHERE a.id = $1;

-- name: Change :one
UPDATE books SET title = sqlc.arg(title), moods = sqlc.arg(moods) WHERE id = sqlc.arg(id) RETURNING *;
