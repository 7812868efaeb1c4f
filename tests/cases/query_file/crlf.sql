-- name: A :one
-- Reads.
SELECT @a,
  @b;
-- name: B :one
SELECT @a
----
A :one
  sql> SELECT $1,
  sql>   $2
  $1 arg a at 3:8
  $2 arg b at 4:3
  doc> Reads.
B :one
  sql> SELECT $1
  $1 arg a at 6:8
