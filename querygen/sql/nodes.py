"""The raw node classes: the one place to change for a lighter tree than pglast's.

`ast` is a module of classes named as PostgreSQL's raw nodes (`ast.SelectStmt`, `ast.A_Expr`, …), `enums` the enums of
parsenodes.h and its neighbours. Locations are character offsets into the parsed text.
"""

from __future__ import annotations

from pglast import ast, enums
from pglast.ast import Node

__all__ = ["Node", "ast", "enums"]
