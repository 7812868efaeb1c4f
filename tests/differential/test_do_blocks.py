"""DO blocks make what the server makes of them, and fail as there; where one is passed over, a warning says so.

`do_blocks.sql` holds the cases. Of a case that is passed over, the schema need not be the server's: what it has must be
no more than what was there before, or what the block makes in any case.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.catalog.ddl import build_catalog
from querygen.catalog.ddl_do import NOT_FOLLOWED
from querygen.diagnostics import Severity
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from tests.differential.introspect import difference, of_catalog, of_server

if TYPE_CHECKING:
    from tests.pg_fixtures import PgDatabase

_TEXT = (Path(__file__).parent / "do_blocks.sql").read_text(encoding="utf-8")
_PASSED_OVER = ", passed over"
CASES = [part.partition("\n") for part in re.split(r"^-- case ", _TEXT, flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, _, text in CASES], ids=[name for name, _, _ in CASES]
)
def test_do_block(name: str, text: str, pg_database: PgDatabase) -> None:
    raws, problems = parse_schema_file(SourceFile("schema.sql", text))
    assert not problems
    theirs: list[str | None] = []
    with psycopg.connect(pg_database(), autocommit=True) as connection:
        connection.execute("SET client_min_messages = error")
        for raw in raws:
            try:
                connection.execute(raw.text.encode())
            except psycopg.Error as error:
                theirs.append(error.sqlstate)
        there = of_server(connection)
    catalog, diagnostics = build_catalog(raws, load_folder(builtin_folder(18)))
    warned = [one for one in diagnostics if one.code == NOT_FOLLOWED]
    ours = [one.code for one in diagnostics if one.severity is Severity.ERROR]
    assert all(one.span is not None and one.hint for one in warned)
    if name.endswith(_PASSED_OVER):
        assert len(warned) == 1
        assert not ours
    else:
        assert not warned
        assert ours == theirs
        assert difference(of_catalog(catalog), there) == []
