CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('happy', 'so-so');
COMMENT ON TYPE mood IS 'How one feels.';
CREATE TABLE authors (
    id bigserial PRIMARY KEY,
    name text NOT NULL,
    email citext NOT NULL UNIQUE,
    bio text,
    born date,
    feeling mood NOT NULL DEFAULT 'happy',
    feelings mood[],
    tags varchar(20)[] NOT NULL DEFAULT '{}',
    settings jsonb,
    balance numeric(10, 2) NOT NULL,
    key uuid NOT NULL
);
COMMENT ON TABLE authors IS 'Who writes.';
COMMENT ON COLUMN authors.bio IS 'A life, told short.';
CREATE TABLE books (
    id bigserial PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES authors,
    title text NOT NULL,
    published timestamptz
);
CREATE TABLE notes (book_id bigint, note text);
