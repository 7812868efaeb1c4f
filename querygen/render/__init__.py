"""From analysed queries to the text of a Python package: `render.render` is the door.

`pytypes` says what a PostgreSQL type is in Python, `naming` what things are called, `model` decides everything that is
printed, `layout` breaks lines as `ruff format` does, and the templates only loop and print.
"""
