-- name: InParentheses :many
SELECT id FROM "user" WHERE (active AND role = qg.optional(role)) AND (name = qg.optional(name));
-- name: FirstInParentheses :many
SELECT id FROM "user" WHERE ((role = qg.optional(role)) AND active);
-- name: Alone :many
SELECT id FROM "user" WHERE (role = qg.optional(role)) ORDER BY id;
-- name: Between :many
SELECT id FROM "user" WHERE created_at BETWEEN @a AND @b AND updated_at BETWEEN qg.optional(c) AND qg.optional(d) AND active;
-- name: OrInside :many
SELECT id FROM "user" WHERE active AND (name = qg.optional(name) OR (role = 'admin' AND email = qg.optional(email)));
-- name: NotInside :many
SELECT id FROM "user" WHERE NOT (active AND name = qg.optional(name)) AND true;
-- name: CaseInside :many
SELECT id FROM "user" WHERE CASE WHEN active AND name = qg.optional(name) THEN true ELSE false END AND role = 'admin';
-- name: Comments :many
SELECT id FROM "user" -- all of them
WHERE active -- but AND those
  AND /* a AND b */ role = qg.optional(role) -- or so
ORDER BY id;
-- name: DistinctFrom :many
SELECT id FROM audit_log WHERE user_id IS NOT DISTINCT FROM qg.optional(user_id) AND action IS NOT NULL;
-- name: OnAndFilter :many
SELECT u.id, count(*) FILTER (WHERE s.expires_at > qg.optional(alive)) AS alive
FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > qg.optional(since)
GROUP BY u.id HAVING count(*) >= qg.optional(least) AND true;
-- name: Innermost :many
SELECT id FROM "user" AS u
WHERE active AND EXISTS (SELECT FROM session AS s WHERE s.user_id = u.id AND s.token = qg.optional(token));
-- name: Whole :many
SELECT id FROM "user" AS u WHERE active AND qg.optional(token) IN (SELECT s.token FROM session AS s WHERE s.user_id = u.id);
-- name: Fetch :many
SELECT id FROM "user" ORDER BY id OFFSET qg.optional(skip) ROWS FETCH FIRST qg.optional(first) ROWS ONLY;
-- name: LimitInside :many
SELECT t.id FROM (SELECT id FROM "user" ORDER BY id LIMIT least(qg.optional(most), 100)) AS t WHERE t.id <> @id;
-- name: Conflict :exec
INSERT INTO session (token, user_id, expires_at) VALUES (@token, @user_id, @expires_at)
ON CONFLICT (token) DO UPDATE SET expires_at = excluded.expires_at WHERE session.user_id = qg.optional(owner);
-- name: Rows :exec
INSERT INTO "user" (email, name, role, active)
VALUES (lower(@a), (@b), qg.optional(role), (qg.optional(active))), ('x', 'y', qg.optional(role), true);
-- name: SetFromOther :execrows
UPDATE "user" AS u SET name = s.token, role = CASE WHEN u.active THEN qg.optional(role) ELSE u.role END
FROM session AS s WHERE s.user_id = u.id AND s.token = qg.optional(token) AND u.id = @id;
-- name: Shared :many
SELECT id FROM "user" WHERE name = qg.optional(word) OR email = @word;
-- name: Window :many
SELECT id FROM (SELECT id, sum(1) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM "user") AS t
WHERE (SELECT count(*) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) > 0 AND t.n > qg.optional(n);
-- name: Merge :execrows
MERGE INTO session AS s USING (SELECT @token::text AS token, @user_id::uuid AS user_id) AS n ON s.token = n.token
WHEN MATCHED THEN UPDATE SET expires_at = qg.optional(expires_at), updated_at = now()
WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), qg.optional(created));
-- name: Mixed :many
SELECT id FROM "user" WHERE name = $1 AND role = qg.optional(role) AND email = $3;
----
InParentheses :many, many
  $1 role user_role
  $2 name text
  name, role
    SELECT id FROM "user" WHERE (active AND role = $1) AND (name = $2)
  role
    SELECT id FROM "user" WHERE (active AND role = $1)
  name
    SELECT id FROM "user" WHERE (active) AND (name = $2)
  nothing
    SELECT id FROM "user" WHERE (active)
FirstInParentheses :many, many
  $1 role user_role
  role
    SELECT id FROM "user" WHERE ((role = $1) AND active)
  nothing
    SELECT id FROM "user" WHERE (true AND active)
Alone :many, many
  $1 role user_role
  role
    SELECT id FROM "user" WHERE (role = $1) ORDER BY id
  nothing
    SELECT id FROM "user" ORDER BY id
Between :many, many
  $1 a timestamptz
  $2 b timestamptz
  $3 c timestamptz
  $4 d timestamptz
  c, d
    SELECT id FROM "user" WHERE created_at BETWEEN $1 AND $2 AND updated_at BETWEEN $3 AND $4 AND active
  c
    SELECT id FROM "user" WHERE created_at BETWEEN $1 AND $2 AND active
  d
    SELECT id FROM "user" WHERE created_at BETWEEN $1 AND $2 AND active
  nothing
    SELECT id FROM "user" WHERE created_at BETWEEN $1 AND $2 AND active
OrInside :many, many
  $1 name text
  $2 email text
  email, name
    SELECT id FROM "user" WHERE active AND (name = $1 OR (role = 'admin' AND email = $2))
  name
    SELECT id FROM "user" WHERE active
  email
    SELECT id FROM "user" WHERE active
  nothing
    SELECT id FROM "user" WHERE active
NotInside :many, many
  $1 name text
  name
    SELECT id FROM "user" WHERE NOT (active AND name = $1) AND true
  nothing
    SELECT id FROM "user" WHERE true AND true
CaseInside :many, many
  $1 name text
  name
    SELECT id FROM "user" WHERE CASE WHEN active AND name = $1 THEN true ELSE false END AND role = 'admin'
  nothing
    SELECT id FROM "user" WHERE true AND role = 'admin'
Comments :many, many
  $1 role user_role
  role
    SELECT id FROM "user" -- all of them
    WHERE active -- but AND those
      AND /* a AND b */ role = $1 -- or so
    ORDER BY id
  nothing
    SELECT id FROM "user" -- all of them
    WHERE active -- or so
    ORDER BY id
DistinctFrom :many, many
  $1 user_id uuid or NULL
  user_id
    SELECT id FROM audit_log WHERE user_id IS NOT DISTINCT FROM $1 AND action IS NOT NULL
  nothing
    SELECT id FROM audit_log WHERE true AND action IS NOT NULL
OnAndFilter :many, many
  $1 alive timestamptz
  $2 since timestamptz
  $3 least int8
  alive, least, since
    SELECT u.id, count(*) FILTER (WHERE s.expires_at > $1) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > $2
    GROUP BY u.id HAVING count(*) >= $3 AND true
  alive, since
    SELECT u.id, count(*) FILTER (WHERE s.expires_at > $1) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > $2
    GROUP BY u.id HAVING true AND true
  alive, least
    SELECT u.id, count(*) FILTER (WHERE s.expires_at > $1) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
    GROUP BY u.id HAVING count(*) >= $3 AND true
  least, since
    SELECT u.id, count(*) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > $2
    GROUP BY u.id HAVING count(*) >= $3 AND true
  alive
    SELECT u.id, count(*) FILTER (WHERE s.expires_at > $1) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
    GROUP BY u.id HAVING true AND true
  since
    SELECT u.id, count(*) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > $2
    GROUP BY u.id HAVING true AND true
  least
    SELECT u.id, count(*) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
    GROUP BY u.id HAVING count(*) >= $3 AND true
  nothing
    SELECT u.id, count(*) AS alive
    FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id
    GROUP BY u.id HAVING true AND true
Innermost :many, many
  $1 token text
  token
    SELECT id FROM "user" AS u
    WHERE active AND EXISTS (SELECT FROM session AS s WHERE s.user_id = u.id AND s.token = $1)
  nothing
    SELECT id FROM "user" AS u
    WHERE active AND EXISTS (SELECT FROM session AS s WHERE s.user_id = u.id)
Whole :many, many
  $1 token text
  token
    SELECT id FROM "user" AS u WHERE active AND $1 IN (SELECT s.token FROM session AS s WHERE s.user_id = u.id)
  nothing
    SELECT id FROM "user" AS u WHERE active
Fetch :many, many
  $1 skip int8
  $2 first int8
  first, skip
    SELECT id FROM "user" ORDER BY id OFFSET $1 ROWS FETCH FIRST $2 ROWS ONLY
  skip
    SELECT id FROM "user" ORDER BY id OFFSET $1 ROWS
  first
    SELECT id FROM "user" ORDER BY id FETCH FIRST $2 ROWS ONLY
  nothing
    SELECT id FROM "user" ORDER BY id
LimitInside :many, many
  $1 most int4
  $2 id uuid
  most
    SELECT t.id FROM (SELECT id FROM "user" ORDER BY id LIMIT least($1, 100)) AS t WHERE t.id <> $2
  nothing
    SELECT t.id FROM (SELECT id FROM "user" ORDER BY id) AS t WHERE t.id <> $2
Conflict :exec, many
  $1 token text
  $2 user_id uuid
  $3 expires_at timestamptz
  $4 owner uuid
  owner
    INSERT INTO session (token, user_id, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT (token) DO UPDATE SET expires_at = excluded.expires_at WHERE session.user_id = $4
  nothing
    INSERT INTO session (token, user_id, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT (token) DO UPDATE SET expires_at = excluded.expires_at WHERE true
Rows :exec, many
  $1 a text
  $2 b text
  $3 role user_role
  $4 active bool
  active, role
    INSERT INTO "user" (email, name, role, active)
    VALUES (lower($1), ($2), $3, ($4)), ('x', 'y', $3, true)
  role
    INSERT INTO "user" (email, name, role, active)
    VALUES (lower($1), ($2), $3, DEFAULT), ('x', 'y', $3, true)
  active
    INSERT INTO "user" (email, name, role, active)
    VALUES (lower($1), ($2), DEFAULT, ($4)), ('x', 'y', DEFAULT, true)
  nothing
    INSERT INTO "user" (email, name, role, active)
    VALUES (lower($1), ($2), DEFAULT, DEFAULT), ('x', 'y', DEFAULT, true)
SetFromOther :execrows, many
  $1 role user_role
  $2 token text
  $3 id uuid
  role, token
    UPDATE "user" AS u SET name = s.token, role = CASE WHEN u.active THEN $1 ELSE u.role END
    FROM session AS s WHERE s.user_id = u.id AND s.token = $2 AND u.id = $3
  role
    UPDATE "user" AS u SET name = s.token, role = CASE WHEN u.active THEN $1 ELSE u.role END
    FROM session AS s WHERE s.user_id = u.id AND u.id = $3
  token
    UPDATE "user" AS u SET name = s.token
    FROM session AS s WHERE s.user_id = u.id AND s.token = $2 AND u.id = $3
  nothing
    UPDATE "user" AS u SET name = s.token
    FROM session AS s WHERE s.user_id = u.id AND u.id = $3
Shared :many, many
  $1 word text
  word
    SELECT id FROM "user" WHERE name = $1 OR email = $1
  nothing
    SELECT id FROM "user"
Window :many, many
  $1 n int8
  n
    SELECT id FROM (SELECT id, sum(1) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM "user") AS t
    WHERE (SELECT count(*) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) > 0 AND t.n > $1
  nothing
    SELECT id FROM (SELECT id, sum(1) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM "user") AS t
    WHERE (SELECT count(*) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) > 0
Merge :execrows, many
  $1 token text
  $2 user_id uuid
  $3 expires_at timestamptz
  $4 created timestamptz
  created, expires_at
    MERGE INTO session AS s USING (SELECT $1::text AS token, $2::uuid AS user_id) AS n ON s.token = n.token
    WHEN MATCHED THEN UPDATE SET updated_at = now(), expires_at = $3
    WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), $4)
  expires_at
    MERGE INTO session AS s USING (SELECT $1::text AS token, $2::uuid AS user_id) AS n ON s.token = n.token
    WHEN MATCHED THEN UPDATE SET updated_at = now(), expires_at = $3
    WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), DEFAULT)
  created
    MERGE INTO session AS s USING (SELECT $1::text AS token, $2::uuid AS user_id) AS n ON s.token = n.token
    WHEN MATCHED THEN UPDATE SET updated_at = now()
    WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), $4)
  nothing
    MERGE INTO session AS s USING (SELECT $1::text AS token, $2::uuid AS user_id) AS n ON s.token = n.token
    WHEN MATCHED THEN UPDATE SET updated_at = now()
    WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), DEFAULT)
Mixed :many, many
  $1 None text
  $2 role user_role
  $3 None text
  role
    SELECT id FROM "user" WHERE name = $1 AND role = $2 AND email = $3
  nothing
    SELECT id FROM "user" WHERE name = $1 AND email = $3
