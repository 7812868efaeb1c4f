CREATE TABLE t (number int, "select" int, lower text, "from" int, more int);
CREATE STATISTICS both_of (ndistinct) ON number, "select" FROM t;
CREATE STATISTICS lowered ON (lower(lower)), (number + "from") FROM t;
