-- name: A :one
SELECT 1;
CREATE FUNCTION f() RETURNS int AS $body$ SELECT $$ x $$
-- name: B :one
SELECT 1;
----
A :one
  sql> SELECT 1
3:36 error 42601 unterminated dollar-quoted string at or near "$body$ SELECT $$ x $$"
