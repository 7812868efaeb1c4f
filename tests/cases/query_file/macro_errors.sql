-- name: A :one
SELECT sqlc.arg($1), sqlc.arg(), sqlc.arg(a, b), sqlc.arg(a.b), sqlc.embed(a.b.c), sqlc.arg('');
-- name: B :one
SELECT sqlc.args(a), sqlc.zzz(a);
-- name: C :one
SELECT qg.optional(a), qg.sort(b), qg.after(c), qg.when(d), qg.lst(e);
-- name: D :one
SELECT $1a, $99999999999, $2147483648, @"";
-- name: E :one
SELECT sqlc.arg(a
----
2:8 error QG120 sqlc.arg takes one name between its parentheses | Write it as sqlc.arg(name).
2:22 error QG120 sqlc.arg takes one name between its parentheses | Write it as sqlc.arg(name).
2:34 error QG120 sqlc.arg takes one name between its parentheses | Write it as sqlc.arg(name).
2:50 error QG120 sqlc.arg takes one name between its parentheses | Write it as sqlc.arg(name).
2:65 error QG120 sqlc.embed takes a table's name between its parentheses | Write it as sqlc.embed(table).
2:84 error QG120 sqlc.arg takes one name between its parentheses | Write it as sqlc.arg(name).
4:8 error QG121 there is no macro sqlc.args | Did you mean sqlc.arg?
4:22 error QG121 there is no macro sqlc.zzz | The macros of sqlc are: arg, narg, slice, embed.
6:61 error QG121 there is no macro qg.lst | Did you mean qg.list?
8:8 error 42601 trailing junk after parameter at or near "$1a"
8:13 error 42601 parameter number too large at or near "$99999999999"
8:27 error 42601 parameter number too large at or near "$2147483648"
8:40 error 42601 zero-length delimited identifier at or near """"
10:8 error QG120 sqlc.arg takes one name between its parentheses | Write it as sqlc.arg(name).
