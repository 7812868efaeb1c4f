CREATE TABLE t (id int NOT NULL, n text, k int PRIMARY KEY);
CREATE VIEW v AS SELECT id, n, count(*) AS c FROM t GROUP BY id, n;
CREATE VIEW w AS SELECT n FROM t GROUP BY k HAVING count(*) > 1;
