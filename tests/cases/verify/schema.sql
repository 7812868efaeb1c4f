CREATE SCHEMA app;
CREATE EXTENSION citext SCHEMA public;

CREATE ROLE querygen_reader;

CREATE TYPE app.mood AS ENUM ('happy', 'sad');
CREATE DOMAIN app.quantity AS integer CHECK (VALUE > 0);
CREATE TYPE app.pair AS (a integer, b integer);

CREATE FUNCTION app.same_pair(app.pair, app.pair) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN ($1).a = ($2).a AND ($1).b = ($2).b;
CREATE OPERATOR app.=== (LEFTARG = app.pair, RIGHTARG = app.pair, FUNCTION = app.same_pair, COMMUTATOR = OPERATOR(app.===));
CREATE FUNCTION app.price_of(id integer) RETURNS numeric LANGUAGE sql RETURN id * 1.5;

CREATE TABLE person (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(80) NOT NULL UNIQUE,
    name text NOT NULL,
    mood app.mood NOT NULL DEFAULT 'happy',
    nickname text COLLATE "C"
);
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON person USING (mood <> 'sad');
GRANT SELECT ON person TO querygen_reader;

CREATE TABLE reading (
    taken_on date NOT NULL,
    amount app.quantity NOT NULL,
    PRIMARY KEY (taken_on)
) PARTITION BY RANGE (taken_on);
CREATE TABLE reading_2026 PARTITION OF reading FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE reading_2027 PARTITION OF reading FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

CREATE VIEW happy_person AS SELECT id, name FROM person WHERE mood = 'happy';

CREATE MATERIALIZED VIEW mood_count AS SELECT mood, count(*) AS persons FROM person GROUP BY mood;
CREATE VIEW happy_count AS SELECT persons FROM mood_count WHERE mood = 'happy';
CREATE TABLE word (word text PRIMARY KEY CHECK (word <> '\'));

CREATE INDEX person_lower ON person (lower(name));
CREATE FUNCTION app.secret(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
REVOKE EXECUTE ON FUNCTION app.secret(integer) FROM PUBLIC;
CREATE FUNCTION app.kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER word_kept BEFORE UPDATE ON word FOR EACH ROW EXECUTE FUNCTION app.kept();
CREATE SEQUENCE ticket INCREMENT BY 2;
CREATE FUNCTION app.lowered(text) RETURNS text LANGUAGE sql RETURN lower($1);
CREATE VIEW rare_word AS SELECT word FROM word WHERE (SELECT count(*) FROM mood_count) > 1;
