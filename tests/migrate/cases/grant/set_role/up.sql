CREATE SCHEMA s;
CREATE TABLE s.t (
    a integer
);
CREATE TABLE s.u (
    a integer
);
ALTER SCHEMA s OWNER TO pg_monitor;
ALTER TABLE s.t OWNER TO pg_monitor;
ALTER DEFAULT PRIVILEGES FOR ROLE pg_monitor IN SCHEMA s GRANT SELECT ON TABLES TO pg_read_all_data;
