"""`querygen-sqlc-plugin`: querygen as a process plugin of sqlc. Nothing else imports it."""
