-- migrate:up
CREATE TABLE account (id bigint PRIMARY KEY);

-- migrate:down
DROP TABLE account;
