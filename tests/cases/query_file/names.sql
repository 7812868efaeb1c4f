-- name: get-user :one
SELECT 1;
-- name: 2nd :one
SELECT 1;
-- name: import :one
SELECT 1;
-- name: None :one
SELECT 1;
-- name: Import :one
SELECT 1;
-- name: Twice :one
SELECT 1;
-- name: Twice :many
SELECT 2;
-- name: Ünicode :many
SELECT 2;
----
Import :one
  sql> SELECT 1
Twice :one
  sql> SELECT 1
1:10 error QG106 "get-user" cannot be the name of a query | Use the letters of English, digits and underscores, and no digit first.
3:10 error QG106 "2nd" cannot be the name of a query | Use the letters of English, digits and underscores, and no digit first.
5:10 error QG107 "import" is a keyword of Python | Choose a name that can be a Python function's.
7:10 error QG107 "None" is a keyword of Python | Choose a name that can be a Python function's.
13:10 error QG110 there are two queries named "Twice", in lines 11 and 13 | Rename one of them. [the first one is here: 11]
15:10 error QG106 "Ünicode" cannot be the name of a query | Use the letters of English, digits and underscores, and no digit first.
