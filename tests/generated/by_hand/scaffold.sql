-- The queries that `querygen scaffold` writes for the tables of test_scaffold.py, as one writes them for what is given.

-- query: ListCounters
-- args: {'limit': 3, 'offset': 2}
-- given: limit, offset
SELECT id FROM counter ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: limit
SELECT id FROM counter ORDER BY id LIMIT %(limit)s;
-- given: offset
SELECT id FROM counter ORDER BY id OFFSET %(offset)s;
-- given:
SELECT id FROM counter ORDER BY id;
-- given: limit, offset; id
SELECT id FROM counter ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; id
SELECT id FROM counter ORDER BY id;
-- given: limit, offset; -id
SELECT id FROM counter ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -id
SELECT id FROM counter ORDER BY id DESC;

-- query: PageCounters
-- args: {'after': (4,), 'limit': 3}
-- given: after
SELECT id FROM counter WHERE id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given:
SELECT id FROM counter ORDER BY id LIMIT %(limit)s;

-- query: ListCustomers
-- args: {'email': 'c7@x.org', 'state': 'done', 'vip': False, 'limit': 20, 'offset': 1}
-- args: {'email': 'c10@x.org', 'state': 'new', 'vip': True, 'limit': 5, 'offset': 0}
-- given: email, state, vip, limit, offset
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: state, vip, limit, offset
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE state = %(state)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: email, vip, limit, offset
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: email, state, limit, offset
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: email, state, vip, offset
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY id OFFSET %(offset)s;
-- given: email, state, vip, limit
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s;
-- given: email
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s ORDER BY id;
-- given: state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE state = %(state)s ORDER BY id;
-- given: vip
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE vip = %(vip)s ORDER BY id;
-- given: limit
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY id LIMIT %(limit)s;
-- given: offset
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY id OFFSET %(offset)s;
-- given:
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY id;
-- given: email, state, vip, limit, offset; id
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; id
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY id;
-- given: email, state, vip, limit, offset; -id
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -id
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY id DESC;
-- given: email, state, vip, limit, offset; email
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY email, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; email
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY email, id;
-- given: email, state, vip, limit, offset; -email
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY email DESC, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -email
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY email DESC, id;
-- given: email, state, vip, limit, offset; name
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY name, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; name
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY name, id;
-- given: email, state, vip, limit, offset; -name
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY name DESC, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -name
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY name DESC, id;
-- given: email, state, vip, limit, offset; state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY state, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY state, id;
-- given: email, state, vip, limit, offset; -state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY state DESC, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY state DESC, id;
-- given: email, state, vip, limit, offset; created_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY created_at, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; created_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY created_at, id;
-- given: email, state, vip, limit, offset; -created_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY created_at DESC, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -created_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY created_at DESC, id;
-- given: email, state, vip, limit, offset; updated_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY updated_at, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; updated_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY updated_at, id;
-- given: email, state, vip, limit, offset; -updated_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY updated_at DESC, id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -updated_at
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY updated_at DESC, id;

-- query: PageCustomers
-- args: {'email': 'c7@x.org', 'state': 'done', 'vip': False, 'after': (40,), 'limit': 9}
-- args: {'email': 'c10@x.org', 'state': 'new', 'vip': True, 'after': (3,), 'limit': 5}
-- given: email, state, vip, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: email, state, vip
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s;
-- given: email, state, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: email, vip, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND vip = %(vip)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: state, vip, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE state = %(state)s AND vip = %(vip)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: email, state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND state = %(state)s ORDER BY id LIMIT %(limit)s;
-- given: email, vip
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s;
-- given: email, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: state, vip
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE state = %(state)s AND vip = %(vip)s ORDER BY id LIMIT %(limit)s;
-- given: state, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE state = %(state)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: vip, after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE vip = %(vip)s AND id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given: email
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE email = %(email)s ORDER BY id LIMIT %(limit)s;
-- given: state
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE state = %(state)s ORDER BY id LIMIT %(limit)s;
-- given: vip
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE vip = %(vip)s ORDER BY id LIMIT %(limit)s;
-- given: after
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers WHERE id > %(after1)s ORDER BY id LIMIT %(limit)s;
-- given:
SELECT id, email, name, note, state, vip, data, tags, shout, created_at, updated_at FROM customers ORDER BY id LIMIT %(limit)s;

-- query: CreateCustomer
-- args: {'email': 'n@x.org', 'name': 'N', 'note': 'n', 'state': 'done', 'vip': True, 'data': {'a': [1, None]}, 'tags': ['x', 'y z'], 'created_at': '2020-01-01 00:00:00+00', 'updated_at': '2020-01-02 00:00:00+00'}
-- args: {'email': 'n@x.org', 'name': 'N', 'note': None, 'state': 'done', 'vip': True, 'data': None, 'tags': [], 'created_at': '2020-01-01 00:00:00+00', 'updated_at': '2020-01-02 00:00:00+00'}
-- given: note, state, vip, data, tags, created_at, updated_at
INSERT INTO customers (email, name, note, state, vip, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: state, vip, data, tags, created_at, updated_at
INSERT INTO customers (email, name, state, vip, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, vip, data, tags, created_at, updated_at
INSERT INTO customers (email, name, note, vip, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, data, tags, created_at, updated_at
INSERT INTO customers (email, name, note, state, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, tags, created_at, updated_at
INSERT INTO customers (email, name, note, state, vip, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(tags)s, %(created_at)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, data, created_at, updated_at
INSERT INTO customers (email, name, note, state, vip, data, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(created_at)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, data, tags, updated_at
INSERT INTO customers (email, name, note, state, vip, data, tags, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, data, tags, created_at
INSERT INTO customers (email, name, note, state, vip, data, tags, created_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note
INSERT INTO customers (email, name, note) VALUES (%(email)s, %(name)s, %(note)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: state
INSERT INTO customers (email, name, state) VALUES (%(email)s, %(name)s, %(state)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: vip
INSERT INTO customers (email, name, vip) VALUES (%(email)s, %(name)s, %(vip)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: data
INSERT INTO customers (email, name, data) VALUES (%(email)s, %(name)s, %(data)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: tags
INSERT INTO customers (email, name, tags) VALUES (%(email)s, %(name)s, %(tags)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: created_at
INSERT INTO customers (email, name, created_at) VALUES (%(email)s, %(name)s, %(created_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: updated_at
INSERT INTO customers (email, name, updated_at) VALUES (%(email)s, %(name)s, %(updated_at)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given:
INSERT INTO customers (email, name) VALUES (%(email)s, %(name)s) RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;

-- query: UpdateCustomer
-- args: {'id': 7, 'email': 'n@x.org', 'name': 'N', 'note': 'n', 'state': 'done', 'vip': True, 'data': {'a': [1, None]}, 'tags': ['x', 'y z'], 'created_at': '2020-01-01 00:00:00+00'}
-- args: {'id': 8, 'email': 'n@x.org', 'name': 'N', 'note': None, 'state': 'done', 'vip': True, 'data': None, 'tags': [], 'created_at': '2020-01-01 00:00:00+00'}
-- args: {'id': 9999, 'email': 'n@x.org', 'name': 'N', 'note': None, 'state': 'done', 'vip': True, 'data': None, 'tags': [], 'created_at': '2020-01-01 00:00:00+00'}
-- given: email, name, note, state, vip, data, tags, created_at
UPDATE customers SET email = %(email)s, name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: name, note, state, vip, data, tags, created_at
UPDATE customers SET name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, note, state, vip, data, tags, created_at
UPDATE customers SET email = %(email)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, name, state, vip, data, tags, created_at
UPDATE customers SET email = %(email)s, name = %(name)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, name, note, vip, data, tags, created_at
UPDATE customers SET email = %(email)s, name = %(name)s, note = %(note)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, name, note, state, data, tags, created_at
UPDATE customers SET email = %(email)s, name = %(name)s, note = %(note)s, state = %(state)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, name, note, state, vip, tags, created_at
UPDATE customers SET email = %(email)s, name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, name, note, state, vip, data, created_at
UPDATE customers SET email = %(email)s, name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email, name, note, state, vip, data, tags
UPDATE customers SET email = %(email)s, name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: email
UPDATE customers SET email = %(email)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: name
UPDATE customers SET name = %(name)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note
UPDATE customers SET note = %(note)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: state
UPDATE customers SET state = %(state)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: vip
UPDATE customers SET vip = %(vip)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: data
UPDATE customers SET data = %(data)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: tags
UPDATE customers SET tags = %(tags)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: created_at
UPDATE customers SET created_at = %(created_at)s, updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given:
UPDATE customers SET updated_at = now() WHERE id = %(id)s RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;

-- query: UpsertCustomer
-- args: {'email': 'c7@x.org', 'name': 'N', 'note': 'n', 'state': 'done', 'vip': True, 'data': {'a': [1, None]}, 'tags': ['x', 'y z'], 'created_at': '2020-01-01 00:00:00+00', 'updated_at': '2020-01-02 00:00:00+00'}
-- args: {'email': 'n@x.org', 'name': 'N', 'note': None, 'state': 'done', 'vip': True, 'data': None, 'tags': [], 'created_at': '2020-01-01 00:00:00+00', 'updated_at': '2020-01-02 00:00:00+00'}
-- given: note, state, vip, data, tags, created_at, updated_at
INSERT INTO customers (email, name, note, state, vip, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: state, vip, data, tags, created_at, updated_at
INSERT INTO customers (email, name, state, vip, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, vip, data, tags, created_at, updated_at
INSERT INTO customers (email, name, note, vip, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, data, tags, created_at, updated_at
INSERT INTO customers (email, name, note, state, data, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(data)s, %(tags)s, %(created_at)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, state = %(state)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, tags, created_at, updated_at
INSERT INTO customers (email, name, note, state, vip, tags, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(tags)s, %(created_at)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, data, created_at, updated_at
INSERT INTO customers (email, name, note, state, vip, data, created_at, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(created_at)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, data, tags, updated_at
INSERT INTO customers (email, name, note, state, vip, data, tags, updated_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note, state, vip, data, tags, created_at
INSERT INTO customers (email, name, note, state, vip, data, tags, created_at) VALUES (%(email)s, %(name)s, %(note)s, %(state)s, %(vip)s, %(data)s, %(tags)s, %(created_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, state = %(state)s, vip = %(vip)s, data = %(data)s, tags = %(tags)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: note
INSERT INTO customers (email, name, note) VALUES (%(email)s, %(name)s, %(note)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, note = %(note)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: state
INSERT INTO customers (email, name, state) VALUES (%(email)s, %(name)s, %(state)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, state = %(state)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: vip
INSERT INTO customers (email, name, vip) VALUES (%(email)s, %(name)s, %(vip)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, vip = %(vip)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: data
INSERT INTO customers (email, name, data) VALUES (%(email)s, %(name)s, %(data)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, data = %(data)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: tags
INSERT INTO customers (email, name, tags) VALUES (%(email)s, %(name)s, %(tags)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, tags = %(tags)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: created_at
INSERT INTO customers (email, name, created_at) VALUES (%(email)s, %(name)s, %(created_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, created_at = %(created_at)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given: updated_at
INSERT INTO customers (email, name, updated_at) VALUES (%(email)s, %(name)s, %(updated_at)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;
-- given:
INSERT INTO customers (email, name) VALUES (%(email)s, %(name)s) ON CONFLICT (email) DO UPDATE SET name = %(name)s, updated_at = now() RETURNING id, email, name, note, state, vip, data, tags, shout, created_at, updated_at;

-- query: ListLinks
-- args: {'a': 3, 'limit': 4, 'offset': 1}
-- given: a, limit, offset
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a, b LIMIT %(limit)s OFFSET %(offset)s;
-- given: a, limit
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a, b LIMIT %(limit)s;
-- given: a, offset
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a, b OFFSET %(offset)s;
-- given: limit, offset
SELECT a, b FROM link ORDER BY a, b LIMIT %(limit)s OFFSET %(offset)s;
-- given: a
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a, b;
-- given: limit
SELECT a, b FROM link ORDER BY a, b LIMIT %(limit)s;
-- given: offset
SELECT a, b FROM link ORDER BY a, b OFFSET %(offset)s;
-- given:
SELECT a, b FROM link ORDER BY a, b;
-- given: a, limit, offset; a
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a, b LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; a
SELECT a, b FROM link ORDER BY a, b;
-- given: a, limit, offset; -a
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a DESC, b LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -a
SELECT a, b FROM link ORDER BY a DESC, b;
-- given: a, limit, offset; b
SELECT a, b FROM link WHERE a = %(a)s ORDER BY b, a LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; b
SELECT a, b FROM link ORDER BY b, a;
-- given: a, limit, offset; -b
SELECT a, b FROM link WHERE a = %(a)s ORDER BY b DESC, a LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -b
SELECT a, b FROM link ORDER BY b DESC, a;

-- query: PageLinks
-- args: {'a': 3, 'after': (3, 4), 'limit': 5}
-- args: {'a': 3, 'after': (2, 9), 'limit': 500}
-- given: a, after
SELECT a, b FROM link WHERE a = %(a)s AND (a, b) > (%(after1)s, %(after2)s) ORDER BY a, b LIMIT %(limit)s;
-- given: a
SELECT a, b FROM link WHERE a = %(a)s ORDER BY a, b LIMIT %(limit)s;
-- given: after
SELECT a, b FROM link WHERE (a, b) > (%(after1)s, %(after2)s) ORDER BY a, b LIMIT %(limit)s;
-- given:
SELECT a, b FROM link ORDER BY a, b LIMIT %(limit)s;

-- query: ListLogs
-- args: {'limit': 7, 'offset': 3}
-- given: limit, offset
SELECT at, line FROM log ORDER BY at LIMIT %(limit)s OFFSET %(offset)s;
-- given: limit
SELECT at, line FROM log ORDER BY at LIMIT %(limit)s;
-- given: offset
SELECT at, line FROM log ORDER BY at OFFSET %(offset)s;
-- given:
SELECT at, line FROM log ORDER BY at;
-- given: limit, offset; at
SELECT at, line FROM log ORDER BY at LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; at
SELECT at, line FROM log ORDER BY at;
-- given: limit, offset; -at
SELECT at, line FROM log ORDER BY at DESC LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -at
SELECT at, line FROM log ORDER BY at DESC;

-- query: CreateLog
-- args: {'at': '2020-01-01 00:00:00+00', 'line': 'x'}
-- args: {'at': '2020-01-01 00:00:00+00', 'line': None}
-- given: at, line
INSERT INTO log (at, line) VALUES (%(at)s, %(line)s) RETURNING at, line;
-- given: at
INSERT INTO log (at) VALUES (%(at)s) RETURNING at, line;
-- given: line
INSERT INTO log (line) VALUES (%(line)s) RETURNING at, line;
-- given:
INSERT INTO log DEFAULT VALUES RETURNING at, line;

-- query: ListMeasures
-- args: {'place': 3, 'limit': 4, 'offset': 1}
-- given: place, limit, offset
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place, day LIMIT %(limit)s OFFSET %(offset)s;
-- given: place, limit
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place, day LIMIT %(limit)s;
-- given: place, offset
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place, day OFFSET %(offset)s;
-- given: limit, offset
SELECT place, day, value FROM measure ORDER BY place, day LIMIT %(limit)s OFFSET %(offset)s;
-- given: place
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place, day;
-- given: limit
SELECT place, day, value FROM measure ORDER BY place, day LIMIT %(limit)s;
-- given: offset
SELECT place, day, value FROM measure ORDER BY place, day OFFSET %(offset)s;
-- given:
SELECT place, day, value FROM measure ORDER BY place, day;
-- given: place, limit, offset; place
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place, day LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; place
SELECT place, day, value FROM measure ORDER BY place, day;
-- given: place, limit, offset; -place
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place DESC, day LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -place
SELECT place, day, value FROM measure ORDER BY place DESC, day;
-- given: place, limit, offset; day
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY day, place LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; day
SELECT place, day, value FROM measure ORDER BY day, place;
-- given: place, limit, offset; -day
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY day DESC, place LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -day
SELECT place, day, value FROM measure ORDER BY day DESC, place;

-- query: PageMeasures
-- args: {'place': 3, 'after': (3, '2024-01-05'), 'limit': 5}
-- args: {'place': 3, 'after': (2, '2024-01-05'), 'limit': 500}
-- given: place, after
SELECT place, day, value FROM measure WHERE place = %(place)s AND (place, day) > (%(after1)s, %(after2)s) ORDER BY place, day LIMIT %(limit)s;
-- given: place
SELECT place, day, value FROM measure WHERE place = %(place)s ORDER BY place, day LIMIT %(limit)s;
-- given: after
SELECT place, day, value FROM measure WHERE (place, day) > (%(after1)s, %(after2)s) ORDER BY place, day LIMIT %(limit)s;
-- given:
SELECT place, day, value FROM measure ORDER BY place, day LIMIT %(limit)s;

-- query: CreateMeasure
-- args: {'place': 99, 'day': '2024-01-05', 'value': 1.5}
-- args: {'place': 99, 'day': '2024-01-05', 'value': None}
-- given: value
INSERT INTO measure (place, day, value) VALUES (%(place)s, %(day)s, %(value)s) RETURNING place, day, value;
-- given:
INSERT INTO measure (place, day) VALUES (%(place)s, %(day)s) RETURNING place, day, value;

-- query: UpdateMeasure
-- args: {'place': 3, 'day': '2024-01-05', 'value': 1.5}
-- args: {'place': 3, 'day': '2024-01-05', 'value': None}
-- given: value
UPDATE measure SET value = %(value)s WHERE place = %(place)s AND day = %(day)s RETURNING place, day, value;

-- query: UpsertMeasure
-- args: {'place': 3, 'day': '2024-01-05', 'value': 1.5}
-- args: {'place': 99, 'day': '2024-01-05', 'value': 2.5}
-- given: value
INSERT INTO measure (place, day, value) VALUES (%(place)s, %(day)s, %(value)s) ON CONFLICT (place, day) DO UPDATE SET value = %(value)s RETURNING place, day, value;
-- given:
INSERT INTO measure (place, day) VALUES (%(place)s, %(day)s) ON CONFLICT (place, day) DO UPDATE SET place = excluded.place RETURNING place, day, value;

-- query: ListOrders
-- args: {'select': 3, 'customer': 4, 'limit': 4, 'offset': 1}
-- args: {'select': 7, 'customer': 1, 'limit': 4, 'offset': 0}
-- given: select, customer, limit, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: select, customer, limit
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: select, customer, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select", "Mixed Name" OFFSET %(offset)s;
-- given: select, limit, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: customer, limit, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: select, customer
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select", "Mixed Name";
-- given: select, limit
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: select, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s ORDER BY "select", "Mixed Name" OFFSET %(offset)s;
-- given: customer, limit
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: customer, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE customer = %(customer)s ORDER BY "select", "Mixed Name" OFFSET %(offset)s;
-- given: limit, offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: select
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s ORDER BY "select", "Mixed Name";
-- given: customer
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE customer = %(customer)s ORDER BY "select", "Mixed Name";
-- given: limit
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select", "Mixed Name" OFFSET %(offset)s;
-- given:
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select", "Mixed Name";
-- given: select, customer, limit, offset; select
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; select
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select", "Mixed Name";
-- given: select, customer, limit, offset; -select
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select" DESC, "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -select
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select" DESC, "Mixed Name";
-- given: select, customer, limit, offset; Mixed Name
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "Mixed Name", "select" LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; Mixed Name
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "Mixed Name", "select";
-- given: select, customer, limit, offset; -Mixed Name
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "Mixed Name" DESC, "select" LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -Mixed Name
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "Mixed Name" DESC, "select";
-- given: select, customer, limit, offset; offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "offset", "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "offset", "select", "Mixed Name";
-- given: select, customer, limit, offset; -offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "offset" DESC, "select", "Mixed Name" LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -offset
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "offset" DESC, "select", "Mixed Name";

-- query: PageOrders
-- args: {'select': 3, 'customer': 4, 'after': (3, 'm 3'), 'limit': 4}
-- args: {'select': 7, 'customer': 1, 'after': (2, 'm 2'), 'limit': 400}
-- given: select, customer, after
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s AND ("select", "Mixed Name") > (%(after1)s, %(after2)s) ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: select, customer
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: select, after
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s AND ("select", "Mixed Name") > (%(after1)s, %(after2)s) ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: customer, after
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE customer = %(customer)s AND ("select", "Mixed Name") > (%(after1)s, %(after2)s) ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: select
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE "select" = %(select)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: customer
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE customer = %(customer)s ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given: after
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" WHERE ("select", "Mixed Name") > (%(after1)s, %(after2)s) ORDER BY "select", "Mixed Name" LIMIT %(limit)s;
-- given:
SELECT "select", "Mixed Name", "limit", "offset", sort, customer FROM "order" ORDER BY "select", "Mixed Name" LIMIT %(limit)s;

-- query: CreateOrder
-- args: {'select': 90, 'Mixed_Name': 'x', 'limit': 5, 'offset': 6, 'sort': 't', 'customer': 2}
-- args: {'select': 90, 'Mixed_Name': 'x', 'limit': None, 'offset': 6, 'sort': None, 'customer': None}
-- given: limit, offset, sort, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s, %(sort)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset, sort
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset", sort) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s, %(sort)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset", customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, sort, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(sort)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, sort, customer
INSERT INTO "order" ("select", "Mixed Name", "offset", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(offset)s, %(sort)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset") VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, sort
INSERT INTO "order" ("select", "Mixed Name", "limit", sort) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(sort)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, sort
INSERT INTO "order" ("select", "Mixed Name", "offset", sort) VALUES (%(select)s, %(Mixed_Name)s, %(offset)s, %(sort)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, customer
INSERT INTO "order" ("select", "Mixed Name", "offset", customer) VALUES (%(select)s, %(Mixed_Name)s, %(offset)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: sort, customer
INSERT INTO "order" ("select", "Mixed Name", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(sort)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit
INSERT INTO "order" ("select", "Mixed Name", "limit") VALUES (%(select)s, %(Mixed_Name)s, %(limit)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset
INSERT INTO "order" ("select", "Mixed Name", "offset") VALUES (%(select)s, %(Mixed_Name)s, %(offset)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: sort
INSERT INTO "order" ("select", "Mixed Name", sort) VALUES (%(select)s, %(Mixed_Name)s, %(sort)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: customer
INSERT INTO "order" ("select", "Mixed Name", customer) VALUES (%(select)s, %(Mixed_Name)s, %(customer)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given:
INSERT INTO "order" ("select", "Mixed Name") VALUES (%(select)s, %(Mixed_Name)s) RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;

-- query: UpdateOrder
-- args: {'select': 3, 'Mixed_Name': 'm 4', 'limit': 5, 'offset': 6, 'sort': 't', 'customer': 2}
-- args: {'select': 3, 'Mixed_Name': 'm 4', 'limit': None, 'offset': 6, 'sort': None, 'customer': None}
-- given: limit, offset, sort, customer
UPDATE "order" SET "limit" = %(limit)s, "offset" = %(offset)s, sort = %(sort)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset, sort
UPDATE "order" SET "limit" = %(limit)s, "offset" = %(offset)s, sort = %(sort)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset, customer
UPDATE "order" SET "limit" = %(limit)s, "offset" = %(offset)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, sort, customer
UPDATE "order" SET "limit" = %(limit)s, sort = %(sort)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, sort, customer
UPDATE "order" SET "offset" = %(offset)s, sort = %(sort)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset
UPDATE "order" SET "limit" = %(limit)s, "offset" = %(offset)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, sort
UPDATE "order" SET "limit" = %(limit)s, sort = %(sort)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, customer
UPDATE "order" SET "limit" = %(limit)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, sort
UPDATE "order" SET "offset" = %(offset)s, sort = %(sort)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, customer
UPDATE "order" SET "offset" = %(offset)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: sort, customer
UPDATE "order" SET sort = %(sort)s, customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit
UPDATE "order" SET "limit" = %(limit)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset
UPDATE "order" SET "offset" = %(offset)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: sort
UPDATE "order" SET sort = %(sort)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: customer
UPDATE "order" SET customer = %(customer)s WHERE "select" = %(select)s AND "Mixed Name" = %(Mixed_Name)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;

-- query: UpsertOrder
-- args: {'select': 3, 'Mixed_Name': 'm 4', 'limit': 5, 'offset': 6, 'sort': 't', 'customer': 2}
-- args: {'select': 90, 'Mixed_Name': 'x', 'limit': None, 'offset': 6, 'sort': None, 'customer': None}
-- given: limit, offset, sort, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s, %(sort)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, "offset" = %(offset)s, sort = %(sort)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset, sort
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset", sort) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s, %(sort)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, "offset" = %(offset)s, sort = %(sort)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset", customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, "offset" = %(offset)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, sort, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(sort)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, sort = %(sort)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, sort, customer
INSERT INTO "order" ("select", "Mixed Name", "offset", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(offset)s, %(sort)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "offset" = %(offset)s, sort = %(sort)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, offset
INSERT INTO "order" ("select", "Mixed Name", "limit", "offset") VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(offset)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, "offset" = %(offset)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, sort
INSERT INTO "order" ("select", "Mixed Name", "limit", sort) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(sort)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, sort = %(sort)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit, customer
INSERT INTO "order" ("select", "Mixed Name", "limit", customer) VALUES (%(select)s, %(Mixed_Name)s, %(limit)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, sort
INSERT INTO "order" ("select", "Mixed Name", "offset", sort) VALUES (%(select)s, %(Mixed_Name)s, %(offset)s, %(sort)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "offset" = %(offset)s, sort = %(sort)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset, customer
INSERT INTO "order" ("select", "Mixed Name", "offset", customer) VALUES (%(select)s, %(Mixed_Name)s, %(offset)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "offset" = %(offset)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: sort, customer
INSERT INTO "order" ("select", "Mixed Name", sort, customer) VALUES (%(select)s, %(Mixed_Name)s, %(sort)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", sort = %(sort)s, customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: limit
INSERT INTO "order" ("select", "Mixed Name", "limit") VALUES (%(select)s, %(Mixed_Name)s, %(limit)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "limit" = %(limit)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: offset
INSERT INTO "order" ("select", "Mixed Name", "offset") VALUES (%(select)s, %(Mixed_Name)s, %(offset)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", "offset" = %(offset)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: sort
INSERT INTO "order" ("select", "Mixed Name", sort) VALUES (%(select)s, %(Mixed_Name)s, %(sort)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", sort = %(sort)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given: customer
INSERT INTO "order" ("select", "Mixed Name", customer) VALUES (%(select)s, %(Mixed_Name)s, %(customer)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select", customer = %(customer)s RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;
-- given:
INSERT INTO "order" ("select", "Mixed Name") VALUES (%(select)s, %(Mixed_Name)s) ON CONFLICT ("select", "Mixed Name") DO UPDATE SET "select" = excluded."select" RETURNING "select", "Mixed Name", "limit", "offset", sort, customer;

-- query: ListSettings
-- args: {'limit': 3, 'offset': 2}
-- given: limit, offset
SELECT name, value FROM app.setting ORDER BY name LIMIT %(limit)s OFFSET %(offset)s;
-- given: limit
SELECT name, value FROM app.setting ORDER BY name LIMIT %(limit)s;
-- given: offset
SELECT name, value FROM app.setting ORDER BY name OFFSET %(offset)s;
-- given:
SELECT name, value FROM app.setting ORDER BY name;
-- given: limit, offset; name
SELECT name, value FROM app.setting ORDER BY name LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; name
SELECT name, value FROM app.setting ORDER BY name;
-- given: limit, offset; -name
SELECT name, value FROM app.setting ORDER BY name DESC LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -name
SELECT name, value FROM app.setting ORDER BY name DESC;
-- given: limit, offset; value
SELECT name, value FROM app.setting ORDER BY value, name LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; value
SELECT name, value FROM app.setting ORDER BY value, name;
-- given: limit, offset; -value
SELECT name, value FROM app.setting ORDER BY value DESC, name LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -value
SELECT name, value FROM app.setting ORDER BY value DESC, name;

-- query: PageSettings
-- args: {'after': ('name 4',), 'limit': 3}
-- given: after
SELECT name, value FROM app.setting WHERE name > %(after1)s ORDER BY name LIMIT %(limit)s;
-- given:
SELECT name, value FROM app.setting ORDER BY name LIMIT %(limit)s;

-- query: UpdateSetting
-- args: {'name': 'name 4', 'value': 'x'}
-- given: value
UPDATE app.setting SET value = %(value)s WHERE name = %(name)s RETURNING name, value;
