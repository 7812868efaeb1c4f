-- name: CopyEntries :copyfrom
INSERT INTO entry (id, name, amount, created, note) VALUES (@id, @name, @amount, @created, @note);
