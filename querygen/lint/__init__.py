"""Advice on schemas, migrations and queries: rules, one a file, and what runs and prints them."""
