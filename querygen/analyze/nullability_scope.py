"""What is known at one query level while nullability is inferred: `Scope`, and the verdict on one expression.

Takes nothing but trees; gives the places where `nullability_quals` writes what conditions prove and from which
`nullability_expr` reads. Mirrors no C file; the outer joins' part is prepjointree.c's reduce_outer_joins.

A `Fact` is something proved: that a column or an expression is not NULL, or that a join does not null one side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.analyze.nodes import (
    CommonTableExpr,
    FromExpr,
    JoinExpr,
    JoinTreeNode,
    Query,
    RangeTblEntry,
    RangeTblRef,
    Var,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.analyze.nodes import CaseExpr, Expr, TargetEntry
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.ir import Shape

# ("var", query, varno, attno, returning), ("join", query, rtindex, side), ("param", number) or ("expr", …)
Fact: TypeAlias = tuple[object, ...]
Facts: TypeAlias = frozenset[Fact]
NOTHING: Facts = frozenset()

LEFT, RIGHT = "left", "right"


class Verdict(Struct, frozen=True):
    """May an expression be NULL, why (not), and may an element of it be NULL if it is an array?"""

    nullable: bool
    why: str
    nullable_elements: bool = True


def nullable(why: str, *, elements: bool = True) -> Verdict:
    """It can be NULL, and why."""
    return Verdict(True, why, elements)


def not_null(why: str, *, elements: bool = True) -> Verdict:
    """It is never NULL, and why."""
    return Verdict(False, why, elements)


class RowCount(Struct, frozen=True):
    """How many rows a query gives, as far as it is proved (`cardinality`)."""

    at_least_one: bool
    at_most_one: bool
    why: str = ""


class Env(Struct, frozen=True, eq=False):
    """What is the same for all levels of a statement."""

    catalog: Catalog
    nullable_params: frozenset[int] | None = None  # None: every parameter may be NULL
    # For a view that is written to: its new rows need not fulfil its conditions.
    ignore_quals: bool = False
    recursive: dict[int, tuple[Verdict, ...]] = field(default_factory=dict)  # id of a CTE → what is assumed of it
    # For cardinality, by the ids of a query and of the scope around it: each level is opened and counted once.
    entered: dict[tuple[int, int], Scope] = field(default_factory=dict)
    counted: dict[tuple[int, int], RowCount] = field(default_factory=dict)
    # Expressions as expr_key writes them, by the ids of the expression and the query; the first is kept for its id.
    written: dict[tuple[int, int], tuple[object, Fact | None]] = field(default_factory=dict)
    keys: dict[tuple[int, int], tuple[frozenset[int], ...]] = field(default_factory=dict)
    # For shapes, by the same ids: select lists, and columns by their number; a scope is kept so that its id stays its.
    opened: dict[tuple[int, int], tuple[Scope | None, Scope]] = field(default_factory=dict)
    shaped: dict[tuple[int, int, int], Shape] = field(default_factory=dict)


class Scope(Struct, frozen=True, eq=False):
    """One query level. `facts` hold of every row that comes out; `weak` ones of a row whose relation no join nulls."""

    env: Env
    query: Query
    parent: Scope | None
    sides: dict[tuple[int, int], str] = field(default_factory=dict)  # (RT index, join's RT index) → side it is on
    facts: Facts = NOTHING
    weak: Facts = NOTHING
    row: Scope | None = None  # what an aggregate's argument sees: WHERE holds, HAVING and CASE arms do not
    window: Scope | None = None  # what a window function's argument sees: WHERE and HAVING hold
    returning: bool = False  # columns of the target relation are those of RETURNING
    sublink: tuple[Verdict, ...] = ()  # the columns that PARAM_SUBLINK stands for
    case_test: Verdict | None = None  # what CaseTestExpr stands for
    single_srf: bool = False  # the target list has one set-returning function: it is never padded
    memo: dict[int, tuple[Verdict, ...]] = field(default_factory=dict)  # columns of the queries in FROM and WITH

    def up(self, levels: int) -> Scope:
        """The scope so many query levels further out."""
        scope = self
        for _ in range(levels):
            if scope.parent is None:
                raise LookupError("a query level is missing")
            scope = scope.parent
        return scope

    @property
    def rows(self) -> Scope:
        """This level as its FROM and WHERE see it."""
        return self.row or self

    def narrowed(self, facts: Facts) -> Scope:
        """The same level where more is known, such as in an arm of CASE."""
        return replace(self, facts=self.facts | facts, memo={}) if facts else self

    def holds(self, fact: Fact, levels: int = 0) -> bool:
        """Is it proved here, or on the way out to the level it is about?"""
        scope: Scope | None = self
        while scope is not None and levels >= 0:
            if fact in scope.facts:
                return True
            scope, levels = scope.parent, levels - 1
        return False


def rte_of(scope: Scope, varno: int) -> RangeTblEntry:
    """The range table entry that a varno of this level means."""
    return scope.query.rtable[varno - 1]


def from_tree(query: Query) -> FromExpr:
    """FROM and WHERE, which every statement has but EXPLAIN and its like."""
    if query.jointree is None:
        raise LookupError("a statement without FROM and WHERE")
    return query.jointree


def subquery_of(node: RangeTblEntry | CommonTableExpr) -> Query:
    """The query of an item of FROM, or of WITH."""
    query = node.ctequery if isinstance(node, CommonTableExpr) else node.subquery
    if query is None:
        raise LookupError("a subquery without a query")
    return query


def descendants(catalog: Catalog, relation: Relation) -> Iterator[Relation]:
    """find_all_inheritors, without the relation itself."""
    for child in catalog.children_of(relation.oid):
        yield child
        yield from descendants(catalog, child)


def result_entries(query: Query) -> tuple[TargetEntry, ...]:
    """The target entries that a client sees."""
    # The columns of EXPLAIN, SHOW and CALL stand in the target list, too (utility.py).
    listed = query.commandType in (enums.CmdType.CMD_SELECT, enums.CmdType.CMD_UTILITY)
    return tuple(entry for entry in (query.targetList if listed else query.returningList) if not entry.resjunk)


def else_of(case: CaseExpr) -> Expr:
    """ELSE, which transformCaseExpr writes where the text has none: ELSE NULL."""
    if case.defresult is None:
        raise LookupError("CASE without ELSE")
    return case.defresult


def joined_column(rte: RangeTblEntry, attno: int) -> Expr:
    """What a column of a join stands for."""
    if (column := rte.joinaliasvars[attno - 1]) is None:
        raise LookupError("a column of a join that was dropped")
    return column


def relation_of(catalog: Catalog, relid: int) -> Relation:
    """A relation that analysis has found before."""
    if (relation := catalog.find_relation(relid)) is None:
        raise LookupError("a relation is missing")
    return relation


def var_fact(scope: Scope, var: Var) -> Fact:
    """The fact that a column of some level is not NULL."""
    return (
        "var",
        id(scope.up(var.varlevelsup).query),
        var.varno,
        var.varattno,
        int(var.varreturningtype),
    )


def join_facts(scope: Scope, var: Var) -> Facts:
    """What else is proved when a column is not NULL: none of the joins that can null it did."""
    owner = scope.up(var.varlevelsup)
    return frozenset(
        ("join", id(owner.query), join, side)
        for join in var.varnullingrels
        if (side := owner.sides.get((var.varno, join))) is not None
    )


def nulling_joins(owner: Scope, var: Var) -> list[int]:
    """The joins of a column's varnullingrels that may really null it; `owner` is the level of the column."""
    return [
        join
        for join in sorted(var.varnullingrels)
        if ("join", id(owner.query), join, owner.sides.get((var.varno, join))) not in owner.weak
    ]


def members(node: JoinTreeNode) -> list[int]:
    """get_relids_in_jointree, joins included."""
    match node:
        case RangeTblRef():
            return [node.rtindex]
        case JoinExpr():
            return [*members(node.larg), *members(node.rarg), node.rtindex]
        case FromExpr():
            return [rtindex for item in node.fromlist for rtindex in members(item)]


def join_sides(query: Query) -> dict[tuple[int, int], str]:
    """On which side of each join each range table entry is."""
    sides: dict[tuple[int, int], str] = {}
    todo: list[JoinTreeNode] = [query.jointree] if query.jointree is not None else []
    while todo:
        node = todo.pop()
        match node:
            case FromExpr():
                todo.extend(node.fromlist)
            case JoinExpr():
                for side, item in ((LEFT, node.larg), (RIGHT, node.rarg)):
                    sides.update(((rtindex, node.rtindex), side) for rtindex in members(item))
                    todo.append(item)
            case RangeTblRef():
                pass
    return sides


def writes_by_rule(scope: Scope) -> bool:
    """May a rule, or a trigger of a view, write something else than the statement says, and return it?"""
    if not scope.query.resultRelation:
        return False
    relation = scope.env.catalog.find_relation(rte_of(scope, scope.query.resultRelation).relid)
    return relation is not None and has_rules(scope.env.catalog, relation)


def has_rules(catalog: Catalog, relation: Relation) -> bool:
    """Has a relation that is written to a rule or an INSTEAD OF trigger, or the one that a view writes through to?"""
    if relation.rules or any(one.timing == "instead" for one in relation.triggers):
        return True
    if relation.kind != "v" or not isinstance(relation.view_query, Query):
        return False
    below = [catalog.find_relation(rte.relid) for rte in relation.view_query.rtable if rte.relid]
    return any(has_rules(catalog, one) for one in below if one is not None)


def var_name(owner: Scope, var: Var) -> str:
    """A column as a message names it: `users.email`."""
    rte = rte_of(owner, var.varno)
    if var.varattno == 0:
        return rte.eref.aliasname
    if 0 < var.varattno <= len(rte.eref.colnames):
        name = rte.eref.colnames[var.varattno - 1]
        return name if rte.eref.aliasname.startswith(("unnamed_", "*")) else f"{rte.eref.aliasname}.{name}"
    return f"a column of {rte.eref.aliasname}"
