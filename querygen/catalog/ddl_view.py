"""Views, materialized views, CREATE TABLE AS and rules: relations whose columns come from a query.

Takes raw statements and a `DdlState`; the query is analysed by `analyze.stmt`. Mirrors `view.c`, `createas.c`,
`rewriteDefine.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.nodes import Query, RangeTblEntry, TargetEntry
from querygen.analyze.pgtypes import C_COLLATION_OID, DEFAULT_COLLATION_OID, RECORDOID, TEXTOID, UNKNOWNOID
from querygen.analyze.typename import format_type
from querygen.catalog import ddl_names, ddl_table, ddl_text, ddl_type
from querygen.catalog.catalog import PG_TEMP
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import where
from querygen.catalog.ddl_reference import below, record_query
from querygen.catalog.ddl_state import unsupported
from querygen.catalog.objects import Column, Relation
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid, PgType


def _analyze(state: DdlState, query: Any) -> Query:
    """parse_analyze of a view's query."""
    from querygen.analyze import stmt  # a schema without views does not pay for the analyser

    return stmt.analyze_view_query(state.catalog, query, state.text)


def _columns(state: DdlState, query: Query, aliases: Sequence[str], *, what: str) -> list[Column]:
    """The columns of the result (DefineVirtualRelation, intorel_startup)."""
    targets = [target for target in output_columns(query) if not target.resjunk]
    if len(aliases) > len(targets):
        if what == "view":
            raise PgError("42601", "CREATE VIEW specifies more column names than columns")
        raise PgError("42601", "too many column names were specified")
    columns: list[Column] = []
    seen: set[str] = set()
    for place, target in enumerate(targets):
        name = aliases[place] if place < len(aliases) else target.resname or "?column?"
        type_oid, typmod = _result_type(target)
        if type_oid == UNKNOWNOID:
            type_oid = TEXTOID
        row = state.catalog.type(type_oid)
        if row.typtype == "p" and type_oid != RECORDOID:
            raise PgError("42P16", f'column "{name}" has pseudo-type {row.typname}')
        if type_oid == RECORDOID:
            raise PgError("42P16", f'column "{name}" has pseudo-type record')
        if name in seen:
            raise PgError("42701", f'column "{name}" specified more than once')
        seen.add(name)
        collation = _collation(state, target, name, row, what)
        columns.append(Column(name, place + 1, type_oid, typmod, attcollation=collation))
    return columns


def _collation(state: DdlState, target: TargetEntry, name: str, row: PgType, what: str) -> Oid:
    """The collation of a result's column (DefineVirtualRelation, intorel_startup)."""
    from querygen.analyze.nodefuncs import expr_collation, expr_type

    if not row.typcollation or expr_type(target.expr) == UNKNOWNOID:
        return row.typcollation
    found = expr_collation(target.expr)
    if found not in (0, DEFAULT_COLLATION_OID, C_COLLATION_OID):
        state.catalog.has_collations = True
    if not found:
        message = f'could not determine which collation to use for view column "{name}"'
        if what != "view":
            shown = format_type(state.catalog, row.oid)
            message = f'no collation was derived for column "{name}" with collatable type {shown}'
        raise PgError("42P22", message, hint="Use the COLLATE clause to set the collation explicitly.")
    return found


def output_columns(query: Query) -> Sequence[TargetEntry]:
    """The columns that a query returns: the select list, or RETURNING."""
    return query.targetList if query.commandType == enums.CmdType.CMD_SELECT else query.returningList


def _result_type(target: TargetEntry) -> tuple[int, int]:
    from querygen.analyze.nodefuncs import expr_type, expr_typmod

    return expr_type(target.expr), expr_typmod(target.expr)


def create_view(state: DdlState, stmt: ast.ViewStmt) -> None:
    """DefineView"""
    node = stmt.view
    if node.relpersistence == "u":
        raise PgError("42601", "views cannot be unlogged because they do not have storage")
    if _into(stmt.query):
        raise PgError("0A000", "views must not contain SELECT INTO")
    query = _analyze(state, stmt.query)
    if query.commandType != enums.CmdType.CMD_SELECT:
        raise PgError("0A000", "views must not contain data-modifying statements in WITH", where(node))
    if query.hasModifyingCTE:
        raise PgError("0A000", "views must not contain data-modifying statements in WITH")
    _check_check_option(stmt, query)
    columns = _columns(state, query, [alias.sval for alias in stmt.aliases or ()], what="view")
    if node.relpersistence != "t" and node.schemaname is None and _uses_temporary(state, query):
        node.relpersistence = "t"
    namespace = ddl_names.relation_creation_namespace(state, node)
    old_oid = ddl_names.relation_in(state, node.relname, namespace)
    old = None if old_oid is None else state.catalog.find_relation(old_oid)
    if old_oid is not None and (not stmt.replace or old is None):
        raise PgError("42P07", f'relation "{node.relname}" already exists', where(node))
    options = tuple((option.defname, _option(option.arg)) for option in stmt.options or ())
    sql = _query_text(state)
    if old is not None:
        if old.kind != "v":
            raise PgError("42809", f'"{old.name}" is not a view', where(node))
        columns = _check_view_columns(state, columns, old)
        relation = replace(old, columns=tuple(columns), view_query=query, view_sql=sql, options=options)
        state.catalog.put_relation(relation)
        _forget_query(state, relation)
        ddl_type.record_column_types(state, relation)
    else:
        relation = Relation(
            state.catalog.new_oid(),
            node.relname,
            namespace,
            "v",
            tuple(columns),
            reltype=state.catalog.new_oid(),
            persistence="t" if state.catalog.namespace_name(namespace) == PG_TEMP else "p",
            view_query=query,
            view_sql=sql,
            span=state.span(where(node), len(node.relname)),
            options=options,
        )
        ddl_table.put_new_relation(state, relation)
    record_query(state, Address("relation", relation.oid), query)


def _into(raw: Any) -> bool:
    """Has the leftmost SELECT an INTO?"""
    while isinstance(raw, ast.SelectStmt) and raw.op != enums.SetOperation.SETOP_NONE:
        raw = raw.larg
    return isinstance(raw, ast.SelectStmt) and raw.intoClause is not None


def _check_check_option(stmt: ast.ViewStmt, query: Query) -> None:
    """WITH CHECK OPTION, which only a view whose rows are those of one table can have."""
    wanted = stmt.withCheckOption not in (None, enums.ViewCheckOption.NO_CHECK_OPTION)
    for option in stmt.options or ():
        if option.defname == "check_option":
            wanted = True
            if (value := _option(option.arg)).lower() not in ("local", "cascaded"):
                message = f'invalid value for enum option "check_option": {value}'
                raise PgError("22023", message, detail='Valid values are "local" and "cascaded".')
    if not wanted:
        return
    from querygen.analyze import rewrite

    reason = rewrite.not_updatable(query, check_columns=True)
    if reason is not None:
        raise PgError("0A000", "WITH CHECK OPTION is supported only on automatically updatable views", hint=reason)


def _option(argument: Any) -> str:
    match argument:
        case None:
            return "true"
        case ast.String():
            return str(argument.sval)
        case ast.TypeName():
            return str(argument.names[-1].sval)
        case ast.Integer():
            return str(argument.ival or 0)
        case ast.Boolean():
            return "true" if argument.boolval else "false"
    return ""


def _query_text(state: DdlState) -> str | None:
    if state.raw is None:
        return None
    return ddl_text.after_word(state.text, state.raw.start, state.raw.end, "as")


def _uses_temporary(state: DdlState, query: Query) -> bool:
    """isQueryUsingTempRelation"""
    return any(
        state.catalog.relation(entry.relid).persistence == "t"
        for entry in _entries(query)
        if entry.relid and state.catalog.find_relation(entry.relid) is not None
    )


def _check_view_columns(state: DdlState, new: list[Column], old: Relation) -> list[Column]:
    """checkViewColumns: the old columns stay what they were, new ones may follow."""
    was = old.columns
    if len(new) < len(was):
        raise PgError("42P16", "cannot drop columns from view")
    result = []
    for place, column in enumerate(new):
        if place >= len(was):
            result.append(column)
            continue
        before = was[place]
        if before.name != column.name:
            raise PgError(
                "42P16",
                f'cannot change name of view column "{before.name}" to "{column.name}"',
                hint="Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.",
            )
        if (before.type_oid, before.typmod) != (column.type_oid, column.typmod):
            catalog = state.catalog
            one = format_type(catalog, before.type_oid, before.typmod)
            other = format_type(catalog, column.type_oid, column.typmod)
            message = f'cannot change data type of view column "{before.name}" from {one} to {other}'
            raise PgError("42P16", message)
        if before.attcollation != column.attcollation:
            names = [state.catalog.collation_name(each.attcollation) for each in (before, column)]
            message = 'cannot change collation of view column "{}" from "{}" to "{}"'
            raise PgError("42P16", message.format(before.name, *names))
        result.append(
            replace(column, comment=before.comment, has_default=before.has_default, default_sql=before.default_sql)
        )
    return result


def create_table_as(state: DdlState, stmt: ast.CreateTableAsStmt) -> None:
    """ExecCreateTableAs, and SELECT INTO, which becomes one"""
    create_into(
        state,
        stmt.into,
        stmt.query,
        materialized=stmt.objtype == enums.ObjectType.OBJECT_MATVIEW,
        if_not_exists=bool(stmt.if_not_exists),
    )


def create_into(
    state: DdlState, into: ast.IntoClause, raw: Any, *, materialized: bool = False, if_not_exists: bool = False
) -> None:
    """create_ctas_internal"""
    node = into.rel
    namespace = ddl_names.relation_creation_namespace(state, node)
    if ddl_names.relation_in(state, node.relname, namespace) is not None:
        if if_not_exists:
            return
        raise PgError("42P07", f'relation "{node.relname}" already exists', where(node))
    if isinstance(raw, ast.ExecuteStmt):
        raise unsupported("CREATE TABLE AS EXECUTE", where(node))
    leftmost = raw
    while isinstance(leftmost, ast.SelectStmt) and leftmost.larg is not None:
        leftmost = leftmost.larg
    clause = getattr(leftmost, "intoClause", None)
    if clause is not None:
        leftmost.intoClause = None
    try:
        query = _analyze(state, raw)
    finally:
        if clause is not None:
            leftmost.intoClause = clause  # the statement may have to be tried again
    aliases = [name.sval for name in into.colNames or ()]
    columns = _columns(state, query, aliases, what="materialized view" if materialized else "table")
    relation = Relation(
        state.catalog.new_oid(),
        node.relname,
        namespace,
        "m" if materialized else "r",
        tuple(columns),
        reltype=state.catalog.new_oid(),
        persistence="t" if state.catalog.namespace_name(namespace) == PG_TEMP else node.relpersistence,
        view_query=query if materialized else None,
        view_sql=_query_text(state) if materialized else None,
        span=state.span(where(node), len(node.relname)),
    )
    ddl_table.put_new_relation(state, relation)
    if materialized:
        record_query(state, Address("relation", relation.oid), query)


# ---------------------------------------------------------------------------------------------- what a query uses


def _entries(query: Query) -> Iterator[RangeTblEntry]:
    """The range tables of a query and of every query in it."""
    for one in _queries(query):
        yield from one.rtable


def _queries(query: Query) -> Iterator[Query]:
    stack: list[Any] = [query]
    while stack:
        node = stack.pop()
        if isinstance(node, Query):
            yield node
        stack.extend(below(node))


def _forget_query(state: DdlState, relation: Relation) -> None:
    """Before a view's query is replaced: keep what belongs to the relation itself."""
    me = Address("relation", relation.oid)
    state.depend.forget(me)
    state.depend.record(me, Address("schema", relation.namespace))


# ---------------------------------------------------------------------------------------------- rules


def define_select_rule(state: DdlState, relation: Relation, stmt: ast.RuleStmt) -> None:
    """DefineQueryRewrite, for the rule that is a view's query."""
    if relation.kind != "v":
        raise PgError("42809", f'relation "{relation.name}" cannot have ON SELECT rules', where(stmt.relation))
    action = stmt.actions[0] if stmt.actions else None
    if action is None:
        return
    query = _analyze(state, action)
    columns = _columns(state, query, [column.name for column in relation.live_columns], what="view")
    _check_view_columns(state, columns, relation)
    relation = replace(relation, view_query=query)
    state.catalog.put_relation(relation)
    _forget_query(state, relation)
    ddl_type.record_column_types(state, relation)
    record_query(state, Address("relation", relation.oid), query)
