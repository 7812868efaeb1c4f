DROP TABLE b.t;
DROP SCHEMA b;
CREATE SCHEMA a;
CREATE TABLE a.t (
    x integer
);
