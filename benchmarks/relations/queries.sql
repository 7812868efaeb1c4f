-- name: Joined :many
SELECT sqlc.embed(a), qg.embed_many(b) AS books
FROM author AS a
LEFT JOIN book AS b ON b.author_id = a.id
ORDER BY a.id, b.id;

-- name: AsJson :many
SELECT
    sqlc.embed(a),
    coalesce(
        (SELECT json_agg(b ORDER BY b.id) FROM book AS b WHERE b.author_id = a.id),
        '[]'
    ) AS books
FROM author AS a
ORDER BY a.id;

-- name: Authors :many
SELECT * FROM author ORDER BY id;

-- name: BooksOf :many
SELECT * FROM book WHERE author_id = ANY(@authors::bigint[]) ORDER BY author_id, id;

-- name: JoinedBoth :many
SELECT sqlc.embed(a), qg.embed_many(b) AS books, qg.embed_many(p) AS prizes
FROM author AS a
LEFT JOIN book AS b ON b.author_id = a.id
LEFT JOIN prize AS p ON p.author_id = a.id
ORDER BY a.id, b.id, p.id;

-- name: JsonBoth :many
SELECT
    sqlc.embed(a),
    coalesce((SELECT json_agg(b ORDER BY b.id) FROM book AS b WHERE b.author_id = a.id), '[]') AS books,
    coalesce((SELECT json_agg(p ORDER BY p.id) FROM prize AS p WHERE p.author_id = a.id), '[]') AS prizes
FROM author AS a
ORDER BY a.id;

-- name: OneOfEach :many
SELECT
    sqlc.embed(a),
    qg.embed_many(b) AS books,
    coalesce((SELECT json_agg(p ORDER BY p.id) FROM prize AS p WHERE p.author_id = a.id), '[]') AS prizes
FROM author AS a
LEFT JOIN book AS b ON b.author_id = a.id
ORDER BY a.id, b.id;
