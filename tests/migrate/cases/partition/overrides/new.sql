CREATE TABLE orders (id bigint NOT NULL, region text NOT NULL, priority integer DEFAULT 0, notes text, grade text)
    PARTITION BY LIST (region);
CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('eu');
CREATE TABLE orders_us PARTITION OF orders (
    priority DEFAULT 10,
    notes NOT NULL,
    grade CONSTRAINT graded NOT NULL DEFAULT 'A'
) FOR VALUES IN ('us');
