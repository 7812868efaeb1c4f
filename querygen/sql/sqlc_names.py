"""What sqlc calls the parameters and the result columns that a query's text gives no name.

Takes the text of a statement; gives names, and what each parameter's name was found by. A project that moves from sqlc
has these names in its code. Mirrors sqlc's internal/compiler: find_params.go, resolve.go, output_columns.go.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from querygen.sql.nodes import Node, ast, enums
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Met(Enum):
    """What a parameter was met with."""

    COLUMN = auto()  # it is compared with it: NULL is taken where the column holds one
    ELSE = auto()
    NOTHING = auto()


class ParamName(NamedTuple):
    name: str  # empty where sqlc has none either
    met: Met


class _Limit(Enum):
    LIMIT = "limit"
    OFFSET = "offset"


class _Scope(NamedTuple):
    """The nearest node above a parameter that names it, and the parameters that are a LIMIT or an OFFSET."""

    parent: Any = None
    limit: int = 0
    offset: int = 0


_PARENTS: Final = (ast.A_Expr, ast.FuncCall, ast.ResTarget, ast.TypeCast)


def param_names(sql: str, argument_name: Callable[[str, int, int], str | None]) -> dict[int, ParamName]:
    """The names of the parameters by number."""
    found: dict[int, tuple[int, Any]] = {}
    seen: set[int] = set()
    _search(parse_statement(sql), _Scope(), found, seen)
    return {number: _name(number, parent, argument_name) for number, (_, parent) in found.items()}


def _search(node: Any, scope: _Scope, found: dict[int, tuple[int, Any]], seen: set[int]) -> None:
    """paramSearch.Visit: the first place of a parameter decides."""
    if isinstance(node, tuple):
        for one in node:
            _search(one, scope, found, seen)
        return
    if not isinstance(node, Node):
        return
    match node:
        case ast.ParamRef():
            if node.location not in seen:
                seen.add(node.location)
                parent = scope.parent
                if node.number == scope.limit:
                    parent = _Limit.LIMIT
                if node.number == scope.offset:
                    parent = _Limit.OFFSET
                found.setdefault(node.number, (node.location, parent))
            return
        case ast.MultiAssignRef() if isinstance(node.source, ast.RowExpr):
            # (a, b) = ($1, $2): each column is met with its own part only.
            _search(node.source.args[node.colno - 1], scope, found, seen)
            return
        case ast.InsertStmt():
            for target, value in _inserted(node):
                if isinstance(value, ast.ParamRef):
                    seen.add(value.location)
                    found.setdefault(value.number, (value.location, target))
        case ast.UpdateStmt():
            for target in node.targetList or ():
                if isinstance(target.val, ast.ParamRef):
                    seen.add(target.val.location)
                    found.setdefault(target.val.number, (target.val.location, target))
        case ast.SelectStmt():
            for field, limit in (("limit", node.limitCount), ("offset", node.limitOffset)):
                if isinstance(limit, ast.ParamRef):
                    scope = scope._replace(**{field: limit.number})
    if isinstance(node, _PARENTS):
        scope = scope._replace(parent=node)
    for field in node:
        _search(getattr(node, field), scope, found, seen)


def _inserted(node: Any) -> Iterator[tuple[Any, Any]]:
    """The columns of an INSERT with what is written into each."""
    select, columns = node.selectStmt, node.cols or ()
    if not isinstance(select, ast.SelectStmt):
        return
    rows = [[target.val for target in select.targetList or ()]]
    rows += [list(row) for row in select.valuesLists or ()]
    for row in rows:
        yield from zip(columns, row, strict=False)


def _name(number: int, parent: Any, argument_name: Callable[[str, int, int], str | None]) -> ParamName:
    """resolveCatalogRefs"""
    match parent:
        case _Limit():
            return ParamName(parent.value, Met.ELSE)
        case ast.A_Expr():
            column = next(_columns(parent.lexpr), None) or next(_columns(parent.rexpr), None)
            return ParamName("", Met.NOTHING) if column is None else ParamName(_last(column.fields), Met.COLUMN)
        case ast.FuncCall():
            function = _last(parent.funcname)
            for place, argument in enumerate(parent.args or ()):
                if _is_param(argument, number):
                    return ParamName(argument_name(function, len(parent.args), place) or function, Met.ELSE)
                if isinstance(argument, ast.NamedArgExpr) and _is_param(argument.arg, number):
                    return ParamName(argument.name or function, Met.ELSE)
            return ParamName("", Met.NOTHING)
        case ast.ResTarget():
            return ParamName(parent.name or "", Met.ELSE)
        case ast.TypeCast():
            return ParamName("", Met.ELSE)
    return ParamName("", Met.NOTHING)


def _is_param(node: Any, number: int) -> bool:
    return isinstance(node, ast.ParamRef) and node.number == number


def _columns(node: Any) -> Iterator[Any]:
    """The column references of an expression, those of its subqueries included."""
    if isinstance(node, tuple):
        for one in node:
            yield from _columns(one)
    elif isinstance(node, ast.ColumnRef):
        yield node
    elif isinstance(node, Node):
        for field in node:
            yield from _columns(getattr(node, field))


def _last(names: Any) -> str:
    return _parts(names)[-1]


def _parts(names: Any) -> list[str]:
    return [one.sval if isinstance(one, ast.String) else "*" for one in names]


# ---------------------------------------------------------------------------------------------- result columns


def column_names(sql: str) -> list[str | None]:
    """For each item of the select list, or of RETURNING: sqlc's name; None where the text names it by AS.

    In `sql` the stars are written out. The list is empty for a statement whose columns have no list.
    """
    return [None if target.name else _output(target.val) for target in targets(parse_statement(sql))]


def targets(statement: Any) -> tuple[Any, ...]:
    """The select list of a statement, or its RETURNING."""
    match statement:
        case ast.SelectStmt():
            while statement.larg is not None:
                statement = statement.larg
            return tuple(statement.targetList or ())
        case ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt() | ast.MergeStmt():
            clause = statement.returningClause
            return () if clause is None else tuple(clause.exprs or ())
    return ()


def _output(value: Any) -> str:
    """outputColumns; empty where sqlc has no name."""
    match value:
        case ast.ColumnRef():
            return _last(value.fields)
        case ast.FuncCall():
            return _last(value.funcname)
        case ast.CoalesceExpr():
            first = next((one for one in value.args if isinstance(one, ast.ColumnRef)), None)
            return "coalesce" if first is None else _last(first.fields)
        case ast.TypeCast():
            return "_".join(_parts(value.arg.fields)) if isinstance(value.arg, ast.ColumnRef) else ""
        case ast.CaseExpr() if isinstance(value.defresult, ast.TypeCast):
            return _output(value.defresult)
        case ast.BoolExpr() if value.boolop == enums.BoolExprType.NOT_EXPR and _is_exists(value.args[0]):
            return "not_exists"
        case ast.SubLink() if value.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
            below = targets(value.subselect)
            return "" if not below else below[0].name or _output(below[0].val)
        case ast.SubLink():
            return "exists"
    return ""


def _is_exists(value: Any) -> bool:
    return isinstance(value, ast.SubLink) and value.subLinkType == enums.SubLinkType.EXISTS_SUBLINK
