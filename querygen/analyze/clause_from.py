"""FROM: raw tables, subqueries, functions and joins → the range table, the join tree and what names may see.

Takes a parse state and the raw FROM list; fills `ps.p_rtable`, `ps.p_joinlist` and `ps.p_namespace`. Every outer join
is noted in `ps.p_nullingrels` for the relations that it can null, so that Vars made later say so. Mirrors the FROM half
of `parse_clause.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import coerce, collate, nodefuncs, oper, relation, stmt
from querygen.analyze.clause_function import (
    transform_range_function,
    transform_range_table_func,
    transform_range_table_sample,
)
from querygen.analyze.clause_where import transform_where_clause
from querygen.analyze.nodes import (
    Alias,
    BoolExpr,
    CoalesceExpr,
    Expr,
    FromExpr,
    JoinExpr,
    JoinTreeNode,
    RangeTblRef,
    RelabelType,
    Var,
)
from querygen.analyze.raw import place, strings
from querygen.analyze.state import ExprKind, NamespaceColumn, NamespaceItem, ParseState
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_JoinType = enums.JoinType


def transform_from_clause(ps: ParseState, frm_list: Iterable[Any] | None) -> None:
    """parse_clause.c: transformFromClause — items see those before them only by LATERAL, later clauses see all."""
    for raw in frm_list or ():
        node, _, namespace = transform_from_clause_item(ps, raw)
        relation.check_name_space_conflicts(ps, ps.p_namespace, namespace)
        _set_namespace_lateral_state(namespace, lateral_only=True, lateral_ok=True)
        ps.p_joinlist.append(node)
        # A new list: the states of subqueries and joins may hold on to the old one.
        ps.p_namespace = [*ps.p_namespace, *namespace]
    _set_namespace_lateral_state(ps.p_namespace, lateral_only=False, lateral_ok=True)


def _set_namespace_lateral_state(namespace: Iterable[NamespaceItem], *, lateral_only: bool, lateral_ok: bool) -> None:
    """parse_clause.c: setNamespaceLateralState"""
    for item in namespace:
        item.p_lateral_only = lateral_only
        item.p_lateral_ok = lateral_ok


def _set_namespace_column_visibility(namespace: Iterable[NamespaceItem], cols_visible: bool) -> None:
    """parse_clause.c: setNamespaceColumnVisibility"""
    for item in namespace:
        item.p_cols_visible = cols_visible


FromItem = tuple[JoinTreeNode, NamespaceItem, list[NamespaceItem]]


def transform_from_clause_item(ps: ParseState, raw: Any) -> FromItem:
    """parse_clause.c: transformFromClauseItem — the join tree's node, the item's nsitem, and all that it exposes."""
    match raw:
        case ast.RangeVar():
            found = relation.scan_name_space_for_cte(ps, raw.relname or "") if raw.schemaname is None else None
            if found is not None:
                item = relation.add_range_table_entry_for_cte(ps, found[0], found[1], raw, True)
            else:
                alias = relation.make_alias(raw.alias)
                item = relation.add_range_table_entry(ps, raw, alias, bool(raw.inh), True)
        case ast.RangeSubselect():
            item = _transform_range_subselect(ps, raw)
        case ast.RangeFunction():
            item = transform_range_function(ps, raw)
        case ast.RangeTableFunc():
            item = transform_range_table_func(ps, raw)
        case ast.JsonTable():
            from querygen.analyze import jsontable

            item = jsontable.transform_json_table(ps, raw)
        case ast.RangeTableSample():
            return _transform_sampled_item(ps, raw)
        case ast.JoinExpr():
            return _transform_join(ps, raw)
        case _:
            raise PgError("0A000", f"querygen does not yet analyse {type(raw).__name__} in FROM", place(raw))
    return RangeTblRef(item.p_rtindex), item, [item]


def _transform_range_subselect(ps: ParseState, raw: ast.RangeSubselect) -> NamespaceItem:
    """parse_clause.c: transformRangeSubselect — a subquery sees the rest of FROM only if it is LATERAL."""
    saved_kind, ps.p_expr_kind = ps.p_expr_kind, ExprKind.EXPR_KIND_FROM_SUBSELECT
    ps.p_lateral_active = bool(raw.lateral)
    query = stmt.parse_sub_analyze(raw.subquery, ps, None, True)
    ps.p_lateral_active = False
    ps.p_expr_kind = saved_kind
    return relation.add_range_table_entry_for_subquery(
        ps, query, relation.make_alias(raw.alias), bool(raw.lateral), True
    )


def _transform_sampled_item(ps: ParseState, raw: ast.RangeTableSample) -> FromItem:
    """TABLESAMPLE: only what has rows of its own on disk can be sampled."""
    node, item, namespace = transform_from_clause_item(ps, raw.relation)
    rte = item.p_rte
    if rte.rtekind != enums.RTEKind.RTE_RELATION or rte.relkind not in ("r", "m", "p"):
        raise PgError(
            "0A000",
            "TABLESAMPLE clause can only be applied to tables and materialized views",
            place(raw.relation),
        )
    rte.tablesample = transform_range_table_sample(ps, raw)
    return node, item, namespace


# ---------------------------------------------------------------------------------------------- joins


def _transform_join(ps: ParseState, raw: ast.JoinExpr) -> FromItem:
    """The JoinExpr branch of transformFromClauseItem."""
    jointype = _JoinType(raw.jointype)
    larg, l_item, l_namespace = transform_from_clause_item(ps, raw.larg)
    # The left side is visible to LATERAL items of the right side, if the join type allows such references at all.
    _set_namespace_lateral_state(
        l_namespace, lateral_only=True, lateral_ok=jointype in (_JoinType.JOIN_INNER, _JoinType.JOIN_LEFT)
    )
    outer_namespace = ps.p_namespace
    ps.p_namespace = [*outer_namespace, *l_namespace]
    rarg, r_item, r_namespace = transform_from_clause_item(ps, raw.rarg)
    ps.p_namespace = outer_namespace
    relation.check_name_space_conflicts(ps, l_namespace, r_namespace)
    namespace = [*l_namespace, *r_namespace]

    left = _Side(l_item, "left")
    right = _Side(r_item, "right")
    using = strings(raw.usingClause)
    if raw.isNatural:
        right_names = set(right.names)
        using = tuple(name for name in left.names if name and name in right_names)
    using_alias = relation.make_alias(raw.join_using_alias)
    if using_alias is not None:
        using_alias = Alias(using_alias.aliasname, using)

    quals: Expr | None = None
    if using:
        quals = _transform_join_using(ps, using, left, right)
    elif raw.quals is not None:
        quals = _transform_join_on_clause(ps, raw.quals, namespace)

    # From here on, references to the inputs see what this join may have nulled.
    rtindex = len(ps.p_rtable) + 1
    if jointype in (_JoinType.JOIN_LEFT, _JoinType.JOIN_FULL):
        _mark_rels_as_nulled_by(ps, rarg, rtindex)
    if jointype in (_JoinType.JOIN_RIGHT, _JoinType.JOIN_FULL):
        _mark_rels_as_nulled_by(ps, larg, rtindex)

    names: list[str] = list(using)
    aliasvars: list[Expr] = []
    nscolumns: list[NamespaceColumn] = []
    for l_colno, r_colno in zip(left.colnos, right.colnos, strict=True):
        _add_merged_column(
            ps, jointype, rtindex, left.columns[l_colno - 1], right.columns[r_colno - 1], aliasvars, nscolumns
        )
    for side in (left, right):
        _extract_remaining_columns(ps, side, names, aliasvars, nscolumns)

    alias = relation.make_alias(raw.alias)
    if alias is not None:
        # An alias hides the inputs: a column is written as one of the join.
        nscolumns = [
            replace(column, p_varnosyn=rtindex, p_varattnosyn=number) for number, column in enumerate(nscolumns, 1)
        ]
    item = relation.add_range_table_entry_for_join(
        ps, names, nscolumns, jointype, len(using), aliasvars, left.colnos, right.colnos, using_alias, alias, True
    )
    join = JoinExpr(jointype, bool(raw.isNatural), larg, rarg, using, using_alias, quals, alias, rtindex)
    ps.p_joinexprs[rtindex] = join

    if using_alias is not None:
        using_item = NamespaceItem(using_alias, item.p_rte, rtindex, nscolumns)
        relation.check_name_space_conflicts(ps, [using_item], namespace)
        namespace.append(using_item)
    if alias is not None:
        namespace = []
    else:
        _set_namespace_column_visibility(namespace, False)
    item.p_rel_visible = alias is not None
    return join, item, [*namespace, item]


class _Side:
    """One input of a join while its columns are matched: `colnos` are the columns already taken, from 1."""

    __slots__ = ("colnos", "columns", "names", "which")

    def __init__(self, item: NamespaceItem, which: str) -> None:
        self.columns: Sequence[NamespaceColumn] = item.p_nscolumns
        self.names: Sequence[str] = item.p_names.colnames
        self.which = which
        self.colnos: list[int] = []

    def find(self, name: str) -> NamespaceColumn:
        """The one column of a name that USING gives."""
        count = self.names.count(name)
        if count > 1:
            raise PgError("42702", f'common column name "{name}" appears more than once in {self.which} table')
        if count == 0:
            raise PgError("42703", f'column "{name}" specified in USING clause does not exist in {self.which} table')
        index = self.names.index(name)
        self.colnos.append(index + 1)
        return self.columns[index]


def _transform_join_using(ps: ParseState, using: Sequence[str], left: _Side, right: _Side) -> Expr:
    """parse_clause.c: transformJoinUsingClause — `left.x = right.x AND …`, the columns as before the join."""
    pairs: list[tuple[Var, Var]] = []
    for number, name in enumerate(using):
        if name in using[:number]:
            raise PgError("42701", f'column name "{name}" appears more than once in USING clause')
        l_column, r_column = left.find(name), right.find(name)
        pairs.append((_build_var_from_ns_column(ps, l_column), _build_var_from_ns_column(ps, r_column)))
    saved_kind, ps.p_expr_kind = ps.p_expr_kind, ExprKind.EXPR_KIND_JOIN_USING
    equals = (ast.String(sval="="),)
    tests = [oper.make_op(ps, equals, l_var, r_var, ps.p_last_srf, -1) for l_var, r_var in pairs]
    if len(tests) == 1:
        result: Expr = tests[0]
    else:
        conjuncts = tuple(coerce.coerce_to_boolean(ps, test, "AND") for test in tests)
        result = BoolExpr(enums.BoolExprType.AND_EXPR, conjuncts)
    ps.p_expr_kind = saved_kind
    return coerce.coerce_to_boolean(ps, result, "JOIN/USING")


def _transform_join_on_clause(ps: ParseState, quals: Any, namespace: list[NamespaceItem]) -> Expr | None:
    """parse_clause.c: transformJoinOnClause — ON sees the two inputs of its join and nothing else of FROM."""
    _set_namespace_lateral_state(namespace, lateral_only=False, lateral_ok=True)
    saved, ps.p_namespace = ps.p_namespace, namespace
    result = transform_where_clause(ps, quals, ExprKind.EXPR_KIND_JOIN_ON, "JOIN/ON")
    ps.p_namespace = saved
    return result


def _mark_rels_as_nulled_by(ps: ParseState, node: JoinTreeNode, jindex: int) -> None:
    """parse_clause.c: markRelsAsNulledBy — every relation below the node, joins included, can be nulled by the join."""
    match node:
        case RangeTblRef(rtindex=varno):
            pass
        case JoinExpr(rtindex=varno):
            _mark_rels_as_nulled_by(ps, node.larg, jindex)
            _mark_rels_as_nulled_by(ps, node.rarg, jindex)
        case FromExpr():
            raise TypeError("no FromExpr stands below a join before planning")
    ps.p_nullingrels[varno] = ps.p_nullingrels.get(varno, frozenset()) | {jindex}


def _build_var_from_ns_column(ps: ParseState, column: NamespaceColumn) -> Var:
    """parse_clause.c: buildVarFromNSColumn"""
    var = Var(
        column.p_varno,
        column.p_varattno,
        column.p_vartype,
        column.p_vartypmod,
        varreturningtype=column.p_varreturningtype,
        varnosyn=column.p_varnosyn,
        varattnosyn=column.p_varattnosyn,
        varcollid=column.p_varcollid,
    )
    return relation.mark_nullable_if_needed(ps, var)


def _add_merged_column(
    ps: ParseState,
    jointype: enums.JoinType,
    rtindex: int,
    l_column: NamespaceColumn,
    r_column: NamespaceColumn,
    aliasvars: list[Expr],
    nscolumns: list[NamespaceColumn],
) -> None:
    """A USING column: it stands for one input's column where it can, else it is a column of the join itself."""
    l_var = _build_var_from_ns_column(ps, l_column)
    r_var = _build_var_from_ns_column(ps, r_column)
    merged = _build_merged_join_var(ps, jointype, l_var, r_var)
    aliasvars.append(merged)
    if merged is l_var:
        nscolumns.append(l_column)
    elif merged is r_var:
        nscolumns.append(r_column)
    else:
        number = len(nscolumns) + 1
        nscolumns.append(
            NamespaceColumn(
                rtindex,
                number,
                nodefuncs.expr_type(merged),
                nodefuncs.expr_typmod(merged),
                p_varnosyn=rtindex,
                p_varattnosyn=number,
                p_varcollid=nodefuncs.expr_collation(merged),
            )
        )


def _build_merged_join_var(ps: ParseState, jointype: enums.JoinType, l_var: Var, r_var: Var) -> Expr:
    """parse_clause.c: buildMergedJoinVar — the value of a USING column, of the inputs' common type."""
    pair: list[Expr] = [l_var, r_var]
    out_type = coerce.select_common_type(ps, pair, "JOIN/USING")
    out_typmod = coerce.select_common_typmod(ps, pair, out_type)
    implicit = enums.CoercionForm.COERCE_IMPLICIT_CAST

    def as_output(var: Var) -> Expr:
        if var.vartype != out_type:
            return coerce.coerce_type(
                ps,
                var,
                var.vartype,
                out_type,
                out_typmod,
                enums.CoercionContext.COERCION_IMPLICIT,
                implicit,
                -1,
            )
        if var.vartypmod != out_typmod:
            return RelabelType(var, out_type, out_typmod, implicit)
        return var

    l_node, r_node = as_output(l_var), as_output(r_var)
    match jointype:
        case _JoinType.JOIN_INNER:
            # Either will do; a plain Var is the better choice.
            result = r_node if isinstance(r_node, Var) and not isinstance(l_node, Var) else l_node
        case _JoinType.JOIN_LEFT:
            result = l_node
        case _JoinType.JOIN_RIGHT:
            result = r_node
        case _:
            result = CoalesceExpr(out_type, (l_node, r_node))
    collate.assign_expr_collations(ps, result)
    return result


def _extract_remaining_columns(
    ps: ParseState, side: _Side, names: list[str], aliasvars: list[Expr], nscolumns: list[NamespaceColumn]
) -> None:
    """parse_clause.c: extractRemainingColumns — the input's columns that USING did not take, dropped ones left out."""
    taken = set(side.colnos)
    for number, (name, column) in enumerate(zip(side.names, side.columns, strict=True), 1):
        if number in taken or not name:
            continue
        side.colnos.append(number)
        names.append(name)
        aliasvars.append(_build_var_from_ns_column(ps, column))
        nscolumns.append(column)
