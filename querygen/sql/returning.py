"""Whether a statement returns rows, seen from its raw tree."""

from __future__ import annotations

from querygen.sql.nodes import ast


def returns_rows(tree: object) -> bool:
    """SELECT, VALUES, and what has RETURNING; commands such as SHOW, too."""
    match tree:
        case ast.SelectStmt():
            return tree.intoClause is None
        case ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt() | ast.MergeStmt():
            return bool(getattr(tree, "returningClause", None) or getattr(tree, "returningList", None))
        case ast.ExplainStmt() | ast.VariableShowStmt() | ast.FetchStmt():
            return True
        case _:
            return False
