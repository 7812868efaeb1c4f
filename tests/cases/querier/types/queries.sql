-- What stands above the first query, an empty line apart, is about the file.

-- name: GetEverything :one
-- Everything there is.
SELECT * FROM everything
-- a line of its own
WHERE id = $1;

-- name: Insert :one
INSERT INTO everything (
    small, four, real, double, exact, cash, yes, words, fixed, loose, bytes, day, hour, zoned, moment, instant, span,
    key, plain, binary_, address, network, card, store, feeling, feelings, size, address_, labels, page, pages,
    addresses, matrix, documents, moments, couple, pairs, days, prices, numbers, bits
) VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,
    $32, $33, $34, $35, $36, $37, $38, $39, $40, $41
) RETURNING *;

-- name: Feeling :one
SELECT feeling FROM everything WHERE id = $1;

-- name: Feelings :many
SELECT feelings FROM everything WHERE feeling = $1 OR size = $2;

-- name: Count :one
SELECT count(*) FROM everything;

-- name: Words :many
SELECT words FROM everything WHERE words = ANY($1::text[]);

-- name: Page :one
SELECT page FROM everything WHERE id = $1;

-- name: Change :execrows
UPDATE everything SET feelings = $2, page = $3 WHERE id = $1;

-- name: Remove :exec
DELETE FROM everything;

-- name: RemoveReturning :exec
DELETE FROM everything RETURNING id, words;

-- name: Touch :execresult
UPDATE everything SET instant = now() WHERE id = $1;

-- name: Orders :many
SELECT * FROM shop.orders;

-- name: Sizes :many
SELECT * FROM sizes;
