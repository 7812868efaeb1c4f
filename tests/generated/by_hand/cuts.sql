-- The dynamic queries of tests/cases/dynamic/cuts.sql as one writes them for what is given.

-- query: InParentheses
-- args: {'role': 'member', 'name': 'name 1'}
-- given: role, name
SELECT id FROM "user" WHERE active AND role = %(role)s AND name = %(name)s;
-- given: role
SELECT id FROM "user" WHERE active AND role = %(role)s;
-- given: name
SELECT id FROM "user" WHERE active AND name = %(name)s;
-- given:
SELECT id FROM "user" WHERE active;

-- query: FirstInParentheses
-- args: {'role': 'admin'}
-- given: role
SELECT id FROM "user" WHERE active AND role = %(role)s;
-- given:
SELECT id FROM "user" WHERE active;

-- query: Alone
-- args: {'role': 'guest'}
-- given: role
SELECT id FROM "user" WHERE role = %(role)s ORDER BY id;
-- given:
SELECT id FROM "user" ORDER BY id;

-- query: Between
-- args: {'a': '2024-01-03 00:00:00+00', 'b': '2024-01-07 00:00:00+00', 'c': '2024-02-02 00:00:00+00', 'd': '2024-02-05 00:00:00+00'}
-- given: c, d
SELECT id FROM "user" WHERE active AND created_at BETWEEN %(a)s AND %(b)s AND updated_at BETWEEN %(c)s AND %(d)s;
-- given: c
SELECT id FROM "user" WHERE active AND created_at BETWEEN %(a)s AND %(b)s;
-- given: d
SELECT id FROM "user" WHERE active AND created_at BETWEEN %(a)s AND %(b)s;
-- given:
SELECT id FROM "user" WHERE active AND created_at BETWEEN %(a)s AND %(b)s;

-- query: OrInside
-- args: {'name': 'name 1', 'email': 'User3@x.org'}
-- args: {'name': 'none', 'email': 'User3@x.org'}
-- given: name, email
SELECT id FROM "user" WHERE active AND (name = %(name)s OR (role = 'admin' AND email = %(email)s));
-- given: name
SELECT id FROM "user" WHERE active;
-- given: email
SELECT id FROM "user" WHERE active;
-- given:
SELECT id FROM "user" WHERE active;

-- query: NotInside
-- args: {'name': 'name 1'}
-- given: name
SELECT id FROM "user" WHERE NOT (active AND name = %(name)s);
-- given:
SELECT id FROM "user";

-- query: CaseInside
-- args: {'name': 'name 3'}
-- given: name
SELECT id FROM "user" WHERE role = 'admin' AND active AND name = %(name)s;
-- given:
SELECT id FROM "user" WHERE role = 'admin';

-- query: Comments
-- args: {'role': 'guest'}
-- given: role
SELECT id FROM "user" WHERE active AND role = %(role)s ORDER BY id;
-- given:
SELECT id FROM "user" WHERE active ORDER BY id;

-- query: DistinctFrom
-- args: {'user_id': '00000000-0000-0000-0000-000000000006'}
-- args: {'user_id': None}
-- given: user_id
SELECT id FROM audit_log WHERE user_id IS NOT DISTINCT FROM %(user_id)s;
-- given:
SELECT id FROM audit_log;

-- query: OnAndFilter
-- args: {'alive': '2025-01-01 00:00:00+00', 'since': '2024-01-15 00:00:00+00', 'least': 3}
-- given: alive, since, least
SELECT u.id, count(*) FILTER (WHERE s.expires_at > %(alive)s) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > %(since)s GROUP BY u.id HAVING count(*) >= %(least)s;
-- given: alive, since
SELECT u.id, count(*) FILTER (WHERE s.expires_at > %(alive)s) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > %(since)s GROUP BY u.id;
-- given: alive, least
SELECT u.id, count(*) FILTER (WHERE s.expires_at > %(alive)s) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id GROUP BY u.id HAVING count(*) >= %(least)s;
-- given: since, least
SELECT u.id, count(*) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > %(since)s GROUP BY u.id HAVING count(*) >= %(least)s;
-- given: alive
SELECT u.id, count(*) FILTER (WHERE s.expires_at > %(alive)s) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id GROUP BY u.id;
-- given: since
SELECT u.id, count(*) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.created_at > %(since)s GROUP BY u.id;
-- given: least
SELECT u.id, count(*) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id GROUP BY u.id HAVING count(*) >= %(least)s;
-- given:
SELECT u.id, count(*) AS alive FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id GROUP BY u.id;

-- query: Innermost
-- args: {'token': 'token 7'}
-- given: token
SELECT id FROM "user" AS u WHERE active AND EXISTS (SELECT FROM session AS s WHERE s.user_id = u.id AND s.token = %(token)s);
-- given:
SELECT id FROM "user" AS u WHERE active AND EXISTS (SELECT FROM session AS s WHERE s.user_id = u.id);

-- query: Whole
-- args: {'token': 'token 7'}
-- given: token
SELECT id FROM "user" AS u WHERE active AND %(token)s IN (SELECT s.token FROM session AS s WHERE s.user_id = u.id);
-- given:
SELECT id FROM "user" AS u WHERE active;

-- query: Fetch
-- args: {'skip': 5, 'first': 7}
-- given: skip, first
SELECT id FROM "user" ORDER BY id LIMIT %(first)s OFFSET %(skip)s;
-- given: skip
SELECT id FROM "user" ORDER BY id OFFSET %(skip)s;
-- given: first
SELECT id FROM "user" ORDER BY id LIMIT %(first)s;
-- given:
SELECT id FROM "user" ORDER BY id;

-- query: LimitInside
-- args: {'most': 5, 'id': '00000000-0000-0000-0000-000000000003'}
-- args: {'most': 500, 'id': '00000000-0000-0000-0000-000000000003'}
-- given: most
SELECT t.id FROM (SELECT id FROM "user" ORDER BY id LIMIT least(%(most)s, 100)) AS t WHERE t.id <> %(id)s;
-- given:
SELECT t.id FROM (SELECT id FROM "user" ORDER BY id) AS t WHERE t.id <> %(id)s;

-- query: Conflict
-- args: {'token': 'token 7', 'user_id': '00000000-0000-0000-0000-000000000009', 'expires_at': '2030-01-01 00:00:00+00', 'owner': '00000000-0000-0000-0000-000000000009'}
-- args: {'token': 'token 7', 'user_id': '00000000-0000-0000-0000-000000000009', 'expires_at': '2030-01-01 00:00:00+00', 'owner': '00000000-0000-0000-0000-000000000008'}
-- args: {'token': 'new', 'user_id': '00000000-0000-0000-0000-000000000009', 'expires_at': '2030-01-01 00:00:00+00', 'owner': '00000000-0000-0000-0000-000000000008'}
-- given: owner
INSERT INTO session (token, user_id, expires_at) VALUES (%(token)s, %(user_id)s, %(expires_at)s) ON CONFLICT (token) DO UPDATE SET expires_at = excluded.expires_at WHERE session.user_id = %(owner)s;
-- given:
INSERT INTO session (token, user_id, expires_at) VALUES (%(token)s, %(user_id)s, %(expires_at)s) ON CONFLICT (token) DO UPDATE SET expires_at = excluded.expires_at;

-- query: Rows
-- args: {'a': 'A@B.org', 'b': 'name', 'role': 'admin', 'active': False}
-- given: role, active
INSERT INTO "user" (email, name, role, active) VALUES (lower(%(a)s), %(b)s, %(role)s, %(active)s), ('x', 'y', %(role)s, true);
-- given: role
INSERT INTO "user" (email, name, role, active) VALUES (lower(%(a)s), %(b)s, %(role)s, DEFAULT), ('x', 'y', %(role)s, true);
-- given: active
INSERT INTO "user" (email, name, active) VALUES (lower(%(a)s), %(b)s, %(active)s), ('x', 'y', true);
-- given:
INSERT INTO "user" (email, name, active) VALUES (lower(%(a)s), %(b)s, DEFAULT), ('x', 'y', true);

-- query: SetFromOther
-- args: {'id': '00000000-0000-0000-0000-000000000008', 'role': 'admin', 'token': 'token 57'}
-- args: {'id': '00000000-0000-0000-0000-000000000006', 'role': 'guest', 'token': 'none'}
-- given: role, token
UPDATE "user" AS u SET name = s.token, role = CASE WHEN u.active THEN %(role)s ELSE u.role END FROM session AS s WHERE s.user_id = u.id AND u.id = %(id)s AND s.token = %(token)s;
-- given: role
UPDATE "user" AS u SET name = s.token, role = CASE WHEN u.active THEN %(role)s ELSE u.role END FROM session AS s WHERE s.user_id = u.id AND u.id = %(id)s;
-- given: token
UPDATE "user" AS u SET name = s.token FROM session AS s WHERE s.user_id = u.id AND u.id = %(id)s AND s.token = %(token)s;
-- given:
UPDATE "user" AS u SET name = s.token FROM session AS s WHERE s.user_id = u.id AND u.id = %(id)s;

-- query: Shared
-- args: {'word': 'name 1'}
-- args: {'word': 'User3@x.org'}
-- given: word
SELECT id FROM "user" WHERE name = %(word)s OR email = %(word)s;
-- given:
SELECT id FROM "user";

-- query: Window
-- args: {'n': 40}
-- given: n
SELECT t.id FROM (SELECT id, sum(1) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM "user") AS t WHERE (SELECT count(*) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) > 0 AND t.n > %(n)s;
-- given:
SELECT t.id FROM (SELECT id, sum(1) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM "user") AS t WHERE (SELECT count(*) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) > 0;

-- query: Merge
-- args: {'token': 'token 7', 'user_id': '00000000-0000-0000-0000-000000000009', 'expires_at': '2030-01-01 00:00:00+00', 'created': '2020-01-01 00:00:00+00'}
-- args: {'token': 'new', 'user_id': '00000000-0000-0000-0000-000000000009', 'expires_at': '2030-01-01 00:00:00+00', 'created': '2020-01-01 00:00:00+00'}
-- given: expires_at, created
MERGE INTO session AS s USING (SELECT %(token)s::text AS token, %(user_id)s::uuid AS user_id) AS n ON s.token = n.token WHEN MATCHED THEN UPDATE SET expires_at = %(expires_at)s, updated_at = now() WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), %(created)s);
-- given: expires_at
MERGE INTO session AS s USING (SELECT %(token)s::text AS token, %(user_id)s::uuid AS user_id) AS n ON s.token = n.token WHEN MATCHED THEN UPDATE SET expires_at = %(expires_at)s, updated_at = now() WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at) VALUES (n.token, n.user_id, now());
-- given: created
MERGE INTO session AS s USING (SELECT %(token)s::text AS token, %(user_id)s::uuid AS user_id) AS n ON s.token = n.token WHEN MATCHED THEN UPDATE SET updated_at = now() WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (n.token, n.user_id, now(), %(created)s);
-- given:
MERGE INTO session AS s USING (SELECT %(token)s::text AS token, %(user_id)s::uuid AS user_id) AS n ON s.token = n.token WHEN MATCHED THEN UPDATE SET updated_at = now() WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at) VALUES (n.token, n.user_id, now());

-- query: Mixed
-- args: {'name': 'name 1', 'role': 'member', 'email': 'User7@x.org'}
-- args: {'name': 'name 1', 'role': 'admin', 'email': 'User7@x.org'}
-- given: role
SELECT id FROM "user" WHERE name = %(name)s AND role = %(role)s AND email = %(email)s;
-- given:
SELECT id FROM "user" WHERE name = %(name)s AND email = %(email)s;
