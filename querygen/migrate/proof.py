"""The proof of a migration: a server says what the history with the new file comes to, and what the schema does.

Takes texts and a server to make databases on; gives the differences of the two pg_dumps, and of the dumps before the
migration and after its way down. Nothing is left behind.
"""

from __future__ import annotations

import difflib
import re
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.migrate.live import read_database, run_pg_dump, without_extension_comments, without_owners
from querygen.server.database import connect, create_database, drop_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.server.database import HasDsn
    from querygen.source import SourceFile


class Verdict(Struct, frozen=True):
    """`up` and `down` are what differs, as a unified diff; empty: proved. `failed` is what the server refused."""

    up: str = ""
    down: str = ""
    failed: str = ""

    @property
    def proved(self) -> bool:
        return not (self.up or self.down or self.failed)


class Url:
    """A server that the user names: databases are made beside the one of the URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def dsn(self, database: str = "postgres") -> str:
        from psycopg.conninfo import make_conninfo

        return make_conninfo(self.url, dbname=database)


def prove(
    server: HasDsn, history: Sequence[SourceFile], parts: Sequence[tuple[str, str | None]], schema: Sequence[SourceFile]
) -> Verdict:
    """History and then the new files against the schema; each way down, if there is one, against what was before."""
    names = [f"querygen_proof_{secrets.token_hex(6)}" for _ in range(2)]
    try:
        for name in names:
            create_database(server, name)
        try:
            for source in history:
                _run(server, names[0], source.text)
            before = []
            for up, _down in parts:
                before.append(dump(server.dsn(names[0])))
                _run(server, names[0], up, ours=True)
            for source in schema:
                _run(server, names[1], source.text)
            got, wanted = dump(server.dsn(names[0])), dump(server.dsn(names[1]))
            if got != wanted:
                return Verdict(up=_difference(wanted, got))
            for (_up, down), was in zip(reversed(parts), reversed(before), strict=True):
                if down is None:
                    break
                _run(server, names[0], down, ours=True)
                back = dump(server.dsn(names[0]))
                if back != was:
                    return Verdict(down=_difference(was, back))
            return Verdict()
        except _RunError as problem:
            return Verdict(failed=str(problem))
    finally:
        for name in names:
            drop_database(server, name)


class _RunError(Exception):
    """What the server said of a script."""


def _run(server: HasDsn, database: str, text: str, *, ours: bool = False) -> None:
    """A script: in one transaction if it is to be, and if it can be. What is `ours` says itself when it cannot."""
    import psycopg

    from querygen.sql.psql import blank_meta_commands

    script, _commands = blank_meta_commands(text)
    with connect(server.dsn(database)) as conn:
        try:
            if "-- querygen: no-transaction" not in text:
                with suppress(*(() if ours else (psycopg.errors.ActiveSqlTransaction,))):
                    conn.execute(script.encode() or b"select")
                    return
            # a schema may say CREATE INDEX CONCURRENTLY: psql would send it alone
            for statement in _statements(script):
                conn.execute(statement.encode())
        except psycopg.Error as error:
            raise _RunError(f"{error.sqlstate}: {error}".strip()) from None


def _statements(script: str) -> Iterator[str]:
    from querygen.source import SourceFile
    from querygen.sql.parse import parse_schema_file

    found, _problems = parse_schema_file(SourceFile("migration", script))
    for one in found:
        yield one.text


def dump(dsn: str) -> str:
    """pg_dump's output, without what says nothing of the schema: comments, the order of statements and of columns."""
    with connect(dsn) as conn:
        version = conn.info.server_version
    return normalised(run_pg_dump(dsn, version, ["--no-owner", "--exclude-schema=querygen"]))


def dump_of_url(url: str, *, owners: bool = True) -> str:
    """The schema of a live database as pg_dump writes it; `owners`: with what it says of them."""
    text = without_extension_comments(read_database(url).text)
    return text if owners else without_owners(text)


def normalised(text: str) -> str:
    """A dump as statements in alphabetical order, each table's columns, too."""
    from querygen.sql.psql import GUARDS

    guards = [f"\\{name}" for name in GUARDS]
    lines = [one for one in text.splitlines() if not one.startswith(("--", *guards))]
    statements = (one.strip() for one in re.split(r";\n", "\n".join(lines)))
    return "\n;\n".join(sorted(_sorted_columns(one) for one in statements if one))


def _sorted_columns(statement: str) -> str:
    found = re.match(r"(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^\n]*\(\n)(.*)(\n\).*)", statement, re.DOTALL)
    if found is None:
        return statement
    lines = sorted(one.rstrip(",") for one in found[2].split("\n"))
    return found[1] + "\n".join(lines) + found[3]


def _difference(wanted: str, got: str) -> str:
    lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "wanted", "came out", lineterm="", n=1)
    return "\n".join(lines)
