"""Applies `migrations/*.sql` to a database and remembers what was applied."""
