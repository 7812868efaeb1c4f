"""PostgreSQL's parse analysis (`src/backend/parser`), file for file: raw trees in, typed `Query` trees out."""
