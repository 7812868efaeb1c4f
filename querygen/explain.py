"""Why a query's columns and parameters can, or cannot, be NULL, and why it has so many rows: `explain-nullability`.

Takes an `Analysis` and a query's name, returns text: the reason for the number of rows, for each parameter, for each
column. Where the query says otherwise (`AS "x!"`, `-- nullable: x`), what is proved is told beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.cardinality import cardinality
from querygen.analyze.nullability import result_nullability
from querygen.analyze.param_nullability import infer_params
from querygen.analyze.typename import get_element_type
from querygen.ir import Cardinality, ParamKind
from querygen.pipeline import FailedQuery

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery, QueryParam
    from querygen.pipeline import Analysis

ROWS = {Cardinality.ONE: "exactly one", Cardinality.AT_MOST_ONE: "at most one", Cardinality.MANY: "any number"}


def explain_text(analysis: Analysis, name: str | None = None) -> str:
    """The reasons of one query, or of all."""
    blocks = []
    for query in analysis.queries:
        raw = query.raw
        if name is not None and raw.name != name:
            continue
        head = f"{raw.name} :{raw.command}  ({raw.source.path}:{raw.name_span.line})"
        if isinstance(query, FailedQuery):
            body = [f"  refused: {query.problem.message} [{query.problem.code}]"]
        else:
            body = _lines(query, analysis.catalog)
        blocks.append("\n".join([head, *body]))
    return "\n\n".join(blocks) + "\n"


def _lines(query: AnalyzedQuery, catalog: Catalog) -> list[str]:
    why = param_reasons(query, catalog)
    groups = [
        [(_label(param), _null(param.nullable), why[param.number]) for param in query.params],
        _columns(query, catalog),
        [rows_reason(query, catalog)] if query.columns else [],
    ]
    width = max((len(label) for group in groups for label, _, _ in group), default=0)
    return [f"  {label:{width}}  {claim}: {reason}" for group in groups for label, claim, reason in group]


def _label(param: QueryParam) -> str:
    return f"${param.number} {param.name or param.column_name or ''}".rstrip()


def _null(nullable: bool) -> str:
    return "may be NULL" if nullable else "not NULL"


def _columns(query: AnalyzedQuery, catalog: Catalog) -> list[tuple[str, str, str]]:
    nullable_params = frozenset(param.number for param in query.params if param.nullable)
    found = []
    for column, verdict in zip(query.columns, result_nullability(query.query, catalog, nullable_params), strict=True):
        claim, why = _null(verdict.nullable), verdict.why
        if get_element_type(catalog, column.type.oid) and not verdict.nullable_elements:
            claim += ", no element is"
        if column.nullable != verdict.nullable and column.why != verdict.why:
            claim, why = _null(column.nullable), f'{column.why}; proved is "{claim}: {why}"'
        found.append((column.name, claim, why))
    return found


def rows_reason(query: AnalyzedQuery, catalog: Catalog) -> tuple[str, str, str]:
    """A label, the number of rows, the reason."""
    count, why = cardinality(query.query, catalog)
    return "rows", ROWS[count], why


def param_reasons(query: AnalyzedQuery, catalog: Catalog) -> dict[int, str]:
    """Why each parameter may, or may not, be NULL."""
    uses = infer_params(query.query, catalog)
    reasons = {}
    for param in query.params:
        use = uses.get(param.number)
        match param.kind:
            case ParamKind.NARG:
                reasons[param.number] = "narg() says so"
            case ParamKind.SLICE:
                reasons[param.number] = "it is a list, and an empty one takes no row"
            case _:
                reasons[param.number] = use.why if use is not None else "nothing in the text shows that NULL is meant"
    return reasons
