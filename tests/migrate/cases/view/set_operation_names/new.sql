CREATE TABLE t (id integer, name varchar);
CREATE VIEW v AS
SELECT id, name, kind FROM (
    SELECT id, name, 'first' AS kind FROM t
    UNION
    SELECT id, coalesce(name, '?') AS name, 'second' AS kind FROM t
    UNION ALL
    SELECT id + 1, upper(name), 'third' FROM t
) x;
CREATE VIEW w AS SELECT id, 'a' AS kind FROM t UNION ALL SELECT 2, 'b';
