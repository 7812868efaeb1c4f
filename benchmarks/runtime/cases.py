"""What is measured: the cases, the data, and what a contestant is.

Takes nothing; gives `CASES`, `fill` for an empty database, the entries to insert, and the class `Contestant`.
"""

from __future__ import annotations

import datetime as dt
import decimal
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from psycopg import Connection

HERE: Final = Path(__file__).parent
SCHEMA: Final = HERE / "schema.sql"
QUERIES: Final = HERE / "queries"

ROWS: Final = 10_000
FEW: Final = 100

COLUMNS: Final = {
    "narrow": ("id", "name", "bio"),
    "wide": ("id", "name", "created", "active", "amount", "uid", "mood", "visits", "note"),
    "wide + jsonb": ("id", "name", "created", "active", "amount", "uid", "mood", "data", "note"),
}

# The statements for those who are not told them by queries/, with a place for the driver's kind of parameter.
SELECTS: Final = {
    "narrow": "SELECT id, name, bio FROM author WHERE id {} ",
    "wide": "SELECT id, name, created, active, amount, uid, mood, visits, note FROM event WHERE id {} ",
    "wide + jsonb": "SELECT id, name, created, active, amount, uid, mood, data, note FROM document WHERE id {} ",
}


def one_sql(shape: str, parameter: str) -> str:
    return SELECTS[shape].format("= " + parameter)


def many_sql(shape: str, parameter: str) -> str:
    return SELECTS[shape].format("<= " + parameter) + "ORDER BY id"


ENTRY_COLUMNS: Final = ("id", "name", "amount", "created", "note")
INSERT_ENTRY: Final = "INSERT INTO entry (id, name, amount, created, note) VALUES "
COPY_ENTRIES: Final = "COPY entry (id, name, amount, created, note) FROM STDIN (FORMAT BINARY)"
ENTRY_TYPES: Final = ("int8", "text", "numeric", "timestamptz", "text")

FILL: Final = """
INSERT INTO author
    SELECT n, 'author ' || n, CASE WHEN n % 3 > 0 THEN repeat('bio ', 10) END FROM generate_series(1, {rows}) AS n;
INSERT INTO event
    SELECT n, 'event ' || n, timestamptz '2024-01-01 00:00:00.25+00' + n * interval '1 minute', n % 2 = 0, n * 1.25,
           md5(n::text)::uuid, (ARRAY['sad', 'ok', 'happy'])[n % 3 + 1]::mood, n * 7,
           CASE WHEN n % 4 > 0 THEN 'note ' || n END
    FROM generate_series(1, {rows}) AS n;
INSERT INTO document
    SELECT id, name, created, active, amount, uid, mood,
           jsonb_build_object('id', id, 'tags', jsonb_build_array('red', 'green', mood), 'active', active,
                              'size', jsonb_build_object('w', 1.5, 'h', visits), 'title', repeat('title ', 5)),
           note
    FROM event;
"""


def fill(conn: Connection[Any]) -> None:
    """Make the tables and their rows."""
    conn.execute(SCHEMA.read_bytes())
    conn.execute(FILL.format(rows=ROWS).encode())
    conn.execute("VACUUM ANALYZE")


EntryTuple = tuple[int, str, decimal.Decimal, dt.datetime, str | None]


@functools.cache
def entry_tuples() -> list[EntryTuple]:
    """The rows that COPY and the bulk insert write."""
    start = dt.datetime(2024, 1, 1, microsecond=250_000, tzinfo=dt.UTC)
    return [
        (n, f"entry {n}", decimal.Decimal(n) / 4, start + dt.timedelta(minutes=n), f"note {n}" if n % 4 else None)
        for n in range(1, ROWS + 1)
    ]


@functools.cache
def entry_dicts() -> list[dict[str, Any]]:
    """The same for those who take dicts."""
    return [dict(zip(ENTRY_COLUMNS, entry, strict=True)) for entry in entry_tuples()]


@dataclass(frozen=True, slots=True)
class Case:
    """`key` names the call of a contestant, `argument` is what it is given, `calls` how often in one sample."""

    name: str
    key: str
    argument: int
    calls: int

    @property
    def inserts(self) -> bool:
        return self.argument == 0

    @property
    def shape(self) -> str:
        return self.key.split(" ", 1)[1]


COPY: Final = Case(f"COPY, {ROWS:,} rows", "copy", 0, 1)
BULK: Final = Case(f"bulk insert, {ROWS:,} rows", "bulk", 0, 1)
CASES: Final = (
    *(Case(f":one, {shape}", f"one {shape}", 4711, 200) for shape in COLUMNS),
    *(Case(f"{FEW} rows, {shape}", f"many {shape}", FEW, 25) for shape in COLUMNS),
    *(Case(f"{ROWS:,} rows, {shape}", f"many {shape}", ROWS, 1) for shape in COLUMNS),
    COPY,
    BULK,
)


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to run the queries, over a connection of its own.

    `calls` is keyed by `Case.key`; what it lacks the contestant cannot do. A call takes the case's argument (nothing
    where the case inserts) and gives a row, a list of rows or nothing, an asynchronous one an awaitable of that.
    """

    name: str
    asynchronous: bool
    typed: bool  # gives objects whose types a checker knows
    calls: Mapping[str, Callable[..., Any]]
