"""Range table entries: one function for each thing that can stand in FROM.

Each takes the parse state, what the entry stands for and its alias, appends a `RangeTblEntry` to `ps.p_rtable`, and
gives the `NamespaceItem` by which names may see it; the caller decides where that item is visible. Mirrors the
addRangeTableEntry… functions of `parse_relation.c`, and parserOpenTable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import funcapi, nodefuncs, typename
from querygen.analyze.nodes import (
    Alias,
    CommonTableExpr,
    Expr,
    FuncExpr,
    Query,
    RangeTblEntry,
    RangeTblFunction,
    TableFunc,
    TargetEntry,
    Var,
)
from querygen.analyze.pgtypes import INT8OID, RECORDARRAYOID, RECORDOID
from querygen.analyze.state import NamespaceColumn, NamespaceItem, ParseState
from querygen.catalog.objects import Column, Relation
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.pg_catalog.rows import Oid

MAX_TUPLE_ATTRIBUTE_NUMBER = 1664
MAX_HEAP_ATTRIBUTE_NUMBER = 1600
MAX_ATTR_NUMBER = 32767

# errdetail_relkind_not_supported, for the kinds that cannot be read as a table
_NOT_A_TABLE = {"i": "indexes", "I": "partitioned indexes", "c": "composite types"}


def make_alias(alias: Any) -> Alias | None:
    """A raw Alias as the analysed tree holds it; None and what is converted already pass through."""
    if alias is None or isinstance(alias, Alias):
        return alias
    return Alias(alias.aliasname, tuple(name.sval for name in alias.colnames or ()))


# ---------------------------------------------------------------------------------------------- finding a table


def scan_name_space_for_cte(ps: ParseState, refname: str) -> tuple[CommonTableExpr, int] | None:
    """parse_relation.c: scanNameSpaceForCTE — the WITH query of a name, and how many levels up it stands."""
    for levelsup, level in enumerate(ps.levels()):
        for cte in level.p_ctenamespace:
            if cte.ctename == refname:
                return cte, levelsup
    return None


def is_future_cte(ps: ParseState, refname: str) -> bool:
    """parse_relation.c: isFutureCTE — a WITH query that is not in scope yet; only messages care."""
    return any(cte.ctename == refname for level in ps.levels() for cte in level.p_future_ctes)


def parser_open_table(ps: ParseState, relation: ast.RangeVar) -> Relation:
    """parse_relation.c: parserOpenTable — the relation that a RangeVar names, or PostgreSQL's complaint."""
    location: int = relation.location
    name: str = relation.relname
    schema: str | None = relation.schemaname
    if relation.catalogname is not None:
        # PG: the current database's own name is allowed; there is no current database here
        raise PgError(
            "0A000",
            f'cross-database references are not implemented: "{relation.catalogname}.{schema}.{name}"',
            location,
        )
    oid = ps.catalog.relation_oid(name, schema)
    if oid is None:
        if schema is not None:
            raise PgError("42P01", f'relation "{schema}.{name}" does not exist', location)
        if is_future_cte(ps, name):
            raise PgError(
                "42P01",
                f'relation "{name}" does not exist',
                location,
                detail=f'There is a WITH item named "{name}", but it cannot be referenced from this part of the query.',
                hint="Use WITH RECURSIVE, or re-order the WITH items to remove forward references.",
            )
        raise PgError("42P01", f'relation "{name}" does not exist', location)
    found = ps.catalog.find_relation(oid)
    if found is not None and found.kind not in _NOT_A_TABLE:
        return found
    if found is None:  # an index of the user's schema is no Relation
        table = ps.catalog.find_relation(ps.catalog.index(oid).relation)
        kind = "I" if table is not None and table.kind == "p" else "i"
    else:
        kind = found.kind
    raise PgError(
        "42809",
        f'cannot open relation "{name}"',
        location,
        detail=f"This operation is not supported for {_NOT_A_TABLE[kind]}.",
    )


# ---------------------------------------------------------------------------------------------- building items


def _too_many_aliases(what: str, available: int, given: int) -> PgError:
    return PgError("42P10", f"{what} {available} columns available but {given} columns specified")


def _build_relation_aliases(columns: Sequence[Column], alias: Alias | None, refname: str) -> tuple[Alias | None, Alias]:
    """parse_relation.c: buildRelationAliases — alias and eref with one name for each physical column.

    A dropped column's name is "", so that names keep their places.
    """
    given = list(alias.colnames) if alias is not None else []
    used = 0
    alias_names: list[str] = []
    eref_names: list[str] = []
    for column in columns:
        if column.dropped:
            if used < len(given):
                alias_names.append("")
            eref_names.append("")
        elif used < len(given):
            alias_names.append(given[used])
            eref_names.append(given[used])
            used += 1
        else:
            eref_names.append(column.name)
    if used < len(given):
        live = sum(not column.dropped for column in columns)
        raise _too_many_aliases(f'table "{refname}" has', live, len(given))
    new_alias = Alias(alias.aliasname, tuple(alias_names)) if alias is not None else None
    return new_alias, Alias(refname, tuple(eref_names))


def build_ns_item_from_tuple_desc(rte: RangeTblEntry, rtindex: int, columns: Sequence[Column]) -> NamespaceItem:
    """parse_relation.c: buildNSItemFromTupleDesc"""
    nscolumns = [
        NamespaceColumn(0, 0, 0, 0)
        if column.dropped
        else NamespaceColumn(
            rtindex,
            number,
            column.type_oid,
            column.typmod,
            p_varnosyn=rtindex,
            p_varattnosyn=number,
            p_varcollid=column.attcollation,
        )
        for number, column in enumerate(columns, 1)
    ]
    return NamespaceItem(rte.eref, rte, rtindex, nscolumns)


def build_ns_item_from_lists(
    rte: RangeTblEntry,
    rtindex: int,
    coltypes: Sequence[Oid],
    coltypmods: Sequence[int],
    colcollations: Sequence[Oid],
) -> NamespaceItem:
    """parse_relation.c: buildNSItemFromLists"""
    nscolumns = [
        NamespaceColumn(
            rtindex, number, type_oid, typmod, p_varnosyn=rtindex, p_varattnosyn=number, p_varcollid=collation
        )
        for number, (type_oid, typmod, collation) in enumerate(zip(coltypes, coltypmods, colcollations, strict=True), 1)
    ]
    return NamespaceItem(rte.eref, rte, rtindex, nscolumns)


def _fill_aliases(alias: Alias | None, default: str, names: Sequence[str]) -> tuple[Alias, int]:
    """The user's column names, completed by the relation's own; and how many the user gave."""
    given = alias.colnames if alias is not None else ()
    refname = alias.aliasname if alias is not None else default
    return Alias(refname, given + tuple(names[len(given) :])), len(given)


# ---------------------------------------------------------------------------------------------- the entries


def add_range_table_entry(
    ps: ParseState, relation: ast.RangeVar, alias: Alias | None, inh: bool, in_from_cl: bool
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntry — a table named in FROM."""
    rel = parser_open_table(ps, relation)
    return _add_relation(ps, rel, make_alias(alias), relation.relname, inh, in_from_cl)


def add_range_table_entry_for_relation(
    ps: ParseState, rel: Relation, alias: Alias | None, inh: bool, in_from_cl: bool
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForRelation — a relation that is known already."""
    return _add_relation(ps, rel, make_alias(alias), rel.name, inh, in_from_cl)


def _add_relation(
    ps: ParseState, rel: Relation, alias: Alias | None, relname: str, inh: bool, in_from_cl: bool
) -> NamespaceItem:
    refname = alias.aliasname if alias is not None else relname
    alias, eref = _build_relation_aliases(rel.columns, alias, refname)
    rte = RangeTblEntry(
        enums.RTEKind.RTE_RELATION, alias, eref, inFromCl=in_from_cl, inh=inh, relid=rel.oid, relkind=rel.kind
    )
    ps.p_rtable.append(rte)
    return build_ns_item_from_tuple_desc(rte, len(ps.p_rtable), rel.columns)


def add_range_table_entry_for_subquery(
    ps: ParseState, subquery: Query, alias: Alias | None, lateral: bool, in_from_cl: bool
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForSubquery"""
    alias = make_alias(alias)
    entries = [entry for entry in subquery.targetList if not entry.resjunk]
    eref, given = _fill_aliases(alias, "unnamed_subquery", [entry.resname or "" for entry in entries])
    if given > len(entries):
        raise _too_many_aliases(f'table "{eref.aliasname}" has', len(entries), given)
    rte = RangeTblEntry(
        enums.RTEKind.RTE_SUBQUERY, alias, eref, lateral=lateral, inFromCl=in_from_cl, subquery=subquery
    )
    ps.p_rtable.append(rte)
    coltypes = [nodefuncs.expr_type(entry.expr) for entry in entries]
    coltypmods = [nodefuncs.expr_typmod(entry.expr) for entry in entries]
    colcollations = [nodefuncs.expr_collation(entry.expr) for entry in entries]
    item = build_ns_item_from_lists(rte, len(ps.p_rtable), coltypes, coltypmods, colcollations)
    item.p_rel_visible = alias is not None  # a name that nobody wrote cannot be referred to
    return item


def _choose_scalar_function_alias(
    ps: ParseState, funcexpr: Expr, funcname: str, alias: Alias | None, nfuncs: int
) -> str:
    """parse_relation.c: chooseScalarFunctionAlias — the name of the one column of a function with a scalar result."""
    if isinstance(funcexpr, FuncExpr):
        name = funcapi.get_func_result_name(ps.catalog.proc(funcexpr.funcid))
        if name is not None:
            return name
    return alias.aliasname if nfuncs == 1 and alias is not None else funcname


def _columns_of_definition_list(ps: ParseState, coldeflist: Sequence[ast.ColumnDef]) -> tuple[Column, ...]:
    """The columns that `AS t(a int, …)` declares, checked as heap.c's CheckAttributeNamesTypes does."""
    if len(coldeflist) > MAX_HEAP_ATTRIBUTE_NUMBER:
        raise PgError(
            "54011",
            f"column definition lists can have at most {MAX_HEAP_ATTRIBUTE_NUMBER} entries",
            _deflist_location(coldeflist),
        )
    columns: list[Column] = []
    for number, definition in enumerate(coldeflist, 1):
        if definition.typeName.setof:
            raise PgError("42P16", f'column "{definition.colname}" cannot be declared SETOF', definition.location)
        type_oid, typmod = typename.typename_type_id_and_mod(ps, ps.catalog, definition.typeName)
        collation = typename.get_column_def_collation(ps.catalog, definition, type_oid)
        columns.append(Column(definition.colname, number, type_oid, typmod, attcollation=collation))
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise PgError("42701", f'column name "{column.name}" specified more than once')
        seen.add(column.name)
    for column in columns:
        _check_attribute_type(ps, column.name, column.type_oid)
    return tuple(columns)


def _check_attribute_type(ps: ParseState, name: str, type_oid: Oid) -> None:
    """heap.c: CheckAttributeType with CHKATYPE_ANYRECORD — record and record[] may stand in a definition list."""
    row = ps.catalog.type(type_oid)
    if row.typtype == "p":
        if type_oid not in (RECORDOID, RECORDARRAYOID):
            raise PgError("42P16", f'column "{name}" has pseudo-type {typename.format_type(ps.catalog, type_oid)}')
    elif row.typtype == "d":
        _check_attribute_type(ps, name, row.typbasetype)
    elif element := typename.get_element_type(ps.catalog, type_oid):
        _check_attribute_type(ps, name, element)


def _deflist_location(coldeflist: Sequence[ast.ColumnDef]) -> int:
    """nodeFuncs.c: exprLocation of a list — that of its first member that has one."""
    return next((one.location for one in coldeflist if (one.location or -1) >= 0), -1)


def _function_columns(
    ps: ParseState,
    funcexpr: Expr,
    funcname: str,
    coldeflist: Sequence[ast.ColumnDef],
    alias: Alias | None,
    nfuncs: int,
) -> tuple[RangeTblFunction, tuple[Column, ...]]:
    """One function of FROM: what it returns, and whether a column definition list is needed or out of place."""
    kinds = funcapi.TypeFuncClass
    result = funcapi.get_expr_result_type(ps.catalog, funcexpr)
    if coldeflist:
        location = _deflist_location(coldeflist)
        if result.kind in funcapi.COMPOSITE_KINDS:
            what = (
                "with OUT parameters"
                if nodefuncs.expr_type(funcexpr) == RECORDOID
                else "returning a named composite type"
            )
            raise PgError("42601", f"a column definition list is redundant for a function {what}", location)
        if result.kind != kinds.TYPEFUNC_RECORD:
            raise PgError(
                "42601", 'a column definition list is only allowed for functions returning "record"', location
            )
    elif result.kind == kinds.TYPEFUNC_RECORD:
        raise PgError(
            "42601",
            'a column definition list is required for functions returning "record"',
            nodefuncs.expr_location(funcexpr),
        )
    if result.columns is not None:
        return RangeTblFunction(funcexpr, len(result.columns)), result.columns
    if result.kind == kinds.TYPEFUNC_SCALAR:
        name = _choose_scalar_function_alias(ps, funcexpr, funcname, alias, nfuncs)
        collation = nodefuncs.expr_collation(funcexpr)
        column = Column(name, 1, result.type_oid, nodefuncs.expr_typmod(funcexpr), attcollation=collation)
        return RangeTblFunction(funcexpr, 1), (column,)
    if result.kind == kinds.TYPEFUNC_RECORD:
        columns = _columns_of_definition_list(ps, coldeflist)
        described = RangeTblFunction(
            funcexpr,
            len(columns),
            tuple(column.name for column in columns),
            tuple(column.type_oid for column in columns),
            tuple(column.typmod for column in columns),
            tuple(column.attcollation for column in columns),
        )
        return described, columns
    raise PgError(
        "42804",
        f'function "{funcname}" in FROM has unsupported return type '
        f"{typename.format_type(ps.catalog, result.type_oid)}",
        nodefuncs.expr_location(funcexpr),
    )


def add_range_table_entry_for_function(
    ps: ParseState,
    funcnames: Sequence[str],
    funcexprs: Sequence[Expr],
    coldeflists: Sequence[Sequence[ast.ColumnDef]],
    rangefunc: ast.RangeFunction,
    lateral: bool,
    in_from_cl: bool,
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForFunction — `f(…)`, or the functions of ROWS FROM."""
    alias = make_alias(rangefunc.alias)
    refname = alias.aliasname if alias is not None else funcnames[0]
    functions: list[RangeTblFunction] = []
    columns: list[Column] = []
    for funcexpr, funcname, coldeflist in zip(funcexprs, funcnames, coldeflists, strict=True):
        function, function_columns = _function_columns(ps, funcexpr, funcname, coldeflist, alias, len(funcexprs))
        functions.append(function)
        columns.extend(function_columns)
    if rangefunc.ordinality:
        columns.append(Column("ordinality", len(columns) + 1, INT8OID))
    if len(columns) > MAX_TUPLE_ATTRIBUTE_NUMBER and (len(functions) > 1 or rangefunc.ordinality):
        raise PgError(
            "54011",
            f"functions in FROM can return at most {MAX_TUPLE_ATTRIBUTE_NUMBER} columns",
            nodefuncs.expr_location(funcexprs[0]),
        )
    alias, eref = _build_relation_aliases(columns, alias, refname)
    rte = RangeTblEntry(
        enums.RTEKind.RTE_FUNCTION,
        alias,
        eref,
        lateral=lateral,
        inFromCl=in_from_cl,
        functions=tuple(functions),
        funcordinality=bool(rangefunc.ordinality),
    )
    ps.p_rtable.append(rte)
    return build_ns_item_from_tuple_desc(rte, len(ps.p_rtable), columns)


def add_range_table_entry_for_table_func(
    ps: ParseState, tf: TableFunc, alias: Alias | None, lateral: bool, in_from_cl: bool
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForTableFunc — XMLTABLE or JSON_TABLE."""
    alias = make_alias(alias)
    is_xml = tf.functype == enums.TableFuncType.TFT_XMLTABLE
    if len(tf.colnames) > MAX_TUPLE_ATTRIBUTE_NUMBER:
        raise PgError(
            "54011", f"functions in FROM can return at most {MAX_TUPLE_ATTRIBUTE_NUMBER} columns", tf.location
        )
    eref, given = _fill_aliases(alias, "xmltable" if is_xml else "json_table", tf.colnames)
    if given > len(tf.colnames):
        raise _too_many_aliases(f"{'XMLTABLE' if is_xml else 'JSON_TABLE'} function has", len(tf.colnames), given)
    rte = RangeTblEntry(
        enums.RTEKind.RTE_TABLEFUNC,
        alias,
        eref,
        lateral=lateral,
        inFromCl=in_from_cl,
        tablefunc=tf,
        coltypes=tf.coltypes,
        coltypmods=tf.coltypmods,
        colcollations=tf.colcollations,
    )
    ps.p_rtable.append(rte)
    return build_ns_item_from_lists(rte, len(ps.p_rtable), rte.coltypes, rte.coltypmods, rte.colcollations)


def add_range_table_entry_for_values(
    ps: ParseState,
    exprs: Sequence[Sequence[Expr]],
    coltypes: Sequence[Oid],
    coltypmods: Sequence[int],
    colcollations: Sequence[Oid],
    alias: Alias | None,
    lateral: bool,
    in_from_cl: bool,
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForValues"""
    alias = make_alias(alias)
    names = [f"column{number}" for number in range(1, len(exprs[0]) + 1)]
    eref, given = _fill_aliases(alias, "*VALUES*", names)
    if given > len(names):
        raise _too_many_aliases(f'VALUES lists "{eref.aliasname}" have', len(names), given)
    rte = RangeTblEntry(
        enums.RTEKind.RTE_VALUES,
        alias,
        eref,
        lateral=lateral,
        inFromCl=in_from_cl,
        values_lists=tuple(tuple(row) for row in exprs),
        coltypes=tuple(coltypes),
        coltypmods=tuple(coltypmods),
        colcollations=tuple(colcollations),
    )
    ps.p_rtable.append(rte)
    return build_ns_item_from_lists(rte, len(ps.p_rtable), rte.coltypes, rte.coltypmods, rte.colcollations)


def add_range_table_entry_for_join(
    ps: ParseState,
    colnames: Sequence[str],
    nscolumns: list[NamespaceColumn],
    jointype: enums.JoinType,
    nummergedcols: int,
    aliasvars: Sequence[Expr | None],
    leftcols: Sequence[int],
    rightcols: Sequence[int],
    join_using_alias: Alias | None,
    alias: Alias | None,
    in_from_cl: bool,
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForJoin"""
    alias = make_alias(alias)
    if len(aliasvars) > MAX_ATTR_NUMBER:
        raise PgError("54000", f"joins can have at most {MAX_ATTR_NUMBER} columns")
    eref, given = _fill_aliases(alias, "unnamed_join", colnames)
    if given > len(colnames):
        raise _too_many_aliases(f'join expression "{eref.aliasname}" has', len(colnames), given)
    rte = RangeTblEntry(
        enums.RTEKind.RTE_JOIN,
        alias,
        eref,
        inFromCl=in_from_cl,
        jointype=jointype,
        joinmergedcols=nummergedcols,
        joinaliasvars=tuple(aliasvars),
        joinleftcols=tuple(leftcols),
        joinrightcols=tuple(rightcols),
        join_using_alias=make_alias(join_using_alias),
    )
    ps.p_rtable.append(rte)
    return NamespaceItem(rte.eref, rte, len(ps.p_rtable), nscolumns)


def add_range_table_entry_for_cte(
    ps: ParseState, cte: CommonTableExpr, levelsup: int, rv: ast.RangeVar, in_from_cl: bool
) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForCTE"""
    alias = make_alias(rv.alias)
    query = cte.ctequery
    if query is not None:
        cte.cterefcount += 1
        if query.commandType != enums.CmdType.CMD_SELECT and not query.returningList:
            raise PgError("0A000", f'WITH query "{cte.ctename}" does not have a RETURNING clause', rv.location)
    eref, given = _fill_aliases(alias, cte.ctename, cte.ctecolnames)
    if given > len(cte.ctecolnames):
        raise _too_many_aliases(f'table "{eref.aliasname}" has', len(cte.ctecolnames), given)
    extra: list[tuple[str, Oid, int, Oid]] = []
    if (search := cte.search_clause) is not None:
        extra.append((search.search_seq_column, RECORDOID if search.search_breadth_first else RECORDARRAYOID, -1, 0))
    if (cycle := cte.cycle_clause) is not None:
        mark = (cycle.cycle_mark_type, cycle.cycle_mark_typmod, cycle.cycle_mark_collation)
        extra.append((cycle.cycle_mark_column, *mark))
        extra.append((cycle.cycle_path_column, RECORDARRAYOID, -1, 0))
    rte = RangeTblEntry(
        enums.RTEKind.RTE_CTE,
        alias,
        Alias(eref.aliasname, eref.colnames + tuple(name for name, *_ in extra)),
        inFromCl=in_from_cl,
        ctename=cte.ctename,
        ctelevelsup=levelsup,
        self_reference=query is None,
        coltypes=cte.ctecoltypes + tuple(type_oid for _, type_oid, _, _ in extra),
        coltypmods=cte.ctecoltypmods + tuple(typmod for _, _, typmod, _ in extra),
        colcollations=cte.ctecolcollations + tuple(collation for _, _, _, collation in extra),
    )
    ps.p_rtable.append(rte)
    item = build_ns_item_from_lists(rte, len(ps.p_rtable), rte.coltypes, rte.coltypmods, rte.colcollations)
    if levelsup > 0:
        # Columns of SEARCH and CYCLE are no part of * in the WITH query itself.
        for column in range(len(item.p_nscolumns) - len(extra), len(item.p_nscolumns)):
            item.p_nscolumns[column] = replace(item.p_nscolumns[column], p_dontexpand=True)
    return item


def add_range_table_entry_for_group(ps: ParseState, group_clauses: Sequence[TargetEntry]) -> NamespaceItem:
    """parse_relation.c: addRangeTableEntryForGroup — the grouping step, whose columns are the grouping expressions."""
    eref = Alias("*GROUP*", tuple(entry.resname or "?column?" for entry in group_clauses))
    rte = RangeTblEntry(enums.RTEKind.RTE_GROUP, None, eref, groupexprs=tuple(entry.expr for entry in group_clauses))
    ps.p_rtable.append(rte)
    return build_ns_item_from_lists(
        rte,
        len(ps.p_rtable),
        [nodefuncs.expr_type(expr) for expr in rte.groupexprs],
        [nodefuncs.expr_typmod(expr) for expr in rte.groupexprs],
        [nodefuncs.expr_collation(expr) for expr in rte.groupexprs],
    )


def make_var(
    varno: int,
    varattno: int,
    vartype: Oid,
    vartypmod: int = -1,
    varlevelsup: int = 0,
    varcollid: Oid = 0,
    *,
    returning: enums.VarReturningType = enums.VarReturningType.VAR_RETURNING_DEFAULT,
    location: int = -1,
) -> Var:
    """makefuncs.c: makeVar — the syntactic place of a Var is at first its real one."""
    return Var(
        varno,
        varattno,
        vartype,
        vartypmod,
        varlevelsup=varlevelsup,
        varreturningtype=returning,
        varnosyn=varno,
        varattnosyn=varattno,
        location=location,
        varcollid=varcollid,
    )


def make_whole_row_var(ps: ParseState, rte: RangeTblEntry, varno: int, varlevelsup: int, allow_scalar: bool) -> Var:
    """makefuncs.c: makeWholeRowVar — the Var of a whole row, or of the value of a function with a scalar result."""
    kinds = enums.RTEKind
    if rte.rtekind == kinds.RTE_RELATION:
        rel = ps.catalog.relation(rte.relid)
        if not rel.reltype:
            raise PgError("42809", f'relation "{rel.name}" does not have a composite type')
        return make_var(varno, 0, rel.reltype, varlevelsup=varlevelsup)
    if rte.rtekind == kinds.RTE_FUNCTION and not rte.funcordinality and len(rte.functions) == 1:
        fexpr = rte.functions[0].funcexpr
        type_oid = nodefuncs.expr_type(fexpr)
        if typename.type_is_rowtype(ps.catalog, type_oid):
            return make_var(varno, 0, type_oid, varlevelsup=varlevelsup)
        if allow_scalar:
            return make_var(varno, 1, type_oid, -1, varlevelsup, nodefuncs.expr_collation(fexpr))
    return make_var(varno, 0, RECORDOID, varlevelsup=varlevelsup)
