-- name: A :one
SELECT 1 /* a /* b */ ;
----
2:10 error 42601 unterminated /* comment at or near "/* a /* b */ ;"
