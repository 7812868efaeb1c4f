"""The shapes of columns and whole rows of what stands in FROM, and of what SQL functions return.

Takes a Var and the `Scope` in which it stands, or a query and the number of a column. A column is followed through
joins, subqueries, WITH, views and the bodies of SQL functions to the expression that makes it. Mirrors no C file; the
names of a whole row's columns are those of execExprInterp.c's ExecEvalWholeRowVar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from querygen.analyze import nodes as n
from querygen.analyze import nullability as levels
from querygen.analyze import nullability_relation, shapes_expr
from querygen.analyze import pgtypes as t
from querygen.analyze import stmt as statements
from querygen.analyze.cardinality_keys import entered
from querygen.analyze.funcapi import get_expr_result_tupdesc
from querygen.analyze.nodefuncs import expr_type, expr_typmod
from querygen.analyze.nullability_scope import Env, Scope, rte_of, var_fact
from querygen.analyze.shapes_merge import elements, merged, not_null, or_null
from querygen.analyze.state import ParamTable
from querygen.analyze.typename import get_base_type
from querygen.diagnostics import DiagnosticError, PgError
from querygen.ir import AnyShape, ArrayShape, ColumnOrigin, NothingShape, ObjectShape, Shape, TypeRef
from querygen.source import SourceFile
from querygen.sql.nodes import ast, enums
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query, RangeTblEntry
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_Kind = enums.RTEKind
_ROUNDS: Final = 4  # of a recursive CTE, before nothing is said of a column that keeps growing


# ---------------------------------------------------------------------------------------------- columns of a query


def column_shape(env: Env, query: Query, parent: Scope | None, attno: int) -> Shape:
    """The shape of a column of a query at any level, counted from 1, where it is not NULL."""
    key = (id(query), id(parent), attno)
    if (found := env.shaped.get(key)) is None:
        found = env.shaped[key] = _column_shape(env, query, parent, attno)
    return found


def _column_shape(env: Env, query: Query, parent: Scope | None, attno: int) -> Shape:
    if query.setOperations is not None:
        return _arm(entered(env, query, parent), query.setOperations, attno)
    entries = levels.result_entries(query)
    if not 0 < attno <= len(entries):
        return AnyShape()
    return shapes_expr.shape(targets(env, query, parent), entries[attno - 1].expr)


def targets(env: Env, query: Query, parent: Scope | None) -> Scope:
    """The scope of a query's select list, opened once."""
    key = (id(query), id(parent))
    if (found := env.opened.get(key)) is None:
        found = env.opened[key] = (parent, levels.target_scope(entered(env, query, parent)))
    return found[1]


def _arm(scope: Scope, node: n.RangeTblRef | n.SetOperationStmt, attno: int) -> Shape:
    if isinstance(node, n.SetOperationStmt):
        left = _arm(scope, node.larg, attno)
        return left if node.op == enums.SetOperation.SETOP_EXCEPT else merged((left, _arm(scope, node.rarg, attno)))
    query = rte_of(scope, node.rtindex).subquery
    return AnyShape() if query is None else column_shape(scope.env, query, scope, attno)


# ---------------------------------------------------------------------------------------------- columns of FROM


def var_shape(scope: Scope, var: n.Var) -> Shape | None:
    """The shape of a column or of a whole row; None where nothing more than its type is known."""
    owner = scope.up(var.varlevelsup)
    rte = rte_of(owner, var.varno)
    if var.varattno == 0:
        return _whole_row(scope, owner, var)
    if owner.returning and var.varno == owner.query.resultRelation:
        return None
    attno = var.varattno
    match rte.rtekind:
        case _Kind.RTE_RELATION:
            return view_column_shape(owner.env, rte.relid, attno)
        case _Kind.RTE_GROUP if 0 < attno <= len(rte.groupexprs):
            return shapes_expr.shape(owner.rows, rte.groupexprs[attno - 1])
        case _Kind.RTE_JOIN if 0 < attno <= len(rte.joinaliasvars):
            alias = rte.joinaliasvars[attno - 1]
            return None if alias is None else shapes_expr.shape(owner, alias)
        case _Kind.RTE_SUBQUERY if rte.subquery is not None:
            return column_shape(owner.env, rte.subquery, owner.rows, attno)
        case _Kind.RTE_VALUES if attno > 0:
            return merged(shapes_expr.shape(owner.rows, row[attno - 1]) for row in rte.values_lists)
        case _Kind.RTE_CTE:
            return _cte_column(owner, rte, attno)
        case _Kind.RTE_FUNCTION:
            return _function_column(owner.rows, rte, attno)
    return None


def _cte_column(owner: Scope, rte: RangeTblEntry, attno: int) -> Shape | None:
    """A column of WITH. What a recursive one starts from is assumed of it until nothing changes."""
    scope = owner.up(rte.ctelevelsup).rows
    cte = next((one for one in scope.query.cteList if one.ctename == rte.ctename), None)
    if cte is None or cte.ctequery is None or attno > len(levels.result_entries(cte.ctequery)):
        return None
    if not cte.cterecursive:
        return column_shape(scope.env, cte.ctequery, scope, attno)
    shaped = scope.env.shaped
    key = (id(cte), 0, attno)
    if key in shaped:
        return shaped[key]
    known = dict(shaped)
    found: Shape = NothingShape()
    for _ in range(_ROUNDS):
        shaped[key] = found
        shown = merged((found, column_shape(scope.env, cte.ctequery, scope, attno)))
        # What was inferred from an assumption goes with it.
        shaped.clear()
        shaped.update(known)
        if shown == found:
            break
        found = shown
    else:
        found = AnyShape()
    shaped[key] = found
    return found


def _function_column(scope: Scope, rte: RangeTblEntry, attno: int) -> Shape | None:
    if len(rte.functions) != 1 or attno > rte.functions[0].funccolcount:
        return None
    call = rte.functions[0].funcexpr
    catalog = scope.env.catalog
    if not isinstance(call, n.FuncExpr):
        return shapes_expr.shape(scope, call) if attno == 1 and rte.functions[0].funccolcount == 1 else None
    row = catalog.proc(call.funcid)
    match row.proname:
        case "json_array_elements" | "jsonb_array_elements" if len(call.args) == 1:
            return elements(shapes_expr.shape(scope, call.args[0]))
        case "unnest" if len(call.args) == 1 and rte.functions[0].funccolcount == 1:
            array = shapes_expr.shape(scope, call.args[0])
            return not_null(array.element) if isinstance(array, ArrayShape) and not array.any_depth else None
    column, _typmod = _column_type(scope, rte, attno)
    return function_shape(scope.env, call.funcid, attno, column)


def _column_type(scope: Scope, rte: RangeTblEntry, attno: int) -> tuple[Oid, int]:
    """get_rte_attribute_type"""
    match rte.rtekind:
        case _Kind.RTE_RELATION:
            relation = scope.env.catalog.relation(rte.relid)
            column = next(one for one in relation.columns if one.attnum == attno)
            return column.type_oid, column.typmod
        case _Kind.RTE_SUBQUERY if rte.subquery is not None:
            expr = levels.result_entries(rte.subquery)[attno - 1].expr
            return expr_type(expr), expr_typmod(expr)
        case _Kind.RTE_JOIN if (alias := rte.joinaliasvars[attno - 1]) is not None:
            return expr_type(alias), expr_typmod(alias)
        case _Kind.RTE_VALUES | _Kind.RTE_CTE | _Kind.RTE_TABLEFUNC:
            if rte.tablefunc is not None:
                return rte.tablefunc.coltypes[attno - 1], rte.tablefunc.coltypmods[attno - 1]
            return rte.coltypes[attno - 1], rte.coltypmods[attno - 1]
        case _Kind.RTE_FUNCTION:
            for function in rte.functions:
                if attno <= function.funccolcount:
                    return _function_type(scope, function, attno)
                attno -= function.funccolcount
            return t.INT8OID, -1  # WITH ORDINALITY
    return t.RECORDOID, -1


def _function_type(scope: Scope, function: n.RangeTblFunction, attno: int) -> tuple[Oid, int]:
    if function.funccoltypes:
        return function.funccoltypes[attno - 1], function.funccoltypmods[attno - 1]
    columns = get_expr_result_tupdesc(scope.env.catalog, function.funcexpr, no_error=True)
    if columns is None:
        return expr_type(function.funcexpr), -1
    return columns[attno - 1].type_oid, columns[attno - 1].typmod


# ---------------------------------------------------------------------------------------------- whole rows


def _whole_row(scope: Scope, owner: Scope, var: n.Var) -> Shape | None:
    """A row where it is there: no outer join nulls it. A table's columns have their own names, others their aliases."""
    rte = rte_of(owner, var.varno)
    catalog = owner.env.catalog
    relation = catalog.find_relation(rte.relid) if rte.rtekind == _Kind.RTE_RELATION else None
    if relation is not None:
        names = [(column.attnum, column.name) for column in relation.live_columns]
    elif var.vartype != t.RECORDOID:
        return None  # a function's row: its type says what can be known
    else:
        names = [*enumerate(rte.eref.colnames, 1)]
    columns = []
    for attno, name in names:
        oid, typmod = _column_type(owner, rte, attno)
        field = replace(var, varattno=attno, vartype=oid, vartypmod=typmod)
        found = or_null(shapes_expr.shape(scope, field), _field_is_nullable(scope, owner, field))
        columns.append((name, found, TypeRef(oid, typmod)))
    return shapes_expr.row_of(columns, 0 if relation is None else relation.oid)


def _field_is_nullable(scope: Scope, owner: Scope, field: n.Var) -> bool:
    """May a column be NULL in a row that is there?"""
    fact = var_fact(scope, field)
    if (fact in owner.weak and not owner.returning) or scope.holds(fact, field.varlevelsup):
        return False
    if owner.returning and field.varno == owner.query.resultRelation:
        return nullability_relation.returning_verdict(owner, field).nullable
    return nullability_relation.column_verdict(owner, field).nullable


def origin(scope: Scope, var: n.Var) -> ColumnOrigin | None:
    """The table column that a column passes through unchanged."""
    owner = scope.up(var.varlevelsup)
    rte = rte_of(owner, var.varno)
    attno = var.varattno
    match rte.rtekind:
        case _Kind.RTE_RELATION if attno > 0:
            return ColumnOrigin(rte.relid, attno)
        case _Kind.RTE_GROUP if isinstance(below := rte.groupexprs[attno - 1], n.Var):
            return origin(owner.rows, below)
        case _Kind.RTE_JOIN if attno > 0 and isinstance(alias := rte.joinaliasvars[attno - 1], n.Var):
            return origin(owner, alias)
        case _Kind.RTE_SUBQUERY if rte.subquery is not None and attno > 0:
            return _entry_origin(rte.subquery, attno)
        case _Kind.RTE_CTE if attno > 0:
            scope = owner.up(rte.ctelevelsup)
            cte = next((one for one in scope.query.cteList if one.ctename == rte.ctename), None)
            return None if cte is None or cte.ctequery is None else _entry_origin(cte.ctequery, attno)
    return None


def _entry_origin(query: Query, attno: int) -> ColumnOrigin | None:
    entries = levels.result_entries(query)
    entry = entries[attno - 1] if attno <= len(entries) else None
    return ColumnOrigin(entry.resorigtbl, entry.resorigcol) if entry is not None and entry.resorigtbl else None


# ---------------------------------------------------------------------------------------------- views and functions

# Of catalogs that no longer change.
_VIEWS: WeakKeyDictionary[Catalog, dict[tuple[Oid, int], Shape]] = WeakKeyDictionary()
_BODIES: WeakKeyDictionary[Catalog, dict[Oid, Query | None]] = WeakKeyDictionary()


def _apart(env: Env) -> Env:
    """What is known of a statement that stands for itself: the functions alone that are being looked at."""
    return Env(env.catalog, shaped={key: found for key, found in env.shaped.items() if key[0] == 0})


def view_column_shape(env: Env, relid: Oid, attno: int) -> Shape | None:
    """The shape of a view's column, through its own query; None for a table, which may hold any JSON."""
    catalog = env.catalog
    relation = catalog.find_relation(relid)
    query = None if relation is None or relation.kind not in "vm" else relation.view_query
    if not isinstance(query, n.Query) or attno <= 0:
        return None
    inner = _apart(env)
    cache = _VIEWS.setdefault(catalog, {}) if catalog.frozen and not inner.shaped else {}
    key = (relid, attno)
    if key not in cache:
        cache[key] = column_shape(inner, query, None, attno)
    return cache[key]


def function_shape(env: Env, funcid: Oid, attno: int, result: Oid) -> Shape | None:
    """The shape of a column that a SQL function returns: that of its last statement."""
    catalog = env.catalog
    query = _body(catalog, funcid)
    if query is None:
        return None
    entries = levels.result_entries(query)
    if not 0 < attno <= len(entries):
        return None
    own = get_base_type(catalog, expr_type(entries[attno - 1].expr))
    wanted = get_base_type(catalog, result)
    json = shapes_expr.JSON_TYPES
    if own != wanted and not (own in json and wanted in json):
        return None
    key = (0, funcid, attno)
    if key in env.shaped:
        return None
    inner = _apart(env)
    inner.shaped[key] = AnyShape()  # of a function that calls itself nothing is known
    found = column_shape(inner, query, None, attno)
    return found if isinstance(found, ObjectShape | ArrayShape) or wanted in json else None


def _body(catalog: Catalog, funcid: Oid) -> Query | None:
    """The last statement of a SQL function, analysed; None for other functions, and where it cannot be analysed."""
    cache = _BODIES.setdefault(catalog, {}) if catalog.frozen else {}
    if funcid not in cache:
        cache[funcid] = _analyse_body(catalog, funcid)
    return cache[funcid]


def _analyse_body(catalog: Catalog, funcid: Oid) -> Query | None:
    written = catalog.function_body(funcid)
    row = catalog.proc(funcid)
    if written is None or written.body is None or written.language != "sql":
        return None
    if any(oid in t.POLYMORPHIC for oid in row.proargtypes):
        return None
    found, problems = parse_schema_file(SourceFile("body", written.body))
    if problems or not found:
        return None
    raw = found[-1].stmt
    if isinstance(raw, ast.CreateFunctionStmt):
        raw = _last(raw.sql_body)
    names = row.proargnames or ()
    modes = row.proargmodes or "i" * len(names)
    inputs = [name for name, mode in zip(names, modes, strict=False) if mode in "ibv"]
    params = ParamTable(types=dict(enumerate(row.proargtypes, 1)), fixed=True)
    arguments = {name: number for number, name in enumerate(inputs, 1) if name}
    try:
        query = statements.analyze_body_statement(catalog, raw, written.body, params, arguments, row.proname)
    except (PgError, DiagnosticError):
        return None
    return query if query.commandType != enums.CmdType.CMD_UTILITY else None


def _last(body: object) -> object:
    """The last statement of BEGIN ATOMIC … END, which is a list of lists."""
    while isinstance(body, tuple) and body:
        body = body[-1]
    return body
