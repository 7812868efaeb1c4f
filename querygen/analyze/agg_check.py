"""What a grouped query may refer to: grouped columns, what depends on them, and aggregates.

Takes a parse state and its nearly finished `Query`; checks the select list and HAVING, puts references to the grouping
step (the RTE_GROUP entry of PostgreSQL 18) in the place of grouped expressions, numbers GROUPING()'s arguments, and
expands grouping sets. Mirrors parseCheckAggregates and what it calls in `parse_agg.c`, and check_functional_grouping of
`pg_constraint.c`.
"""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import nodefuncs
from querygen.analyze.mutate import flatten_join_alias_vars, mutate_children
from querygen.analyze.nodes import (
    Aggref,
    Const,
    GroupingFunc,
    GroupingSet,
    Param,
    Query,
    TargetEntry,
    Var,
)
from querygen.analyze.relation_lookup import get_rte_attribute_name
from querygen.analyze.relation_rte import add_range_table_entry_for_group
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import NamespaceItem, ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_MAX_SETS = 4096  # against constructs that only test the server's patience


def parse_check_aggregates(ps: ParseState, qry: Query) -> None:
    """parse_agg.c: parseCheckAggregates — call it when the query has aggregates, GROUP BY, HAVING or grouping sets."""
    gset_common: set[int] = set()
    if qry.groupingSets:
        gsets = expand_grouping_sets(qry.groupingSets, qry.groupDistinct, _MAX_SETS)
        if gsets is None:
            raise PgError(
                "54001",
                f"too many grouping sets present (maximum {_MAX_SETS})",
                _location(qry, qry.groupingSets),
            )
        gset_common = set(gsets[0]).intersection(*gsets[1:])
        # One set that is not empty is an ordinary GROUP BY.
        if len(gsets) == 1 and qry.groupClause:
            qry.groupingSets = ()
    has_join = any(rte.rtekind == enums.RTEKind.RTE_JOIN for rte in ps.p_rtable)
    has_self_reference = any(rte.rtekind == enums.RTEKind.RTE_CTE and rte.self_reference for rte in ps.p_rtable)

    by_ref = {entry.ressortgroupref: entry for entry in qry.targetList if entry.ressortgroupref}
    group_clauses: list[TargetEntry] = [by_ref[item.tleSortGroupRef] for item in qry.groupClause]
    if group_clauses:
        ps.p_grouping_nsitem = add_range_table_entry_for_group(ps, group_clauses)
        qry.rtable = ps.p_rtable
        qry.hasGroupRTE = True
    if has_join:
        group_clauses = flatten_join_alias_vars(ps.p_rtable, group_clauses)
    common_vars = [
        entry.expr
        for entry in group_clauses
        if isinstance(entry.expr, Var) and (not qry.groupingSets or entry.ressortgroupref in gset_common)
    ]
    substitution = _Substitution(ps, qry, group_clauses, common_vars, gset_common, has_join)
    qry.targetList = tuple(substitution.clause(entry) for entry in qry.targetList)
    if qry.havingQual is not None:
        qry.havingQual = substitution.clause(qry.havingQual)
    if ps.p_hasAggs and has_self_reference:
        raise PgError(
            "42P19",
            "aggregate functions are not allowed in a recursive query's recursive term",
            _locate_agg_in_query(qry),
        )


def _location(qry: Query, gsets: Iterable[GroupingSet]) -> int:
    if qry.groupClause:
        return -1  # a SortGroupClause has no place
    return next((one.location for one in gsets if one.location >= 0), -1)


def _locate_agg_in_query(qry: Query) -> int:
    """rewriteManip.c: locate_agg_of_level of the whole query."""
    return next(
        (found for part in nodefuncs.query_exprs(qry) if (found := nodefuncs.locate_agg_of_level(part, 0)) >= 0), -1
    )


class _Substitution:
    """substitute_grouped_columns_context and check_ungrouped_columns' state in one."""

    def __init__(
        self,
        ps: ParseState,
        qry: Query,
        group_clauses: Sequence[TargetEntry],
        common_vars: Sequence[Var],
        gset_common: set[int],
        has_join: bool,
    ) -> None:
        self.ps = ps
        self.catalog: Catalog = ps.catalog
        self.qry = qry
        self.rtable = ps.p_rtable
        self.has_grouping_sets = bool(qry.groupingSets)
        self.group_clauses = group_clauses
        self.common_vars = common_vars
        self.gset_common = gset_common
        self.has_join = has_join
        self.have_non_var_grouping = any(not isinstance(entry.expr, Var) for entry in group_clauses)
        self.grouped_vars = {
            (entry.expr.varno, entry.expr.varattno): number
            for number, entry in reversed(list(enumerate(group_clauses)))
            if isinstance(entry.expr, Var) and entry.expr.varlevelsup == 0
        }
        self.func_grouped_rels: set[int] = set()
        self.sublevels_up = 0
        self.in_agg_direct_args = False

    def clause(self, node: Any) -> Any:
        """One clause of the query: GROUPING()s numbered, join columns made plain, grouped expressions replaced."""
        node = self.finalize_grouping(node)
        if self.has_join:
            node = flatten_join_alias_vars(self.rtable, node)
        return self.substitute(node)

    # ------------------------------------------------------------------ GROUPING()

    def finalize_grouping(self, node: Any) -> Any:
        """parse_agg.c: finalize_grouping_exprs_walker"""
        match node:
            case Const() | Param() | Var():
                return node
            case Aggref(agglevelsup=level) if level >= self.sublevels_up:
                if level > self.sublevels_up:
                    return node
                direct = tuple(self.finalize_grouping(arg) for arg in node.aggdirectargs)
                if all(new is old for new, old in zip(direct, node.aggdirectargs, strict=True)):
                    return node
                return replace(node, aggdirectargs=direct)
            case GroupingFunc(agglevelsup=level) if level >= self.sublevels_up:
                if level > self.sublevels_up:
                    return node
                return replace(node, refs=tuple(self._grouping_ref(arg) for arg in node.args))
            case Query():
                self.sublevels_up += 1
                result = mutate_children(node, self.finalize_grouping)
                self.sublevels_up -= 1
                return result
        return mutate_children(node, self.finalize_grouping)

    def _grouping_ref(self, arg: Expr) -> int:
        flat = flatten_join_alias_vars(self.rtable, (arg,))[0] if self.has_join and not self.sublevels_up else arg
        number: int | None = None
        if isinstance(flat, Var):
            if flat.varlevelsup == self.sublevels_up:
                number = self.grouped_vars.get((flat.varno, flat.varattno))
        elif self.have_non_var_grouping and self.sublevels_up == 0:
            number = self._equal_clause(flat)
        if number is None:
            raise PgError(
                "42803",
                "arguments to GROUPING must be grouping expressions of the associated query level",
                nodefuncs.expr_location(arg),
            )
        return self.group_clauses[number].ressortgroupref

    # ------------------------------------------------------------------ everything else

    def substitute(self, node: Any) -> Any:
        """parse_agg.c: substitute_grouped_columns_mutator"""
        match node:
            case Aggref(agglevelsup=level) if level >= self.sublevels_up:
                # Its arguments are computed before grouping; only direct arguments are not.
                if level > self.sublevels_up or not node.aggdirectargs:
                    return node
                self.in_agg_direct_args = True
                direct = tuple(self.substitute(arg) for arg in node.aggdirectargs)
                self.in_agg_direct_args = False
                return replace(node, aggdirectargs=direct)
            case GroupingFunc(agglevelsup=level) if level >= self.sublevels_up:
                return node
            case TargetEntry():
                return mutate_children(node, self.substitute)
        if self.have_non_var_grouping and self.sublevels_up == 0:
            number = self._equal_clause(node)
            if number is not None:
                return self._grouped_var(number)
        match node:
            case Const() | Param():
                return node
            case Var():
                return self._substitute_var(node)
            case Query():
                self.sublevels_up += 1
                result = mutate_children(node, self.substitute)
                self.sublevels_up -= 1
                return result
        return mutate_children(node, self.substitute)

    def _equal_clause(self, node: Any) -> int | None:
        for number, entry in enumerate(self.group_clauses):
            if type(entry.expr) is type(node) and nodefuncs.equal(node, entry.expr):
                return number
        return None

    def _grouped_var(self, number: int) -> Var:
        """parse_agg.c: buildGroupedVar — grouping sets that leave the expression out make it NULL."""
        item: NamespaceItem | None = self.ps.p_grouping_nsitem
        if item is None:
            raise LookupError("there is no grouping step")
        column = item.p_nscolumns[number]
        nulling: frozenset[int] = frozenset()
        if self.has_grouping_sets and self.group_clauses[number].ressortgroupref not in self.gset_common:
            nulling = frozenset({item.p_rtindex})
        return Var(
            column.p_varno,
            column.p_varattno,
            column.p_vartype,
            column.p_vartypmod,
            nulling,
            self.sublevels_up,
            varnosyn=column.p_varnosyn,
            varattnosyn=column.p_varattnosyn,
            varcollid=column.p_varcollid,
        )

    def _substitute_var(self, var: Var) -> Var:
        if var.varlevelsup != self.sublevels_up:
            return var
        if not self.have_non_var_grouping or self.sublevels_up != 0:
            number = self.grouped_vars.get((var.varno, var.varattno))
            if number is not None:
                return self._grouped_var(number)
        if var.varno in self.func_grouped_rels:
            return var
        rte = self.rtable[var.varno - 1]
        if rte.rtekind == enums.RTEKind.RTE_RELATION:
            if check_functional_grouping(self.catalog, rte.relid, var.varno, self.common_vars):
                self.func_grouped_rels.add(var.varno)
                self.qry.constraintDeps += (rte.relid,)
                return var
        name = f"{rte.eref.aliasname}.{get_rte_attribute_name(self.catalog, rte, var.varattno)}"
        if self.sublevels_up == 0:
            raise PgError(
                "42803",
                f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate function',
                var.location,
                detail="Direct arguments of an ordered-set aggregate must use only grouped columns."
                if self.in_agg_direct_args
                else None,
            )
        raise PgError("42803", f'subquery uses ungrouped column "{name}" from outer query', var.location)


def check_functional_grouping(catalog: Catalog, relid: Oid, varno: int, grouping: Iterable[Var]) -> bool:
    """pg_constraint.c: check_functional_grouping — grouped by the whole primary key, a row is grouped alone.

    PG: adds the key's oid to Query.constraintDeps; constraints have none here, so the caller adds the table's.
    """
    key = catalog.primary_key(relid)
    if key is None or key.deferrable:
        return False
    columns = catalog.relation(relid).by_name
    wanted = {columns[name].attnum for name in key.columns}
    return wanted <= {var.varattno for var in grouping if var.varno == varno and var.varlevelsup == 0}


# ---------------------------------------------------------------------------------------------- grouping sets


def _expand_one(gset: GroupingSet) -> list[list[int]]:
    """parse_agg.c: expand_groupingset_node — the sets that a GroupingSet stands for, as lists of references."""
    kinds = enums.GroupingSetKind
    nested = [one for one in gset.content if isinstance(one, GroupingSet)]
    match gset.kind:
        case kinds.GROUPING_SET_SIMPLE:
            return [[ref for ref in gset.content if isinstance(ref, int)]]
        case kinds.GROUPING_SET_ROLLUP:
            parts = [_expand_one(one)[0] for one in nested]
            return [list(chain.from_iterable(parts[:size])) for size in range(len(parts), -1, -1)]
        case kinds.GROUPING_SET_CUBE:
            parts = [_expand_one(one)[0] for one in nested]
            masks = range(1 << len(parts))
            return [[ref for bit, part in enumerate(parts) if mask >> bit & 1 for ref in part] for mask in masks]
        case kinds.GROUPING_SET_SETS:
            return [found for one in nested for found in _expand_one(one)]
    return [[]]


def expand_grouping_sets(
    grouping_sets: Sequence[GroupingSet], group_distinct: bool, limit: int
) -> list[list[int]] | None:
    """parse_agg.c: expand_grouping_sets — all sets, the shortest first; None: more than `limit`."""
    expanded: list[list[list[int]]] = []
    count = 1
    for gset in grouping_sets:
        sets = _expand_one(gset)
        count *= len(sets)
        if limit >= 0 and count > limit:
            return None
        expanded.append(sets)
    result = [list(dict.fromkeys(ref for part in parts for ref in part)) for parts in product(*expanded)]
    if not group_distinct or len(result) < 2:
        return sorted(result, key=len)
    distinct = sorted({tuple(sorted(one)) for one in result}, key=lambda one: (len(one), one))
    return [list(one) for one in distinct]
