"""DDL folded over a catalog: the statements of the schema files, one after the other.

Takes the raw statements of all schema files in order, and the rows of PostgreSQL's own catalogue; gives a frozen
`Catalog` and a diagnostic for everything that PostgreSQL would refuse. Mirrors `utility.c: ProcessUtility`. What each
statement does is in the `ddl_*` modules beside this one, split as backend/commands is.

A statement that needs something which is not there yet is put aside and tried again when the rest has been read: files
are in the order of their names, not of their needs.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.analyze.typename import add_system_collation
from querygen.catalog import ddl_body, ddl_constraint, ddl_execute, ddl_text
from querygen.catalog.catalog import Catalog
from querygen.catalog.ddl_depend import Depend
from querygen.catalog.ddl_misc import UNKNOWN_EXTENSION
from querygen.catalog.ddl_state import DdlState
from querygen.diagnostics import Diagnostic, PgError, Severity
from querygen.source import Span
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from querygen.catalog.ddl_state import RawStatement
    from querygen.pg_catalog.load import CatalogData
    from querygen.source import SourceFile

# What may be there when everything has been read: a relation, a type or such, a function, a column, a schema.
_UNDEFINED = frozenset({"42P01", "42704", "42883", "42703", "3F000"})
_QUOTED_NAME = re.compile(r'"([^"]+)"')
_FUNCTION_NAME = re.compile(r"^(?:function|procedure|routine|aggregate|type) ([^( ]+)")
_TOKEN = re.compile(r'"(?:[^"]|"")*"|[\w$]+|.', re.DOTALL)


class Pending(Struct, frozen=True):
    """A statement that was put aside: with its place, its search path and role, and why."""

    order: int
    raw: RawStatement
    search_path: tuple[str, ...]
    role: str
    error: PgError


def build_catalog(
    statements: Sequence[RawStatement],
    data: CatalogData,
    *,
    extension_folders: Sequence[Path] = (),
    search_path: Sequence[str] | None = None,
    collations: Sequence[str] = (),
) -> tuple[Catalog, list[Diagnostic]]:
    """Fold the statements over PostgreSQL's own catalogue.

    Every file is a session of its own, which begins with PostgreSQL's default path unless ALTER DATABASE or ALTER ROLE
    says otherwise. The catalog's search path is the one that queries see: `search_path`, or that of a new session.
    `collations` are those that the server has beside PostgreSQL's own.
    """
    state = fold(statements, data, extension_folders=extension_folders, collations=collations)
    catalog = state.catalog
    catalog.search_path = tuple(search_path) if search_path else state.session_path
    catalog.freeze()
    return catalog, state.diagnostics


def fold(
    statements: Sequence[RawStatement],
    data: CatalogData,
    *,
    extension_folders: Sequence[Path] = (),
    collations: Sequence[str] = (),
    full: bool = False,
) -> DdlState:
    """The same with everything at hand that the fold keeps beside the catalog, which can still be changed.

    `full` keeps what only comparing and printing schemas asks for (ddl_facts.py).
    """
    state = begin(data, extension_folders=extension_folders, collations=collations, full=full)
    finish(state, advance(state, statements))
    return state


def begin(
    data: CatalogData,
    *,
    extension_folders: Sequence[Path] = (),
    collations: Sequence[str] = (),
    full: bool = False,
) -> DdlState:
    """A database in which nothing has been declared. `advance` and `finish` are the rest of `fold`."""
    catalog = Catalog(data)
    path = ("public",)  # and "$user", which stands for none
    catalog.search_path = path
    for name in collations:
        add_system_collation(catalog, name)
    return DdlState(
        catalog,
        Depend(catalog.journal),
        extension_folders=extension_folders,
        first_path=path,
        session_path=path,
        full=full,
    )


def finish(state: DdlState, pending: list[Pending]) -> None:
    """What was put aside, and what is settled when everything has been read."""
    _retry(state, pending)
    for late, error in ddl_constraint.settle_late_foreign_keys(state):
        state.diagnostics.append(diagnostic_of(error, late.raw))
    state.diagnostics += ddl_body.settle_late_bodies(state)
    state.diagnostics.sort(key=_place)


def _place(diagnostic: Diagnostic) -> int:
    """Within one file in the order of the text; sort() keeps the files' order."""
    return diagnostic.span.start if diagnostic.span is not None else -1


def advance(state: DdlState, statements: Sequence[RawStatement]) -> list[Pending]:
    """Carry the statements out, one after the other; those that wait for something are put aside."""
    pending: list[Pending] = []
    awaited: set[str] = set()  # what the statements put aside would have made
    source: SourceFile | None = None
    for order, raw in enumerate(statements):
        if raw.source is not source:
            source = raw.source
            state.catalog.search_path = state.session_path
            state.check_bodies = True
            state.transactions.clear()
            state.transaction_path = None
            state.role, state.transaction_role = "", None
        if isinstance(raw.stmt, ast.TransactionStmt):
            ddl_execute.transaction(state, raw.stmt, pending)
            continue
        path, role = state.catalog.search_path, state.role
        error = run(state, raw)
        if error is None:
            continue
        if error.code in _UNDEFINED and (not isinstance(raw.stmt, ast.DropStmt) or awaited & _dropped(raw.stmt)):
            pending.append(Pending(order, raw, path, role, error))
            awaited |= _made(raw.stmt)
        else:
            state.diagnostics.append(diagnostic_of(error, raw))
    return pending


def run(state: DdlState, raw: RawStatement) -> PgError | None:
    """One statement: all of it or nothing."""
    catalog = state.catalog
    mark = catalog.mark()
    late = len(state.late_foreign_keys)
    bodies = len(state.late_bodies)
    path, role = catalog.search_path, state.role
    state.raw = raw
    try:
        ddl_execute.execute(state, raw.stmt)
    except PgError as error:
        catalog.rollback_to(mark)
        catalog.search_path, state.role = path, role
        del state.late_foreign_keys[late:]
        del state.late_bodies[bodies:]
        return error
    return None


def _retry(state: DdlState, pending: list[Pending]) -> None:
    """Try again what was put aside, in order, whenever a name it waits for has been made."""
    made = set(state.catalog.made)
    state.catalog.made.clear()
    waiting: dict[str | None, list[Pending]] = defaultdict(list)
    ready: list[tuple[int, Pending]] = []
    for one in pending:
        key = _awaited_name(one.error)
        if key is None or key in made:
            ready.append((one.order, one))
        else:
            waiting[key].append(one)
    progress = True
    while ready or (progress and any(waiting.values())):
        if not ready:
            # nobody's name came, but something did: one more round for all
            ready = [(one.order, one) for held in waiting.values() for one in held]
            waiting.clear()
            progress = False
        heapq.heapify(ready)
        while ready:
            _order, one = heapq.heappop(ready)
            state.catalog.search_path, state.role = one.search_path, one.role
            error = run(state, one.raw)
            if error is None:
                progress = True
                made.update(state.catalog.made)
                for name in dict.fromkeys(state.catalog.made):
                    for woken in waiting.pop(name, ()):
                        heapq.heappush(ready, (woken.order, woken))
                state.catalog.made.clear()
            else:
                # the first error is PostgreSQL's own, unless what it missed has come and something else is missing
                first = _awaited_name(one.error)
                if first is not None and first in made:
                    one = Pending(one.order, one.raw, one.search_path, one.role, error)
                waiting[_awaited_name(error)].append(one)
    for held in waiting.values():
        state.diagnostics.extend(diagnostic_of(one.error, one.raw) for one in held)


def _awaited_name(error: PgError) -> str | None:
    """The bare name that an "… does not exist" is about; None if any statement may help."""
    if error.code == "42703":
        return None
    found = _QUOTED_NAME.search(error.message) or _FUNCTION_NAME.search(error.message)
    return None if found is None else found.group(1).split(".")[-1].removesuffix("[]").strip('"')


def _made(stmt: Any) -> set[str]:
    """The names of what a CREATE statement makes, without their schemas."""
    names: set[str] = set()
    for attribute in ("relation", "view", "sequence", "typevar"):
        node = getattr(stmt, attribute, None)
        if isinstance(node, ast.RangeVar):
            names.add(node.relname)
    for attribute in ("funcname", "defnames", "domainname", "typeName", "opclassname"):
        parts = getattr(stmt, attribute, None)
        if isinstance(parts, tuple) and parts:
            names.add(parts[-1].sval)
    for attribute in ("idxname", "trigname", "schemaname", "rulename"):
        name = getattr(stmt, attribute, None)
        if isinstance(name, str):
            names.add(name)
    into = getattr(stmt, "into", None)
    if into is not None:
        names.add(into.rel.relname)
    if isinstance(stmt, ast.CreateForeignTableStmt):
        names.add(stmt.base.relation.relname)
    return names


def _dropped(stmt: ast.DropStmt) -> set[str]:
    """The last names of what a DROP names."""
    names: set[str] = set()
    for node in stmt.objects:
        match node:
            case ast.ObjectWithArgs():
                names.add(node.objname[-1].sval)
            case ast.TypeName():
                names.add(node.names[-1].sval)
            case ast.String():
                names.add(node.sval)
            case tuple() if isinstance(node[-1], ast.String):
                names.add(node[-1].sval)
                if stmt.removeType in (enums.ObjectType.OBJECT_TRIGGER, enums.ObjectType.OBJECT_RULE):
                    names.update(part.sval for part in node[:-1])
    return names


def diagnostic_of(error: PgError, raw: RawStatement) -> Diagnostic:
    """The error at its place in the file: the statement's beginning if PostgreSQL gives no position."""
    text = raw.source.text
    if error.location >= 0:
        start = error.location + raw.shift
        match = _TOKEN.match(text, start)
        span = Span(raw.source, start, match.end() if match else start)
    else:
        span = Span(raw.source, ddl_text.first_token(text, raw.start, raw.end), raw.end)
    severity = Severity.WARNING if error.code == ddl_execute.UNKNOWN_STATEMENT else Severity.ERROR
    return Diagnostic(error.code, severity, error.message, span, error.hint, error.detail)


__all__ = ["UNKNOWN_EXTENSION", "advance", "begin", "build_catalog", "diagnostic_of", "finish", "fold", "run"]
