-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY account_id_idx ON account (id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY account_id_idx;
