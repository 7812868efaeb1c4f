-- name: GetClass :one
SELECT * FROM "class" WHERE "from" = $1;

-- name: WriteClass :exec
INSERT INTO "class" VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Between :many
SELECT "a b" FROM "class" WHERE "a b" BETWEEN @from AND @until AND period && @period;

-- name: Several :many
SELECT "from", "from", 1 + 1, 'x' AS "class" FROM "class" WHERE "from" = @conn OR "from" = @import;
