-- +goose Up
CREATE TABLE account (id bigint PRIMARY KEY);
-- +goose StatementBegin
CREATE FUNCTION one() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RETURN 1;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION one();
DROP TABLE account;
