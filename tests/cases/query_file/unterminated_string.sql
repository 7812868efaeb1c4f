-- name: A :one
SELECT 'é';
-- name: B :one
SELECT 'abc;
-- name: C :one
SELECT 2;
----
A :one
  sql> SELECT 'é'
4:8 error 42601 unterminated quoted string at or near "'abc;"
