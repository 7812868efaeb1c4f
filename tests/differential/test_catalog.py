"""Folding DDL gives what PostgreSQL holds after it has carried out the same statements, and the same errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from querygen.catalog.ddl import build_catalog
from querygen.catalog.ddl_execute import SKIPPED
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.nodes import ast
from querygen.sql.parse import RawStmt, parse_schema_file
from tests.differential.introspect import difference, of_catalog, of_server

if TYPE_CHECKING:
    from tests.pg_fixtures import PgDatabase

CASES = Path(__file__).parent.parent / "cases" / "ddl"
ELSEWHERE = "-- querygen only"  # a case that PostgreSQL would not carry out as a whole, and why


def _cases() -> list[Path]:
    return [path for path in sorted(CASES.glob("*.sql")) if not path.read_text(encoding="utf-8").startswith(ELSEWHERE)]


def _is_ddl(raw: RawStmt) -> bool:
    """What works on rows or on roles is not sent: it would fail for want of them, and change nothing of interest."""
    kind = type(raw.stmt).__name__
    return kind not in SKIPPED and not isinstance(raw.stmt, ast.AlterDatabaseSetStmt | ast.AlterRoleSetStmt)


def _apply(connection: psycopg.Connection[Any], statements: list[RawStmt]) -> dict[int, tuple[str | None, str]]:
    """Carry the statements out one by one; the errors by the statements' places."""
    errors: dict[int, tuple[str | None, str]] = {}
    connection.execute("SET client_min_messages = error")
    for raw in statements:
        try:
            connection.execute(raw.text.encode())
        except psycopg.Error as error:
            errors[raw.start] = (error.sqlstate, error.diag.message_primary or "")
    return errors


@pytest.mark.parametrize("path", _cases(), ids=lambda path: path.stem)
def test_fold_is_what_the_server_holds(path: Path, pg_database: PgDatabase) -> None:
    ddl = path.read_text(encoding="utf-8").partition("\n----\n")[0]
    found, problems = parse_schema_file(SourceFile(path.name, ddl))
    assert not problems
    statements = [raw for raw in found if _is_ddl(raw)]
    with psycopg.connect(pg_database(), autocommit=True) as connection:
        their_errors = _apply(connection, statements)
        theirs = of_server(connection)
    catalog, diagnostics = build_catalog(statements, load_folder(builtin_folder(18)))
    our_errors = {}
    for one in diagnostics:
        assert one.span is not None
        at = one.span.start
        start = max(raw.start for raw in statements if raw.start <= at)
        our_errors[start] = (one.code, one.message)
    assert our_errors == their_errors
    assert difference(of_catalog(catalog), theirs) == []
