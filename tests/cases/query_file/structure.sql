CREATE TABLE t (a int); -- a remark about t, not about the query
-- name: First :one
-- name: Second :one
SELECT 1;
SELECT 'not annotated';
-- name: NoSemicolon :one
SELECT 1

-- name: After :one
SELECT 2;
-- name: Empty :one
;
-- name: AtEnd :exec
-- nothing follows
----
NoSemicolon :one
  sql> SELECT 1
After :one
  sql> SELECT 2
3:4 error QG108 two queries are named before one statement | Write a statement, and its semicolon, after each annotation. [the first one is here: 2]
7:8 error QG111 the statement of query "NoSemicolon" does not end before the next query | End it with a semicolon. [the next query begins here: 9]
11:4 error QG109 query "Empty" has no statement | Write the SQL below the annotation.
13:4 error QG109 query "AtEnd" has no statement | Write the SQL below the annotation.
