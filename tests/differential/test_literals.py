"""Literals of many types against the server: never refused where it accepts, the same to the letter for exact types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.differential.server_catalog import SCHEMA, analysed, ask, catalog_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.pg_fixtures import PgDatabase


def read_texts() -> dict[str, list[str]]:
    """The sections of literals.txt."""
    sections: dict[str, list[str]] = {}
    texts: list[str] = []
    for line in Path(__file__).with_name("literals.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            texts = sections[line[1:-1]] = []
        elif line.startswith("|"):
            texts.append(line[1:-1])
    return sections


TEXTS = read_texts()
EXACT = {
    "numbers": ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "oid", "xid", "posint"),
    "bytes": ("bytea", "bit", "varbit"),
    "uuids": ("uuid",),
    "arrays": ("int4[]", "text[]", "mood[]", "pair[]", "intlist"),
    "ranges": ("int4range", "numrange", "int4multirange"),
    "rows": ("pair", "dpair", "wrapped", "rowtab", "record"),
    "names": ("regclass", "regnamespace", "regproc", "regtype"),
    "others": ("mood", "dmood", "trigger", "anyarray", "void", "cstring", '"char"', "name", "text", "varchar(3)"),
}
LENIENT = (
    *("date", "time", "timetz", "timestamp", "timestamptz", "interval", "json", "jsonb", "xid8", "date[]", "daterange"),
    *("tstzrange", "textrange", "inet", "cidr", "macaddr", "money", "point", "box", "path", "polygon", "circle", "tid"),
    *("pg_lsn", "int2vector", "oidvector"),
)


def statement(text: str, type_name: str) -> str:
    escaped = text.replace("'", "''")
    return f"SELECT '{escaped}'::{type_name}"


@pytest.fixture
def server(pg_database: PgDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pg_database(SCHEMA), autocommit=True) as connection:
        yield connection


def test_literals_of_exact_types_are_judged_as_the_server_does(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    statements = [
        statement(text, type_name) for section, names in EXACT.items() for type_name in names for text in TEXTS[section]
    ]
    for sql, theirs in zip(statements, ask(server, statements), strict=True):
        mine = analysed(catalog, sql)
        assert (mine.columns, mine.error) == (theirs.columns, theirs.error), sql


def test_dates_and_times_in_common_forms_are_judged_as_the_server_does(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    statements = [
        statement(text, name) for name in ("date", "timestamp", "timestamptz") for text in TEXTS["times"][:16]
    ]
    for sql, theirs in zip(statements, ask(server, statements), strict=True):
        assert analysed(catalog, sql).error == theirs.error, sql


def test_no_literal_is_refused_that_the_server_accepts(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    names = [*LENIENT, *(name for some in EXACT.values() for name in some)]
    everything = dict.fromkeys(text for texts in TEXTS.values() for text in texts)
    statements = [statement(text, name) for name in names for text in everything]
    for sql, theirs in zip(statements, ask(server, statements), strict=True):
        if theirs.error is None:
            assert analysed(catalog, sql).error is None, sql
