"""Which parameters may be NULL, and what to call those that the text gives no name.

Takes an analysed `Query`, gives a `ParamUse` for each parameter it has. NULL is meant where a parameter is assigned to
a column that takes it, and where the text tests for it: IS NULL, IS [NOT] DISTINCT FROM, COALESCE. A parameter that is
compared is not, since the comparison would be NULL. Mirrors no C file.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from querygen.analyze import nodes as n
from querygen.analyze.nodefuncs import children, query_exprs, walk_expr
from querygen.analyze.nullability_relation import refuses_null
from querygen.ir import ColumnOrigin
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.nodefuncs import AnalyzedNode
    from querygen.analyze.nodes import Expr, Query, RangeTblEntry, TargetEntry
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation

CmdType = enums.CmdType
CASTS = (
    enums.CoercionForm.COERCE_EXPLICIT_CAST,
    enums.CoercionForm.COERCE_IMPLICIT_CAST,
)


class ParamUse(Struct, frozen=True):
    """`column_name` and `origin`: the column that the parameter is assigned to or compared with. `why`: a reason."""

    nullable: bool
    column_name: str | None = None
    origin: ColumnOrigin | None = None
    why: str = ""


class _Kind(Enum):
    ASSIGNED = auto()  # to a column that takes NULL
    REQUIRED = auto()  # assigned to a column that does not
    COMPARED = auto()
    NULL_MEANT = auto()


class _Found(Struct):
    """What was seen of each parameter; the names in order of preference: assignments, comparisons, others."""

    catalog: Catalog
    kinds: dict[int, set[_Kind]] = field(default_factory=dict)
    names: dict[int, dict[int, tuple[str, ColumnOrigin | None]]] = field(default_factory=dict)

    def add(self, param: n.Param, kind: _Kind | None, name: tuple[str, ColumnOrigin | None] | None, rank: int) -> None:
        kinds = self.kinds.setdefault(param.paramid, set())
        if kind is not None:
            kinds.add(kind)
        if name is not None:
            self.names.setdefault(param.paramid, {}).setdefault(rank, name)


def infer_params(query: Query, catalog: Catalog) -> dict[int, ParamUse]:
    """What each parameter is used for; one that is used for nothing in particular is missing."""
    found = _Found(catalog)
    _visit_query(found, query, ())
    uses: dict[int, ParamUse] = {}
    for number, kinds in found.kinds.items():
        nullable = _Kind.NULL_MEANT in kinds and _Kind.REQUIRED not in kinds
        nullable = nullable or kinds == {_Kind.ASSIGNED}
        ranked = found.names.get(number, {})
        name, origin = ranked[min(ranked)] if ranked else (None, None)
        uses[number] = ParamUse(nullable, name, origin, _why(kinds, ranked))
    return uses


def _why(kinds: set[_Kind], ranked: dict[int, tuple[str, ColumnOrigin | None]]) -> str:
    """The use that decides. Names of rank 0 are of columns that it is assigned to, those of 1 are compared with it."""
    assigned = f'"{ranked[0][0]}"' if 0 in ranked else "a column"
    compared = f'"{ranked[1][0]}"' if 1 in ranked else "a value"
    if _Kind.REQUIRED in kinds:
        return f"it is assigned to {assigned}, which refuses NULL"
    if _Kind.NULL_MEANT in kinds:
        return "the text reckons with NULL: IS NULL, IS DISTINCT FROM or COALESCE"
    if kinds == {_Kind.ASSIGNED}:
        return f"it is assigned to {assigned}, which takes NULL"
    if _Kind.COMPARED in kinds:
        limits = 1 in ranked and ranked[1] in (("limit", None), ("offset", None))
        return "it is a number of rows" if limits else f"it is compared with {compared}, and with NULL nothing compares"
    return "nothing in the text shows that NULL is meant"


# ---------------------------------------------------------------------------------------------- walking


def _visit_query(found: _Found, query: Query, outer: tuple[Query, ...]) -> None:
    levels = (query, *outer)
    if query.commandType in (CmdType.CMD_INSERT, CmdType.CMD_UPDATE):
        _assignments(found, query, query.targetList)
    if query.onConflict is not None:
        _assignments(found, query, query.onConflict.onConflictSet)
    for action in query.mergeActionList:
        _assignments(found, query, action.targetList)
    for limit, name in ((query.limitCount, "limit"), (query.limitOffset, "offset")):
        if limit is not None and (param := _param(limit)) is not None:
            found.add(param, _Kind.COMPARED, (name, None), 1)
    for node in walk_expr(query_exprs(query)):
        if type(node) is n.Query:
            _visit_query(found, node, levels)
        elif type(node) in _USING:
            _visit(found, node, levels)


# The kinds of nodes that tell something of a parameter directly below.
_USING: Final = frozenset(
    {
        *(n.OpExpr, n.NullIfExpr, n.ScalarArrayOpExpr, n.RowCompareExpr, n.DistinctExpr, n.NullTest),
        *(n.CoalesceExpr, n.NamedArgExpr, n.FuncExpr),
    }
)


def _visit(found: _Found, node: AnalyzedNode, levels: tuple[Query, ...]) -> None:
    match node:
        case n.OpExpr() | n.NullIfExpr() if len(node.args) == 2:
            _compare(found, node.args[0], node.args[1], levels)
        case n.ScalarArrayOpExpr():
            array = node.args[1]
            for one in array.elements if isinstance(array, n.ArrayExpr) else (array,):
                _compare(found, node.args[0], one, levels)
        case n.RowCompareExpr():
            for left, right in zip(node.largs, node.rargs, strict=True):
                _compare(found, left, right, levels)
        case n.DistinctExpr():
            _compare(found, node.args[0], node.args[1], levels, _Kind.NULL_MEANT)
        case n.NullTest() if (param := _param(node.arg)) is not None:
            found.add(param, _Kind.NULL_MEANT, None, 2)
        case n.CoalesceExpr():
            for number, arg in enumerate(node.args):
                if (param := _param(arg)) is not None and number < len(node.args) - 1:
                    other = next((_name_of(found, one, levels) for one in node.args[number + 1 :]), None)
                    found.add(param, _Kind.NULL_MEANT, other, 2)
        case n.NamedArgExpr() if (param := _param(node.arg)) is not None:
            found.add(param, None, (node.name, None), 3)
        case n.FuncExpr() if node.funcformat not in CASTS:
            names = found.catalog.proc(node.funcid).proargnames or ()
            for arg, name in zip(node.args, names, strict=False):
                if name and (param := _param(arg)) is not None:
                    found.add(param, None, (name, None), 3)
        case _:
            pass


def _compare(found: _Found, left: Expr, right: Expr, levels: tuple[Query, ...], kind: _Kind = _Kind.COMPARED) -> None:
    for one, other in ((left, right), (right, left)):
        if (param := _param(one)) is not None:
            found.add(param, kind, _name_of(found, other, levels), 1)


def _param(expr: Expr) -> n.Param | None:
    """A parameter below nothing but casts."""
    while True:
        match expr:
            case n.Param():
                return expr if expr.paramkind == enums.ParamKind.PARAM_EXTERN else None
            case n.RelabelType() | n.CoerceViaIO() | n.ArrayCoerceExpr() | n.CoerceToDomain() | n.CollateExpr():
                expr = expr.arg
            case n.FuncExpr() if node_is_cast(expr):
                expr = expr.args[0]
            case _:
                return None


def node_is_cast(expr: n.FuncExpr) -> bool:
    """Whether a call was written as a cast, or put in as one."""
    return expr.funcformat in CASTS and bool(expr.args)


# ---------------------------------------------------------------------------------------------- assignments


def _assignments(found: _Found, query: Query, targets: Iterable[TargetEntry]) -> None:
    relation = found.catalog.find_relation(query.rtable[query.resultRelation - 1].relid)
    if relation is None:
        return
    for entry in targets:
        column = next((one for one in relation.columns if one.attnum == entry.resno), None)
        if entry.resjunk or column is None:
            continue
        kind = _Kind.ASSIGNED if _takes_null(found.catalog, relation, column) else _Kind.REQUIRED
        name = (column.name, ColumnOrigin(relation.oid, column.attnum))
        for param in _sources(query, entry.expr):
            found.add(param, kind, name, 0)
        for node in _walk(entry.expr):
            if isinstance(node, n.Param) and node.paramkind == enums.ParamKind.PARAM_EXTERN:
                found.add(node, None, name, 2)


def _sources(query: Query, expr: Expr) -> list[n.Param]:
    """The parameters that are assigned as they are: directly, in a row of VALUES, or in the select list of INSERT."""
    if (param := _param(expr)) is not None:
        return [param]
    while isinstance(expr, n.RelabelType | n.CoerceViaIO | n.CoerceToDomain) or (
        isinstance(expr, n.FuncExpr) and node_is_cast(expr)
    ):
        expr = expr.args[0] if isinstance(expr, n.FuncExpr) else expr.arg
    if not isinstance(expr, n.Var) or expr.varlevelsup != 0:
        return []
    rte = query.rtable[expr.varno - 1]
    if rte.rtekind == enums.RTEKind.RTE_VALUES:
        rows = [row[expr.varattno - 1] for row in rte.values_lists if 0 < expr.varattno <= len(row)]
        return [param for one in rows if (param := _param(one)) is not None]
    if rte.rtekind == enums.RTEKind.RTE_SUBQUERY and rte.subquery is not None:
        if rte.subquery.setOperations is None and rte.subquery.commandType == CmdType.CMD_SELECT:
            entries = [entry for entry in rte.subquery.targetList if not entry.resjunk]
            if 0 < expr.varattno <= len(entries):
                return _sources(rte.subquery, entries[expr.varattno - 1].expr)
    return []


def _takes_null(catalog: Catalog, relation: Relation, column: Column) -> bool:
    """May NULL be assigned? A constraint that is NOT VALID proves nothing, but holds for new rows."""
    if relation.kind == "v" and isinstance(relation.view_query, n.Query):
        entries = [entry for entry in relation.view_query.targetList if not entry.resjunk]
        expr = entries[column.attnum - 1].expr if 0 < column.attnum <= len(entries) else None
        if isinstance(expr, n.Var) and expr.varlevelsup == 0 and expr.varattno > 0:
            below = catalog.find_relation(relation.view_query.rtable[expr.varno - 1].relid)
            if below is not None:
                base = next((one for one in below.columns if one.attnum == expr.varattno), None)
                return base is None or _takes_null(catalog, below, base)
        return True
    return not refuses_null(catalog, relation, column)


# ---------------------------------------------------------------------------------------------- names


def _name_of(found: _Found, expr: Expr, levels: Sequence[Query]) -> tuple[str, ColumnOrigin | None] | None:
    """The one column that an expression is about, such as `email` of `lower(email)`."""
    variables = [node for node in _walk(expr) if isinstance(node, n.Var) and node.varattno > 0]
    if len({(one.varno, one.varattno, one.varlevelsup) for one in variables}) != 1:
        return None
    var = variables[0]
    if var.varlevelsup >= len(levels):
        return None
    query = levels[var.varlevelsup]
    rte = query.rtable[var.varno - 1]
    if var.varattno > len(rte.eref.colnames):
        return None
    return rte.eref.colnames[var.varattno - 1], _origin(found.catalog, query, rte, var)


def _walk(expr: AnalyzedNode) -> Iterable[AnalyzedNode]:
    stack: list[AnalyzedNode] = [expr]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, n.Query | n.SubLink):
            stack.extend(children(node))


def _origin(catalog: Catalog, query: Query, rte: RangeTblEntry, var: n.Var) -> ColumnOrigin | None:
    """parse_target.c: markTargetListOrigin, for the column a parameter meets."""
    kinds = enums.RTEKind
    below: Expr | None = None
    match rte.rtekind:
        case kinds.RTE_RELATION:
            return ColumnOrigin(rte.relid, var.varattno)
        case kinds.RTE_JOIN if var.varattno <= len(rte.joinaliasvars):
            below = rte.joinaliasvars[var.varattno - 1]
        case kinds.RTE_GROUP if var.varattno <= len(rte.groupexprs):
            below = rte.groupexprs[var.varattno - 1]
        case kinds.RTE_SUBQUERY if rte.subquery is not None:
            entries = [entry for entry in rte.subquery.targetList if not entry.resjunk]
            if var.varattno <= len(entries) and entries[var.varattno - 1].resorigtbl:
                entry = entries[var.varattno - 1]
                return ColumnOrigin(entry.resorigtbl, entry.resorigcol)
    if isinstance(below, n.Var) and below.varlevelsup == 0:
        return _origin(catalog, query, query.rtable[below.varno - 1], below)
    return None
