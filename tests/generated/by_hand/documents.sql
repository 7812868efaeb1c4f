-- The dynamic queries of docs/*.md and queries/*.sql as one writes them for what is given.

-- query: SearchUsers
-- args: {'role': 'member', 'since': '2024-01-02 00:00:00+00', 'until': '2024-01-08 00:00:00+00', 'ids': ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000007', '00000000-0000-0000-0000-000000000016', '00000000-0000-0000-0000-000000000022', '00000000-0000-0000-0000-000000000031', '00000000-0000-0000-0000-000000000031', '00000000-0000-0000-0000-000000000900'], 'limit': 3}
-- args: {'role': 'guest', 'since': '2024-01-02 00:00:00+00', 'until': '2024-01-01 00:00:00+00', 'ids': [], 'limit': 0}
-- given: role, since, until, ids, limit
SELECT id, email, name, created_at FROM "user" WHERE active AND role = %(role)s AND created_at BETWEEN %(since)s AND %(until)s AND id = ANY (%(ids)s::uuid[]) ORDER BY created_at DESC, id LIMIT %(limit)s;
-- given: since, until, ids, limit
SELECT id, email, name, created_at FROM "user" WHERE active AND created_at BETWEEN %(since)s AND %(until)s AND id = ANY (%(ids)s::uuid[]) ORDER BY created_at DESC, id LIMIT %(limit)s;
-- given: role, until, ids, limit
SELECT id, email, name, created_at FROM "user" WHERE active AND role = %(role)s AND id = ANY (%(ids)s::uuid[]) ORDER BY created_at DESC, id LIMIT %(limit)s;
-- given: role, since, ids, limit
SELECT id, email, name, created_at FROM "user" WHERE active AND role = %(role)s AND id = ANY (%(ids)s::uuid[]) ORDER BY created_at DESC, id LIMIT %(limit)s;
-- given: role, since, until, limit
SELECT id, email, name, created_at FROM "user" WHERE active AND role = %(role)s AND created_at BETWEEN %(since)s AND %(until)s ORDER BY created_at DESC, id LIMIT %(limit)s;
-- given: role, since, until, ids
SELECT id, email, name, created_at FROM "user" WHERE active AND role = %(role)s AND created_at BETWEEN %(since)s AND %(until)s AND id = ANY (%(ids)s::uuid[]) ORDER BY created_at DESC, id;
-- given: role
SELECT id, email, name, created_at FROM "user" WHERE active AND role = %(role)s ORDER BY created_at DESC, id;
-- given: ids
SELECT id, email, name, created_at FROM "user" WHERE active AND id = ANY (%(ids)s::uuid[]) ORDER BY created_at DESC, id;
-- given: limit
SELECT id, email, name, created_at FROM "user" WHERE active ORDER BY created_at DESC, id LIMIT %(limit)s;
-- given: since, until
SELECT id, email, name, created_at FROM "user" WHERE active AND created_at BETWEEN %(since)s AND %(until)s ORDER BY created_at DESC, id;
-- given:
SELECT id, email, name, created_at FROM "user" WHERE active ORDER BY created_at DESC, id;

-- query: UsersByProvider
-- args: {'provider': 'google'}
-- given: provider
SELECT u.id, u.name FROM "user" AS u WHERE u.active AND EXISTS (SELECT FROM account AS a WHERE a.user_id = u.id AND a.provider = %(provider)s) ORDER BY u.name;
-- given:
SELECT u.id, u.name FROM "user" AS u WHERE u.active ORDER BY u.name;

-- query: PatchUser
-- args: {'id': '00000000-0000-0000-0000-000000000006', 'name': 'new', 'settings': {'theme': 'dark'}}
-- args: {'id': '00000000-0000-0000-0000-000000000600', 'name': 'new', 'settings': {}}
-- given: name, settings
UPDATE "user" SET name = %(name)s, settings = %(settings)s WHERE id = %(id)s RETURNING *;
-- given: name
UPDATE "user" SET name = %(name)s WHERE id = %(id)s RETURNING *;
-- given: settings
UPDATE "user" SET settings = %(settings)s WHERE id = %(id)s RETURNING *;

-- query: PatchEntry
-- args: {'action': 'action 1', 'detail': {'a': None}, 'user_id': None}
-- args: {'action': 'action 2', 'detail': None, 'user_id': '00000000-0000-0000-0000-000000000003'}
-- given: detail, user_id
UPDATE audit_log SET detail = %(detail)s, user_id = %(user_id)s WHERE action = %(action)s;
-- given: detail
UPDATE audit_log SET detail = %(detail)s WHERE action = %(action)s;
-- given: user_id
UPDATE audit_log SET user_id = %(user_id)s WHERE action = %(action)s;

-- query: AddUser
-- args: {'email': 'new@x.org', 'name': 'new', 'role': 'admin', 'settings': {'a': [1]}}
-- given: role, settings
INSERT INTO "user" (email, name, role, settings) VALUES (%(email)s, %(name)s, %(role)s, %(settings)s) RETURNING role, settings;
-- given: role
INSERT INTO "user" (email, name, role) VALUES (%(email)s, %(name)s, %(role)s) RETURNING role, settings;
-- given: settings
INSERT INTO "user" (email, name, settings) VALUES (%(email)s, %(name)s, %(settings)s) RETURNING role, settings;
-- given:
INSERT INTO "user" (email, name) VALUES (%(email)s, %(name)s) RETURNING role, settings;

-- query: SortedUsers
-- args: {}
-- given:
SELECT name, role FROM "user" ORDER BY created_at DESC, id;
-- given: ; created_at
SELECT name, role FROM "user" ORDER BY created_at, id;
-- given: ; -created_at
SELECT name, role FROM "user" ORDER BY created_at DESC, id;
-- given: ; name
SELECT name, role FROM "user" ORDER BY name, id;
-- given: ; -name
SELECT name, role FROM "user" ORDER BY name DESC, id;
-- given: ; role
SELECT name, role FROM "user" ORDER BY role, id;
-- given: ; -role
SELECT name, role FROM "user" ORDER BY role DESC, id;

-- query: PageOfUsers
-- args: {'after': ('2024-01-06 00:00:00+00', '00000000-0000-0000-0000-000000000025'), 'size': 9}
-- given: after
SELECT id, name, created_at FROM "user" WHERE created_at <= %(after1)s AND (created_at < %(after1)s OR id > %(after2)s) ORDER BY created_at DESC, id LIMIT %(size)s;
-- given:
SELECT id, name, created_at FROM "user" ORDER BY created_at DESC, id LIMIT %(size)s;

-- query: FindUsers
-- args: {'signed_in': True, 'provider': 'google'}
-- given: signed_in, provider
SELECT DISTINCT u.name FROM "user" AS u JOIN session AS s ON s.user_id = u.id JOIN account AS a ON a.user_id = u.id WHERE a.provider = %(provider)s ORDER BY u.name;
-- given: signed_in
SELECT DISTINCT u.name FROM "user" AS u JOIN session AS s ON s.user_id = u.id ORDER BY u.name;
-- given: provider
SELECT DISTINCT u.name FROM "user" AS u JOIN account AS a ON a.user_id = u.id WHERE a.provider = %(provider)s ORDER BY u.name;
-- given:
SELECT DISTINCT u.name FROM "user" AS u ORDER BY u.name;

-- query: Entries
-- args: {'name': 'name 3'}
-- given: name
SELECT l.action, l.detail FROM audit_log AS l LEFT JOIN "user" AS u ON u.id = l.user_id WHERE u.name = %(name)s ORDER BY l.id;
-- given:
SELECT action, detail FROM audit_log ORDER BY id;

-- query: VisibleUsers
-- args: {'role': 'guest'}
-- given: role
SELECT id, email, name FROM "user" WHERE active AND role = %(role)s ORDER BY email;
-- given:
SELECT id, email, name FROM "user" WHERE active ORDER BY email;

-- query: VisibleUser
-- args: {'id': '00000000-0000-0000-0000-000000000006', 'role': 'guest'}
-- args: {'id': '00000000-0000-0000-0000-000000000002', 'role': 'guest'}
-- given: role
SELECT id, email, name FROM "user" WHERE id = %(id)s AND active AND role = %(role)s;
-- given:
SELECT id, email, name FROM "user" WHERE id = %(id)s AND active;

-- query: UsersSignedIn
-- args: {'now': '2025-01-01 00:00:00+00', 'role': 'guest'}
-- given: role
SELECT u.id, u.email, u.name, u.role, u.active, u.settings, u.created_at, u.updated_at, s.* FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND s.expires_at > %(now)s WHERE u.role = %(role)s ORDER BY u.email, s.expires_at DESC;
-- given:
SELECT u.id, u.email, u.name, u.role, u.active, u.settings, u.created_at, u.updated_at, s.* FROM "user" AS u JOIN session AS s ON s.user_id = u.id AND s.expires_at > %(now)s ORDER BY u.email, s.expires_at DESC;

-- query: UsersOfProvider
-- args: {'provider': 'google'}
-- given: provider
SELECT u.id, u.email, u.name, u.role, u.active, u.settings, u.created_at, u.updated_at FROM "user" AS u WHERE EXISTS (SELECT FROM account AS a WHERE a.user_id = u.id AND a.provider = %(provider)s) ORDER BY u.email;
-- given:
SELECT u.id, u.email, u.name, u.role, u.active, u.settings, u.created_at, u.updated_at FROM "user" AS u ORDER BY u.email;
