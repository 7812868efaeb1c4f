-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY account_id_idx ON account (id);
-- +goose Down
DROP INDEX CONCURRENTLY account_id_idx;
