-- The dynamic query of tests/cases/dynamic/fragments.sql as one writes it for what is given.

-- query: List
-- args: {'role': 'member', 'name': 'name 1'}
-- given: name
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s AND u.name = %(name)s ORDER BY u.id;
-- given:
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s ORDER BY u.id;
-- given: name; id
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s AND u.name = %(name)s ORDER BY u.id;
-- given: ; id
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s ORDER BY u.id;
-- given: name; -id
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s AND u.name = %(name)s ORDER BY u.id DESC;
-- given: ; -id
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s ORDER BY u.id DESC;
-- given: name; name
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s AND u.name = %(name)s ORDER BY u.name;
-- given: ; name
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s ORDER BY u.name;
-- given: name; -name
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s AND u.name = %(name)s ORDER BY u.name DESC;
-- given: ; -name
SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = %(role)s ORDER BY u.name DESC;
