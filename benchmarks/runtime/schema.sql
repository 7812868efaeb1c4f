CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');

-- Narrow: three columns.
CREATE TABLE author (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    bio text
);

-- Wide: nine columns of nine kinds.
CREATE TABLE event (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    created timestamptz NOT NULL,
    active boolean NOT NULL,
    amount numeric(12, 2) NOT NULL,
    uid uuid NOT NULL,
    mood mood NOT NULL,
    visits integer NOT NULL,
    note text
);

-- Wide, with a jsonb column in the place of an integer.
CREATE TABLE document (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    created timestamptz NOT NULL,
    active boolean NOT NULL,
    amount numeric(12, 2) NOT NULL,
    uid uuid NOT NULL,
    mood mood NOT NULL,
    data jsonb NOT NULL,
    note text
);

-- What COPY and the bulk insert fill.
CREATE TABLE entry (
    id bigint NOT NULL,
    name text NOT NULL,
    amount numeric(12, 2) NOT NULL,
    created timestamptz NOT NULL,
    note text
);
