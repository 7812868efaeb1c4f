"""Casts, common types, comparison with arrays, order and names of types: every type with every other.

Every statement is analysed as a whole, so that positions and hints are compared, too.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.analyze.typename import format_type
from tests.differential.server_catalog import SCHEMA, TYPES, catalog_of, disagreements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.pg_fixtures import PgDatabase

ALONE = (
    "SELECT {0} ORDER BY 1",
    "SELECT DISTINCT {0}",
    "SELECT {0} GROUP BY 1",
    "SELECT count(DISTINCT {0})",
    "SELECT {0} WHERE {0}",
    "SELECT 1 LIMIT {0}",
    "SELECT array[{0}]",
    "SELECT nullif({0}, NULL), {0} IS DISTINCT FROM NULL",
    "SELECT {0} UNION SELECT NULL",
    "SELECT {0}::varchar(3), CAST({0} AS numeric(4,1)), {0}::bit(3)",
    'SELECT {0} COLLATE "C"',
)
BETWEEN_TWO = (
    "SELECT {0}::{b}",
    "SELECT coalesce({0}, {1})",
    "SELECT {0} UNION ALL SELECT {1}",
    "SELECT CASE WHEN true THEN {0} ELSE {1} END, greatest({0}, {1})",
    "SELECT {0} = ANY ({1})",
    "SELECT {0} < ALL (array[{1}])",
    "SELECT {0} || {1}, {0} IN ({1}, NULL)",
    "SELECT ROW({0}, 1) = ROW({1}, 2)",
    "SELECT array[{0}, {1}]",
    "SELECT {0} BETWEEN {1} AND NULL",
)
TYPMODS = (-1, 0, 1, 4, 5, 14, 65535, 655366, 655364, (4 << 16) | 65535, (7168 << 16) | 65535, (32767 << 16) | 2)


def operand(type_name: str, number: int) -> str:
    return f"${number}" if type_name == "unknown" else f"${number}::{type_name}"


def statements() -> Iterator[str]:
    for template, one in itertools.product(ALONE, TYPES):
        yield template.format(operand(one, 1))
    for template, one, other in itertools.product(BETWEEN_TWO, TYPES, TYPES):
        if other != "unknown" or "{b}" not in template:
            yield template.format(operand(one, 1), operand(other, 2), b=other)


@pytest.fixture
def server(pg_database: PgDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pg_database(SCHEMA), autocommit=True) as connection:
        yield connection


def test_sample_of_types_brought_together(server: psycopg.Connection) -> None:
    chosen = random.Random(18).sample(list(statements()), 8_000)  # noqa: S311  a sample, not a secret
    assert disagreements(server, catalog_of(server), chosen) == []


@pytest.mark.exhaustive
def test_all_types_brought_together(server: psycopg.Connection) -> None:
    assert disagreements(server, catalog_of(server), list(statements())) == []


def test_names_of_types(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    bare = server.execute("SELECT oid::int8, format_type(oid, NULL) FROM pg_type").fetchall()
    # only an interval's typmod can be one that format_type does not understand
    sql = "SELECT oid::int8, tm, format_type(oid, tm) FROM pg_type, unnest(%s::int[]) tm WHERE oid NOT IN (1186, 1187)"
    rows = server.execute(sql, [list(TYPMODS)]).fetchall()
    for oid, theirs in bare:
        if catalog.find_type(oid) is not None:
            assert format_type(catalog, oid) == theirs
    for oid, typmod, theirs in rows:
        if catalog.find_type(oid) is not None:
            assert format_type(catalog, oid, typmod) == theirs
