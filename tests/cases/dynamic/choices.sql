-- name: Sorted :many
SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY qg.sort(-created_at, shout, u."name") NULLS LAST, id;
-- name: SortedInside :many
SELECT t.id FROM (SELECT id FROM "user" ORDER BY qg.sort(email) LIMIT 10) AS t;
-- name: SameLastName :many
SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY qg.sort(u.id, a.id);
-- name: After :many
SELECT id FROM "user" AS u WHERE qg.after(u.created_at, id) AND active ORDER BY created_at, u.id LIMIT @size;
-- name: AfterThree :many
SELECT id FROM account WHERE qg.after(provider, created_at, id) ORDER BY provider DESC, created_at, id DESC;
-- name: AfterGroup :many
SELECT provider, count(*) FROM account WHERE qg.after(provider) GROUP BY provider ORDER BY provider;
-- name: AfterOfOne :many
SELECT a.id FROM account AS a JOIN "user" AS u ON u.id = a.user_id WHERE qg.after(a.id) ORDER BY a.id DESC;
-- name: AfterInside :many
SELECT p.id, count(s.token) AS sessions
FROM (SELECT id FROM "user" WHERE qg.after(id) ORDER BY id LIMIT @size) AS p
LEFT JOIN session AS s ON s.user_id = p.id GROUP BY p.id ORDER BY p.id;
-- name: Narrowed :many
SELECT user_id, action FROM audit_log WHERE user_id = qg.optional(user_id) AND action = @action;
-- name: OneByOptional :one
SELECT name FROM "user" WHERE id = qg.optional(id);
-- name: AggregateByOptional :one
SELECT count(*), max(id) AS last FROM account WHERE id = qg.optional(id);
-- name: HavingOptional :one
SELECT count(*) FROM account HAVING count(*) > qg.optional(n);
-- name: FilterOptional :many
SELECT user_id, max(id) FILTER (WHERE provider = qg.optional(provider)) AS last FROM account GROUP BY user_id;
-- name: FilterOfAll :one
SELECT max(id) FILTER (WHERE provider = qg.optional(provider)) AS last,
    min(id) FILTER (WHERE (provider = qg.optional(provider) AND (created_at > qg.optional(since)))) AS first FROM account;
-- name: FilterOfJson :many
SELECT user_id, JSON_ARRAYAGG(id ORDER BY id) FILTER (WHERE provider = qg.optional(provider)) AS ids FROM account GROUP BY user_id;
-- name: MarkedAnyway :many
SELECT user_id AS "user_id!" FROM audit_log WHERE user_id = qg.optional(user_id);
-- name: WhenFlag :many
SELECT u.id FROM "user" AS u JOIN session AS s ON qg.when(signed_in) AND s.user_id = u.id WHERE u.active;
-- name: WhenCascade :many
SELECT u.id FROM "user" AS u
JOIN session AS s ON s.user_id = u.id AND qg.when(provider) JOIN account AS a ON a.provider = s.token AND qg.when(provider)
WHERE a.provider = qg.optional(provider);
-- name: Idle :many
SELECT l.id FROM audit_log AS l
LEFT JOIN "user" AS u ON u.id = l.user_id
WHERE l.action = @action AND u.name = qg.optional(name) AND (u.email = qg.optional(email) OR u.role = 'admin');
-- name: IdleChain :many
SELECT l.id FROM audit_log AS l
LEFT JOIN "user" AS u ON u.id = l.user_id LEFT JOIN account AS a ON a.provider = u.name AND a.provider_account_id = 'x'
WHERE a.created_at > qg.optional(since);
-- name: NotIdle :many
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE s.token = qg.optional(token);
-- name: NotIdleByOptional :many
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.token = qg.optional(token)
WHERE s.expires_at > qg.optional(alive);
-- name: NotIdleSorted :many
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id
WHERE u.name = qg.optional(name) ORDER BY qg.sort(l.id, u.name);
-- name: IdleByIndex :many
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON lower(u.email) = l.action WHERE u.active = qg.optional(active);
-- name: Naturals :many
SELECT u.id FROM "user" AS u NATURAL LEFT JOIN (SELECT 1 AS one) AS n CROSS JOIN audit_log AS l
JOIN (session AS s JOIN account AS a USING (user_id)) ON s.user_id = u.id AND qg.when(x) WHERE u.active;
-- name: WhenInUpdate :execrows
UPDATE "user" AS u SET name = @name FROM account AS a JOIN session AS s ON s.user_id = a.user_id AND qg.when(token)
WHERE a.user_id = u.id AND s.token = qg.optional(token);
-- name: InWith :execrows
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = qg.optional(user_id) RETURNING s.user_id)
UPDATE "user" AS u SET active = qg.optional(active), name = qg.optional(name) FROM gone AS g WHERE g.user_id = u.id;
-- name: Many :many
SELECT id FROM audit_log WHERE action = qg.optional(a) AND id > qg.optional(b) AND id < qg.optional(c)
AND user_id = qg.optional(d) AND created_at > qg.optional(e) LIMIT qg.optional(f);
-- name: FullJoinStays :many
SELECT u.id FROM "user" AS u LEFT JOIN ((SELECT id FROM account WHERE id = 1) AS a
FULL JOIN (SELECT id FROM audit_log WHERE id = 2) AS l ON l.id = a.id) ON true WHERE coalesce(a.id, l.id) = qg.optional(id);
----
Sorted :many, many
  nothing
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY created_at DESC NULLS LAST, id
  nothing; created_at
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY created_at NULLS LAST, id
  nothing; -created_at
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY created_at DESC NULLS LAST, id
  nothing; shout
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY shout NULLS LAST, id
  nothing; -shout
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY shout DESC NULLS LAST, id
  nothing; name
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY u."name" NULLS LAST, id
  nothing; -name
    SELECT id, upper(name) AS shout FROM "user" AS u ORDER BY u."name" DESC NULLS LAST, id
SortedInside :many, many
  nothing
    SELECT t.id FROM (SELECT id FROM "user" ORDER BY email LIMIT 10) AS t
  nothing; email
    SELECT t.id FROM (SELECT id FROM "user" ORDER BY email LIMIT 10) AS t
  nothing; -email
    SELECT t.id FROM (SELECT id FROM "user" ORDER BY email DESC LIMIT 10) AS t
SameLastName :many, many
  nothing
    SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY u.id
  nothing; u.id
    SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY u.id
  nothing; -u.id
    SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY u.id DESC
  nothing; a.id
    SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY a.id
  nothing; -a.id
    SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY a.id DESC
After :many, many
  $1 after.u.created_at timestamptz
  $2 after.id uuid
  $3 size int8
  after
    SELECT id FROM "user" AS u WHERE (u.created_at, id) > ($1, $2) AND active ORDER BY created_at, u.id LIMIT $3
  nothing
    SELECT id FROM "user" AS u WHERE true AND active ORDER BY created_at, u.id LIMIT $3
AfterThree :many, many
  $1 after.provider text
  $2 after.created_at timestamptz
  $3 after.id int8
  after
    SELECT id FROM account WHERE (provider <= $1 AND (provider < $1 OR created_at > $2 OR (created_at = $2 AND (id < $3)))) ORDER BY provider DESC, created_at, id DESC
  nothing
    SELECT id FROM account ORDER BY provider DESC, created_at, id DESC
AfterGroup :many, many
  $1 after.provider text
  after
    SELECT provider, count(*) FROM account WHERE provider > $1 GROUP BY provider ORDER BY provider
  nothing
    SELECT provider, count(*) FROM account GROUP BY provider ORDER BY provider
AfterOfOne :many, many
  $1 after.a.id int8
  after
    SELECT a.id FROM account AS a JOIN "user" AS u ON u.id = a.user_id WHERE a.id < $1 ORDER BY a.id DESC
  nothing
    SELECT a.id FROM account AS a JOIN "user" AS u ON u.id = a.user_id ORDER BY a.id DESC
AfterInside :many, many
  $1 after.id uuid
  $2 size int8
  after
    SELECT p.id, count(s.token) AS sessions
    FROM (SELECT id FROM "user" WHERE id > $1 ORDER BY id LIMIT $2) AS p
    LEFT JOIN session AS s ON s.user_id = p.id GROUP BY p.id ORDER BY p.id
  nothing
    SELECT p.id, count(s.token) AS sessions
    FROM (SELECT id FROM "user" ORDER BY id LIMIT $2) AS p
    LEFT JOIN session AS s ON s.user_id = p.id GROUP BY p.id ORDER BY p.id
Narrowed :many, many
  $1 user_id uuid
  $2 action text
  may be NULL: user_id
  user_id
    SELECT user_id, action FROM audit_log WHERE user_id = $1 AND action = $2
  nothing
    SELECT user_id, action FROM audit_log WHERE true AND action = $2
OneByOptional :one, many
  $1 id uuid
  id
    SELECT name FROM "user" WHERE id = $1
  nothing
    SELECT name FROM "user"
AggregateByOptional :one, one
  $1 id int8
  may be NULL: last
  id
    SELECT count(*), max(id) AS last FROM account WHERE id = $1
  nothing
    SELECT count(*), max(id) AS last FROM account
HavingOptional :one, at most one
  $1 n int8
  n
    SELECT count(*) FROM account HAVING count(*) > $1
  nothing
    SELECT count(*) FROM account HAVING true
FilterOptional :many, many
  $1 provider text
  may be NULL: last
  provider
    SELECT user_id, max(id) FILTER (WHERE provider = $1) AS last FROM account GROUP BY user_id
  nothing
    SELECT user_id, max(id) AS last FROM account GROUP BY user_id
FilterOfAll :one, one
  $1 provider text
  $2 since timestamptz
  may be NULL: last, first
  provider, since
    SELECT max(id) FILTER (WHERE provider = $1) AS last,
        min(id) FILTER (WHERE (provider = $1 AND (created_at > $2))) AS first FROM account
  provider
    SELECT max(id) FILTER (WHERE provider = $1) AS last,
        min(id) FILTER (WHERE (provider = $1)) AS first FROM account
  since
    SELECT max(id) AS last,
        min(id) FILTER (WHERE (true AND (created_at > $2))) AS first FROM account
  nothing
    SELECT max(id) AS last,
        min(id) AS first FROM account
FilterOfJson :many, many
  $1 provider text
  may be NULL: ids
  provider
    SELECT user_id, JSON_ARRAYAGG(id ORDER BY id) FILTER (WHERE provider = $1) AS ids FROM account GROUP BY user_id
  nothing
    SELECT user_id, JSON_ARRAYAGG(id ORDER BY id) AS ids FROM account GROUP BY user_id
MarkedAnyway :many, many
  $1 user_id uuid
  user_id
    SELECT user_id AS "user_id!" FROM audit_log WHERE user_id = $1
  nothing
    SELECT user_id AS "user_id!" FROM audit_log
WhenFlag :many, many
  signed_in
    SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id WHERE u.active
  nothing
    SELECT u.id FROM "user" AS u WHERE u.active
WhenCascade :many, many
  $1 provider text
  provider
    SELECT u.id FROM "user" AS u
    JOIN session AS s ON s.user_id = u.id JOIN account AS a ON a.provider = s.token
    WHERE a.provider = $1
  nothing
    SELECT u.id FROM "user" AS u
Idle :many, many
  $1 action text
  $2 name text
  $3 email text
  email, name
    SELECT l.id FROM audit_log AS l
    LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE l.action = $1 AND u.name = $2 AND (u.email = $3 OR u.role = 'admin')
  name
    SELECT l.id FROM audit_log AS l
    LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE l.action = $1 AND u.name = $2
  email
    SELECT l.id FROM audit_log AS l
    LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE l.action = $1 AND (u.email = $3 OR u.role = 'admin')
  nothing
    SELECT l.id FROM audit_log AS l
    WHERE l.action = $1
IdleChain :many, many
  $1 since timestamptz
  since
    SELECT l.id FROM audit_log AS l
    LEFT JOIN "user" AS u ON u.id = l.user_id LEFT JOIN account AS a ON a.provider = u.name AND a.provider_account_id = 'x'
    WHERE a.created_at > $1
  nothing
    SELECT l.id FROM audit_log AS l
NotIdle :many, many
  $1 token text
  token
    SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE s.token = $1
  nothing
    SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
NotIdleByOptional :many, many
  $1 token text
  $2 alive timestamptz
  alive, token
    SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.token = $1
    WHERE s.expires_at > $2
  token
    SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.token = $1
  alive
    SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
    WHERE s.expires_at > $2
  nothing
    SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
NotIdleSorted :many, many
  $1 name text
  name
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE u.name = $1 ORDER BY l.id
  nothing
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY l.id
  name; id
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE u.name = $1 ORDER BY l.id
  nothing; id
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY l.id
  name; -id
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE u.name = $1 ORDER BY l.id DESC
  nothing; -id
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY l.id DESC
  name; name
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE u.name = $1 ORDER BY u.name
  nothing; name
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY u.name
  name; -name
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id
    WHERE u.name = $1 ORDER BY u.name DESC
  nothing; -name
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY u.name DESC
IdleByIndex :many, many
  $1 active bool
  active
    SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON lower(u.email) = l.action WHERE u.active = $1
  nothing
    SELECT l.id FROM audit_log AS l
Naturals :many, many
  x
    SELECT u.id FROM "user" AS u NATURAL LEFT JOIN (SELECT 1 AS one) AS n CROSS JOIN audit_log AS l
    JOIN (session AS s JOIN account AS a USING (user_id)) ON s.user_id = u.id WHERE u.active
  nothing
    SELECT u.id FROM "user" AS u NATURAL LEFT JOIN (SELECT 1 AS one) AS n CROSS JOIN audit_log AS l WHERE u.active
WhenInUpdate :execrows, many
  $1 name text
  $2 token text
  token
    UPDATE "user" AS u SET name = $1 FROM account AS a JOIN session AS s ON s.user_id = a.user_id
    WHERE a.user_id = u.id AND s.token = $2
  nothing
    UPDATE "user" AS u SET name = $1 FROM account AS a
    WHERE a.user_id = u.id
InWith :execrows, many
  $1 user_id uuid
  $2 active bool
  $3 name text
  active, name, user_id
    WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = $1 RETURNING s.user_id)
    UPDATE "user" AS u SET active = $2, name = $3 FROM gone AS g WHERE g.user_id = u.id
  active, user_id
    WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = $1 RETURNING s.user_id)
    UPDATE "user" AS u SET active = $2 FROM gone AS g WHERE g.user_id = u.id
  name, user_id
    WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = $1 RETURNING s.user_id)
    UPDATE "user" AS u SET name = $3 FROM gone AS g WHERE g.user_id = u.id
  active, name
    WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() RETURNING s.user_id)
    UPDATE "user" AS u SET active = $2, name = $3 FROM gone AS g WHERE g.user_id = u.id
  active
    WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() RETURNING s.user_id)
    UPDATE "user" AS u SET active = $2 FROM gone AS g WHERE g.user_id = u.id
  name
    WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() RETURNING s.user_id)
    UPDATE "user" AS u SET name = $3 FROM gone AS g WHERE g.user_id = u.id
Many :many, many
  $1 a text
  $2 b int8
  $3 c int8
  $4 d uuid
  $5 e timestamptz
  $6 f int8
  a, b, c, d, e, f
    SELECT id FROM audit_log WHERE action = $1 AND id > $2 AND id < $3
    AND user_id = $4 AND created_at > $5 LIMIT $6
  b, c, d, e, f
    SELECT id FROM audit_log WHERE true AND id > $2 AND id < $3
    AND user_id = $4 AND created_at > $5 LIMIT $6
  a, c, d, e, f
    SELECT id FROM audit_log WHERE action = $1 AND id < $3
    AND user_id = $4 AND created_at > $5 LIMIT $6
  a, b, d, e, f
    SELECT id FROM audit_log WHERE action = $1 AND id > $2
    AND user_id = $4 AND created_at > $5 LIMIT $6
  a, b, c, e, f
    SELECT id FROM audit_log WHERE action = $1 AND id > $2 AND id < $3 AND created_at > $5 LIMIT $6
  a, b, c, d, f
    SELECT id FROM audit_log WHERE action = $1 AND id > $2 AND id < $3
    AND user_id = $4 LIMIT $6
  a, b, c, d, e
    SELECT id FROM audit_log WHERE action = $1 AND id > $2 AND id < $3
    AND user_id = $4 AND created_at > $5
  a
    SELECT id FROM audit_log WHERE action = $1
  b
    SELECT id FROM audit_log WHERE true AND id > $2
  c
    SELECT id FROM audit_log WHERE true AND id < $3
  d
    SELECT id FROM audit_log WHERE true
    AND user_id = $4
  e
    SELECT id FROM audit_log WHERE true AND created_at > $5
  f
    SELECT id FROM audit_log WHERE true LIMIT $6
  nothing
    SELECT id FROM audit_log WHERE true
FullJoinStays :many, many
  $1 id int8
  id
    SELECT u.id FROM "user" AS u LEFT JOIN ((SELECT id FROM account WHERE id = 1) AS a
    FULL JOIN (SELECT id FROM audit_log WHERE id = 2) AS l ON l.id = a.id) ON true WHERE coalesce(a.id, l.id) = $1
  nothing
    SELECT u.id FROM "user" AS u LEFT JOIN ((SELECT id FROM account WHERE id = 1) AS a
    FULL JOIN (SELECT id FROM audit_log WHERE id = 2) AS l ON l.id = a.id) ON true
