CREATE TYPE genre AS ENUM ('novel', 'short story', 'non-fiction');
COMMENT ON TYPE genre IS 'What kind of book it is.';

CREATE TABLE authors (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    born date,
    details jsonb
);
COMMENT ON TABLE authors IS 'Somebody who writes.';
COMMENT ON COLUMN authors.born IS 'Where it is known.';

CREATE TABLE books (
    isbn text PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES authors,
    title text NOT NULL,
    genre genre NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    also genre[] NOT NULL DEFAULT '{}',
    price numeric(8, 2)
);
