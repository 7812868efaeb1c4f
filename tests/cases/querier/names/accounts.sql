-- name: Accounts :many
SELECT * FROM user_accounts WHERE datetime > $1 AND str = $2;

-- name: OldThings :many
SELECT * FROM old_things;

-- name: Items :many
SELECT * FROM metadata_items;

-- name: Halves :many
SELECT id, datetime, other, str, id AS uuid FROM user_accounts;
