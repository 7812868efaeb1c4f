"""WITH: raw common table expressions → analysed queries with their output columns.

Takes a parse state and the raw WITH clause; puts the WITH queries into `ps.p_ctenamespace`. Which of them recur, and
in which order they are analysed, is found in `cte_recursion.py`. Mirrors `parse_cte.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import coerce, collate, expr, nodefuncs, oper, stmt
from querygen.analyze.cte_recursion import order_recursive_with
from querygen.analyze.nodes import CommonTableExpr, CTECycleClause, CTESearchClause, Query, RangeTblRef, TargetEntry
from querygen.analyze.pgtypes import TEXTOID, UNKNOWNOID
from querygen.analyze.raw import place, strings
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import format_type
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.analyze.state import ParseState


def transform_with_clause(ps: ParseState, with_clause: ast.WithClause) -> list[CommonTableExpr]:
    """parse_cte.c: transformWithClause — the list for Query.cteList, in the order of analysis."""
    raw_ctes: tuple[Any, ...] = tuple(with_clause.ctes or ())
    seen: set[str] = set()
    for number, raw in enumerate(raw_ctes):
        # The complaint is about the second of two, and about the first name that has one.
        if raw.ctename in seen:
            continue
        seen.add(raw.ctename)
        for other in raw_ctes[number + 1 :]:
            if other.ctename == raw.ctename:
                raise PgError("42712", f'WITH query name "{other.ctename}" specified more than once', place(other))
        if not isinstance(raw.ctequery, ast.SelectStmt):
            ps.p_hasModifyingCTE = True
    if with_clause.recursive:
        ordered = order_recursive_with(raw_ctes)
        pairs = [(item.cte, _begin_cte(item.cte, item.recursive)) for item in ordered]
        # Every WITH query is visible to all of them.
        ps.p_ctenamespace = [cte for _, cte in pairs]
        for raw, cte in pairs:
            _analyze_cte(ps, raw, cte)
    else:
        ps.p_future_ctes = list(raw_ctes)
        for raw in raw_ctes:
            cte = _begin_cte(raw, False)
            _analyze_cte(ps, raw, cte)
            ps.p_ctenamespace.append(cte)
            ps.p_future_ctes.pop(0)
    return ps.p_ctenamespace


def _begin_cte(raw: Any, recursive: bool) -> CommonTableExpr:
    """The analysed node of a WITH query before its query is analysed."""
    search: CTESearchClause | None = None
    if raw.search_clause is not None:
        search = CTESearchClause(
            strings(raw.search_clause.search_col_list),
            bool(raw.search_clause.search_breadth_first),
            raw.search_clause.search_seq_column,
            place(raw.search_clause),
        )
    return CommonTableExpr(
        raw.ctename,
        strings(raw.aliascolnames),
        enums.CTEMaterialize(raw.ctematerialized),
        None,
        search_clause=search,
        location=place(raw),
        cterecursive=recursive,
    )


def _analyze_cte(ps: ParseState, raw: Any, cte: CommonTableExpr) -> None:
    """parse_cte.c: analyzeCTE"""
    if raw.cycle_clause is not None:
        # The query itself may refer to the mark column, so that its type must be known first.
        cte.cycle_clause = _transform_cycle_clause(ps, raw.cycle_clause)
    query = stmt.parse_sub_analyze(raw.ctequery, ps, cte, True)
    cte.ctequery = query
    is_select = query.commandType == enums.CmdType.CMD_SELECT
    if not is_select and ps.parent is not None:
        raise PgError(
            "0A000", "WITH clause containing a data-modifying statement must be at the top level", cte.location
        )
    target_list = query.targetList if is_select else query.returningList
    if cte.cterecursive:
        _check_recursive_types(ps, cte, target_list)
    else:
        analyze_cte_target_list(ps, cte, target_list)
    if cte.search_clause is not None or cte.cycle_clause is not None:
        _check_search_and_cycle(cte)


def _transform_cycle_clause(ps: ParseState, raw: Any) -> CTECycleClause:
    """The mark of a CYCLE clause: its two values have a common type, which must have = and <>."""
    location = place(raw)
    value = expr.transform_expr(ps, raw.cycle_mark_value, ExprKind.EXPR_KIND_CYCLE_MARK)
    default = expr.transform_expr(ps, raw.cycle_mark_default, ExprKind.EXPR_KIND_CYCLE_MARK)
    mark_type = coerce.select_common_type(ps, [value, default], "CYCLE")
    value = coerce.coerce_to_common_type(ps, value, mark_type, "CYCLE/SET/TO")
    default = coerce.coerce_to_common_type(ps, default, mark_type, "CYCLE/SET/DEFAULT")
    typmod = coerce.select_common_typmod(ps, [value, default], mark_type)
    collation = collate.select_common_collation(ps, [value, default], True)
    type_name = format_type(ps.catalog, mark_type)
    # Without an equality, that is what the message says.
    _, eqop, _, _ = oper.get_sort_group_operators(ps.catalog, mark_type, False, True, False)
    neop = ps.catalog.operator(eqop).oprnegate
    if not neop:
        raise PgError("42883", f"could not identify an inequality operator for type {type_name}")
    return CTECycleClause(
        strings(raw.cycle_col_list),
        raw.cycle_mark_column,
        value,
        default,
        raw.cycle_path_column,
        location,
        mark_type,
        typmod,
        neop,
        collation,
    )


def _check_recursive_types(ps: ParseState, cte: CommonTableExpr, target_list: Iterable[TargetEntry]) -> None:
    """The whole UNION must have the columns that its first term gave to the recursive references."""
    entries = [entry for entry in target_list if not entry.resjunk]
    if len(entries) != len(cte.ctecoltypes):
        raise PgError("XX000", "wrong number of output columns in WITH")
    known = zip(entries, cte.ctecoltypes, cte.ctecoltypmods, cte.ctecolcollations, strict=True)
    for number, (entry, type_oid, typmod, collation) in enumerate(known, 1):
        actual = (nodefuncs.expr_type(entry.expr), nodefuncs.expr_typmod(entry.expr))
        if actual != (type_oid, typmod):
            raise PgError(
                "42804",
                f'recursive query "{cte.ctename}" column {number} has type '
                f"{format_type(ps.catalog, type_oid, typmod)} in non-recursive term but type "
                f"{format_type(ps.catalog, *actual)} overall",
                nodefuncs.expr_location(entry.expr),
                hint="Cast the output of the non-recursive term to the correct type.",
            )
        if ps.collating and (overall := nodefuncs.expr_collation(entry.expr)) != collation:
            raise PgError(
                "42P21",
                f'recursive query "{cte.ctename}" column {number} has collation '
                f'"{ps.catalog.collation_name(collation)}" in non-recursive term but collation '
                f'"{ps.catalog.collation_name(overall)}" overall',
                nodefuncs.expr_location(entry.expr),
                hint="Use the COLLATE clause to set the collation of the non-recursive term.",
            )


def analyze_cte_target_list(
    ps: ParseState,  # noqa: ARG001 — C's parameter, kept for its callers
    cte: CommonTableExpr,
    target_list: Iterable[TargetEntry],
) -> None:
    """parse_cte.c: analyzeCTETargetList — names and types of the columns, by the alias list and the query.

    Of a recursive query it is called while the UNION is analysed, with the columns of the first term.
    """
    names = list(cte.aliascolnames)
    types: list[int] = []
    typmods: list[int] = []
    collations: list[int] = []
    for entry in target_list:
        if entry.resjunk:
            continue
        if len(types) >= len(names):
            names.append(entry.resname or "")
        type_oid, typmod = nodefuncs.expr_type(entry.expr), nodefuncs.expr_typmod(entry.expr)
        collation = nodefuncs.expr_collation(entry.expr)
        if cte.cterecursive and type_oid == UNKNOWNOID:
            type_oid, typmod, collation = TEXTOID, -1, collate.DEFAULT_COLLATION_OID
        types.append(type_oid)
        typmods.append(typmod)
        collations.append(collation)
    if len(types) < len(cte.aliascolnames):
        raise PgError(
            "42P10",
            f'WITH query "{cte.ctename}" has {len(types)} columns available but {len(cte.aliascolnames)} '
            "columns specified",
            cte.location,
        )
    cte.ctecolnames = tuple(names)
    cte.ctecoltypes = tuple(types)
    cte.ctecoltypmods = tuple(typmods)
    cte.ctecolcollations = tuple(collations)


# ---------------------------------------------------------------------------------------------- SEARCH and CYCLE


def _check_search_and_cycle(cte: CommonTableExpr) -> None:
    """The checks that analyzeCTE makes of SEARCH and CYCLE once the query is known."""
    if not cte.cterecursive:
        raise PgError("42601", "WITH query is not recursive", cte.location)
    if cte.ctequery is not None:
        _check_expandable(cte, cte.ctequery)
    search, cycle = cte.search_clause, cte.cycle_clause
    if search is not None:
        _check_columns(cte, search.search_col_list, "search", search.location)
        if search.search_seq_column in cte.ctecolnames:
            raise PgError(
                "42601",
                f'search sequence column name "{search.search_seq_column}" already used in WITH query column list',
                search.location,
            )
    if cycle is not None:
        _check_columns(cte, cycle.cycle_col_list, "cycle", cycle.location)
        for name, what in ((cycle.cycle_mark_column, "mark"), (cycle.cycle_path_column, "path")):
            if name in cte.ctecolnames:
                raise PgError(
                    "42601",
                    f'cycle {what} column name "{name}" already used in WITH query column list',
                    cycle.location,
                )
        if cycle.cycle_mark_column == cycle.cycle_path_column:
            raise PgError("42601", "cycle mark column name and cycle path column name are the same", cycle.location)
    if search is not None and cycle is not None:
        for name, what in ((cycle.cycle_mark_column, "mark"), (cycle.cycle_path_column, "path")):
            if search.search_seq_column == name:
                raise PgError(
                    "42601",
                    f"search sequence column name and cycle {what} column name are the same",
                    search.location,
                )


def _check_expandable(cte: CommonTableExpr, query: Query) -> None:
    """Both arms must be plain SELECTs, the second with the recursive reference in its FROM.

    PG: the last check is the rewriter's (rewriteSearchCycle.c), which adds the columns of SEARCH and CYCLE there.
    """
    union = query.setOperations
    if union is None:
        return
    for side, arm, code in (("left", union.larg, "0A000"), ("right", union.rarg, "42601")):
        if not isinstance(arm, RangeTblRef):
            raise PgError(code, f"with a SEARCH or CYCLE clause, the {side} side of the UNION must be a SELECT")
    recursive = query.rtable[union.rarg.rtindex - 1].subquery if isinstance(union.rarg, RangeTblRef) else None
    if recursive is not None and not any(
        rte.rtekind == enums.RTEKind.RTE_CTE and rte.ctename == cte.ctename and rte.ctelevelsup == 2
        for rte in recursive.rtable
    ):
        raise PgError(
            "0A000",
            f'with a SEARCH or CYCLE clause, the recursive reference to WITH query "{cte.ctename}" must be at the '
            "top level of its right-hand SELECT",
        )


def _check_columns(cte: CommonTableExpr, names: Iterable[str], what: str, location: int) -> None:
    seen: set[str] = set()
    for name in names:
        if name not in cte.ctecolnames:
            raise PgError("42601", f'{what} column "{name}" not in WITH query column list', location)
        if name in seen:
            raise PgError("42701", f'{what} column "{name}" specified more than once', location)
        seen.add(name)
