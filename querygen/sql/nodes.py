"""The raw node classes: the one place to change for another tree than that of `tree.py`.

`ast` holds classes named as PostgreSQL's raw nodes (`ast.SelectStmt`, `ast.A_Expr`, …), `enums` the enums of
parsenodes.h and its neighbours, `keywords` the
grammar's four kinds of words. Locations are character offsets into the parsed text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pglast import keywords

if TYPE_CHECKING:
    # The same names; pglast has no annotations, so a node's fields are Any to a type checker.
    from pglast import ast, enums
    from pglast.ast import Node
else:
    from querygen.sql.tree import Node, ast, enums

__all__ = ["Node", "ast", "enums", "keywords"]
