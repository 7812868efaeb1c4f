CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
-- name: A :one
SELECT 1;
CREATE OR REPLACE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);
-- name: B :one
SELECT (1;
-- name: C :one
SELECT ';' || ";" || $$;$$ /* ; */ -- ;
;;
-- name: D :exec
BEGIN;
-- name: E :one
SELECT 1 \gset
-- name: F :many
SELECT 2;
\i other.sql
----
A :one
  sql> SELECT 1
B :one
  sql> SELECT (1
C :one
  sql> SELECT ';' || ";" || $$;$$
D :exec
  sql> BEGIN
E :one
  sql> SELECT 1
F :many
  sql> SELECT 2
16:1 warning QG130 \i is not followed: the file it names is not read | Name the file in the configuration, too.
