"""Pages about the queries: the files, one file beside its generated module, one query with a form to run it.

Takes an `Ask`, gives a page. A query runs in a transaction that is taken back unless the form asks to keep it.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.typename import format_type
from querygen.describe import shape_text, text_rows
from querygen.pipeline import FailedQuery
from querygen.studio import execution, plan
from querygen.studio.arguments import Call, Incomplete, call_of, form_of
from querygen.studio.browse import Refused
from querygen.studio.uses import How
from querygen.studio.view import Ask, NotFound, goto, to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.studio.project import Project

_SHOWN_PYTHON: Final = 4000  # lines of a module
_RUNS: Final = 10  # whose results are kept, to come back to


class UsedTable(Struct, frozen=True):
    """A table of a query, and its columns with how each is used."""

    schema: str
    name: str
    hows: tuple[str, ...]
    views: tuple[str, ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]


class ResultColumn(Struct, frozen=True):
    name: str
    type: str
    null: bool
    why: str
    shape: str


def queries(ask: Ask) -> Response:
    """Every query, by file."""
    project = ask.project
    words = ask.query.get("filter", "").lower().split()
    files = []
    for path, found in project.files.items():
        shown = [
            (one, _summary(one), _tables_of(project, one))
            for one in found
            if all(word in f"{path} {one.raw.name} {one.raw.doc}".lower() for word in words)
        ]
        if shown:
            files.append((path, shown))
    return ask.page(
        "queries",
        "Queries",
        "queries",
        files=files,
        filter=ask.query.get("filter", ""),
        total=len(project.analysis.queries),
        errors=project.errors,
        query_paths=", ".join(project.config.queries),
    )


def _summary(one: AnalyzedQuery | FailedQuery) -> str:
    return (one.raw.doc or "").strip().partition("\n")[0]


def _tables_of(project: Project, one: AnalyzedQuery | FailedQuery) -> list[tuple[str, str, tuple[str, ...]]]:
    """The tables that a query names itself, with what it does to them."""
    catalog = project.analysis.catalog
    found: dict[int, set[str]] = defaultdict(set)
    for use in project.uses.get(one.raw.name, ()):
        if not use.column and not use.via:
            found[use.relation].add(use.how.value)
    named = []
    for oid, hows in found.items():
        relation = catalog.find_relation(oid)
        if relation is not None:
            named.append((catalog.namespace_name(relation.namespace), relation.name, tuple(sorted(hows))))
    return sorted(named)


def file(ask: Ask) -> Response:
    """A query file with the Python that it becomes."""
    project = ask.project
    path = ask.query.get("f", "")
    found = project.files.get(path)
    if found is None:
        raise NotFound(f'No query file is called "{path}".')
    module = project.generated.get(path)
    python = module.text if module else ""
    if python.count("\n") > _SHOWN_PYTHON:
        python = "\n".join(python.splitlines()[:_SHOWN_PYTHON]) + "\n# …\n"
    return ask.page(
        "query_file",
        path,
        "queries",
        path=path,
        queries=found,
        text=found[0].raw.source.text,
        python=python,
        module=f"{project.config.out}/{module.path}" if module else "",
        errors=project.errors,
    )


def _wanted(project: Project, name: str) -> AnalyzedQuery | FailedQuery:
    found = project.queries.get(name)
    if found is None:
        raise NotFound(f'No query is called "{name}".')
    return found


class Run(Struct, frozen=True):
    """What came of a run, or what its form lacked, for the page that the browser is sent to."""

    name: str
    form: Mapping[str, str]
    outcome: execution.Outcome | None = None
    call: Call | None = None
    problem: str = ""
    action: str = ""


def query(ask: Ask) -> Response:
    """One query: SQL, Python, what it uses, the form to run it, and the run that the address names."""
    project = ask.project
    name, mark = ask.query.get("n", ""), ask.query.get("run", "")
    kept: dict[str, Run] = ask.studio.kept.get("runs", {})
    ran = kept.get(mark)
    gone = bool(mark) and (ran is None or ran.name != name)
    return _page(ask, project, _wanted(project, name), Run(name, {}) if ran is None or gone else ran, gone=gone)


def _shown(ask: Ask, ran: Run) -> Response:
    """Keep it and go where it is shown: loading that page again, or coming back to it, runs nothing."""
    kept: dict[str, Run] = ask.studio.kept.setdefault("runs", {})
    mark = secrets.token_hex(4)
    kept[mark] = ran
    for old in list(kept)[:-_RUNS]:
        kept.pop(old, None)
    return goto(to("/queries/query", n=ran.name, run=mark) + ("#result" if ran.outcome is not None else ""))


def run(ask: Ask) -> Response:
    """Run it with what the form gives."""
    project = ask.project
    found = _wanted(project, ask.form.get("n", ""))
    if isinstance(found, FailedQuery):
        raise Refused(f"{found.raw.name} has an error, and cannot run")
    action = ask.form.get("action", "run")
    commit = action == "commit"
    if commit and not ask.studio.write:
        raise Refused("this studio only reads: start it with --write to keep what a query does")
    try:
        call = call_of(found, project.analysis.catalog, ask.form)
    except Incomplete as problem:
        return _shown(ask, Run(found.raw.name, ask.form, problem=str(problem)))
    with ask.database.connections.connection() as conn:
        if action == "plan":
            outcome = execution.plan_only(conn, call)
        else:
            outcome = execution.run(
                conn, call, commit=commit, measure="measure" in ask.form and not commit, read_only=found.read_only
            )
            if outcome.problem is None:
                outcome.columns = _heads(found, project.analysis.catalog, outcome.columns)
    return _shown(ask, Run(found.raw.name, ask.form, outcome, call, "", action))


def _page(ask: Ask, project: Project, found: AnalyzedQuery | FailedQuery, ran: Run, *, gone: bool) -> Response:
    catalog = project.analysis.catalog
    outcome = ran.outcome
    failed = isinstance(found, FailedQuery)
    shown_plan = plan.picture(outcome.plan) if outcome is not None and outcome.plan is not None else None
    return ask.page(
        "query",
        found.raw.name,
        "queries",
        status=422 if ran.problem else 200,
        query=found,
        failed=found.problem if isinstance(found, FailedQuery) else None,
        form=None if isinstance(found, FailedQuery) else form_of(found, catalog, ran.form),
        given=ran.form,
        python="" if isinstance(found, FailedQuery) else project.function_of(found),
        module=module.path if (module := project.generated.get(found.raw.source.path)) else "",
        columns=[] if isinstance(found, FailedQuery) else _columns(found, catalog),
        used=[] if failed else _used(project, found.raw.name),
        writes=not isinstance(found, FailedQuery) and not found.read_only,
        outcome=outcome,
        plan=shown_plan,
        call=ran.call,
        problem=ran.problem,
        action=ran.action,
        gone=gone,
        max_rows=execution.MAX_ROWS,
    )


def _heads(found: AnalyzedQuery, catalog: Catalog, told: tuple[execution.Head, ...]) -> tuple[execution.Head, ...]:
    """The columns as the server tells of them, with what it does not tell: the embed, and the name of a domain."""
    declared = _columns(found, catalog)
    if not told:  # a stream without a row has no description
        return tuple(execution.Head(one.name, one.type) for one in declared)
    if len(told) != len(declared):
        return told
    heads = []
    for one, column, head in zip(found.columns, declared, told, strict=True):
        row, modifier = catalog.type(one.type.oid), one.type.typmod
        while row.typtype == "d":
            row, modifier = catalog.type(row.typbasetype), row.typtypmod
        same = format_type(catalog, row.oid, modifier) == head.type
        heads.append(execution.Head(column.name, column.type if same else head.type))
    return tuple(heads)


def _columns(found: AnalyzedQuery, catalog: Catalog) -> list[ResultColumn]:
    rows = [row for row in text_rows(found, catalog) if row[0] == "->"]
    owners = {place: one.name for one in found.embeds for place in range(one.start, one.start + one.count)}
    return [
        ResultColumn(
            f"{owners[place]}.{one.name}" if place in owners else one.name,
            format_type(catalog, one.type.oid, one.type.typmod),
            one.nullable,
            row[4],
            shape_text(one.shape, catalog) if one.shape is not None else "",
        )
        for place, (one, row) in enumerate(zip(found.columns, rows, strict=True))
    ]


def _used(project: Project, name: str) -> list[UsedTable]:
    """The tables of a query and, of each, the columns."""
    catalog = project.analysis.catalog
    tables: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    views: dict[int, set[int]] = defaultdict(set)
    for use in project.uses.get(name, ()):
        tables[use.relation][use.column].add(use.how.value)
        views[use.relation].add(use.via)
    found = []
    for oid, columns in tables.items():
        relation = catalog.relation(oid)
        names = {one.attnum: one.name for one in relation.columns}
        found.append(
            UsedTable(
                catalog.namespace_name(relation.namespace),
                relation.name,
                tuple(sorted(columns.get(0, {How.READS.value}))),
                () if 0 in views[oid] else tuple(sorted(catalog.relation(one).name for one in views[oid])),
                tuple((names[number], tuple(sorted(hows))) for number, hows in sorted(columns.items()) if number),
            )
        )
    return sorted(found, key=lambda one: (bool(one.views), one.schema, one.name))
