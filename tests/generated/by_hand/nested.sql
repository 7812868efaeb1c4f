-- The dynamic query of test_nested.py as one writes it for what is given.

-- query: Wanted
-- args: {'place': 'home', 'mood': 'ok'}
-- args: {'place': 'nowhere', 'mood': 'sad'}
-- given: place, mood
SELECT p.id, v.person_id, v.number, v.place FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id AND v.place = %(place)s WHERE p.mood = %(mood)s ORDER BY p.id, v.number;
-- given: place
SELECT p.id, v.person_id, v.number, v.place FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id AND v.place = %(place)s ORDER BY p.id, v.number;
-- given: mood
SELECT p.id, v.person_id, v.number, v.place FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id WHERE p.mood = %(mood)s ORDER BY p.id, v.number;
-- given:
SELECT p.id, v.person_id, v.number, v.place FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id ORDER BY p.id, v.number;
