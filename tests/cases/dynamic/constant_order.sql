-- name: ByParameter :many
SELECT id FROM "user" ORDER BY @column::text, id;
-- name: Inside :many
SELECT * FROM (SELECT id FROM account ORDER BY $1) AS t;
-- name: Computed :many
SELECT id FROM account ORDER BY id + @n;
----
ByParameter :many, many
  $1 column text
  2:32 warning QG349 ORDER BY a parameter sorts by one value for all rows: it does not name a column | Write ORDER BY qg.sort(…) with the columns to choose among.
Inside :many, many
  $1 None text
  4:48 warning QG349 ORDER BY a parameter sorts by one value for all rows: it does not name a column | Write ORDER BY qg.sort(…) with the columns to choose among.
Computed :many, many
  $1 n int8
