"""What PostgreSQL 18's grammar has and an older server has not, by the version that was the first to have it.

Takes a raw tree; gives (version, what it is, place). The one table of this: queries are checked against it
(version.py), and migrations (migrate/version.py). Functions, operators and types need no list: they are not in the
older catalogue. What is here is syntax (appendix "Release Notes" of the manual, by version).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.sql.nodes import Node, ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = enums.AlterTableType
CONSTR = enums.ConstrType
OUT = enums.FunctionParameterMode.FUNC_PARAM_OUT
Found = tuple[int, str]
# node class → (since, what it is), for nodes that exist only in newer syntax
_NEW_NODES: Final[dict[str, Found]] = {
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
_ACTIONS: Final[dict[Any, Found]] = {
    AT.AT_SetExpression: (17, "SET EXPRESSION"),
    AT.AT_SetCompression: (14, "COMPRESSION of a column"),
    AT.AT_SetAccessMethod: (15, "SET ACCESS METHOD"),
}
# Options in WITH (…) and in lists of definitions: the kind of statement, the option
_OPTIONS: Final[dict[tuple[str, str], Found]] = {
    ("ViewStmt", "security_invoker"): (15, "a view's security_invoker"),
    ("AlterTableStmt", "security_invoker"): (15, "a view's security_invoker"),
    ("CreatePublicationStmt", "publish_generated_columns"): (18, "publish_generated_columns"),
    ("AlterPublicationStmt", "publish_generated_columns"): (18, "publish_generated_columns"),
    ("CreateRangeStmt", "multirange_type_name"): (14, "the name of a multirange type"),
    ("GrantRoleStmt", "inherit"): (16, "GRANT … WITH INHERIT"),
    ("GrantRoleStmt", "set"): (16, "GRANT … WITH SET"),
    ("DefineStmt", "rules"): (16, "RULES of a collation"),
    **{
        (stmt, option): (since, f"a subscription's {option}")
        for stmt in ("CreateSubscriptionStmt", "AlterSubscriptionStmt")
        for since, options in (
            (14, "binary streaming"),
            (15, "two_phase disable_on_error"),
            (16, "origin password_required run_as_owner"),
            (17, "failover"),
        )
        for option in options.split()
    },
}


def newer_syntax(tree: Node) -> Iterator[tuple[int, str, int]]:
    """Everything in a statement that some version was the first to have, with its place in the text or -1."""
    kind = type(tree).__name__
    for node, place in _walk(tree, -1):
        for found in (_NEW_NODES.get(type(node).__name__), _newer_form(node), *_of_node(node, kind)):
            if found is not None:
                yield *found, place


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


def _of_node(node: Node, kind: str) -> Iterator[Found]:
    match node:
        case ast.Constraint():
            yield from _of_constraint(node)
        case ast.ColumnDef():
            if node.compression:
                yield 14, "COMPRESSION of a column"
            if node.storage_name:
                yield 16, "STORAGE in a column's definition"
            for one in node.constraints or ():
                if one.contype == CONSTR.CONSTR_NOTNULL and one.is_no_inherit:
                    yield 18, "NOT NULL … NO INHERIT"
        case ast.AlterTableCmd():
            yield from _of_action(node)
        case ast.IndexStmt(nulls_not_distinct=True):
            yield 15, "NULLS NOT DISTINCT"
        case ast.CreateTrigStmt(replace=True):
            yield 14, "CREATE OR REPLACE TRIGGER"
        case ast.CreateFunctionStmt():
            if node.sql_body is not None:
                yield 14, "a function's body that is no string"
            if node.is_procedure and any(one.mode == OUT for one in node.parameters or ()):
                yield 14, "an OUT parameter of a procedure"
        case ast.PublicationTable():
            if node.whereClause is not None:
                yield 15, "a publication's WHERE"
            if node.columns:
                yield 15, "a publication's list of columns"
        case ast.PublicationObjSpec() if node.pubobjtype != enums.PublicationObjSpecType.PUBLICATIONOBJ_TABLE:
            yield 15, "TABLES IN SCHEMA of a publication"
        case ast.StatsElem() if node.expr is not None:
            yield 14, "an expression in CREATE STATISTICS"
        case ast.AccessPriv() if kind != "GrantRoleStmt" and (node.priv_name or "").lower() == "maintain":
            yield 17, "MAINTAIN"
        case ast.CreateSeqStmt() if node.sequence.relpersistence == "u":
            yield 15, "CREATE UNLOGGED SEQUENCE"
        case ast.DefElem() if (found := _OPTIONS.get((kind, (node.defname or "").lower()))) is not None:
            yield found
        case ast.AlterDomainStmt() if isinstance(node.def_, ast.Constraint):
            if node.def_.contype == CONSTR.CONSTR_NOTNULL:
                yield 17, "a name of a domain's NOT NULL"


def _of_constraint(node: Any) -> Iterator[Found]:
    if node.nulls_not_distinct:
        yield 15, "NULLS NOT DISTINCT"
    if node.without_overlaps:
        yield 18, "WITHOUT OVERLAPS"
    if node.fk_with_period:
        yield 18, "PERIOD in a foreign key"
    if node.fk_del_set_cols:
        yield 15, "a list of columns in ON DELETE SET"
    checked = node.contype in (CONSTR.CONSTR_CHECK, CONSTR.CONSTR_FOREIGN)
    if (checked and not node.is_enforced) or node.contype == CONSTR.CONSTR_ATTR_NOT_ENFORCED:
        yield 18, "NOT ENFORCED"
    if node.contype == CONSTR.CONSTR_NOTNULL and node.keys:
        yield 18, "a NOT NULL constraint of a table"
    if node.contype == CONSTR.CONSTR_GENERATED and node.generated_kind == "v":
        yield 18, "virtual generated column"


def _of_action(node: Any) -> Iterator[Found]:
    if (found := _ACTIONS.get(node.subtype)) is not None:
        yield found
    match node.def_:
        case ast.PartitionCmd(concurrent=True):
            yield 14, "DETACH PARTITION … CONCURRENTLY"
        case ast.String() if node.subtype == AT.AT_SetStorage and node.def_.sval.lower() == "default":
            yield 16, "SET STORAGE DEFAULT"
        case ast.ATAlterConstraint() if node.def_.alterEnforceability or node.def_.alterInheritability:
            yield 18, "ALTER CONSTRAINT of anything but its deferring"
