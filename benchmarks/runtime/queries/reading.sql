-- name: GetAuthor :one
SELECT id, name, bio FROM author WHERE id = @id;

-- name: ListAuthors :many
SELECT id, name, bio FROM author WHERE id <= @max_id ORDER BY id;

-- name: GetEvent :one
SELECT id, name, created, active, amount, uid, mood, visits, note FROM event WHERE id = @id;

-- name: ListEvents :many
SELECT id, name, created, active, amount, uid, mood, visits, note FROM event WHERE id <= @max_id ORDER BY id;

-- name: GetDocument :one
SELECT id, name, created, active, amount, uid, mood, data, note FROM document WHERE id = @id;

-- name: ListDocuments :many
SELECT id, name, created, active, amount, uid, mood, data, note FROM document WHERE id <= @max_id ORDER BY id;
