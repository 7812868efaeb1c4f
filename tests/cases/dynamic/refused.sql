-- name: SelectList :many
SELECT qg.optional(a)::int;
-- name: FunctionArgument :many
SELECT * FROM generate_series(1, qg.optional(a)::int) AS n;
-- name: InsertSelect :exec
INSERT INTO audit_log (action) SELECT qg.optional(action)::text;
-- name: MultiAssign :exec
UPDATE "user" SET (name, email) = ROW(qg.optional(name), 'x') WHERE id = @id;
-- name: MultiAssignBeside :exec
UPDATE "user" SET (name, email) = ROW('y', 'x'), role = qg.optional(role) WHERE id = @id;
-- name: MergeOn :exec
MERGE INTO session AS s USING account AS a ON s.user_id = a.user_id AND a.provider = qg.optional(provider) WHEN MATCHED THEN DELETE;
-- name: StillNeeded :many
SELECT id, @name::text FROM "user" WHERE name = qg.optional(name);
-- name: NoDefault :exec
INSERT INTO session (token, user_id, expires_at) VALUES (@token, @user_id, qg.optional(expires_at));
-- name: EveryRow :exec
DELETE FROM session WHERE token = qg.optional(token) AND user_id = qg.optional(user_id);
-- name: EveryRowUpdated :exec
UPDATE "user" SET active = false WHERE id = qg.optional(id);
-- name: EveryRowMeant :exec
UPDATE "user" SET active = false WHERE true AND id = qg.optional(id);
-- name: OtherType :many
SELECT id FROM account WHERE id = qg.optional(n) AND length(provider) = 3 AND length(@n::text) > 0;
-- name: SortNowhere :many
SELECT qg.sort(id) FROM "user";
-- name: SortDirected :many
SELECT id FROM "user" ORDER BY qg.sort(id, name) DESC;
-- name: SortTwice :many
SELECT id FROM "user" ORDER BY qg.sort(id, id);
-- name: SortDistinctOn :many
SELECT DISTINCT ON (role) id FROM "user" ORDER BY qg.sort(role, name);
-- name: SortDistinct :many
SELECT DISTINCT id FROM "user" ORDER BY qg.sort(id, name);
-- name: SortUnion :many
SELECT id FROM account UNION SELECT id FROM audit_log ORDER BY qg.sort(id, action);
-- name: SortUnknown :many
SELECT id FROM "user" ORDER BY qg.sort(id, emial);
-- name: SortJson :many
SELECT id, to_json(u) AS doc FROM "user" AS u ORDER BY qg.sort(doc);
-- name: SortExpression :many
SELECT id FROM "user" ORDER BY qg.sort(lower(email));
-- name: AfterWithSort :many
SELECT id FROM "user" WHERE qg.after(id) ORDER BY qg.sort(id);
-- name: AfterOther :many
SELECT id FROM "user" WHERE qg.after(created_at, id) ORDER BY id, created_at;
-- name: AfterShort :many
SELECT id FROM "user" WHERE qg.after(created_at, id) ORDER BY created_at;
-- name: AfterNotUnique :many
SELECT id FROM "user" WHERE qg.after(created_at) ORDER BY created_at;
-- name: AfterUniqueByOptional :many
SELECT id FROM account WHERE provider = qg.optional(provider) AND qg.after(provider_account_id) ORDER BY provider_account_id;
-- name: AfterNullable :many
SELECT id FROM audit_log WHERE qg.after(user_id, id) ORDER BY user_id, id;
-- name: AfterAlias :many
SELECT lower(name) AS id FROM "user" WHERE qg.after(id) ORDER BY id;
-- name: AfterHaving :many
SELECT role FROM "user" GROUP BY role HAVING qg.after(role) ORDER BY role;
-- name: AfterJoin :many
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id WHERE qg.after(u.id) ORDER BY u.id;
-- name: WhenNowhere :many
SELECT id FROM "user" WHERE active AND qg.when(x);
-- name: WhenRight :many
SELECT u.id FROM session AS s RIGHT JOIN "user" AS u ON s.user_id = u.id AND qg.when(x);
-- name: WhenStar :many
SELECT * FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND qg.when(x);
-- name: WhenNeeded :many
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND qg.when(x) WHERE s.token = qg.optional(token);
-- name: WhenJoined :many
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND qg.when(x) JOIN account AS a ON a.provider = s.token;
-- name: WhenPlain :many
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND qg.when(x) WHERE u.name = @x;
-- name: WhenSorted :many
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND qg.when(x) ORDER BY qg.sort(u.id, s.token);
-- name: RequiredBeside :many
SELECT id FROM "user" WHERE id = @id OR name = qg.optional(name);
-- name: RequiredInBoth :exec
DELETE FROM session WHERE true AND (token = @token OR (user_id = qg.optional(user_id) AND expires_at < qg.optional(before)));
-- name: RequiredElsewhere :many
SELECT id FROM "user" WHERE (id = @id OR name = qg.optional(name)) AND id <> @id;
-- name: ListBeside :many
SELECT id FROM "user" WHERE id IN (qg.list(ids)) OR name = qg.optional(name);
-- name: RequiredInJoin :many
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND s.token = @token AND qg.when(x);
-- name: EveryRowInParentheses :exec
DELETE FROM "user" WHERE email = qg.optional(email) AND (name = qg.optional(name) AND active = qg.optional(active));
-- name: EveryRowBesideSubquery :exec
DELETE FROM "user" WHERE id IN (SELECT user_id FROM session WHERE token = qg.optional(token));
-- name: NoDefaultUpdated :exec
INSERT INTO session (token, user_id, expires_at) VALUES (@token, @user_id, qg.optional(expires_at))
ON CONFLICT (token) DO UPDATE SET updated_at = qg.optional(now);
-- name: NoDefaultInSecondRow :exec
INSERT INTO session (token, user_id, expires_at) VALUES ('a', @user_id, now()), ('b', @user_id, qg.optional(expires_at));
-- name: NoDefaultMerged :exec
MERGE INTO session AS s USING (VALUES (@token::text)) AS v (token) ON s.token = v.token
WHEN MATCHED THEN UPDATE SET expires_at = now()
WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at) VALUES (v.token, @user_id, qg.optional(expires_at));
-- name: DefaultMerged :exec
MERGE INTO session AS s USING (VALUES (@token::text)) AS v (token) ON s.token = v.token
WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (v.token, @user_id, now(), qg.optional(at));
-- name: AfterOtherOrder :many
SELECT token FROM session WHERE qg.after(token) ORDER BY token USING ~<~;
-- name: AfterSameOrder :many
SELECT token FROM session WHERE qg.after(token) ORDER BY token USING >;
-- name: AfterSet :many
SELECT id, generate_series(1, 3) AS n FROM "user" WHERE qg.after(id) ORDER BY id;
-- name: OfItems :copyfrom
INSERT INTO audit_log (action, detail) VALUES (@action, qg.optional(detail));
----
42:32 error QG120 qg.sort takes names of columns between its parentheses | Write it as qg.sort(created_at, name).
SelectList refused
  2:8 error QG340 nothing around qg.optional(a) can be left out with "a" | It may stand in an AND-ed condition of WHERE, HAVING, ON or FILTER, in SET, VALUES, LIMIT or OFFSET.
FunctionArgument refused
  4:34 error QG340 nothing around qg.optional(a) can be left out with "a" | It may stand in an AND-ed condition of WHERE, HAVING, ON or FILTER, in SET, VALUES, LIMIT or OFFSET.
InsertSelect refused
  6:39 error QG340 nothing around qg.optional(action) can be left out with "action" | It may stand in an AND-ed condition of WHERE, HAVING, ON or FILTER, in SET, VALUES, LIMIT or OFFSET.
MultiAssign refused
  8:39 error QG340 a list of columns cannot be left out of SET with "name" | It may stand in an AND-ed condition of WHERE, HAVING, ON or FILTER, in SET, VALUES, LIMIT or OFFSET.
MultiAssignBeside refused
  10:57 error QG348 SET has a list of columns beside an item that may be left out | Write each column as an item of its own.
MergeOn refused
  12:86 error QG340 nothing around qg.optional(provider) can be left out with "provider" | It may stand in an AND-ed condition of WHERE, HAVING, ON or FILTER, in SET, VALUES, LIMIT or OFFSET.
StillNeeded refused
  14:12 error QG340 "name" may be left out, but it is still needed here | Write it as qg.optional(name) here, too, where it can be left out.
NoDefault refused
  16:76 error QG345 column "expires_at" is NOT NULL and has no default: it cannot be left out
EveryRow refused
  18:35 error QG346 every condition of this DELETE may be left out: it would then run for all rows | Add a condition that is always there, or AND true if that is meant.
EveryRowUpdated refused
  20:45 error QG346 every condition of this UPDATE may be left out: it would then run for all rows | Add a condition that is always there, or AND true if that is meant.
EveryRowMeant :exec, many
  $1 id uuid
  id
    UPDATE "user" SET active = false WHERE true AND id = $1
  nothing
    UPDATE "user" SET active = false WHERE true
OtherType refused
  24:86 error QG340 "n" may be left out, but it is still needed here | Write it as qg.optional(n) here, too, where it can be left out.
SortNowhere refused
  26:8 error QG347 qg.sort stands in no ORDER BY | Write it as ORDER BY qg.sort(created_at, name), id.
SortDirected refused
  28:32 error QG347 the direction behind qg.sort belongs to the caller, who gives it with each column | Write a minus before a column that is sorted in descending order where nothing is chosen.
SortTwice refused
  30:32 error QG347 qg.sort names a column twice | Remove one of the two.
SortDistinctOn refused
  32:51 error QG347 the ORDER BY of DISTINCT ON cannot be chosen: it decides which rows stay | Sort in a query around it.
SortDistinct refused
  34:53 error 42P10 for SELECT DISTINCT, ORDER BY expressions must appear in select list
SortUnion refused
  36:76 error 42703 column "action" does not exist
SortUnknown refused
  38:44 error 42703 column "emial" does not exist | Perhaps you meant to reference the column "user.email".
SortJson refused
  40:64 error 42883 could not identify an ordering operator for type json | Use an explicit ordering operator or modify the query.
AfterWithSort refused
  44:51 error QG347 qg.after needs an ORDER BY that is always the same, not qg.sort | Make two queries of it.
AfterOther refused
  46:38 error QG343 ORDER BY does not begin with (created_at, id): "created_at" differs | Write ORDER BY created_at, id, each with the direction that you want, beside it.
AfterShort refused
  48:50 error QG343 the ORDER BY beside qg.after does not sort by "id" | Write ORDER BY created_at, id, each with the direction that you want, beside it.
AfterNotUnique refused
  50:29 error QG343 (created_at) may be the same in several rows, some of which would be left out | End it, and the ORDER BY, in a unique key of "user".
AfterUniqueByOptional refused
  52:67 error QG343 (provider_account_id) may be the same in several rows, some of which would be left out | End it, and the ORDER BY, in a unique key of account.
AfterNullable refused
  54:41 error QG343 "user_id" may be NULL, so that rows would be left out: audit_log.user_id is declared without NOT NULL | Sort by a column that is NOT NULL.
AfterAlias refused
  56:53 error QG343 ORDER BY does not begin with (id): "id" differs | Write ORDER BY id, each with the direction that you want, beside it.
AfterHaving refused
  58:46 error QG343 qg.after stands in no WHERE | Write it as an AND-ed condition of WHERE, beside the ORDER BY.
AfterJoin refused
  60:74 error QG343 (u.id) may be the same in several rows, some of which would be left out | End it, and the ORDER BY, in a unique key of s.
WhenNowhere refused
  62:40 error QG341 qg.when(x) is no AND-ed condition of a JOIN's ON | Write it as JOIN … ON … AND qg.when(x).
WhenRight refused
  64:78 error QG341 qg.when(x) can drop an inner join or a LEFT JOIN only
WhenStar refused
  66:8 error QG342 this is still there when "x" is not given, but the join that it needs is not | Put it into a condition with qg.optional(x), or remove qg.when(x). [the join is dropped here: 66]
WhenNeeded refused
  68:89 error QG342 this is still there when "x" is not given, but the join that it needs is not | Put it into a condition with qg.optional(x), or remove qg.when(x). [the join is dropped here: 68]
WhenJoined refused
  70:117 error QG342 this is still there when "x" is not given, but the join that it needs is not | Put it into a condition with qg.optional(x), or remove qg.when(x). [the join is dropped here: 70]
WhenPlain refused
  72:72 error QG340 qg.when(x) drops a join without "x", which has to be given here | Write it as qg.optional(x) there. [it is needed here: 72]
WhenSorted refused
  74:111 error QG342 this is still there when "x" is not given, but the join that it needs is not | Put it into a condition with qg.optional(x), or remove qg.when(x). [the join is dropped here: 74]
RequiredBeside refused
  76:34 error QG340 the caller has to give "id", but this is left out without "name", and "id" with it | Write it as qg.optional(id), or in a condition of its own.
RequiredInBoth refused
  78:45 error QG340 the caller has to give "token", but this is left out without "before" and "user_id", and "token" with it | Write it as qg.optional(token), or in a condition of its own.
RequiredElsewhere :many, many
  $1 id uuid
  $2 name text
  name
    SELECT id FROM "user" WHERE (id = $1 OR name = $2) AND id <> $1
  nothing
    SELECT id FROM "user" WHERE true AND id <> $1
ListBeside refused
  82:36 error QG340 the caller has to give "ids", but this is left out without "name", and "ids" with it | Write it as qg.optional(ids), or in a condition of its own.
RequiredInJoin refused
  84:82 error QG340 the caller has to give "token", but this is left out without "x", and "token" with it | Write it as qg.optional(token), or in a condition of its own.
EveryRowInParentheses refused
  86:34 error QG346 every condition of this DELETE may be left out: it would then run for all rows | Add a condition that is always there, or AND true if that is meant.
EveryRowBesideSubquery :exec, many
  $1 token text
  token
    DELETE FROM "user" WHERE id IN (SELECT user_id FROM session WHERE token = $1)
  nothing
    DELETE FROM "user" WHERE id IN (SELECT user_id FROM session)
NoDefaultUpdated refused
  90:76 error QG345 column "expires_at" is NOT NULL and has no default: it cannot be left out
NoDefaultInSecondRow refused
  93:97 error QG345 column "expires_at" is NOT NULL and has no default: it cannot be left out
NoDefaultMerged refused
  97:86 error QG345 column "expires_at" is NOT NULL and has no default: it cannot be left out
DefaultMerged :exec, many
  $1 token text
  $2 user_id uuid
  $3 at timestamptz
  at
    MERGE INTO session AS s USING (VALUES ($1::text)) AS v (token) ON s.token = v.token
    WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (v.token, $2, now(), $3)
  nothing
    MERGE INTO session AS s USING (VALUES ($1::text)) AS v (token) ON s.token = v.token
    WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (v.token, $2, now(), DEFAULT)
AfterOtherOrder refused
  102:42 error QG343 ORDER BY sorts "token" by another operator than its type's own < or > | Write ORDER BY token, each with the direction that you want, beside it.
AfterSameOrder :many, many
  $1 after.token text
  after
    SELECT token FROM session WHERE token < $1 ORDER BY token USING >
  nothing
    SELECT token FROM session ORDER BY token USING >
AfterSet refused
  106:57 error QG343 a set-returning function gives several rows for one, some of which would be left out | Call it in a query around this one.
OfItems :copyfrom, many
  $1 action text
  $2 detail jsonb or NULL
  detail
    INSERT INTO audit_log (action, detail) VALUES ($1, $2)
  nothing
    INSERT INTO audit_log (action, detail) VALUES ($1, DEFAULT)
