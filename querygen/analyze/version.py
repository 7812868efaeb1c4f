"""What PostgreSQL 18's grammar has and an older server has not: refused by name when the catalog is of that server.

Takes a raw tree and the major version of the catalog. Functions, operators and types need no list: they are not in the
older catalogue. What is here is syntax (appendix "Release Notes" of the manual, by version).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.diagnostics import PgError
from querygen.pg_catalog.load import NEWEST_MAJOR
from querygen.sql.nodes import Node, ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

# node class → (since, what it is), for nodes that exist only in newer syntax
_NEW_NODES: Final[dict[str, tuple[int, str]]] = {
    "MergeStmt": (15, "MERGE"),
    "JsonObjectConstructor": (16, "JSON_OBJECT"),
    "JsonArrayConstructor": (16, "JSON_ARRAY"),
    "JsonArrayQueryConstructor": (16, "JSON_ARRAY"),
    "JsonObjectAgg": (16, "JSON_OBJECTAGG"),
    "JsonArrayAgg": (16, "JSON_ARRAYAGG"),
    "JsonIsPredicate": (16, "IS JSON"),
    "JsonParseExpr": (17, "JSON()"),
    "JsonScalarExpr": (17, "JSON_SCALAR"),
    "JsonSerializeExpr": (17, "JSON_SERIALIZE"),
    "JsonTable": (17, "JSON_TABLE"),
    "MergeSupportFunc": (17, "MERGE_ACTION"),
    "ReturningOption": (18, "RETURNING WITH (OLD, NEW)"),
    "CTESearchClause": (14, "SEARCH"),
    "CTECycleClause": (14, "CYCLE"),
}
_JSON_FUNCTIONS: Final = {
    enums.JsonExprOp.JSON_EXISTS_OP: "JSON_EXISTS",
    enums.JsonExprOp.JSON_QUERY_OP: "JSON_QUERY",
    enums.JsonExprOp.JSON_VALUE_OP: "JSON_VALUE",
}


def check_version(tree: Node, major: int) -> None:
    """Raise 0A000 for syntax that a server of this major version does not have."""
    if major >= NEWEST_MAJOR:
        return
    for node, place in _walk(tree, -1):
        for since, what in filter(None, (_NEW_NODES.get(type(node).__name__), _newer_form(node))):
            if since > major:
                raise PgError(
                    "0A000",
                    f"{what} needs PostgreSQL {since}; the catalog is of PostgreSQL {major}",
                    place,
                    hint=f"Write it without {what}, or set pg_version to {since} or later.",
                )


def _newer_form(node: Node) -> tuple[int, str] | None:
    """Newer forms of nodes that older versions have."""
    match node:
        case ast.JsonFuncExpr():
            return 17, _JSON_FUNCTIONS.get(node.op, "SQL/JSON")
        case ast.MergeStmt() if node.returningClause is not None:
            return 17, "MERGE … RETURNING"
        case ast.MergeWhenClause() if node.matchKind == enums.MergeMatchKind.MERGE_WHEN_NOT_MATCHED_BY_SOURCE:
            return 17, "WHEN NOT MATCHED BY SOURCE"
        case ast.RangeSubselect() if node.alias is None:
            return 16, "a subquery in FROM without an alias"
        case ast.ReturningClause():
            names = [one.val.fields[0] for one in node.exprs or () if isinstance(one.val, ast.ColumnRef)]
            if any(isinstance(one, ast.String) and one.sval in ("old", "new") for one in names):
                return 18, "OLD and NEW in RETURNING"
    return None


def _walk(value: Any, place: int) -> Iterator[tuple[Node, int]]:
    """Every node with the nearest place in the text."""
    if isinstance(value, tuple):
        for one in value:
            yield from _walk(one, place)
    elif isinstance(value, Node):
        own = getattr(value, "location", -1)
        here = own if isinstance(own, int) and own > 0 else place
        yield value, here
        for name in value:
            yield from _walk(getattr(value, name), here)
