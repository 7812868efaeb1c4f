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
