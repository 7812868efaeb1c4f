"""WITH RECURSIVE before analysis: who refers to whom, in which order to analyse, and whether recursion is well-formed.

Takes raw WITH queries; gives them in an order without forward references, those that refer to themselves marked, or
PostgreSQL's complaint. Mirrors makeDependencyGraph, TopologicalSort and checkWellFormedRecursion of `parse_cte.c`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from querygen.analyze.raw import children, expr_place, place
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WITH_STATEMENTS = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


class CteItem(Struct):
    """One WITH query and the places in the list of those it needs."""

    cte: Any  # raw CommonTableExpr
    number: int
    depends_on: set[int] = field(default_factory=set)
    recursive: bool = False


def order_recursive_with(ctes: Sequence[Any]) -> list[CteItem]:
    """The WITH RECURSIVE branch of transformWithClause, up to the analysis itself."""
    items = [CteItem(cte, number) for number, cte in enumerate(ctes)]
    names = {cte.ctename: number for number, cte in enumerate(ctes)}
    for item in items:
        _DependencyWalker(names, item).walk(item.cte.ctequery)
    _topological_sort(items)
    for item in items:
        if item.recursive:
            _check_well_formed(item.cte)
    return items


# ---------------------------------------------------------------------------------------------- who needs whom


class _InnerWiths:
    """cstate->innerwiths: names that WITH clauses further in hide, the innermost last."""

    def __init__(self) -> None:
        self.stack: list[list[str]] = []

    def hides(self, name: str) -> bool:
        return any(name in names for names in self.stack)


class _DependencyWalker:
    """parse_cte.c: makeDependencyGraphWalker"""

    def __init__(self, names: dict[str, int], item: CteItem) -> None:
        self.names = names
        self.item = item
        self.inner = _InnerWiths()

    def walk(self, node: Any) -> None:
        if isinstance(node, ast.RangeVar):
            name = node.relname or ""
            if node.schemaname is None and not self.inner.hides(name) and name in self.names:
                number = self.names[name]
                if number == self.item.number:
                    self.item.recursive = True
                else:
                    self.item.depends_on.add(number)
            return
        if isinstance(node, ast.WithClause):
            return  # the statement that has it looks into it
        if isinstance(node, _WITH_STATEMENTS) and node.withClause is not None:
            self._walk_inner_with(node, node.withClause)
            return
        for child in children(node):
            self.walk(child)

    def _walk_inner_with(self, statement: Any, with_clause: Any) -> None:
        """parse_cte.c: WalkInnerWith — a query sees all of a recursive list, else what comes before it."""
        ctes = with_clause.ctes or ()
        visible = [cte.ctename for cte in ctes] if with_clause.recursive else []
        self.inner.stack.append(visible)
        for cte in ctes:
            self.walk(cte.ctequery)
            if not with_clause.recursive:
                visible.append(cte.ctename)
        for child in children(statement):
            self.walk(child)
        self.inner.stack.pop()


def _topological_sort(items: list[CteItem]) -> None:
    """parse_cte.c: TopologicalSort — in place, as near to the written order as can be."""
    for first in range(len(items)):
        free = next((place_ for place_ in range(first, len(items)) if not items[place_].depends_on), None)
        if free is None:
            raise PgError("0A000", "mutual recursion between WITH items is not implemented", place(items[first].cte))
        items[first], items[free] = items[free], items[first]
        for item in items[first + 1 :]:
            item.depends_on.discard(items[first].number)


# ---------------------------------------------------------------------------------------------- well-formed recursion


class _Context(Enum):
    """RecursionContext: where a recursive reference would stand; the value is why it may not."""

    OK = ""
    NONRECURSIVETERM = "its non-recursive term"
    SUBLINK = "a subquery"
    OUTERJOIN = "an outer join"
    INTERSECT = "INTERSECT"
    EXCEPT = "EXCEPT"


def _check_well_formed(cte: Any) -> None:
    """parse_cte.c: checkWellFormedRecursion, for one query that refers to itself"""
    statement = cte.ctequery
    name: str = cte.ctename
    if not isinstance(statement, ast.SelectStmt):
        raise PgError("42P19", f'recursive query "{name}" must not contain data-modifying statements', place(cte))
    if statement.op != enums.SetOperation.SETOP_UNION:
        raise PgError(
            "42P19",
            f'recursive query "{name}" does not have the form non-recursive-term UNION [ALL] recursive-term',
            place(cte),
        )
    if statement.withClause is not None:
        _RecursionWalker(name, _Context.SUBLINK).walk_all(one.ctequery for one in statement.withClause.ctes or ())
    for clause, what in (
        (statement.sortClause, "ORDER BY"),
        (statement.limitOffset, "OFFSET"),
        (statement.limitCount, "LIMIT"),
        (statement.lockingClause, "FOR UPDATE/SHARE"),
    ):
        if clause:
            raise PgError("0A000", f"{what} in a recursive query is not implemented", expr_place(clause))
    _RecursionWalker(name, _Context.NONRECURSIVETERM).walk(statement.larg)
    recursive_term = _RecursionWalker(name, _Context.OK)
    recursive_term.walk(statement.rarg)
    if recursive_term.references != 1:
        raise PgError("XX000", "missing recursive reference")


class _RecursionWalker:
    """parse_cte.c: checkWellFormedRecursionWalker"""

    def __init__(self, name: str, context: _Context) -> None:
        self.name = name
        self.context = context
        self.inner = _InnerWiths()
        self.references = 0

    def walk_all(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            self.walk(node)

    def _walk_in(self, context: _Context, node: Any) -> None:
        saved, self.context = self.context, context
        self.walk(node)
        self.context = saved

    def walk(self, node: Any) -> None:
        match node:
            case None | ast.WithClause():
                return
            case ast.RangeVar():
                self._see_table(node)
            case ast.SelectStmt():
                self._walk_select(node)
            case ast.JoinExpr():
                self._walk_join(node)
            case ast.SubLink():
                self._walk_in(_Context.SUBLINK, node.subselect)
                self.walk(node.testexpr)
            case tuple():
                self.walk_all(node)
            case _:
                self.walk_all(children(node))

    def _see_table(self, table: ast.RangeVar) -> None:
        if table.schemaname is not None or table.relname != self.name or self.inner.hides(self.name):
            return
        if self.context != _Context.OK:
            raise PgError(
                "42P19",
                f'recursive reference to query "{self.name}" must not appear within {self.context.value}',
                place(table),
            )
        self.references += 1
        if self.references > 1:
            raise PgError(
                "42P19", f'recursive reference to query "{self.name}" must not appear more than once', place(table)
            )

    def _walk_select(self, statement: ast.SelectStmt) -> None:
        with_clause = statement.withClause
        if with_clause is None:
            self._walk_body(statement)
            return
        ctes: tuple[Any, ...] = tuple(with_clause.ctes or ())
        visible: list[str] = [cte.ctename for cte in ctes] if with_clause.recursive else []
        self.inner.stack.append(visible)
        for cte in ctes:
            self.walk(cte.ctequery)
            if not with_clause.recursive:
                visible.append(cte.ctename)
        self._walk_body(statement)
        self.inner.stack.pop()

    def _walk_body(self, statement: ast.SelectStmt) -> None:
        """parse_cte.c: checkWellFormedSelectStmt — some arms of set operations cannot be computed step by step."""
        operations = enums.SetOperation
        if self.context != _Context.OK or statement.op in (operations.SETOP_NONE, operations.SETOP_UNION):
            self.walk_all(children(statement))
            return
        left: _Context = self.context
        right: _Context = self.context
        if statement.op == operations.SETOP_INTERSECT:
            if statement.all:
                left = right = _Context.INTERSECT
        else:
            right = _Context.EXCEPT
            if statement.all:
                left = _Context.EXCEPT
        self._walk_in(left, statement.larg)
        self._walk_in(right, statement.rarg)
        self.walk(statement.sortClause)
        self.walk(statement.limitOffset)
        self.walk(statement.limitCount)
        self.walk(statement.lockingClause)

    def _walk_join(self, join: ast.JoinExpr) -> None:
        types = enums.JoinType
        nulled = _Context.OUTERJOIN if self.context == _Context.OK else self.context
        self._walk_in(nulled if join.jointype in (types.JOIN_FULL, types.JOIN_RIGHT) else self.context, join.larg)
        self._walk_in(nulled if join.jointype in (types.JOIN_FULL, types.JOIN_LEFT) else self.context, join.rarg)
        self.walk(join.quals)
