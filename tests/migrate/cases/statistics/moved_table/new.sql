CREATE SCHEMA s;
CREATE TABLE s."T" (a int, b int, more int);
CREATE STATISTICS both_of ON a, b FROM s."T";
