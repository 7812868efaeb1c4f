"""A query run by hand: in a transaction that is taken back unless it is to be kept, measured, with its plan.

Takes a connection and a `Call`; gives an `Outcome`. Rows are read one by one and no more of them than are shown; a plan
is asked for with the very values that were given.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import psycopg
from msgspec import Struct
from psycopg import RawCursor

from querygen.studio.connections import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.studio.arguments import Call

MAX_ROWS: Final = 200
MAX_TEXT: Final = 4000  # characters of a value


class Head(Struct, frozen=True):
    name: str
    type: str


class Outcome(Struct):
    """`rows` are texts, None for NULL. `count`: what the command tag says of a statement without rows."""

    columns: tuple[Head, ...] = ()
    rows: list[tuple[str | None, ...]] = []
    more: bool = False
    count: int | None = None
    milliseconds: float = 0.0
    plan: dict[str, Any] | None = None
    measured: bool = False
    problem: str | None = None
    detail: str | None = None
    hint: str | None = None
    position: int | None = None
    committed: bool = False


def run(conn: Connection[TupleRow], call: Call, *, commit: bool, measure: bool, read_only: bool) -> Outcome:
    """Run it. What fails is told in the outcome, and leaves nothing behind. `read_only`: it may be broken off."""
    outcome = Outcome()
    try:
        with conn.transaction(force_rollback=not commit):
            if measure:
                with conn.transaction(force_rollback=True):
                    outcome.plan = _plan(conn, call, "ANALYZE, BUFFERS, FORMAT JSON")
                outcome.measured = True
            else:
                outcome.plan = _plan(conn, call, "FORMAT JSON")
            types = _rows(conn, call, outcome, read_only=read_only)
        outcome.committed = commit
        # Behind the transaction: what was broken off has ended it.
        names = _type_names(conn, types)
        outcome.columns = tuple(Head(one.name, name) for one, name in zip(outcome.columns, names, strict=True))
    except psycopg.Error as problem:
        _explain(problem, outcome)
    return outcome


def plan_only(conn: Connection[TupleRow], call: Call) -> Outcome:
    """What PostgreSQL would do; nothing is run."""
    outcome = Outcome()
    try:
        with conn.transaction(force_rollback=True):
            outcome.plan = _plan(conn, call, "FORMAT JSON")
    except psycopg.Error as problem:
        _explain(problem, outcome)
    return outcome


def _plan(conn: Connection[TupleRow], call: Call, options: str) -> dict[str, Any] | None:
    with counted(), RawCursor(conn) as cursor:
        row = cursor.execute(f"EXPLAIN ({options}) {call.sql}".encode(), list(call.values) or None).fetchone()
    plans = json.loads(row[0]) if row else []
    return dict(plans[0]) if plans else None


def _rows(conn: Connection[TupleRow], call: Call, outcome: Outcome, *, read_only: bool) -> list[tuple[int, int]]:
    """The types of the columns, with their modifiers."""
    started = time.perf_counter()
    with counted(), RawCursor(conn) as cursor:
        for row in _limited(cursor, call, outcome, read_only=read_only):
            outcome.rows.append(tuple(None if one is None else _cut(str(one)) for one in row))
        outcome.milliseconds = (time.perf_counter() - started) * 1000
        result = cursor.pgresult
        if result is None or not cursor.description:
            outcome.count = cursor.rowcount
            return []
        outcome.columns = tuple(Head(one.name, "") for one in cursor.description)
        return [(result.ftype(one), result.fmod(one)) for one in range(len(outcome.columns))]


def _type_names(conn: Connection[TupleRow], types: list[tuple[int, int]]) -> list[str]:
    """What the database calls types: it alone knows its enums, domains and composites."""
    if not types:
        return []
    oids, modifiers = zip(*types, strict=True)
    text = (
        "select pg_catalog.format_type(oid, modifier) from"
        " unnest(%s::oid[], %s::int[]) with ordinality as t (oid, modifier, place) order by place"
    )
    return [str(name) for (name,) in conn.execute(text, (list(oids), list(modifiers))).fetchall()]


def _limited(cursor: RawCursor[TupleRow], call: Call, outcome: Outcome, *, read_only: bool) -> Iterator[TupleRow]:
    """The first rows. What only reads is broken off behind them; what changes something has to run to its end."""
    values = list(call.values) or None
    if read_only:
        rows: Iterator[TupleRow] = cursor.stream(call.sql.encode(), values)
    else:
        cursor.execute(call.sql.encode(), values)
        if cursor.description is None:
            return
        rows = iter(cursor)
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            outcome.more = True
            return
        yield row


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"


def _explain(problem: psycopg.Error, outcome: Outcome) -> None:
    said = problem.diag
    outcome.problem = said.message_primary or str(problem).splitlines()[0]
    outcome.detail = said.message_detail
    outcome.hint = said.message_hint
    outcome.position = int(said.statement_position) - 1 if said.statement_position else None
    if said.sqlstate == "25006":
        outcome.hint = "Start the studio with --write to try statements that change something."
    if said.sqlstate == "57014":
        outcome.hint = "It took longer than --statement-timeout allows."
