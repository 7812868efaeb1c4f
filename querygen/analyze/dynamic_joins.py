"""Joins of a dynamic statement: those that `qg.when` drops, and LEFT JOINs that nothing needs once pieces are dropped.

Takes the statement's text, its raw and its analysed tree and the cuts made so far; gives the cuts of joins. A join
that `qg.when(name)` drops may be referred to only by what goes with it. A LEFT JOIN whose columns only dropped pieces
use goes with the last of them, where a unique key proves that it adds no rows. Mirrors no C file; the proof is that of
analyzejoins.c (join_is_removable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import nodes as n
from querygen.analyze.cardinality_keys import base_relations, entered, has_full_join, single_relations
from querygen.analyze.dynamic_cuts import Cut, Text, clause_range, conjunct, first_and_last
from querygen.analyze.nodefuncs import expr_location, walk_levels
from querygen.analyze.nullability_scope import Env
from querygen.catalog.ddl_text import walk
from querygen.diagnostics import Diagnostic, DiagnosticError, Note, Severity, error
from querygen.ir import ALWAYS
from querygen.source import Span
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.analyze.dynamic_cuts import Step
    from querygen.analyze.nodes import Expr, JoinTreeNode, Query
    from querygen.analyze.nullability_scope import Scope
    from querygen.catalog.catalog import Catalog
    from querygen.ir import Mark, Needs, RawQuery
    from querygen.sql.nodes import Node

BAD_WHEN: Final = "QG341"
STILL_NEEDED: Final = "QG342"

_DROPPED_KINDS: Final = (enums.JoinType.JOIN_INNER, enums.JoinType.JOIN_LEFT)
_JOIN_WORDS: Final = frozenset({"inner", "left", "outer", "right", "full"})


def either(*needs: Needs) -> Needs:
    """What one of them needs: without the alternatives that need more than another."""
    found = {one for some in needs for one in some}
    smallest = [one for one in found if not any(other < one for other in found)]
    return tuple(sorted(smallest, key=lambda one: (len(one), sorted(one))))


def both(first: Needs, second: Needs) -> Needs:
    """What has to be given for two texts that are there only together."""
    return either(tuple(one | other for one in first for other in second))


def needs_at(cuts: Sequence[Cut], offset: int) -> Needs:
    """What has to be given for the text at an offset to be there."""
    found = ALWAYS
    for cut in cuts:
        if cut.start <= offset < cut.end:
            found = both(found, cut.needs)
    return found


# ---------------------------------------------------------------------------------------------- qg.when


def when_cut(text: Text, steps: list[Step], mark: Mark) -> tuple[Cut, tuple[int, int]]:
    """The join that `qg.when` drops, and the range of the condition itself, which never runs (empty: it stays true)."""
    kinds = [(type(step.node).__name__, step.field) for step in steps]
    number = max((index for index, kind in enumerate(kinds) if kind == ("JoinExpr", "quals")), default=-1)
    if number < 0:
        raise _misplaced(mark)
    node, ands = conjunct(steps, number)
    join = steps[number].node
    if not isinstance(node, ast.A_Const) or node.location != mark.start:
        raise _misplaced(mark)
    if join.jointype not in _DROPPED_KINDS:
        message = f"qg.when({mark.name}) can drop an inner join or a LEFT JOIN only"
        raise DiagnosticError(error(BAD_WHEN, message, mark.span))
    cut = replace(join_cut(text, join, ((frozenset({mark.name})),)), mark=mark)
    here = text.at(mark.start)
    for above, index in reversed(ands):
        if index:
            separator = text.back_to(mark.start, {"and"})
            return cut, (text.end_before(separator), text.tokens[here][2])
        if index + 1 < len(above.args):
            following = text.back_to(first_and_last(above.args[index + 1])[0], {"and"})
            return cut, (mark.start, text.tokens[following + 1][1])
    return cut, (mark.start, mark.start)


def _misplaced(mark: Mark) -> DiagnosticError:
    message = f"qg.when({mark.name}) is no AND-ed condition of a JOIN's ON"
    return DiagnosticError(error(BAD_WHEN, message, mark.span, f"Write it as JOIN … ON … AND qg.when({mark.name})."))


def join_cut(text: Text, join: Node, needs: Needs) -> Cut:
    """The text from JOIN, with the words before it, to the end of its ON."""
    keyword, end = clause_range(text, join.quals, "on")
    depth, wanted, index = text.depths[keyword], 1, keyword
    while wanted:
        index -= 1
        if text.depths[index] != depth:
            continue
        word = text.word(index)
        if word == "on" or (word == "using" and text.word(index + 1) == "("):
            wanted += 1
        elif word == "join" and not _without_condition(text, index):
            wanted -= 1
    while text.word(index - 1) in _JOIN_WORDS:
        index -= 1
    return Cut("join", text.end_before(index), text.end_before(end), needs, node=join)


def _without_condition(text: Text, index: int) -> bool:
    """Is it a CROSS JOIN or a NATURAL [LEFT] JOIN?"""
    index -= 1
    while text.word(index) in _JOIN_WORDS:
        index -= 1
    return text.word(index) in ("cross", "natural")


# ---------------------------------------------------------------------------------------------- references


class _Place:
    """An analysed join with the level that it stands in."""

    def __init__(self, scope: Scope, join: n.JoinExpr) -> None:
        self.scope = scope
        self.join = join
        self.relations = {*base_relations(join.rarg), *(one.rtindex for one in _joins(join.rarg))}


def _joins(node: JoinTreeNode | None) -> Iterator[n.JoinExpr]:
    match node:
        case n.FromExpr():
            for item in node.fromlist:
                yield from _joins(item)
        case n.JoinExpr():
            yield node
            yield from _joins(node.larg)
            yield from _joins(node.rarg)


def levels(env: Env, query: Query, parent: Scope | None) -> Iterator[Scope]:
    """Every query level of a statement, from the outermost in."""
    scope = entered(env, query, parent)
    yield scope
    for node, level in walk_levels(query):
        if isinstance(node, n.Query) and level == 1:
            yield from levels(env, node, scope)


def _find(scopes: Sequence[Scope], raw_join: Node) -> _Place | None:
    """The analysed join of a raw one: that whose ON refers to a column, or has a constant, at the same place."""
    places = {
        one.location
        for one in walk(raw_join.quals)
        if isinstance(one, (ast.ColumnRef, ast.A_Const)) and one.location >= 0
    }
    for scope in scopes:
        for join in _joins(scope.query.jointree):
            own = {one.location for one, _ in walk_levels(join.quals) if isinstance(one, n.Var | n.Const)}
            if places & own:
                return _Place(scope, join)
    return None


def _references(place: _Place, own: Cut) -> list[int]:
    """Where columns of the join's right side are named outside of the join; -1: somewhere."""
    query = place.scope.query
    parts: list[Any] = [
        query.targetList, query.onConflict, query.mergeActionList, query.mergeJoinCondition, query.returningList,
        query.havingQual, query.limitOffset, query.limitCount, query.windowClause, query.cteList,
    ]  # fmt: skip
    inside = [place.join, *_joins(place.join.rarg)]  # its own conditions, those of USING without a place
    around = [one for one in _joins(query.jointree) if not any(one is other for other in inside)]
    parts += [one.quals for one in (query.jointree, *around) if one is not None and one.quals is not None]
    for rte in query.rtable:
        parts += [rte.subquery, rte.functions, rte.tablefunc, rte.values_lists, rte.groupexprs]
    found = []
    for node, level in _walk_all(parts):
        if isinstance(node, n.Var) and node.varlevelsup == level and place.relations & _relations(query, node):
            if not own.start <= node.location < own.end:
                found.append(node.location)
    if any(mark.rti in place.relations for mark in query.rowMarks if mark.strength and not mark.pushedDown):
        found.append(-1)
    return sorted(set(found))


def _walk_all(parts: Any) -> Iterator[tuple[Any, int]]:
    for part in parts:
        if isinstance(part, tuple):
            yield from _walk_all(part)
        elif part is not None:
            yield from walk_levels(part)


def _relations(query: Query, var: n.Var) -> set[int]:
    """The relation of a column, and those that a join's column is made of."""
    rte = query.rtable[var.varno - 1]
    if rte.rtekind == enums.RTEKind.RTE_JOIN and 0 < var.varattno <= len(rte.joinaliasvars):
        below = rte.joinaliasvars[var.varattno - 1]
        inner = [one for one, _ in walk_levels(below) if isinstance(one, n.Var)]
        return {var.varno, *(relation for one in inner for relation in _relations(query, one))}
    return {var.varno}


def check_references(raw: RawQuery, catalog: Catalog, query: Query, cuts: Sequence[Cut]) -> None:
    """Whatever names a column of a join that `qg.when` drops has to be dropped with it."""
    scopes = list(levels(Env(catalog), query, None))
    for cut in cuts:
        if cut.kind != "join" or cut.mark is None or cut.node is None:
            continue
        place = _find(scopes, cut.node)
        if place is None:
            raise _misplaced(cut.mark)
        for location in _references(place, cut):
            if all(cut.mark.name in one for one in needs_at(cuts, location)):
                continue
            start = raw.file_offset(location) if location >= 0 else raw.name_span.start
            message = f'this is still there when "{cut.mark.name}" is not given, but the join that it needs is not'
            hint = f"Put it into a condition with qg.optional({cut.mark.name}), or remove qg.when({cut.mark.name})."
            note = Note("the join is dropped here", cut.mark.span)
            span = Span(raw.source, start, start + 1)
            raise DiagnosticError(Diagnostic(STILL_NEEDED, Severity.ERROR, message, span, hint, notes=(note,)))


# ---------------------------------------------------------------------------------------------- joins that go along


def idle_joins(text: Text, tree: Node, query: Query, catalog: Catalog, cuts: Sequence[Cut]) -> list[Cut]:
    """The LEFT JOINs that only dropped pieces need, each with what needs it."""
    candidates = [
        one
        for one in walk(tree)
        if isinstance(one, ast.JoinExpr)
        and one.jointype == enums.JoinType.JOIN_LEFT
        and one.quals is not None
        and one.alias is None
        and not any(cut.node is one for cut in cuts)
    ]
    if not candidates:
        return []
    scopes = list(levels(Env(catalog), query, None))
    found: list[Cut] = []
    placed = [(join_cut(text, one, ALWAYS), place) for one in candidates if (place := _find(scopes, one)) is not None]
    # A join may be needed by one that stands behind it.
    for cut, place in sorted(placed, key=lambda one: -one[0].start):
        known = [*cuts, *found]
        locations = _references(place, cut)
        if not locations or -1 in locations:
            continue
        needs = either(*(needs_at(known, location) for location in locations))
        around = needs_at(known, cut.start)
        if frozenset() in needs or needs == around or not _adds_no_rows(place, known):
            continue
        found.append(replace(cut, needs=needs))
    return found


def _adds_no_rows(place: _Place, cuts: Sequence[Cut]) -> bool:
    """Does the right side have one row at most for each row of the left, by what of its ON always holds?"""
    query, scope = place.scope.query, place.scope
    kept = _kept(place.join, cuts)
    alone = replace(query, jointree=n.FromExpr((kept,), None))
    inner = entered(Env(scope.env.catalog), alone, scope.parent)
    left = set(base_relations(place.join.larg))
    wanted = set(base_relations(place.join.rarg))
    single = single_relations(inner, given={*left, *_others(query, wanted)})
    return wanted <= single and not has_full_join(inner, kept.rarg)


def _others(query: Query, wanted: set[int]) -> set[int]:
    return {number for number in range(1, len(query.rtable) + 1) if number not in wanted}


def always(query: Query, cuts: Sequence[Cut]) -> Query:
    """A level without the conditions that may be left out."""
    tree = query.jointree
    if tree is None:
        return query
    items = tuple(_kept(one, cuts) if isinstance(one, n.JoinExpr) else one for one in tree.fromlist)
    return replace(query, jointree=n.FromExpr(items, _without(tree.quals, cuts)))


def _kept(join: n.JoinExpr, cuts: Sequence[Cut]) -> n.JoinExpr:
    sides = [_kept(one, cuts) if isinstance(one, n.JoinExpr) else one for one in (join.larg, join.rarg)]
    return replace(join, larg=sides[0], rarg=sides[1], quals=_without(join.quals, cuts))


def _without(quals: Expr | None, cuts: Sequence[Cut]) -> Expr | None:
    """The conditions that are always there."""
    if isinstance(quals, n.BoolExpr) and quals.boolop == enums.BoolExprType.AND_EXPR:
        args = [kept for one in quals.args if (kept := _without(one, cuts)) is not None]
        return replace(quals, args=tuple(args)) if args else None
    if quals is None:
        return None
    place = expr_location(quals)
    return None if any(cut.kind == "condition" and cut.start <= place < cut.end for cut in cuts) else quals
