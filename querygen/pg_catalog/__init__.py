"""PostgreSQL's own system catalogues as rows (`rows.py`), read from TSV (`load.py`), dumped (`dump.py`)."""
