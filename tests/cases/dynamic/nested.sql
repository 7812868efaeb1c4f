-- name: OneList :many
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id;
-- name: PlainColumns :many
SELECT u.name, qg.embed_many(s), u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id;
-- name: TwoLists :one
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions, qg.embed_many(a) AS accounts
FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id LEFT JOIN account AS a ON a.user_id = u.id;
-- name: Deep :many
SELECT sqlc.embed(u), qg.embed_many(s) AS sessions, qg.embed_many(l) AS entries
FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id LEFT JOIN audit_log AS l ON l.user_id = u.id AND l.action = s.token;
-- name: Between :many
SELECT sqlc.embed(u), qg.embed_many(o) AS others
FROM "user" AS u LEFT JOIN account AS m ON m.user_id = u.id LEFT JOIN "user" AS o ON o.name = m.provider;
-- name: TwoRoots :many
SELECT sqlc.embed(u), sqlc.embed(a), qg.embed_many(s) AS sessions
FROM "user" AS u JOIN account AS a ON a.user_id = u.id LEFT JOIN session AS s ON s.user_id = u.id;
-- name: OneRootOfTwo :many
SELECT sqlc.embed(a), sqlc.embed(u), qg.embed_many(s) AS sessions
FROM account AS a JOIN "user" AS u ON u.id = a.user_id LEFT JOIN session AS s ON s.user_id = u.id;
-- name: Computed :many
SELECT u.id, upper(u.name) AS shout, (SELECT count(*) FROM account AS a WHERE a.user_id = u.id) AS accounts, qg.embed_many(s)
FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id;
-- name: FirstThree :many
SELECT u.id, qg.embed_many(s) AS sessions FROM "user" AS u
LEFT JOIN LATERAL (SELECT x.token, x.expires_at FROM session AS x WHERE x.user_id = u.id ORDER BY x.created_at LIMIT 3) AS s ON true;
-- name: Distinct :many
SELECT u.id, qg.embed_many(p) AS providers FROM "user" AS u
JOIN (SELECT DISTINCT user_id, provider FROM account) AS p ON p.user_id = u.id;
-- name: Limited :many
SELECT u.id, qg.embed_many(s) FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id LIMIT 10;
-- name: Full :many
SELECT sqlc.embed(u), qg.embed_many(l) AS entries FROM "user" AS u FULL JOIN audit_log AS l ON l.user_id = u.id;
-- name: View :many
SELECT v.id, qg.embed_many(s) FROM active_user AS v JOIN session AS s ON s.user_id = v.id;
-- name: KeyByOptional :many
SELECT a.provider_account_id, qg.embed_many(s) FROM account AS a JOIN session AS s ON s.user_id = a.user_id
WHERE a.provider = qg.optional(provider);
-- name: NoRootKey :many
SELECT u.name, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id;
-- name: NoChildKey :many
SELECT u.id, qg.embed_many(s) FROM "user" AS u JOIN (SELECT user_id, expires_at FROM session) AS s ON s.user_id = u.id;
-- name: NoKeyAtAll :many
SELECT u.id, qg.embed_many(n) FROM "user" AS u JOIN generate_series(1, 3) AS n ON true;
-- name: NoRoot :many
SELECT qg.embed_many(s) FROM session AS s;
-- name: Depends :many
SELECT u.id, s.expires_at > now() AS alive, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id;
-- name: Counted :many
SELECT u.id, count(*) OVER () AS total, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id;
-- name: ToBoth :many
SELECT u.id, qg.embed_many(s), qg.embed_many(a), qg.embed_many(l) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
JOIN account AS a ON a.user_id = u.id JOIN audit_log AS l ON l.action = s.token AND l.id = a.id;
-- name: Nulled :many
SELECT u.id, a.provider, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.id = 1 AND s.expires_at > now();
-- name: NulledByItself :many
SELECT u.id, a.provider, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.id = 1 AND u.active;
-- name: NulledWithKey :many
SELECT u.id, a.id AS account, a.provider, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.id = 1 AND s.expires_at > now();
-- name: BehindNulled :many
SELECT u.id, l.action, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.id = 1 AND s.expires_at > now() JOIN audit_log AS l ON l.id = coalesce(a.id, 5);
-- name: NulledInOrder :many
SELECT u.id, a.provider, qg.embed_many(s) FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.provider = u.name AND a.provider_account_id = u.email;
-- name: NulledByChance :many
SELECT u.id, a.provider, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN account AS a ON a.id = 1 AND random() < 0.5;
-- name: NulledByDocument :many
SELECT u.id, a.provider, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN (account AS a JOIN LATERAL jsonb_array_elements(to_jsonb(s.token)) AS j ON true) ON a.id = 1;
-- name: ThroughJoin :many
SELECT u.id, b.provider, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN (account AS a JOIN (SELECT 1 AS one) AS o ON true) AS b ON b.id = 1 AND s.expires_at > now();
-- name: LateralOfMany :many
SELECT u.id, l.action, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
JOIN LATERAL (SELECT x.id, s.token AS action FROM audit_log AS x) AS l ON l.id = 1;
-- name: Volatile :many
SELECT u.id, random() AS chance, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id;
-- name: AnyOfThem :many
SELECT u.id, v.chance, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
LEFT JOIN (SELECT random() AS chance) AS v ON true;
-- name: RandomRoot :many
SELECT u.id, u.name, qg.embed_many(s) FROM (SELECT id, name FROM "user" ORDER BY random() LIMIT 3) AS u
JOIN session AS s ON s.user_id = u.id;
-- name: SetReturning :many
SELECT u.id, generate_series(1, 2) AS n, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id;
-- name: GroupingSets :many
SELECT u.id, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id
GROUP BY ROLLUP (u.id, (s.token, s.user_id, s.expires_at, s.created_at, s.updated_at));
-- name: Mixed :many
SELECT u.id, qg.embed_many(s) FROM "user" AS u JOIN account AS a ON a.user_id = u.id
LEFT JOIN session AS s ON s.user_id = u.id AND s.token = a.provider WHERE a.id = coalesce(length(s.token), 7);
-- name: SortedBySet :many
SELECT u.id, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON s.user_id = u.id ORDER BY generate_series(1, 2);
-- name: Returned :many
UPDATE "user" AS u SET name = 'x' FROM session AS s WHERE s.user_id = u.id RETURNING u.id, qg.embed_many(s);
-- name: InUnion :many
SELECT u.id, qg.embed_many(s) FROM "user" AS u JOIN session AS s ON true UNION SELECT u.id, s.* FROM "user" AS u, session AS s;
----
OneList :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at
  folded by (0,)
  sessions of the root by (8,)
PlainColumns :many, many
  folded by (6,)
  s of the root by (1,)
TwoLists :one, many
  may be NULL: token, user_id, expires_at, created_at, updated_at, id, user_id, provider, provider_account_id, created_at, updated_at
  folded by (0,)
  sessions of the root by (8,), repeats
  accounts of the root by (13,), repeats
Deep :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at, id, user_id, action, detail, created_at
  folded by (0,)
  sessions of the root by (8,), repeats
  entries of sessions by (13,)
Between :many, many
  may be NULL: id, email, name, role, active, settings, created_at, updated_at
  folded by (0,)
  others of the root by (8,), repeats
TwoRoots :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at
  folded by (0, 8)
  sessions of the root by (14,)
OneRootOfTwo :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at
  folded by (0,)
  sessions of the root by (14,)
Computed :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at
  folded by (0,)
  s of the root by (3,)
FirstThree :many, many
  may be NULL: token, expires_at
  folded by (0,)
  sessions of the root by (1,)
Distinct :many, many
  folded by (0,)
  providers of the root by (1, 2)
Limited :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at
  folded by (0,)
  s of the root by (1,)
  29:10 warning QG352 the LIMIT of query "Limited" counts the rows of the join, not those that they are folded to | Write the LIMIT in a subquery: FROM (SELECT … LIMIT …) AS u LEFT JOIN …
Full :many, many
  may be NULL: id, email, name, role, active, settings, created_at, updated_at, id, user_id, action, detail, created_at
  folded by (0,)
  entries of the root by (8,), repeats
View :many, many
  folded by (0,)
  s of the root by (1,)
KeyByOptional refused
  36:31 error QG350 qg.embed_many folds the rows of a by their key, which is not selected | Select a.id, too.
NoRootKey refused
  39:16 error QG350 qg.embed_many folds the rows of u by their key, which is not selected | Select u.id, too.
NoChildKey refused
  41:14 error QG350 qg.embed_many cannot tell the rows of s apart: no unique key of NOT NULL columns is known | Select session.token in it.
NoKeyAtAll refused
  43:14 error QG350 qg.embed_many cannot tell the rows of n apart: no unique key of NOT NULL columns is known | Select a table's primary key in it.
NoRoot refused
  45:8 error QG351 all columns are in qg.embed_many, so that there is nothing that their rows belong to | Select what they belong to, as sqlc.embed(u).
Depends refused
  47:45 error QG351 column "alive" depends on s, of which there may be several rows | Select it with qg.embed_many(s).
Counted refused
  49:41 error QG351 column "total" is computed over rows of the join, not over those they are folded to | Compute it in a subquery.
ToBoth refused
  51:50 error QG351 "l" is joined to both "s" and "a", neither of which belongs to the other | Join it to the one that it belongs to.
Nulled refused
  54:26 error QG351 column "provider" depends on a, which the rows that are folded to one need not all have | Select the key of a, too, or all of it with qg.embed_many(a).
NulledByItself :many, many
  may be NULL: provider
  folded by (0,)
  s of the root by (2,)
NulledWithKey :many, many
  may be NULL: account, provider
  folded by (0, 1)
  s of the root by (3,)
BehindNulled refused
  63:24 error QG350 qg.embed_many folds the rows of l by their key, which is not selected | Select l.id, too.
NulledInOrder :many, many
  may be NULL: provider, token, user_id, expires_at, created_at, updated_at
  folded by (0,)
  s of the root by (2,)
NulledByChance refused
  69:26 error QG351 column "provider" depends on a, which the rows that are folded to one need not all have | Select the key of a, too, or all of it with qg.embed_many(a).
NulledByDocument refused
  72:26 error QG351 column "provider" depends on a, which the rows that are folded to one need not all have | Select the key of a, too, or all of it with qg.embed_many(a).
ThroughJoin refused
  75:26 error QG351 column "provider" depends on a, which the rows that are folded to one need not all have | Select the key of a, too, or all of it with qg.embed_many(a).
LateralOfMany refused
  78:24 error QG350 qg.embed_many folds the rows of l by their key, which is not selected | Select l.id, too.
Volatile refused
  81:34 error QG351 column "chance" is computed anew for each row of the join, not for those they are folded to | Compute it in a subquery.
AnyOfThem refused
  83:24 error QG351 column "chance" depends on v, which the rows that are folded to one need not all have | Select the key of v, too, or all of it with qg.embed_many(v).
RandomRoot :many, many
  folded by (0,)
  s of the root by (2,)
SetReturning refused
  89:42 error QG351 column "n" is computed anew for each row of the join, not for those they are folded to | Compute it in a subquery.
GroupingSets refused
  91:14 error QG351 qg.embed_many cannot fold the rows of grouping sets | Compute them in a subquery.
Mixed :many, many
  may be NULL: token, user_id, expires_at, created_at, updated_at
  folded by (0,)
  s of the root by (1,), repeats
SortedBySet :many, many
  folded by (0,)
  s of the root by (1,), repeats
Returned refused
  99:92 error QG351 qg.embed_many folds the rows of a SELECT
InUnion refused
  101:14 error QG306 the columns of embed(s) do not reach the result as columns of their own | Write it in the outermost select list, or in RETURNING; a UNION has none.
