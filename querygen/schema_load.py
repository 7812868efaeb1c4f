"""The project's schema files, run on a server: one of our own (`verify`, `explain`), or one that is given (`db reset`).

Takes the configuration; gives the files' statements, a server of our own with them, what a server refused of them.
Extensions that the embedded server lacks are stubs there, made from the catalogue that the analysis reads.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.typename import quote_identifier
from querygen.config import extension_bases
from querygen.diagnostics import Diagnostic, DiagnosticError, error
from querygen.server.database import create_database
from querygen.server.load import Refused, causes, load_statements
from querygen.server.stub_catalog import server_for
from querygen.sql.parse import expand_paths, parse_schema_file, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.catalog.catalog import Catalog
    from querygen.config import Config
    from querygen.sql.parse import RawStmt

SCHEMA_REFUSED: Final = "QG598"  # a statement of the schema files that the server does not take


class OwnDatabase(Struct, frozen=True):
    """Where it is; the data folder of its server; what stands in for an extension; what was refused."""

    dsn: str
    data_dir: Path
    stubs: tuple[str, ...]
    refused: tuple[Diagnostic, ...]


@contextmanager
def own_database(config: Config) -> Iterator[OwnDatabase]:
    """A throw-away server with the schema in one of its databases."""
    statements = schema_of(config)
    with server_for(statements, extension_bases(config)) as (server, stubs):
        dsn = create_database(server, "querygen_verify")
        yield OwnDatabase(dsn, server.data_dir, tuple(stubs), tuple(refusals(dsn, statements, own=True)))


def schema_of(config: Config) -> list[RawStmt]:
    """The statements of the schema files that can be read: the others the analysis tells of."""
    found: list[RawStmt] = []
    try:
        paths = expand_paths(config.schema, config.root)
    except DiagnosticError:
        return found
    for path in paths:
        try:
            found += parse_schema_file(read_source(path))[0]
        except DiagnosticError:
            continue
    return found


def refusals(url: str, statements: Sequence[RawStmt], *, own: bool) -> list[Diagnostic]:
    """Run the statements on an empty database; what it does not take. `own`: the server is nobody else's."""
    return [_diagnostic(one) for one in causes(load_statements(url, statements, own=own))]


def _diagnostic(one: Refused) -> Diagnostic:
    if one.extension is not None:
        message = f'the server has no extension "{one.extension}"'
        hint = "Name a server that has it with --database-url, or install it there: its package, an image that has it."
        return error(SCHEMA_REFUSED, message, one.span, hint)
    message = f"PostgreSQL refuses a statement of the schema: {one.message} ({one.code}): {one.text}"
    hint = one.hint or "Correct it: PostgreSQL has to take the schema as it stands, file by file."
    return error(SCHEMA_REFUSED, message, one.span, hint)


def set_path(conn: Connection[TupleRow], catalog: Catalog) -> None:
    """Look for names where the analysis does."""
    path = ", ".join(quote_identifier(name) for name in catalog.search_path)
    conn.execute("select pg_catalog.set_config('search_path', %s, false)", (path or '""',))
