CREATE TABLE orders (
    id integer NOT NULL,
    status varchar(10) NOT NULL,
    mood varchar,
    CONSTRAINT status_known CHECK (status IN ('pending', 'shipped')),
    CONSTRAINT mood_known CHECK (mood <> ALL (ARRAY['bad'::varchar, 'sad'])),
    CONSTRAINT mood_cast CHECK (mood::text = ANY ((ARRAY['good'::varchar, 'fair'::varchar])::text[]))
);
CREATE INDEX orders_open_idx ON orders (id) WHERE status IN ('pending', 'shipped');
