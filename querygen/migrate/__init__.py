"""Migrations: two schemas compared, and the SQL that turns one into the other. Begin with `diff.py`."""
