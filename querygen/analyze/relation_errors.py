"""What to say when a table or a column is not found: the hints that PostgreSQL gives.

Takes a parse state and the name that was not found; always raises. Mirrors errorMissingRTE and errorMissingColumn of
`parse_relation.c`, and the fuzzy search behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from querygen.analyze.relation_lookup import refname_namespace_item, scan_rte_for_column
from querygen.analyze.relation_rte import scan_name_space_for_cte
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import RangeTblEntry
    from querygen.analyze.state import NamespaceItem, ParseState

MAX_FUZZY_DISTANCE = 3


def levenshtein(source: str, target: str, limit: int) -> int:
    """levenshtein.c: varstr_levenshtein_less_equal with costs of 1 — some number above `limit` where it is exceeded."""
    if abs(len(source) - len(target)) > limit:
        return limit + 1
    previous = list(range(len(target) + 1))
    for row, left in enumerate(source, 1):
        current = [row]
        for column, right in enumerate(target, 1):
            current.append(min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (left != right)))
        if min(current) > limit:
            return limit + 1
        previous = current
    return previous[-1]


# ---------------------------------------------------------------------------------------------- a missing table


def _search_range_table_for_rel(ps: ParseState, relation: ast.RangeVar) -> RangeTblEntry | None:
    """parse_relation.c: searchRangeTableForRel — an entry that could be meant, visible or not."""
    refname: str = relation.relname
    cte = None
    ctelevelsup = 0
    relid: int | None = None
    if relation.schemaname is None and (found := scan_name_space_for_cte(ps, refname)) is not None:
        cte, ctelevelsup = found
    else:
        relid = ps.catalog.relation_oid(refname, relation.schemaname)
    for levelsup, level in enumerate(ps.levels()):
        for rte in level.p_rtable:
            if rte.rtekind == enums.RTEKind.RTE_RELATION and relid is not None and rte.relid == relid:
                return rte
            if (
                rte.rtekind == enums.RTEKind.RTE_CTE
                and cte is not None
                and rte.ctelevelsup + levelsup == ctelevelsup
                and rte.ctename == refname
            ):
                return rte
            if rte.eref.aliasname == refname:
                return rte
    return None


def error_missing_rte(ps: ParseState, relation: ast.RangeVar) -> NoReturn:
    """parse_relation.c: errorMissingRTE — `x.y` or `x.*` where no x is visible."""
    name: str = relation.relname
    location: int = relation.location
    if relation.catalogname is not None:
        raise PgError(
            "0A000",
            "cross-database references are not implemented: "
            f'"{relation.catalogname}.{relation.schemaname}.{relation.relname}"',
        )
    rte = _search_range_table_for_rel(ps, relation)
    if rte is None:
        raise PgError("42P01", f'missing FROM-clause entry for table "{name}"', location)
    message = f'invalid reference to FROM-clause entry for table "{name}"'
    aliasname = rte.eref.aliasname
    if rte.alias is not None and aliasname != name:
        found = refname_namespace_item(ps, None, aliasname, location)
        if found is not None and found[0].p_rte is rte:
            raise PgError(
                "42P01", message, location, hint=f'Perhaps you meant to reference the table alias "{aliasname}".'
            )
    raise PgError(
        "42P01",
        message,
        location,
        detail=f'There is an entry for table "{aliasname}", but it cannot be referenced from this part of the query.',
        hint="To reference that table, you must mark this subquery with LATERAL."
        if _rte_visible_if_lateral(ps, rte)
        else None,
    )


# ---------------------------------------------------------------------------------------------- a missing column


class _FuzzyMatches(Struct):
    """FuzzyAttrMatchState: exact matches that cannot be reached, and the one or two nearest names."""

    distance: int = MAX_FUZZY_DISTANCE + 1
    first: tuple[RangeTblEntry, int] | None = None
    second: tuple[RangeTblEntry, int] | None = None
    exact1: RangeTblEntry | None = None
    exact2: RangeTblEntry | None = None

    def offer(self, penalty: int, rte: RangeTblEntry, actual: str, match: str, attnum: int) -> None:
        """parse_relation.c: updateFuzzyAttrMatchState — a third name at the same distance makes the hint useless."""
        if penalty > self.distance or not actual:
            return
        distance = levenshtein(actual, match, self.distance + 1 - penalty)
        if distance > len(match.encode()) // 2:
            return
        distance += penalty
        if distance < self.distance:
            self.distance = distance
            self.first = (rte, attnum)
            self.second = None
        elif distance == self.distance:
            if self.second is not None:
                self.first = self.second = None
            elif self.first is not None:
                self.second = (rte, attnum)


def _search_range_table_for_col(ps: ParseState, alias: str | None, colname: str, location: int) -> _FuzzyMatches:
    """parse_relation.c: searchRangeTableForCol — every entry of every level, visible or not."""
    state = _FuzzyMatches()
    for level in ps.levels():
        for rte in level.p_rtable:
            if rte.rtekind == enums.RTEKind.RTE_JOIN:
                continue
            penalty = 0
            if alias is not None:
                penalty = levenshtein(alias, rte.eref.aliasname, MAX_FUZZY_DISTANCE + 1)

            def offer(name: str, attnum: int, rte: RangeTblEntry = rte, penalty: int = penalty) -> None:
                state.offer(penalty, rte, name, colname, attnum)

            attnum = scan_rte_for_column(rte, rte.eref.colnames, colname, location, offer)
            if attnum and penalty == 0:
                if state.exact1 is None:
                    state.exact1 = rte
                else:
                    state.exact2 = rte
    return state


def error_missing_column(ps: ParseState, relname: str | None, colname: str, location: int) -> NoReturn:
    """parse_relation.c: errorMissingColumn"""
    state = _search_range_table_for_col(ps, relname, colname, location)
    if relname is not None:
        message = f"column {relname}.{colname} does not exist"
    else:
        message = f'column "{colname}" does not exist'
    if state.exact1 is not None:
        if state.exact2 is not None:
            raise PgError(
                "42703",
                message,
                location,
                detail=f'There are columns named "{colname}", but they are in tables that cannot be referenced from '
                "this part of the query.",
                hint="Try using a table-qualified name." if relname is None else None,
            )
        hint = None
        if _rte_visible_if_lateral(ps, state.exact1):
            hint = "To reference that column, you must mark this subquery with LATERAL."
        elif relname is None and _rte_visible_if_qualified(ps, state.exact1):
            hint = "To reference that column, you must use a table-qualified name."
        raise PgError(
            "42703",
            message,
            location,
            detail=f'There is a column named "{colname}" in table "{state.exact1.eref.aliasname}", but it cannot be '
            "referenced from this part of the query.",
            hint=hint,
        )
    near = [f'"{rte.eref.aliasname}.{rte.eref.colnames[attnum - 1]}"' for rte, attnum in _found(state)]
    hint = f"Perhaps you meant to reference the column {' or the column '.join(near)}." if near else None
    raise PgError("42703", message, location, hint=hint)


def _found(state: _FuzzyMatches) -> list[tuple[RangeTblEntry, int]]:
    return [match for match in (state.first, state.second) if match is not None]


def _find_ns_item_for_rte(ps: ParseState, rte: RangeTblEntry) -> NamespaceItem | None:
    """parse_relation.c: findNSItemForRTE"""
    return next((item for level in ps.levels() for item in level.p_namespace if item.p_rte is rte), None)


def _rte_visible_if_lateral(ps: ParseState, rte: RangeTblEntry) -> bool:
    """parse_relation.c: rte_visible_if_lateral — would the word LATERAL have helped?"""
    if ps.p_lateral_active:
        return False
    item = _find_ns_item_for_rte(ps, rte)
    return item is not None and item.p_lateral_only and item.p_lateral_ok


def _rte_visible_if_qualified(ps: ParseState, rte: RangeTblEntry) -> bool:
    """parse_relation.c: rte_visible_if_qualified — would a table-qualified name have helped?"""
    item = _find_ns_item_for_rte(ps, rte)
    return item is not None and item.p_rel_visible and not item.p_cols_visible
