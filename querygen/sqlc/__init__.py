"""What a project of sqlc, aiosql or pgtyped has at hand, read or rewritten; imported only when such a thing is read."""
