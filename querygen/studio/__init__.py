"""`querygen studio`: the schema, the data and the queries of a project as local web pages.

`guard.py` decides who may ask, `app.py` which page answers. Pages that speak of files (`project.py`: schema, diagram,
queries, findings) need no database; those that speak of rows (`structure.py`, `browse.py`, `changes.py`) read the
database as it is, not as the files say.
"""
