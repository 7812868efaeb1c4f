-- The dynamic queries of tests/cases/dynamic/refused.sql that run, as one writes them for what is given.

-- query: EveryRowMeant
-- args: {'id': '00000000-0000-0000-0000-000000000006'}
-- given: id
UPDATE "user" SET active = false WHERE id = %(id)s;
-- given:
UPDATE "user" SET active = false;

-- query: RequiredElsewhere
-- args: {'id': '00000000-0000-0000-0000-000000000006', 'name': 'name 1'}
-- given: name
SELECT id FROM "user" WHERE name = %(name)s AND id <> %(id)s;
-- given:
SELECT id FROM "user" WHERE id <> %(id)s;

-- query: EveryRowBesideSubquery
-- args: {'token': 'token 7'}
-- given: token
DELETE FROM "user" WHERE id IN (SELECT user_id FROM session WHERE token = %(token)s);
-- given:
DELETE FROM "user" WHERE id IN (SELECT user_id FROM session);

-- query: DefaultMerged
-- args: {'token': 'new', 'user_id': '00000000-0000-0000-0000-000000000006', 'at': '2020-01-01 00:00:00+00'}
-- args: {'token': 'token 7', 'user_id': '00000000-0000-0000-0000-000000000006', 'at': '2020-01-01 00:00:00+00'}
-- given: at
MERGE INTO session AS s USING (VALUES (%(token)s::text)) AS v (token) ON s.token = v.token WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at, created_at) VALUES (v.token, %(user_id)s, now(), %(at)s);
-- given:
MERGE INTO session AS s USING (VALUES (%(token)s::text)) AS v (token) ON s.token = v.token WHEN NOT MATCHED THEN INSERT (token, user_id, expires_at) VALUES (v.token, %(user_id)s, now());

-- query: AfterSameOrder
-- args: {'after': ('token 44',)}
-- given: after
SELECT token FROM session WHERE token < %(after1)s ORDER BY token DESC;
-- given:
SELECT token FROM session ORDER BY token DESC;
