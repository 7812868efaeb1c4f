-- name: A :one
SELECT 1;
-- name: B :one!
SELECT 1;
-- name: C :many
SELECT 1;
/* name: D :iter */
SELECT 1;
--name: E :exec
SELECT 1;
-- name : F :batchone
SELECT 1;
-- name: G :execlastid
SELECT 1;
-- name: H :on
SELECT 1;
-- name: I :zzz
SELECT 1;
-- name: J
SELECT 1;
-- name: K one
SELECT 1;
-- name: L :One
SELECT 1;
-- name: M :one the first one
SELECT 1;
-- name:
SELECT 1;
-- name: :one
SELECT 1;
# name: N :one
----
A :one
  sql> SELECT 1
B :one!
  sql> SELECT 1
C :many
  sql> SELECT 1
D :iter
  sql> SELECT 1
E :exec
  sql> SELECT 1
F :batchone
  sql> SELECT 1
G :execlastid
  sql> SELECT 1
15:12 error QG103 there is no command ":on" | Did you mean :one?
17:12 error QG103 there is no command ":zzz" | Write one of :one, :one!, :many, :iter, :stream, :exec, :execrows, :execresult, :copyfrom, :batchexec, :batchone, :batchmany, :bulk.
19:10 error QG102 query "J" has no command | Write one of :one, :one!, :many, :iter, :stream, :exec … after the name.
21:12 error QG103 the command "one" lacks its colon | Write :one.
23:12 error QG103 there is no command ":One" | Did you mean :one?
25:17 error QG104 nothing may follow the command :one | Write documentation on a line of its own.
27:4 error QG101 the annotation names no query | Write it as -- name: GetUser :one.
29:10 error QG101 the annotation names no query | Write it as -- name: GetUser :one.
