"""Expressions in DDL are refused as the server refuses them: SQLSTATE, message, hint, detail and place.

The statements of two files one after the other, those that fail leaving nothing on both sides.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import pq

from querygen.catalog.ddl import build_catalog
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from tests.pg_fixtures import PgDatabase

FILES = [Path(__file__).parent / name for name in ("ddl_expressions.sql", "ddl_functions.sql")]

Refusal = tuple[str, str, str, str, int]  # SQLSTATE, message, hint, detail, position in the statement from 0, or -1


def of_server(dsn: str, statements: list[str]) -> dict[str, Refusal]:
    refused: dict[str, Refusal] = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            result = connection.pgconn.exec_(statement.encode())
            if result.status == pq.ExecStatus.FATAL_ERROR:
                field = pq.DiagnosticField
                code, message, hint, detail, position = (
                    (result.error_field(one) or b"").decode()
                    for one in (
                        field.SQLSTATE,
                        field.MESSAGE_PRIMARY,
                        field.MESSAGE_HINT,
                        field.MESSAGE_DETAIL,
                        field.STATEMENT_POSITION,
                    )
                )
                refused[statement] = (code, message, hint, detail, int(position or 0) - 1)
    return refused


def of_fold(text: str) -> tuple[list[str], dict[str, Refusal]]:
    """The statements, and the refusals among them; a diagnostic at the statement's beginning has no position."""
    source = SourceFile("ddl.sql", text)
    raws, problems = parse_schema_file(source)
    assert not problems
    _catalog, diagnostics = build_catalog(raws, load_folder(builtin_folder(18)))
    statements = {raw.start: text[raw.start : raw.end].strip() for raw in raws}
    refused: dict[str, Refusal] = {}
    for one in diagnostics:
        assert one.span is not None
        start = max(start for start in statements if start <= one.span.start)
        skipped = len(text[start:]) - len(text[start:].lstrip())
        place = one.span.start - start - skipped
        refused[statements[start]] = (one.code, one.message, one.hint or "", one.detail or "", place or -1)
    return list(statements.values()), refused


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_refusals(pg_database: PgDatabase, path: Path) -> None:
    statements, ours = of_fold(path.read_text(encoding="utf-8"))
    theirs = of_server(pg_database(), statements)
    for statement, refusal in theirs.items():
        mine = ours.get(statement)
        if mine is not None and mine[:4] == refusal[:4] and refusal[4] < 0:
            ours[statement] = refusal  # a place where the server has none
    differences = [
        f"{statement}\n  ours   {ours.get(statement)}\n  theirs {theirs.get(statement)}"
        for statement in statements
        if ours.get(statement) != theirs.get(statement)
    ]
    assert not differences, "\n".join(differences)
