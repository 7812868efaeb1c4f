"""Which columns a query uses, and how: from the analysed tree, not from the text.

Takes an analysed `Query` and the catalog; gives `Use`s. What is used through a view is used of its tables, too, and
says so (`via`). Mirrors query_tree_walker's order of clauses; a column that a subquery reads counts as read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.analyze.nodefuncs import walk_expr
from querygen.analyze.nodes import Query, Var

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


class How(StrEnum):
    """What a query does with a column: gives or computes with it, finds, groups or orders rows by it, changes it."""

    READS = "reads"
    FINDS = "finds by"
    WRITES = "writes"
    DELETES = "deletes"


class Use(Struct, frozen=True):
    """`column` is an attnum, 0 for the table as such; `via` is the view through which the table is used."""

    relation: Oid
    column: int
    how: How
    via: Oid = 0


def uses_of(query: Query, catalog: Catalog) -> frozenset[Use]:
    """Everything that a statement uses of the user's relations."""
    walk = _Walk(catalog)
    walk.query(query, ())
    return frozenset(walk.found)


class _Walk:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.found: set[Use] = set()
        self._views: set[tuple[Oid, int, How]] = set()

    def query(self, query: Query, outer: tuple[Query, ...]) -> None:
        stack = (query, *outer)
        target = query.rtable[query.resultRelation - 1].relid if query.resultRelation else 0
        command = query.commandType.name
        if target:
            self._add(target, 0, How.DELETES if command == "CMD_DELETE" else How.WRITES)
        writes = command in ("CMD_INSERT", "CMD_UPDATE")
        self._targets(query.targetList, stack, target if writes else 0)
        keys = {one.tleSortGroupRef for one in (*query.sortClause, *query.groupClause, *query.distinctClause)}
        for entry in query.targetList:
            if entry.ressortgroupref in keys and not entry.resjunk:
                self._expressions(entry.expr, stack, How.FINDS)
        self._expressions(query.returningList, stack, How.READS)
        for action in query.mergeActionList:
            self._targets(action.targetList, stack, target)
            self._expressions(action.qual, stack, How.FINDS)
            if action.commandType.name == "CMD_DELETE":
                self._add(target, 0, How.DELETES)
        conflict: Any = query.onConflict
        if conflict is not None:
            self._targets(conflict.onConflictSet, stack, target)
            for part in (conflict.arbiterElems, conflict.arbiterWhere, conflict.onConflictWhere):
                self._expressions(part, stack, How.FINDS)
        for part in (query.jointree, query.havingQual, query.mergeJoinCondition):
            self._expressions(part, stack, How.FINDS)
        for part in (query.limitCount, query.limitOffset, query.windowClause):
            self._expressions(part, stack, How.READS)
        for cte in query.cteList:
            self._expressions(cte, stack, How.READS)
        for number, rte in enumerate(query.rtable, 1):
            if rte.subquery is not None:
                self.query(rte.subquery, stack)
            elif rte.relid and number != query.resultRelation and rte.inFromCl:
                self._add(rte.relid, 0, How.READS)
            for part in (rte.functions, rte.tablefunc, rte.tablesample, *rte.values_lists):
                self._expressions(part, stack, How.READS)

    def _targets(self, entries: Any, stack: tuple[Query, ...], written: Oid) -> None:
        for entry in entries or ():
            if written and not entry.resjunk:
                self._add(written, entry.resno, How.WRITES)
            self._expressions(entry.expr, stack, How.FINDS if entry.resjunk else How.READS)

    def _expressions(self, node: Any, stack: tuple[Query, ...], how: How) -> None:
        if node is None or node == ():
            return
        for one in walk_expr(node):
            if isinstance(one, Query):
                self.query(one, stack)
            elif isinstance(one, Var):
                self._var(one, stack, how)

    def _var(self, var: Var, stack: tuple[Query, ...], how: How) -> None:
        query = stack[var.varlevelsup]
        if not 0 < var.varno <= len(query.rtable):
            return
        rte = query.rtable[var.varno - 1]
        if rte.subquery is None and rte.relid:
            if var.varattno > 0:
                self._add(rte.relid, var.varattno, how)
            elif var.varattno == 0 and (relation := self._catalog.find_relation(rte.relid)) is not None:
                for column in relation.live_columns:
                    self._add(rte.relid, column.attnum, how)
            return
        behind = rte.joinaliasvars or rte.groupexprs
        if behind:
            chosen = [behind[var.varattno - 1]] if var.varattno else behind
            for one in chosen:
                self._expressions(one, stack[var.varlevelsup :], how)

    def _add(self, relation: Oid, column: int, how: How) -> None:
        self.found.add(Use(relation, column, how))
        view = self._catalog.find_relation(relation)
        if view is None or view.view_query is None or (relation, column, how) in self._views:
            return
        self._views.add((relation, column, how))
        inner = _Walk(self._catalog)
        inner._views = self._views
        inner.query(view.view_query, ())
        outputs = [one for one in view.view_query.targetList if not one.resjunk]
        kept: set[Use] = {one for one in inner.found if one.how is not How.READS or not one.column}
        if column and column <= len(outputs):
            only = _Walk(self._catalog)
            only._views = self._views
            only._expressions(outputs[column - 1].expr, (view.view_query,), how)
            kept |= only.found
        self.found |= {Use(one.relation, one.column, one.how, one.via or relation) for one in kept}
