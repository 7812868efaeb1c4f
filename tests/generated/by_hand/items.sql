-- The queries of test_dynamic.py and test_dynamic_typing.py as one writes them for what is given.
-- %(name)s is a value, %(after1)s the first of a cursor. Each query runs with all of its lines of arguments.

-- query: Search
-- args: {'kind': 'page', 'author_id': 4, 'title': 'title 3', 'low': 2, 'high': 30, 'limit': 5, 'offset': 1}
-- args: {'kind': 'post', 'author_id': 5, 'title': 'note', 'low': 0, 'high': 9, 'limit': 3, 'offset': 2}
-- given: kind, author_id, title, low, high, limit, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: author_id, title, low, high, limit, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: kind, title, low, high, limit, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: kind, author_id, low, high, limit, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: kind, author_id, title, high, limit, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: kind, author_id, title, low, limit, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: kind, author_id, title, low, high, offset
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id OFFSET %(offset)s;
-- given: kind, author_id, title, low, high, limit
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id LIMIT %(limit)s;
-- given: kind
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s ORDER BY i.id;
-- given: author_id
SELECT i.id, i.title, i.score FROM item AS i WHERE i.author_id = %(author_id)s ORDER BY i.id;
-- given: title
SELECT i.id, i.title, i.score FROM item AS i WHERE (i.title = %(title)s OR i.note = %(title)s) ORDER BY i.id;
-- given: limit
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.id LIMIT %(limit)s;
-- given: offset
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.id OFFSET %(offset)s;
-- given: low, high
SELECT i.id, i.title, i.score FROM item AS i WHERE i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id;
-- given:
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.id;
-- given: kind, author_id, title, low, high, limit, offset; id
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; id
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.id;
-- given: kind, author_id, title, low, high, limit, offset; -id
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.id DESC LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -id
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.id DESC;
-- given: kind, author_id, title, low, high, limit, offset; score
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.score, i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; score
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.score, i.id;
-- given: kind, author_id, title, low, high, limit, offset; -score
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.score DESC, i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -score
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.score DESC, i.id;
-- given: kind, author_id, title, low, high, limit, offset; created
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.created, i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; created
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.created, i.id;
-- given: kind, author_id, title, low, high, limit, offset; -created
SELECT i.id, i.title, i.score FROM item AS i WHERE i.kind = %(kind)s AND i.author_id = %(author_id)s AND (i.title = %(title)s OR i.note = %(title)s) AND i.score BETWEEN %(low)s AND %(high)s ORDER BY i.created DESC, i.id LIMIT %(limit)s OFFSET %(offset)s;
-- given: ; -created
SELECT i.id, i.title, i.score FROM item AS i ORDER BY i.created DESC, i.id;

-- query: Tagged
-- args: {'tag': 'even', 'city': 'city 1', 'score': 4}
-- args: {'tag': 'tag 3', 'city': 'city 2', 'score': 20}
-- given: tag, city
SELECT i.id, i.title FROM item AS i JOIN tag AS t ON t.item_id = i.id JOIN author AS a ON a.id = i.author_id WHERE t.name = %(tag)s AND a.city = %(city)s AND i.score = %(score)s ORDER BY i.id;
-- given: tag
SELECT i.id, i.title FROM item AS i JOIN tag AS t ON t.item_id = i.id WHERE t.name = %(tag)s AND i.score = %(score)s ORDER BY i.id;
-- given: city
SELECT i.id, i.title FROM item AS i JOIN author AS a ON a.id = i.author_id WHERE a.city = %(city)s AND i.score = %(score)s ORDER BY i.id;
-- given:
SELECT i.id, i.title FROM item AS i WHERE i.score = %(score)s ORDER BY i.id;

-- query: Nested
-- args: {'author_id': 4, 'kind': 'page', 'tag': 'tag 3', 'least': 5}
-- args: {'author_id': 5, 'kind': 'page', 'tag': 'even', 'least': 39}
-- given: author_id, kind, tag, least
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i WHERE i.author_id = %(author_id)s AND EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: author_id, kind, tag
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i WHERE i.author_id = %(author_id)s AND EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id ORDER BY i.author_id;
-- given: author_id, kind, least
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i WHERE i.author_id = %(author_id)s GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: author_id, tag, least
SELECT i.author_id, count(*) AS some FROM item AS i WHERE i.author_id = %(author_id)s AND EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: kind, tag, least
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i WHERE EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: author_id, kind
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i WHERE i.author_id = %(author_id)s GROUP BY i.author_id ORDER BY i.author_id;
-- given: author_id, tag
SELECT i.author_id, count(*) AS some FROM item AS i WHERE i.author_id = %(author_id)s AND EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id ORDER BY i.author_id;
-- given: author_id, least
SELECT i.author_id, count(*) AS some FROM item AS i WHERE i.author_id = %(author_id)s GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: kind, tag
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i WHERE EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id ORDER BY i.author_id;
-- given: kind, least
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: tag, least
SELECT i.author_id, count(*) AS some FROM item AS i WHERE EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given: author_id
SELECT i.author_id, count(*) AS some FROM item AS i WHERE i.author_id = %(author_id)s GROUP BY i.author_id ORDER BY i.author_id;
-- given: kind
SELECT i.author_id, count(*) FILTER (WHERE i.kind = %(kind)s) AS some FROM item AS i GROUP BY i.author_id ORDER BY i.author_id;
-- given: tag
SELECT i.author_id, count(*) AS some FROM item AS i WHERE EXISTS (SELECT FROM tag AS t WHERE t.item_id = i.id AND t.name = %(tag)s) GROUP BY i.author_id ORDER BY i.author_id;
-- given: least
SELECT i.author_id, count(*) AS some FROM item AS i GROUP BY i.author_id HAVING count(*) > %(least)s ORDER BY i.author_id;
-- given:
SELECT i.author_id, count(*) AS some FROM item AS i GROUP BY i.author_id ORDER BY i.author_id;

-- query: Page
-- args: {'after': ('2024-01-02 00:00:00+00', 700), 'size': 7}
-- given: after
SELECT id, created FROM item WHERE kind = 'post' AND (created, id) > (%(after1)s, %(after2)s) ORDER BY created, id LIMIT %(size)s;
-- given:
SELECT id, created FROM item WHERE kind = 'post' ORDER BY created, id LIMIT %(size)s;

-- query: PageDown
-- args: {'after': ('2024-01-02 00:00:00+00', 700), 'size': 7}
-- given: after
SELECT id, created FROM item WHERE (created, id) < (%(after1)s, %(after2)s) ORDER BY created DESC, id DESC LIMIT %(size)s;
-- given:
SELECT id, created FROM item ORDER BY created DESC, id DESC LIMIT %(size)s;

-- query: PageMixed
-- args: {'after': (9, 700), 'size': 60}
-- given: after
SELECT id, score FROM item WHERE score <= %(after1)s AND (score < %(after1)s OR id > %(after2)s) ORDER BY score DESC, id LIMIT %(size)s;
-- given:
SELECT id, score FROM item ORDER BY score DESC, id LIMIT %(size)s;

-- query: PageOne
-- args: {'after': (790,)}
-- given: after
SELECT id FROM item WHERE id > %(after1)s ORDER BY id;
-- given:
SELECT id FROM item ORDER BY id;

-- query: Change
-- args: {'title': 'new', 'note': None, 'score': 77, 'id': 6}
-- args: {'title': 'new', 'note': 'n', 'score': 1, 'id': 99999}
-- given: title, note, score
UPDATE item SET title = %(title)s, note = %(note)s, score = %(score)s WHERE id = %(id)s RETURNING *;
-- given: title, note
UPDATE item SET title = %(title)s, note = %(note)s WHERE id = %(id)s RETURNING *;
-- given: title, score
UPDATE item SET title = %(title)s, score = %(score)s WHERE id = %(id)s RETURNING *;
-- given: note, score
UPDATE item SET note = %(note)s, score = %(score)s WHERE id = %(id)s RETURNING *;
-- given: title
UPDATE item SET title = %(title)s WHERE id = %(id)s RETURNING *;
-- given: note
UPDATE item SET note = %(note)s WHERE id = %(id)s RETURNING *;
-- given: score
UPDATE item SET score = %(score)s WHERE id = %(id)s RETURNING *;

-- query: ChangePatched
-- args: {'title': 'new', 'note': None, 'kind': 'post', 'id': 6}
-- args: {'title': 'new', 'note': 'n', 'kind': 'page', 'id': 6}
-- given: title, note, kind
UPDATE item SET score = score + 1, title = %(title)s, note = %(note)s WHERE id = %(id)s AND kind = %(kind)s;
-- given: title, note
UPDATE item SET score = score + 1, title = %(title)s, note = %(note)s WHERE id = %(id)s;
-- given: title, kind
UPDATE item SET score = score + 1, title = %(title)s WHERE id = %(id)s AND kind = %(kind)s;
-- given: note, kind
UPDATE item SET score = score + 1, note = %(note)s WHERE id = %(id)s AND kind = %(kind)s;
-- given: title
UPDATE item SET score = score + 1, title = %(title)s WHERE id = %(id)s;
-- given: note
UPDATE item SET score = score + 1, note = %(note)s WHERE id = %(id)s;
-- given: kind
UPDATE item SET score = score + 1 WHERE id = %(id)s AND kind = %(kind)s;
-- given:
UPDATE item SET score = score + 1 WHERE id = %(id)s;

-- query: Add
-- args: {'author_id': 3, 'kind': 'page', 'title': 'new', 'note': 'n', 'score': 3}
-- args: {'author_id': 3, 'kind': 'page', 'title': '', 'note': None, 'score': -1}
-- given: kind, title, note, score
INSERT INTO item (author_id, kind, title, note, score) VALUES (%(author_id)s, %(kind)s, %(title)s, %(note)s, %(score)s) RETURNING *;
-- given: kind, title, note
INSERT INTO item (author_id, kind, title, note) VALUES (%(author_id)s, %(kind)s, %(title)s, %(note)s) RETURNING *;
-- given: kind, title, score
INSERT INTO item (author_id, kind, title, score) VALUES (%(author_id)s, %(kind)s, %(title)s, %(score)s) RETURNING *;
-- given: kind, note, score
INSERT INTO item (author_id, kind, note, score) VALUES (%(author_id)s, %(kind)s, %(note)s, %(score)s) RETURNING *;
-- given: title, note, score
INSERT INTO item (author_id, title, note, score) VALUES (%(author_id)s, %(title)s, %(note)s, %(score)s) RETURNING *;
-- given: kind, title
INSERT INTO item (author_id, kind, title) VALUES (%(author_id)s, %(kind)s, %(title)s) RETURNING *;
-- given: kind, note
INSERT INTO item (author_id, kind, note) VALUES (%(author_id)s, %(kind)s, %(note)s) RETURNING *;
-- given: kind, score
INSERT INTO item (author_id, kind, score) VALUES (%(author_id)s, %(kind)s, %(score)s) RETURNING *;
-- given: title, note
INSERT INTO item (author_id, title, note) VALUES (%(author_id)s, %(title)s, %(note)s) RETURNING *;
-- given: title, score
INSERT INTO item (author_id, title, score) VALUES (%(author_id)s, %(title)s, %(score)s) RETURNING *;
-- given: note, score
INSERT INTO item (author_id, note, score) VALUES (%(author_id)s, %(note)s, %(score)s) RETURNING *;
-- given: kind
INSERT INTO item (author_id, kind) VALUES (%(author_id)s, %(kind)s) RETURNING *;
-- given: title
INSERT INTO item (author_id, title) VALUES (%(author_id)s, %(title)s) RETURNING *;
-- given: note
INSERT INTO item (author_id, note) VALUES (%(author_id)s, %(note)s) RETURNING *;
-- given: score
INSERT INTO item (author_id, score) VALUES (%(author_id)s, %(score)s) RETURNING *;
-- given:
INSERT INTO item (author_id) VALUES (%(author_id)s) RETURNING *;

-- query: Put
-- args: {'id': 2, 'name': 'a', 'city': 'b'}
-- args: {'id': 2, 'name': 'a', 'city': None}
-- args: {'id': 900, 'name': 'a', 'city': 'b'}
-- given: city
INSERT INTO author (id, name, city) VALUES (%(id)s, %(name)s, %(city)s) ON CONFLICT (id) DO UPDATE SET name = %(name)s, city = %(city)s RETURNING *;
-- given:
INSERT INTO author (id, name) VALUES (%(id)s, %(name)s) ON CONFLICT (id) DO UPDATE SET name = %(name)s RETURNING *;

-- query: Listed
-- args: {'ids': [3, 4, 5, 3, 77777], 'authors': [5, 6, 6]}
-- args: {'ids': [], 'authors': [5]}
-- args: {'ids': [3, 4], 'authors': []}
-- given: authors
SELECT id FROM item WHERE id = ANY (%(ids)s) AND author_id = ANY (%(authors)s) ORDER BY id;
-- given:
SELECT id FROM item WHERE id = ANY (%(ids)s) ORDER BY id;

-- query: Remove
-- args: {'item_id': 2, 'name': 'even'}
-- args: {'item_id': 2, 'name': 'none'}
-- given: name
DELETE FROM tag WHERE item_id = %(item_id)s AND name = %(name)s;
-- given:
DELETE FROM tag WHERE item_id = %(item_id)s;

-- query: First
-- args: {'author_id': 3}
-- args: {'author_id': 999}
-- given: author_id
SELECT count(*), max(score) FROM item WHERE author_id = %(author_id)s;
-- given:
SELECT count(*), max(score) FROM item;

-- query: Streamed
-- args: {'score': 36}
-- given: score
SELECT id FROM item WHERE score = %(score)s ORDER BY id;
-- given:
SELECT id FROM item ORDER BY id;

-- query: Cursor
-- args: {'score': 36}
-- given: score
SELECT id FROM item WHERE score = %(score)s ORDER BY id LIMIT 3;
-- given:
SELECT id FROM item ORDER BY id LIMIT 3;

-- query: Touch
-- args: {'id': 1, 'note': 'touched'}
-- args: {'id': 1, 'note': None}
-- given: note
UPDATE item SET note = %(note)s WHERE id = %(id)s;

-- query: Notes
-- args: {'note': 'note'}
-- given: note
SELECT note, author_id FROM item WHERE id < 40 AND note = %(note)s ORDER BY id;
-- given:
SELECT note, author_id FROM item WHERE id < 40 ORDER BY id;

-- query: Cities
-- args: {'city': 'city 1', 'name': 'author 17'}
-- args: {'city': 'city 2', 'name': 'author 16'}
-- given: city, name
SELECT i.id, a.city, a.name FROM item AS i LEFT JOIN author AS a ON a.id = i.author_id + 15 AND a.city = %(city)s WHERE i.id < 40 AND a.name = %(name)s ORDER BY i.id;
-- given: city
SELECT i.id, a.city, a.name FROM item AS i LEFT JOIN author AS a ON a.id = i.author_id + 15 AND a.city = %(city)s WHERE i.id < 40 ORDER BY i.id;
-- given: name
SELECT i.id, a.city, a.name FROM item AS i LEFT JOIN author AS a ON a.id = i.author_id + 15 WHERE i.id < 40 AND a.name = %(name)s ORDER BY i.id;
-- given:
SELECT i.id, a.city, a.name FROM item AS i LEFT JOIN author AS a ON a.id = i.author_id + 15 WHERE i.id < 40 ORDER BY i.id;

-- query: Filtered
-- args: {'note': 'nothing'}
-- args: {'note': 'even'}
-- given: note
SELECT author_id, max(score) FILTER (WHERE note = %(note)s) AS best, min(score) AS least FROM item GROUP BY author_id ORDER BY author_id;
-- given:
SELECT author_id, max(score) AS best, min(score) AS least FROM item GROUP BY author_id ORDER BY author_id;

-- query: Scalar
-- args: {'least': 1000, 'skip': 3}
-- args: {'least': 39, 'skip': 0}
-- args: {'least': 39, 'skip': 1}
-- given: least, skip
SELECT a.id, (SELECT count(*) FROM item AS i WHERE i.author_id = a.id HAVING count(*) > %(least)s) AS items, (SELECT i.title FROM item AS i WHERE i.id = 1 OFFSET %(skip)s) AS title FROM author AS a ORDER BY a.id;
-- given: least
SELECT a.id, (SELECT count(*) FROM item AS i WHERE i.author_id = a.id HAVING count(*) > %(least)s) AS items, (SELECT i.title FROM item AS i WHERE i.id = 1) AS title FROM author AS a ORDER BY a.id;
-- given: skip
SELECT a.id, (SELECT count(*) FROM item AS i WHERE i.author_id = a.id) AS items, (SELECT i.title FROM item AS i WHERE i.id = 1 OFFSET %(skip)s) AS title FROM author AS a ORDER BY a.id;
-- given:
SELECT a.id, (SELECT count(*) FROM item AS i WHERE i.author_id = a.id) AS items, (SELECT i.title FROM item AS i WHERE i.id = 1) AS title FROM author AS a ORDER BY a.id;

-- query: Tags
-- args: {'tagged': True}
-- given: tagged
SELECT i.id, i.note FROM item AS i JOIN tag AS t ON t.item_id = i.id AND t.name = i.note WHERE i.id < 40 ORDER BY i.id;
-- given:
SELECT i.id, i.note FROM item AS i WHERE i.id < 40 ORDER BY i.id;

-- query: Single
-- args: {'note': 'nothing'}
-- args: {'note': 'even'}
-- given: note
SELECT count(*), max(score) FROM item WHERE note = %(note)s;
-- given:
SELECT count(*), max(score) FROM item;

-- query: SearchWithNamesThatAreLongerThanLines
-- args: {'the_title_of_the_item_that_is_searched_for': 'title 3', 'the_note_of_the_item_that_is_searched_for_and_that_is_very_long': 'note', 'scores': 29}
-- args: {'the_title_of_the_item_that_is_searched_for': 'title 6', 'the_note_of_the_item_that_is_searched_for_and_that_is_very_long': 'even', 'scores': 6}
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY created NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s ORDER BY created NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, scores
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY created NULLS FIRST;
-- given: the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY created NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s ORDER BY created NULLS FIRST;
-- given: the_note_of_the_item_that_is_searched_for_and_that_is_very_long
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s ORDER BY created NULLS FIRST;
-- given: scores
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY created NULLS FIRST;
-- given:
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY created NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores; created
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY created NULLS FIRST;
-- given: ; created
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY created NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores; -created
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY created DESC NULLS FIRST;
-- given: ; -created
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY created DESC NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores; title
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY title NULLS FIRST;
-- given: ; title
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY title NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores; -title
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY title DESC NULLS FIRST;
-- given: ; -title
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY title DESC NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores; id
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY id NULLS FIRST;
-- given: ; id
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY id NULLS FIRST;
-- given: the_title_of_the_item_that_is_searched_for, the_note_of_the_item_that_is_searched_for_and_that_is_very_long, scores; -id
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item WHERE title = %(the_title_of_the_item_that_is_searched_for)s AND note = %(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)s AND (score, author_id) IN (SELECT %(scores)s::int4, 4::int8) ORDER BY id DESC NULLS FIRST;
-- given: ; -id
SELECT id, title, note, score, created, 'costs $1 and %%s and {x}' AS "a $2" FROM item ORDER BY id DESC NULLS FIRST;

-- query: ChangeWithNamesThatAreLongerThanLines
-- args: {'the_title_of_the_item_that_is_to_be_changed': 'new', 'the_note_of_the_item_that_is_to_be_changed_and_that_is_long': None, 'least': 777, 'score': 795, 'id': 6}
-- args: {'the_title_of_the_item_that_is_to_be_changed': 'new', 'the_note_of_the_item_that_is_to_be_changed_and_that_is_long': 'n', 'least': 1, 'score': 5, 'id': 6}
-- given: the_title_of_the_item_that_is_to_be_changed, the_note_of_the_item_that_is_to_be_changed_and_that_is_long, least, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s AND i.id < %(score)s), title = %(the_title_of_the_item_that_is_to_be_changed)s, note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed, the_note_of_the_item_that_is_to_be_changed_and_that_is_long, least
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s), title = %(the_title_of_the_item_that_is_to_be_changed)s, note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed, the_note_of_the_item_that_is_to_be_changed_and_that_is_long, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id < %(score)s), title = %(the_title_of_the_item_that_is_to_be_changed)s, note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed, least, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s AND i.id < %(score)s), title = %(the_title_of_the_item_that_is_to_be_changed)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_note_of_the_item_that_is_to_be_changed_and_that_is_long, least, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s AND i.id < %(score)s), note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed, the_note_of_the_item_that_is_to_be_changed_and_that_is_long
UPDATE item SET score = (SELECT max(i.score) FROM item AS i), title = %(the_title_of_the_item_that_is_to_be_changed)s, note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed, least
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s), title = %(the_title_of_the_item_that_is_to_be_changed)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id < %(score)s), title = %(the_title_of_the_item_that_is_to_be_changed)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_note_of_the_item_that_is_to_be_changed_and_that_is_long, least
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s), note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_note_of_the_item_that_is_to_be_changed_and_that_is_long, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id < %(score)s), note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: least, score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s AND i.id < %(score)s) WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_title_of_the_item_that_is_to_be_changed
UPDATE item SET score = (SELECT max(i.score) FROM item AS i), title = %(the_title_of_the_item_that_is_to_be_changed)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: the_note_of_the_item_that_is_to_be_changed_and_that_is_long
UPDATE item SET score = (SELECT max(i.score) FROM item AS i), note = %(the_note_of_the_item_that_is_to_be_changed_and_that_is_long)s WHERE id = %(id)s AND 'it''s' <> '"';
-- given: least
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id > %(least)s) WHERE id = %(id)s AND 'it''s' <> '"';
-- given: score
UPDATE item SET score = (SELECT max(i.score) FROM item AS i WHERE i.id < %(score)s) WHERE id = %(id)s AND 'it''s' <> '"';
-- given:
UPDATE item SET score = (SELECT max(i.score) FROM item AS i) WHERE id = %(id)s AND 'it''s' <> '"';

-- query: ListedWithItems
-- args: {'with_tags_of_the_items_of_the_author_with_a_long_name': True}
-- given: with_tags_of_the_items_of_the_author_with_a_long_name
SELECT a.id, i.id, i.author_id, i.kind, i.title, i.note, i.score, i.created FROM author AS a JOIN item AS i ON i.author_id = a.id JOIN tag AS t ON t.item_id = i.id ORDER BY a.id;
-- given:
SELECT a.id, i.id, i.author_id, i.kind, i.title, i.note, i.score, i.created FROM author AS a LEFT JOIN item AS i ON i.author_id = a.id ORDER BY a.id;
