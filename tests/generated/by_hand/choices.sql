-- The dynamic queries of tests/cases/dynamic/choices.sql as one writes them for what is given.

-- query: Sorted
-- args: {}
-- given:
SELECT id, upper(name) AS shout FROM "user" ORDER BY created_at DESC NULLS LAST, id;
-- given: ; created_at
SELECT id, upper(name) AS shout FROM "user" ORDER BY created_at NULLS LAST, id;
-- given: ; -created_at
SELECT id, upper(name) AS shout FROM "user" ORDER BY created_at DESC NULLS LAST, id;
-- given: ; shout
SELECT id, upper(name) AS shout FROM "user" ORDER BY upper(name) NULLS LAST, id;
-- given: ; -shout
SELECT id, upper(name) AS shout FROM "user" ORDER BY upper(name) DESC NULLS LAST, id;
-- given: ; name
SELECT id, upper(name) AS shout FROM "user" ORDER BY name NULLS LAST, id;
-- given: ; -name
SELECT id, upper(name) AS shout FROM "user" ORDER BY name DESC NULLS LAST, id;

-- query: SortedInside
-- args: {}
-- given:
SELECT id FROM (SELECT id FROM "user" ORDER BY email LIMIT 10) AS t;
-- given: ; email
SELECT id FROM (SELECT id FROM "user" ORDER BY email LIMIT 10) AS t;
-- given: ; -email
SELECT id FROM (SELECT id FROM "user" ORDER BY email DESC LIMIT 10) AS t;

-- query: SameLastName
-- args: {}
-- given:
SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY u.id;
-- given: ; u.id
SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY u.id;
-- given: ; -u.id
SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY u.id DESC;
-- given: ; a.id
SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY a.id;
-- given: ; -a.id
SELECT u.id FROM "user" AS u JOIN account AS a ON a.user_id = u.id ORDER BY a.id DESC;

-- query: After
-- args: {'after': ('2024-01-04 00:00:00+00', '00000000-0000-0000-0000-000000000023'), 'size': 9}
-- given: after
SELECT id FROM "user" WHERE active AND (created_at, id) > (%(after1)s, %(after2)s) ORDER BY created_at, id LIMIT %(size)s;
-- given:
SELECT id FROM "user" WHERE active ORDER BY created_at, id LIMIT %(size)s;

-- query: AfterThree
-- args: {'after': ('google', '2024-01-04 00:00:00+00', 30)}
-- args: {'after': ('github', '2024-01-01 00:00:00+00', 30)}
-- given: after
SELECT id FROM account WHERE provider <= %(after1)s AND (provider < %(after1)s OR created_at > %(after2)s OR (created_at = %(after2)s AND id < %(after3)s)) ORDER BY provider DESC, created_at, id DESC;
-- given:
SELECT id FROM account ORDER BY provider DESC, created_at, id DESC;

-- query: AfterGroup
-- args: {'after': ('github',)}
-- given: after
SELECT provider, count(*) FROM account WHERE provider > %(after1)s GROUP BY provider ORDER BY provider;
-- given:
SELECT provider, count(*) FROM account GROUP BY provider ORDER BY provider;

-- query: AfterOfOne
-- args: {'after': (33,)}
-- given: after
SELECT a.id FROM account AS a JOIN "user" AS u ON u.id = a.user_id WHERE a.id < %(after1)s ORDER BY a.id DESC;
-- given:
SELECT a.id FROM account AS a JOIN "user" AS u ON u.id = a.user_id ORDER BY a.id DESC;

-- query: AfterInside
-- args: {'after': ('00000000-0000-0000-0000-000000000033',), 'size': 4}
-- given: after
SELECT p.id, count(s.token) AS sessions FROM (SELECT id FROM "user" WHERE id > %(after1)s ORDER BY id LIMIT %(size)s) AS p LEFT JOIN session AS s ON s.user_id = p.id GROUP BY p.id ORDER BY p.id;
-- given:
SELECT p.id, count(s.token) AS sessions FROM (SELECT id FROM "user" ORDER BY id LIMIT %(size)s) AS p LEFT JOIN session AS s ON s.user_id = p.id GROUP BY p.id ORDER BY p.id;

-- query: Narrowed
-- args: {'user_id': '00000000-0000-0000-0000-000000000002', 'action': 'action 1'}
-- args: {'user_id': '00000000-0000-0000-0000-000000000002', 'action': 'none'}
-- given: user_id
SELECT user_id, action FROM audit_log WHERE user_id = %(user_id)s AND action = %(action)s;
-- given:
SELECT user_id, action FROM audit_log WHERE action = %(action)s;

-- query: OneByOptional
-- args: {'id': '00000000-0000-0000-0000-000000000005'}
-- args: {'id': '00000000-0000-0000-0000-000000000500'}
-- given: id
SELECT name FROM "user" WHERE id = %(id)s;
-- given:
SELECT name FROM "user";

-- query: AggregateByOptional
-- args: {'id': 5}
-- args: {'id': 500}
-- given: id
SELECT count(*), max(id) AS last FROM account WHERE id = %(id)s;
-- given:
SELECT count(*), max(id) AS last FROM account;

-- query: HavingOptional
-- args: {'n': 5}
-- args: {'n': 500}
-- given: n
SELECT count(*) FROM account HAVING count(*) > %(n)s;
-- given:
SELECT count(*) FROM account;

-- query: FilterOptional
-- args: {'provider': 'google'}
-- given: provider
SELECT user_id, max(id) FILTER (WHERE provider = %(provider)s) AS last FROM account GROUP BY user_id;
-- given:
SELECT user_id, max(id) AS last FROM account GROUP BY user_id;

-- query: FilterOfAll
-- args: {'provider': 'github', 'since': '2024-01-06 00:00:00+00'}
-- given: provider, since
SELECT max(id) FILTER (WHERE provider = %(provider)s) AS last, min(id) FILTER (WHERE provider = %(provider)s AND created_at > %(since)s) AS first FROM account;
-- given: provider
SELECT max(id) FILTER (WHERE provider = %(provider)s) AS last, min(id) FILTER (WHERE provider = %(provider)s) AS first FROM account;
-- given: since
SELECT max(id) AS last, min(id) FILTER (WHERE created_at > %(since)s) AS first FROM account;
-- given:
SELECT max(id) AS last, min(id) AS first FROM account;

-- query: FilterOfJson
-- args: {'provider': 'google'}
-- given: provider
SELECT user_id, JSON_ARRAYAGG(id ORDER BY id) FILTER (WHERE provider = %(provider)s) AS ids FROM account GROUP BY user_id;
-- given:
SELECT user_id, JSON_ARRAYAGG(id ORDER BY id) AS ids FROM account GROUP BY user_id;

-- query: MarkedAnyway
-- args: {'user_id': '00000000-0000-0000-0000-000000000006'}
-- given: user_id
SELECT user_id FROM audit_log WHERE user_id = %(user_id)s;
-- given:
SELECT user_id FROM audit_log;

-- query: WhenFlag
-- args: {'signed_in': True}
-- given: signed_in
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id WHERE u.active;
-- given:
SELECT id FROM "user" WHERE active;

-- query: WhenCascade
-- args: {'provider': 'github'}
-- given: provider
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id JOIN account AS a ON a.provider = s.token WHERE a.provider = %(provider)s;
-- given:
SELECT id FROM "user";

-- query: Idle
-- args: {'action': 'action 1', 'name': 'name 3', 'email': 'User1@x.org'}
-- given: name, email
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE l.action = %(action)s AND u.name = %(name)s AND (u.email = %(email)s OR u.role = 'admin');
-- given: name
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE l.action = %(action)s AND u.name = %(name)s;
-- given: email
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE l.action = %(action)s AND (u.email = %(email)s OR u.role = 'admin');
-- given:
SELECT l.id FROM audit_log AS l WHERE l.action = %(action)s;

-- query: IdleChain
-- args: {'since': '2023-01-01 00:00:00+00'}
-- given: since
SELECT l.id FROM audit_log AS l JOIN "user" AS u ON u.id = l.user_id JOIN account AS a ON a.provider = u.name AND a.provider_account_id = 'x' WHERE a.created_at > %(since)s;
-- given:
SELECT id FROM audit_log;

-- query: NotIdle
-- args: {'token': 'token 7'}
-- given: token
SELECT u.id FROM "user" AS u JOIN session AS s ON s.user_id = u.id WHERE s.token = %(token)s;
-- given:
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id;

-- query: NotIdleByOptional
-- args: {'token': 'token 7', 'alive': '2025-01-01 00:00:00+00'}
-- given: token, alive
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.token = %(token)s WHERE s.expires_at > %(alive)s;
-- given: token
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id AND s.token = %(token)s;
-- given: alive
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE s.expires_at > %(alive)s;
-- given:
SELECT u.id FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id;

-- query: NotIdleSorted
-- args: {'name': 'name 3'}
-- given: name
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE u.name = %(name)s ORDER BY l.id;
-- given:
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY l.id;
-- given: name; id
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE u.name = %(name)s ORDER BY l.id;
-- given: ; id
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY l.id;
-- given: name; -id
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE u.name = %(name)s ORDER BY l.id DESC;
-- given: ; -id
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY l.id DESC;
-- given: name; name
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE u.name = %(name)s ORDER BY u.name;
-- given: ; name
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY u.name;
-- given: name; -name
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE u.name = %(name)s ORDER BY u.name DESC;
-- given: ; -name
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id ORDER BY u.name DESC;

-- query: IdleByIndex
-- args: {'active': True}
-- given: active
SELECT l.id FROM audit_log AS l LEFT JOIN "user" AS u ON lower(u.email) = l.action WHERE u.active = %(active)s;
-- given:
SELECT id FROM audit_log;

-- query: Naturals
-- args: {'x': True}
-- given: x
SELECT u.id FROM "user" AS u CROSS JOIN (SELECT 1 AS one) AS n CROSS JOIN audit_log AS l JOIN (session AS s JOIN account AS a USING (user_id)) ON s.user_id = u.id WHERE u.active;
-- given:
SELECT u.id FROM "user" AS u CROSS JOIN audit_log AS l WHERE u.active;

-- query: WhenInUpdate
-- args: {'name': 'new', 'token': 'token 7'}
-- given: token
UPDATE "user" AS u SET name = %(name)s FROM account AS a JOIN session AS s ON s.user_id = a.user_id WHERE a.user_id = u.id AND s.token = %(token)s;
-- given:
UPDATE "user" AS u SET name = %(name)s FROM account AS a WHERE a.user_id = u.id;

-- query: InWith
-- args: {'user_id': '00000000-0000-0000-0000-000000000005', 'active': False, 'name': 'gone'}
-- args: {'user_id': '00000000-0000-0000-0000-000000000050', 'active': True, 'name': 'gone'}
-- given: user_id, active, name
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = %(user_id)s RETURNING s.user_id) UPDATE "user" AS u SET active = %(active)s, name = %(name)s FROM gone AS g WHERE g.user_id = u.id;
-- given: user_id, active
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = %(user_id)s RETURNING s.user_id) UPDATE "user" AS u SET active = %(active)s FROM gone AS g WHERE g.user_id = u.id;
-- given: user_id, name
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() AND s.user_id = %(user_id)s RETURNING s.user_id) UPDATE "user" AS u SET name = %(name)s FROM gone AS g WHERE g.user_id = u.id;
-- given: active, name
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() RETURNING s.user_id) UPDATE "user" AS u SET active = %(active)s, name = %(name)s FROM gone AS g WHERE g.user_id = u.id;
-- given: active
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() RETURNING s.user_id) UPDATE "user" AS u SET active = %(active)s FROM gone AS g WHERE g.user_id = u.id;
-- given: name
WITH gone AS (DELETE FROM session AS s WHERE s.expires_at < now() RETURNING s.user_id) UPDATE "user" AS u SET name = %(name)s FROM gone AS g WHERE g.user_id = u.id;

-- query: Many
-- args: {'a': 'action 0', 'b': 7, 'c': 150, 'd': '00000000-0000-0000-0000-000000000006', 'e': '2024-01-02 00:00:00+00', 'f': 1}
-- given: a, b, c, d, e, f
SELECT id FROM audit_log WHERE action = %(a)s AND id > %(b)s AND id < %(c)s AND user_id = %(d)s AND created_at > %(e)s LIMIT %(f)s;
-- given: b, c, d, e, f
SELECT id FROM audit_log WHERE id > %(b)s AND id < %(c)s AND user_id = %(d)s AND created_at > %(e)s LIMIT %(f)s;
-- given: a, c, d, e, f
SELECT id FROM audit_log WHERE action = %(a)s AND id < %(c)s AND user_id = %(d)s AND created_at > %(e)s LIMIT %(f)s;
-- given: a, b, d, e, f
SELECT id FROM audit_log WHERE action = %(a)s AND id > %(b)s AND user_id = %(d)s AND created_at > %(e)s LIMIT %(f)s;
-- given: a, b, c, e, f
SELECT id FROM audit_log WHERE action = %(a)s AND id > %(b)s AND id < %(c)s AND created_at > %(e)s LIMIT %(f)s;
-- given: a, b, c, d, f
SELECT id FROM audit_log WHERE action = %(a)s AND id > %(b)s AND id < %(c)s AND user_id = %(d)s LIMIT %(f)s;
-- given: a, b, c, d, e
SELECT id FROM audit_log WHERE action = %(a)s AND id > %(b)s AND id < %(c)s AND user_id = %(d)s AND created_at > %(e)s;
-- given: a
SELECT id FROM audit_log WHERE action = %(a)s;
-- given: b
SELECT id FROM audit_log WHERE id > %(b)s;
-- given: c
SELECT id FROM audit_log WHERE id < %(c)s;
-- given: d
SELECT id FROM audit_log WHERE user_id = %(d)s;
-- given: e
SELECT id FROM audit_log WHERE created_at > %(e)s;
-- given: f
SELECT id FROM audit_log LIMIT %(f)s;
-- given:
SELECT id FROM audit_log;

-- query: FullJoinStays
-- args: {'id': 1}
-- args: {'id': 2}
-- given:
SELECT u.id FROM "user" AS u LEFT JOIN (SELECT id FROM account WHERE id = 1) AS a
FULL JOIN (SELECT id FROM audit_log WHERE id = 2) AS l ON l.id = a.id ON true;
-- given: id
SELECT u.id FROM "user" AS u LEFT JOIN (SELECT id FROM account WHERE id = 1) AS a
FULL JOIN (SELECT id FROM audit_log WHERE id = 2) AS l ON l.id = a.id ON true WHERE coalesce(a.id, l.id) = %(id)s;
