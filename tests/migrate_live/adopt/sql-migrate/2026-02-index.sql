-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY account_id_idx ON account (id);

-- +migrate Down notransaction
DROP INDEX CONCURRENTLY account_id_idx;
