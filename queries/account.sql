-- Connect a user with an account elsewhere; doing it again changes nothing.
-- name: LinkAccount :one
INSERT INTO account (user_id, provider, provider_account_id)
VALUES (@user_id, @provider, @provider_account_id)
ON CONFLICT (provider, provider_account_id) DO UPDATE SET updated_at = now()
RETURNING *;

-- name: ListAccounts :many
SELECT * FROM account WHERE user_id = @user_id ORDER BY provider;
