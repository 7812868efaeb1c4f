"""The user's schema joined with PostgreSQL's own catalogue: objects, look-ups, and the fold over DDL."""
