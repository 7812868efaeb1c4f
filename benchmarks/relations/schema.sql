CREATE TABLE author (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    joined timestamptz NOT NULL
);

CREATE TABLE book (
    id bigint PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES author (id),
    title text NOT NULL,
    sold bigint NOT NULL,
    published timestamptz NOT NULL
);

CREATE INDEX book_author_id_idx ON book (author_id);

CREATE TABLE prize (
    id bigint PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES author (id),
    title text NOT NULL,
    worth bigint NOT NULL,
    given timestamptz NOT NULL
);

CREATE INDEX prize_author_id_idx ON prize (author_id);
