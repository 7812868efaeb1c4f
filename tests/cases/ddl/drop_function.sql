-- A function needs what its arguments' defaults use, and what its body uses where that was analysed when it was made.
CREATE SCHEMA a;
CREATE FUNCTION a.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE a.t (i int, j int);
CREATE FUNCTION with_default(x int DEFAULT a.f(1)) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT i FROM a.t; END;
CREATE FUNCTION itself(n int) RETURNS int LANGUAGE sql RETURN n + 1;
CREATE OR REPLACE FUNCTION itself(n int) RETURNS int LANGUAGE sql RETURN CASE WHEN n > 0 THEN itself(n - 1) ELSE 0 END;
CREATE FUNCTION by_text() RETURNS int LANGUAGE sql AS 'SELECT i FROM a.t';
DROP FUNCTION a.f;
DROP TABLE a.t;
ALTER TABLE a.t DROP COLUMN i;
ALTER TABLE a.t DROP COLUMN j;
DROP FUNCTION itself;
DROP SCHEMA a CASCADE;
----
10:1 error 2BP01: cannot drop function a.f(integer) because other objects depend on it
  detail: function with_default(integer) depends on function a.f(integer)
  hint: Use DROP ... CASCADE to drop the dependent objects too.
11:1 error 2BP01: cannot drop table a.t because other objects depend on it
  detail: function atomic() depends on table a.t
  hint: Use DROP ... CASCADE to drop the dependent objects too.
12:1 error 2BP01: cannot drop column i of table a.t because other objects depend on it
  detail: function atomic() depends on column i of table a.t
  hint: Use DROP ... CASCADE to drop the dependent objects too.
function by_text() → integer
