"""`ORDER BY $1`: PostgreSQL takes it, and sorts by a value that is the same in every row.

Takes an analysed statement; gives a warning for each parameter that stands alone in an ORDER BY. Mirrors no C file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze import nodes as n
from querygen.analyze.nodefuncs import walk_levels
from querygen.diagnostics import warning
from querygen.source import Span

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query
    from querygen.diagnostics import Diagnostic
    from querygen.ir import RawQuery

CONSTANT_ORDER: Final = "QG349"


def constant_orders(raw: RawQuery, query: Query) -> list[Diagnostic]:
    """What there is to say of the statement's ORDER BYs."""
    if not raw.params or "order" not in raw.sql.lower():
        return []
    found = []
    for level, _ in walk_levels(query):
        if not isinstance(level, n.Query):
            continue
        by_ref = {entry.ressortgroupref: entry.expr for entry in level.targetList if entry.ressortgroupref}
        for clause in level.sortClause:
            expr = by_ref.get(clause.tleSortGroupRef)
            while isinstance(expr, n.RelabelType):
                expr = expr.arg
            if isinstance(expr, n.Param) and expr.location >= 0:
                start = raw.file_offset(expr.location)
                own = next((span for one in raw.params for span in one.spans if span.start == start), None)
                span = own or Span(raw.source, start, start + 1)
                message = "ORDER BY a parameter sorts by one value for all rows: it does not name a column"
                hint = "Write ORDER BY qg.sort(…) with the columns to choose among."
                found.append(warning(CONSTANT_ORDER, message, span, hint))
    return found
