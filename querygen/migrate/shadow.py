"""A schema loaded into a throw-away database and read back: both sides of a comparison are then what a server says.

Takes the schema's files and a server; gives the text of pg_dump, or why the server did not take them. Roles that the
schema names are made where they are missing: the server is the embedded one, and nobody else's.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.migrate.live import Database, load_live, read_database
from querygen.migrate.load import Loaded, Setting, load
from querygen.server.cluster import SUPERUSER
from querygen.server.database import connect, create_database, drop_database
from querygen.server.errors import ServerError
from querygen.server.load import causes, load_statements
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.server.database import HasDsn
    from querygen.source import SourceFile

_ALONE: Final = "-- querygen: no-transaction"


class Sides(Struct, frozen=True):
    """Both sides of a comparison. `shadow` is empty, or why the wanted schema was not read from a server."""

    live: Loaded
    wanted: Loaded
    shadow: str = ""


def sides(database: Database, sources: Sequence[SourceFile], setting: Setting, server: HasDsn | None = None) -> Sides:
    """The live database beside the schema that these files declare: as a server has it, if there is one."""
    declared = load(sources, setting)
    if declared.errors:
        return Sides(declared, declared)
    wanted, why = _through_server(sources, declared, setting, server)
    return Sides(load_live(database, setting, wanted), wanted, why)


def _through_server(
    sources: Sequence[SourceFile], declared: Loaded, setting: Setting, server: HasDsn | None
) -> tuple[Loaded, str]:
    try:
        if server is not None:
            shadow = read_shadow(server, sources)
        else:
            from querygen.server.stub_catalog import server_for

            statements = [one for source in sources for one in parse_schema_file(source)[0]]
            with server_for(statements, setting.extensions) as (own, _stubs):
                shadow = read_shadow(own, sources)
    except ServerError as problem:
        return declared, problem.message
    read = load_live(shadow, setting, declared)
    if read.errors:
        return declared, read.errors[0].message
    _forget_superuser(read)
    # Annotations are in the files, whatever text the schema was read from.
    return Loaded(read.state, tuple(sources), ()), ""


def _forget_superuser(loaded: Loaded) -> None:
    """What nobody said an owner of belongs to the one who loaded it."""
    facts = loaded.state.catalog.facts
    for key in [one for one, value in facts.items() if one[0] == "owner" and value == SUPERUSER]:
        loaded.state.catalog.journal.pop(facts, key)


def read_shadow(server: HasDsn, sources: Sequence[SourceFile]) -> Database:
    """Load the files into a new database and read it; raises `ServerError` for what the server does not take."""
    name = f"querygen_shadow_{secrets.token_hex(6)}"
    dsn = create_database(server, name)
    try:
        run_sources(dsn, sources)
        return read_database(dsn, foreign=True)
    finally:
        drop_database(server, name)


def dump_of(server: HasDsn, sources: Sequence[SourceFile]) -> str:
    """What a new database is after these files, each of them whole and in this order; for comparing."""
    from querygen.migrate.proof import dump

    name = f"querygen_shadow_{secrets.token_hex(6)}"
    dsn = create_database(server, name)
    try:
        for source in sources:
            _run_file(dsn, source)
        return dump(dsn)
    finally:
        drop_database(server, name)


def _run_file(dsn: str, source: SourceFile) -> None:
    """One transaction, or statement by statement where the file asks for that."""
    import psycopg

    statements = [one.text for one in parse_schema_file(source)[0]]
    with connect(dsn) as conn:
        transaction = contextlib.nullcontext() if _ALONE in source.text else conn.transaction()
        try:
            with transaction:
                for statement in statements:
                    conn.execute(statement.encode())
        except psycopg.Error as problem:
            reason = str(problem).splitlines()[0]
            raise ServerError(f"a server does not take {source.path}: {reason}") from None


def run_sources(dsn: str, sources: Sequence[SourceFile]) -> None:
    """Run every statement, those that need a later one after it."""
    statements = [one for source in sources for one in parse_schema_file(source)[0]]
    if refused := causes(load_statements(dsn, statements, own=True)):
        first = refused[0]
        raise ServerError(f"a server does not take a statement of the schema: {first.message}: {first.text}")
