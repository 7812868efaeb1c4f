"""UNION, INTERSECT, EXCEPT: leaves become subqueries, the tree above them a SetOperationStmt.

Mirrors `analyze.c`: transformSetOperationStmt, transformSetOperationTree, determineRecursiveColTypes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import agg, clause, coerce, collate, cte, nodefuncs, oper, relation, select, stmt
from querygen.analyze.nodes import (
    Alias,
    Const,
    Param,
    Query,
    RangeTblRef,
    SetOperationStmt,
    SetToDefault,
    SortGroupClause,
    TargetEntry,
)
from querygen.analyze.pgtypes import RECORDARRAYOID, RECORDOID, UNKNOWNOID
from querygen.analyze.state import ExprKind, NamespaceColumn
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.state import ParseState
    from querygen.pg_catalog.rows import Oid

_SetOp: Final = enums.SetOperation
_NAMES: Final = {
    _SetOp.SETOP_UNION: "UNION",
    _SetOp.SETOP_INTERSECT: "INTERSECT",
    _SetOp.SETOP_EXCEPT: "EXCEPT",
}
SetOpNode: TypeAlias = RangeTblRef | SetOperationStmt


class _Leaf(Struct):
    """An output column of a leaf, by its place in the leaf's target list, where its expression may be replaced."""

    query: Query
    place: int

    @property
    def expr(self) -> Any:
        return self.query.targetList[self.place].expr

    def set_expr(self, new: Any) -> None:
        targets = list(self.query.targetList)
        targets[self.place] = replace(targets[self.place], expr=new)
        self.query.targetList = tuple(targets)


class _Inner(Struct):
    """An output column of an inner node: a SetToDefault that carries type, typmod and place."""

    expr: Any

    def set_expr(self, new: Any) -> None:
        self.expr = new


def transform_set_operation_stmt(ps: ParseState, raw: ast.SelectStmt) -> Query:
    """analyze.c: transformSetOperationStmt"""
    qry = Query(enums.CmdType.CMD_SELECT)
    leftmost_select = raw.larg
    while leftmost_select.op != _SetOp.SETOP_NONE:
        leftmost_select = leftmost_select.larg
    if leftmost_select.intoClause is not None:
        into = select.into_location(leftmost_select.intoClause)
        raise PgError("42601", "SELECT ... INTO is not allowed here", into)
    _check_no_locking(raw)
    select.with_clause(ps, qry, raw.withClause)
    tree, _columns = _transform_tree(ps, raw, is_top_level=True)
    assert isinstance(tree, SetOperationStmt)  # noqa: S101  the top is no leaf
    qry.setOperations = tree
    leftmost_rti = _leftmost_rti(tree)
    leftmost_query = ps.p_rtable[leftmost_rti - 1].subquery
    assert leftmost_query is not None  # noqa: S101

    # The outer target list: Vars of the leftmost leaf, with the common types.
    targets: list[TargetEntry] = []
    columns: list[NamespaceColumn] = []
    names: list[str] = []
    for coltype, coltypmod, colcollation, left in zip(
        tree.colTypes, tree.colTypmods, tree.colCollations, leftmost_query.targetList, strict=False
    ):
        var = relation.make_var(
            leftmost_rti, left.resno, coltype, coltypmod, 0, colcollation, location=nodefuncs.expr_location(left.expr)
        )
        targets.append(TargetEntry(var, ps.p_next_resno, left.resname))
        ps.p_next_resno += 1
        names.append(left.resname or "")
        columns.append(
            NamespaceColumn(
                leftmost_rti,
                left.resno,
                coltype,
                coltypmod,
                p_varnosyn=leftmost_rti,
                p_varattnosyn=left.resno,
                p_varcollid=colcollation,
            )
        )
    targets = _sort_clause(ps, qry, raw, targets, names, columns)
    select.limits(ps, qry, raw)
    qry.targetList = tuple(targets)
    select.finish(ps, qry, None)
    if ps.p_hasAggs or qry.groupClause or qry.groupingSets or qry.havingQual is not None:
        agg.parse_check_aggregates(ps, qry)
    return qry


def _sort_clause(
    ps: ParseState,
    qry: Query,
    raw: ast.SelectStmt,
    targets: list[TargetEntry],
    names: list[str],
    columns: list[NamespaceColumn],
) -> list[TargetEntry]:
    """ORDER BY of the whole: output columns only. They are made visible as those of a join that is taken away again."""
    rtable_length = len(ps.p_rtable)
    namespace = ps.p_namespace
    ps.p_namespace = []
    variables = [entry.expr for entry in targets]
    join = relation.add_range_table_entry_for_join(
        ps, names, columns, enums.JoinType.JOIN_INNER, 0, variables, (), (), None, None, False
    )
    relation.add_ns_item_to_query(ps, join, False, False, True)
    length = len(targets)
    sort_clause, targets = clause.transform_sort_clause(ps, raw.sortClause, targets, ExprKind.EXPR_KIND_ORDER_BY, False)
    qry.sortClause = tuple(sort_clause)
    ps.p_namespace = namespace
    del ps.p_rtable[rtable_length:]
    if len(targets) != length:
        raise PgError(
            "0A000",
            "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
            nodefuncs.expr_location(targets[length].expr),
            detail="Only result column names can be used, not expressions or functions.",
            hint="Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
        )
    return targets


def _check_no_locking(raw: ast.SelectStmt) -> None:
    if raw.lockingClause:
        name = select.lcs_as_string(raw.lockingClause[0].strength)
        raise PgError("0A000", f"{name} is not allowed with UNION/INTERSECT/EXCEPT")


def _leftmost_rti(node: SetOpNode) -> int:
    while isinstance(node, SetOperationStmt):
        node = node.larg
    return node.rtindex


def make_sort_group_clause_for_set_op(ps: ParseState, coltype: Oid, require_hash: bool) -> SortGroupClause:
    """analyze.c: makeSortGroupClauseForSetOp"""
    sortop, eqop, _gtop, hashable = oper.get_sort_group_operators(ps.catalog, coltype, False, True, False)
    if require_hash and coltype in {RECORDOID, RECORDARRAYOID}:
        hashable = True
    return SortGroupClause(0, eqop, sortop, hashable=hashable)


def _transform_tree(
    ps: ParseState, raw: ast.SelectStmt, *, is_top_level: bool
) -> tuple[SetOpNode, list[_Leaf | _Inner]]:
    """analyze.c: transformSetOperationTree — the node and its output columns.

    C takes ORDER BY, LIMIT and WITH off the top statement before it comes here; they are looked over instead.
    """
    if raw.intoClause is not None:
        raise PgError(
            "42601",
            "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT",
            select.into_location(raw.intoClause),
        )
    _check_no_locking(raw)
    own_clauses = raw.sortClause or raw.limitOffset is not None or raw.limitCount is not None or raw.withClause
    if raw.op == _SetOp.SETOP_NONE or (own_clauses and not is_top_level):
        return _transform_leaf(ps, raw)
    return _transform_inner(ps, raw, is_top_level)


def _transform_leaf(ps: ParseState, raw: ast.SelectStmt) -> tuple[SetOpNode, list[_Leaf | _Inner]]:
    # outputs of no type stay so: the other arms may know better
    query = stmt.parse_sub_analyze(raw, ps, None, False)
    if ps.p_namespace and nodefuncs.contain_vars_of_level(query, 1):
        raise PgError(
            "42P10",
            "UNION/INTERSECT/EXCEPT member statement cannot refer to other relations of same query level",
            nodefuncs.locate_var_of_level(query, 1),
        )
    columns: list[_Leaf | _Inner] = [
        _Leaf(query, place) for place, entry in enumerate(query.targetList) if not entry.resjunk
    ]
    alias = Alias(f"*SELECT* {len(ps.p_rtable) + 1}")
    nsitem = relation.add_range_table_entry_for_subquery(ps, query, alias, False, False)
    return RangeTblRef(nsitem.p_rtindex), columns


def _transform_inner(ps: ParseState, raw: ast.SelectStmt, is_top_level: bool) -> tuple[SetOpNode, list[_Leaf | _Inner]]:
    context = _NAMES[raw.op]
    recursive = ps.p_parent_cte is not None and ps.p_parent_cte.cterecursive
    larg, lefts = _transform_tree(ps, raw.larg, is_top_level=False)
    if is_top_level and recursive:
        # the columns of a recursive query are those of its non-recursive arm
        determine_recursive_col_types(ps, larg, [column.expr for column in lefts])
    rarg, rights = _transform_tree(ps, raw.rarg, is_top_level=False)
    if len(lefts) != len(rights):
        raise PgError(
            "42601",
            f"each {context} query must have the same number of columns",
            nodefuncs.expr_location([column.expr for column in rights]),
        )
    coltypes: list[Oid] = []
    coltypmods: list[int] = []
    colcollations: list[Oid] = []
    no_order = raw.op == _SetOp.SETOP_UNION and bool(raw.all)
    group_clauses: list[SortGroupClause] = []
    outputs: list[_Leaf | _Inner] = []
    for left, right in zip(lefts, rights, strict=True):
        common, best = coerce.select_common_type_which(ps, [left.expr, right.expr], context)
        location = nodefuncs.expr_location(best)
        pair = [_coerce_column(ps, column, common, context) for column in (left, right)]
        typmod = coerce.select_common_typmod(ps, pair, common)
        coltypes.append(common)
        coltypmods.append(typmod)
        # UNION ALL compares nothing, so that its columns may have no collation
        collation = collate.select_common_collation(ps, pair, no_order)
        colcollations.append(collation)
        if not no_order:
            try:
                group_clauses.append(make_sort_group_clause_for_set_op(ps, common, recursive))
            except PgError as error:  # setup_parser_errposition_callback
                if error.location < 0:
                    error.location = location
                raise
        outputs.append(_Inner(SetToDefault(common, typmod, location, collation)))
    node = SetOperationStmt(
        raw.op,
        bool(raw.all),
        larg,
        rarg,
        tuple(coltypes),
        tuple(coltypmods),
        tuple(group_clauses),
        tuple(colcollations),
    )
    return node, outputs


def _coerce_column(ps: ParseState, column: _Leaf | _Inner, common: Oid, context: str) -> Any:
    """Make sure that a column can be of the common type; only a literal or parameter of no type is changed itself."""
    value = column.expr
    if nodefuncs.expr_type(value) != UNKNOWNOID:
        return coerce.coerce_to_common_type(ps, value, common, context)
    if isinstance(value, (Const, Param)):
        value = coerce.coerce_to_common_type(ps, value, common, context)
        column.set_expr(value)
    return value


def determine_recursive_col_types(ps: ParseState, larg: SetOpNode, outputs: list[Any]) -> None:
    """analyze.c: determineRecursiveColTypes — names of the leftmost leaf, types of the non-recursive arm."""
    leftmost_query = ps.p_rtable[_leftmost_rti(larg) - 1].subquery
    assert leftmost_query is not None  # noqa: S101
    assert ps.p_parent_cte is not None  # noqa: S101
    targets = [
        TargetEntry(value, number, left.resname)
        for number, (value, left) in enumerate(zip(outputs, leftmost_query.targetList, strict=False), 1)
    ]
    cte.analyze_cte_target_list(ps, ps.p_parent_cte, targets)
