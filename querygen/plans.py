"""What a server would do for each query, and what stands out in it: plans, and rules over them.

Takes an `Analysis` and a connection; gives a `Planned` for each query. Nothing is run: the plans are generic ones,
which serve any values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.analyze.nodefuncs import walk_expr
from querygen.analyze.nodes import FromExpr, JoinExpr, Query
from querygen.analyze.primnodes import CoerceViaIO, FuncExpr, OpExpr, ScalarArrayOpExpr, Var
from querygen.catalog.serving import has_index_for
from querygen.diagnostics import Diagnostic, Note, error, warning
from querygen.pipeline import FailedQuery
from querygen.server.errors import ServerError
from querygen.server.vet import explain
from querygen.verify import has_plan
from querygen.verify_live import levels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.ir import AnalyzedQuery
    from querygen.pipeline import Analysis

NO_PLAN: Final = "QG610"  # the server does not plan a query
SCAN: Final = "QG611"  # all of a large table is read
HIDDEN_INDEX: Final = "QG612"  # an index that a function around its column hides
BIG_SORT: Final = "QG613"  # more is sorted than fits into work_mem
UNINDEXED_KEY: Final = "QG614"  # deleting looks for rows that refer, in a table without an index for it

_NO_RIGHT: Final = "GRANT this role what the query needs, or connect as the role that the application uses."
_LARGE: Final = 10_000  # rows from which reading all of a table is worth a word
_MOST: Final = 0.5  # of a table: whoever wants that much is right to read it from end to end


class Planned(Struct, frozen=True):
    """A query's plan as EXPLAIN (FORMAT JSON) has it, and what stands out."""

    query: AnalyzedQuery
    plan: dict[str, Any] | None
    findings: tuple[Diagnostic, ...]


class Size(Struct, frozen=True):
    """What the server knows of the database's size."""

    rows: dict[tuple[str, str], float]
    work_mem: int  # bytes


def plans(analysis: Analysis, conn: Connection[TupleRow], names: Iterable[str] = ()) -> Iterator[Planned]:
    """The plan of every query, or of those that are named."""
    wanted = set(names)
    size = _size(conn)
    for query in analysis.queries:
        if isinstance(query, FailedQuery) or (wanted and query.name not in wanted):
            continue
        if not has_plan(query):
            continue
        try:
            plan = explain(conn, query.sql)["Plan"]
        except ServerError as problem:
            refused = "permission denied" in problem.message
            hint = _NO_RIGHT if refused else problem.hint or "`querygen verify` says more of what a server refuses."
            found = error(NO_PLAN, f"{query.name} has no plan: {problem.message}", query.raw.name_span, hint)
            yield Planned(query, None, (found,))
            continue
        yield Planned(query, plan, tuple(_findings(query, plan, size, analysis.catalog)))


def _size(conn: Connection[TupleRow]) -> Size:
    rows = conn.execute(
        "select n.nspname, c.relname, c.reltuples from pg_catalog.pg_class c"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'm')"
    ).fetchall()
    memory = conn.execute("select pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem'))").fetchall()[0][0]
    return Size({(schema, name): count for schema, name, count in rows}, memory)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, the outer before the inner."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def _findings(query: AnalyzedQuery, plan: dict[str, Any], size: Size, catalog: Catalog) -> Iterator[Diagnostic]:
    for node in nodes(plan):
        if node["Node Type"] == "Seq Scan":
            yield from _scan(query, node, size, catalog)
        if "Sort" in node["Node Type"] and node["Node Type"] != "Incremental Sort":
            yield from _sort(query, node, size)
    yield from _unindexed(query, size, catalog)


# ---------------------------------------------------------------- reading all of a table


def _scan(query: AnalyzedQuery, node: dict[str, Any], size: Size, catalog: Catalog) -> Iterator[Diagnostic]:
    schema, name = node.get("Schema", "public"), node["Relation Name"]
    rows = size.rows.get((schema, name), 0)
    condition = node.get("Filter")
    if rows < _LARGE or condition is None or node["Plan Rows"] > rows * _MOST:
        return
    oid = catalog.relation_oid(name, schema)
    relation = catalog.find_relation(oid) if oid is not None else None
    hidden = list(_hidden(query, relation, catalog)) if relation is not None else []
    for index, column in hidden:
        message = f"{query.name} reads all of {name} ({rows:,.0f} rows): {index} has {column}, not {_inner(condition)}"
        hint = f"Compare the bare column, or index the expression: CREATE INDEX ON {name} (({_inner(condition)}));"
        yield warning(HIDDEN_INDEX, message, query.raw.name_span, hint)
    if not hidden:
        message = f"{query.name} reads all of {name} ({rows:,.0f} rows) for {node['Plan Rows']:,} of them: {condition}"
        columns = ", ".join(_columns_in(condition, relation)) or "…"
        yield warning(SCAN, message, query.raw.name_span, f"An index may serve: CREATE INDEX ON {name} ({columns});")


def _inner(condition: str) -> str:
    """The left side of a comparison, as EXPLAIN prints it: `(lower(email) = $1)`."""
    text = condition.removeprefix("(").removesuffix(")")
    for operator in (" = ", " ~~ ", " >= ", " <= ", " > ", " < "):
        if operator in text:
            return text.partition(operator)[0].strip()
    return text


def _columns_in(condition: str, relation: Relation | None) -> list[str]:
    words = re.findall(r"\w+", condition)
    return [name for name in dict.fromkeys(words) if relation is not None and name in relation.by_name]


def _hidden(query: AnalyzedQuery, relation: Relation, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Indexes whose first column the query compares only from inside of a function or a cast."""
    wrapped = set(_wrapped_columns(query.query, relation))
    for index in catalog.indexes_of(relation.oid):
        first = index.columns[0].name if index.columns else None
        if first in wrapped and index.predicate is None:
            yield index.name, first


def _wrapped_columns(query: Query, relation: Relation) -> Iterator[str]:
    """Columns of a relation that a WHERE or ON compares only from inside of a function, a cast or an operator."""
    names = {column.attnum: column.name for column in relation.live_columns}
    for level in levels(query):
        entries = level.rtable
        for comparison in walk_expr(_conditions(level.jointree)):
            if not isinstance(comparison, OpExpr | ScalarArrayOpExpr):
                continue
            for argument in comparison.args:
                if isinstance(argument, FuncExpr | CoerceViaIO | OpExpr):
                    for one in walk_expr(argument):
                        if isinstance(one, Var) and one.varlevelsup == 0 and one.varattno in names:
                            if entries[one.varno - 1].relid == relation.oid:
                                yield names[one.varattno]


def _conditions(tree: Any) -> list[Any]:
    """What stands in WHERE and ON."""
    if not isinstance(tree, FromExpr | JoinExpr):
        return []
    below = tree.fromlist if isinstance(tree, FromExpr) else (tree.larg, tree.rarg)
    own = [] if tree.quals is None else [tree.quals]
    return own + [one for item in below for one in _conditions(item)]


# ---------------------------------------------------------------- the other rules


def _sort(query: AnalyzedQuery, node: dict[str, Any], size: Size) -> Iterator[Diagnostic]:
    needed = node["Plan Rows"] * (node["Plan Width"] + 32)
    if needed > size.work_mem:
        keys = ", ".join(node.get("Sort Key", ()))
        limit = f"work_mem ({size.work_mem / 1e6:,.0f} MB)"
        message = f"{query.name} sorts about {needed / 1e6:,.0f} MB by {keys}: more than {limit}"
        yield warning(BIG_SORT, message, query.raw.name_span, "Add an index in this order, a LIMIT, or work_mem.")


def _unindexed(query: AnalyzedQuery, size: Size, catalog: Catalog) -> Iterator[Diagnostic]:
    """DELETE looks for rows that refer to what it deletes: without an index, in all of their table."""
    if query.query.commandType.name != "CMD_DELETE":
        return
    target = query.query.rtable[query.query.resultRelation - 1].relid
    for relation in catalog.relations():
        name = relation.name
        rows = size.rows.get((catalog.namespace_name(relation.namespace), name), 0)
        for key in relation.constraints:
            if key.kind == "f" and key.ref_relation == target and rows >= _LARGE:
                if not has_index_for(catalog, relation.oid, key.columns):
                    listed = ", ".join(key.columns)
                    message = f"{query.name} looks through all of {name} ({rows:,.0f} rows) for each row it deletes"
                    note = Note(f"{key.name} refers from {name} ({listed})", key.span)
                    hint = f"CREATE INDEX ON {name} ({listed});"
                    found = warning(UNINDEXED_KEY, message, query.raw.name_span, hint)
                    yield Diagnostic(found.code, found.severity, found.message, found.span, hint, notes=(note,))


# ---------------------------------------------------------------- for people


def as_text(plan: dict[str, Any], depth: int = 0) -> str:
    """A plan as an indented tree: what, on what, by which condition, how many rows at what cost."""
    on = plan.get("Relation Name") or plan.get("Function Name") or plan.get("CTE Name") or ""
    index = f" by {plan['Index Name']}" if "Index Name" in plan else ""
    condition = plan.get("Index Cond") or plan.get("Filter") or plan.get("Hash Cond") or plan.get("Join Filter") or ""
    words = [plan["Node Type"] + (f" {on}" if on else "") + index, condition]
    numbers = f"{plan['Plan Rows']:,} rows, cost {plan['Total Cost']:,.0f}"
    line = "  " * depth + "  ".join(filter(None, words)) + f"  [{numbers}]"
    return "\n".join([line, *(as_text(inner, depth + 1) for inner in plan.get("Plans", ()))])
