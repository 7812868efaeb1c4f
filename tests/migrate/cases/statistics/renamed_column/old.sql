CREATE TABLE t (a int, "on" int, c text, "from" int);
CREATE STATISTICS both_of (ndistinct) ON a, "on" FROM t;
CREATE STATISTICS lowered ON (lower(c)), (a + "from") FROM t;
ALTER TABLE t RENAME COLUMN a TO number;
ALTER TABLE t RENAME COLUMN "on" TO "select";
ALTER TABLE t RENAME COLUMN c TO lower;
