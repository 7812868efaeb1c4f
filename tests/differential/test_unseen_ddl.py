"""DDL that PostgreSQL refuses is refused with the same code, words and place; what it takes is taken.

A file of `unseen_ddl/` is a schema, the line `-- statements`, and statements that end in a semicolon at a line's end.
Each is tried by itself on the schema: by the server in a transaction that is rolled back, by the fold at its end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import Severity
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.server.embedded import create_database, drop_database
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from tests.differential.test_unseen import statements_of

if TYPE_CHECKING:
    from querygen.server.embedded import EmbeddedServer

FILES = sorted((Path(__file__).parent / "unseen_ddl").glob("*.sql"))


def _of_server(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> Any:
    """The refusal as (code, message, place), or None."""
    connection.execute("begin")
    try:
        connection.execute(statement.encode())
    except psycopg.Error as error:
        position = error.diag.statement_position
        return error.sqlstate, error.diag.message_primary, int(position) - 1 if position else -1
    finally:
        connection.execute("rollback")
    return None


def _of_ours(schema: str, statement: str) -> Any:
    text = f"{schema}{statement};\n"
    parsed, problems = parse_schema_file(SourceFile("schema.sql", text))
    _, more = build_catalog(parsed, load_folder(builtin_folder(18)))
    errors = [one for one in (*problems, *more) if one.severity is Severity.ERROR]
    if not errors:
        return None
    first = errors[0]
    return first.code, first.message, -1 if first.span is None else first.span.start - len(schema)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_unseen_ddl(pg_server: EmbeddedServer, file: Path) -> None:
    schema, _, rest = file.read_text(encoding="utf-8").partition("-- statements\n")
    name = f"unseen_ddl_{file.stem}"
    dsn = create_database(pg_server, name)
    wrong = []
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(schema.encode())
            for statement in statements_of(rest):
                theirs, ours = _of_server(connection, statement), _of_ours(schema, statement)
                if theirs is not None and ours is not None and theirs[2] < 0:  # the statement's own place is ours
                    theirs, ours = theirs[:2], ours[:2]
                if theirs != ours:
                    wrong.append(f"{statement}\n  {ours or 'accepted'} instead of {theirs or 'accepted'}")
    finally:
        drop_database(pg_server, name)
    assert not wrong, "\n".join(["", *wrong])
