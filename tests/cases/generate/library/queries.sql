-- Find an author.
-- @param id the key
-- name: GetAuthor :one
SELECT * FROM authors WHERE id = @id;

-- name: CreateAuthor :one
INSERT INTO authors (name, born, details) VALUES (@name, @born, @details) RETURNING *;

-- name: CountBooks :one
SELECT count(*) FROM books WHERE genre = @genre;

-- Every author with the books that are by them.
-- name: ListAuthorsWithBooks :many
SELECT sqlc.embed(a), sqlc.embed(b)
FROM authors AS a
LEFT JOIN books AS b ON b.author_id = a.id
ORDER BY a.name;

-- name: ListTitles :many
SELECT isbn, title FROM books WHERE isbn = ANY(@isbns::text[]);

-- name: FindTitle :one!
SELECT isbn, title FROM books WHERE title ILIKE @pattern;

-- name: ListGenres :many
SELECT DISTINCT genre FROM books;

-- name: Reprice :execrows
UPDATE books SET price = price * @factor::numeric WHERE author_id = @author_id AND price < sqlc.narg(below);

-- name: DeleteAuthor :exec
DELETE FROM authors WHERE id = $1;
