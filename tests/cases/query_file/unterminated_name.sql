-- name: A :one
SELECT "a
;
----
2:8 error 42601 unterminated quoted identifier at or near ""a"
