"""What proves nothing, each with the data that would break a promise made of it (tests/cases/no_proof.txt).

The server shows the break: a NULL, no row, or two rows. The analysis must not promise the opposite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from querygen.ir import Cardinality
from tests.pg_fixtures import PgDatabase
from tests.test_nullability import analyzed, catalog_of

FILE = Path(__file__).parent.parent / "cases" / "no_proof.txt"


@dataclass(frozen=True)
class Case:
    name: str
    schema: str
    data: str
    query: str
    shown: str


def _cases() -> list[Case]:
    found = []
    for block in FILE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, rest = block.partition("\n")
        schema, data, query, shown = (part.strip() for part in re.split(r"(?m)^--$", rest))
        found.append(Case(name, schema, data, query, shown))
    return found


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_data_shows_it(case: Case, pg_database: PgDatabase) -> None:
    query = analyzed(case.query, catalog_of(case.schema + "\n"))
    with psycopg.connect(pg_database()) as connection:
        connection.execute("set client_min_messages = error")
        for statements in (case.schema, case.data):
            if statements:
                connection.execute(statements.encode())
        rows = connection.execute(case.query.encode()).fetchall()
        connection.rollback()  # a deferred key would stop a commit
    match case.shown:
        case "NULL":
            assert any(None in row for row in rows)
            assert query.columns[0].nullable
        case "no row":
            assert not rows
            assert query.cardinality is not Cardinality.ONE
        case "two rows":
            assert len(rows) > 1
            assert query.cardinality is Cardinality.MANY
        case other:
            raise AssertionError(other)
