"""Literals with typing errors in them: never refused where the server accepts, and the same refusal for exact types.

A seeded sample runs always, ten times as much with `-m exhaustive`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.differential.server_catalog import SCHEMA, analysed, ask, catalog_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.pg_fixtures import PgDatabase

_GEOMETRY = "()[]<>{}, 12.e-"
_ADDRESS = "0123456789.:/af x"
_NAME = 'abE.+~/" _(1),[]'
_MOMENT = "0123456789-/: ,.JanBCTZPM+"

# type → (texts to begin with, the characters that get into them)
EXACT: dict[str, tuple[tuple[str, ...], str]] = {
    "tsvector": (
        ("a b c", "'a b':1,2A c:3", "a:1B,2 'it''s':4C x\\ y", "fat:2A cat:3 sat:5D", "''"),
        "ab':,12AD*\\ &|!(",
    ),
    "point": (("(1,2)", "1,2", " ( 1.5 , -2e3 ) "), _GEOMETRY),
    "box": (("((1,2),(3,4))", "(1,2),(3,4)", "1,2,3,4"), _GEOMETRY),
    "lseg": (("[(1,2),(3,4)]", "((1,2),(3,4))", "1,2,3,4"), _GEOMETRY),
    "line": (("{1,2,3}", "[(1,2),(3,4)]", "1,2,3,4", "{0,0,1}", "1,2,1,2"), _GEOMETRY),
    "path": (("[(1,2),(3,4)]", "((1,2),(3,4),(5,6))", "(1,2),(3,4)", "(1,2)"), _GEOMETRY),
    "polygon": (("((1,2),(3,4),(5,6))", "(1,2),(3,4)", "1,2,3,4", "(1,2)"), _GEOMETRY),
    "circle": (("<(1,2),3>", "((1,2),3)", "(1,2),3", "1,2,3"), _GEOMETRY),
    "inet": (("192.168.1.1", "10.0.0.0/8", "10.1/16", "::1", "fe80::1/64", "::ffff:1.2.3.4"), _ADDRESS),
    "macaddr": (("08:00:2b:01:02:03", "08-00-2b-01-02-03", "08002b:010203", "0800.2b01.0203"), "0123:-.abg "),
    "macaddr8": (("08:00:2b:01:02:03:04:05", "08002b:0102030405", "08002b010203"), "0123:-.abg "),
    "int4range": (("[1,2)", "(1,5]", "empty", "[,5]", "[2,1]", "(3,3)"), "[](),12 e-"),
    "regclass": (("pg_class", "rowtab", "public.rowtab", "pg_catalog.pg_type", "nope.x", '"rowtab"', "-"), _NAME),
    "regproc": (("now", "public.f_out", "abs", "nope", "nope.x"), _NAME),
    "regoper": (("+%", "=", "pg_catalog.||/", "||/", "nope.+", "~~*"), _NAME),
    "regnamespace": (("public", "pg_catalog", '"public"', "x.y"), _NAME),
    "regconfig": (("english", "pg_catalog.simple", "german", "englsh"), _NAME),
}
LENIENT: dict[str, tuple[tuple[str, ...], str]] = {
    "tsquery": (("a & b", "a | (b & !c)", "a <-> b", "a <2> b & 'x y':*A", "!!a", "(a)"), "ab':,12AC*\\ &|!()<->0"),
    "cidr": (("192.168.1.1", "10.0.0.0/8", "10", "224", "fe80::/64", "::ffff:1.2.3.4", "0xc0a8/16"), _ADDRESS),
    "regprocedure": (
        ("abs(numeric)", "now()", "f_default(int,text,numeric)", "f_variadic(text , numeric(10,2))"),
        _NAME,
    ),
    "regoperator": (("+(int4,int4)", "-(none,int8)", "+%(mood,int)", "nope.+(int,int)"), _NAME),
    "regtype": (("int4", "text[]", "numeric(10,2)", "mood", "public.pair", "setof int", "nope.x", "_int4"), _NAME),
    "regcollation": (('"C"', 'pg_catalog."default"', "nope", "a.b"), _NAME),
    "tid": (("(0,1)", "(1,65535)", "( 4 , 5 )"), "01239(), -"),
    "date": (("2020-01-01", "Jan 1 2020", "1/2/2020", "20200101", "January 8, 1999"), _MOMENT),
    "timestamptz": (("2020-01-01 10:00:00+02", "2020-01-01T10:00:00Z", "2020-01-01 10:00 UTC"), _MOMENT),
    "time": (("10:00", "10:00:00.5", "04:05 PM", "040506"), _MOMENT),
    "interval": (("1 day", "1 year 2 months", "P1Y2M", "1:02:03", "3 hours ago", "-1 mon"), "0123456789: aydPYMT.-"),
    "daterange": (("[2020-01-01,2020-02-01)", "[2020-03-01,2020-02-01)", "(,2020-01-01]"), "[](),12 e-"),
    "tsrange": (("[2020-01-01 10:00,2020-01-01 09:00)", "[2020-01-01,2020-02-01)"), "[](),12 e-"),
    "money": (("$1,000.00", "-1", "(5)", "12.345", "$-5"), "$,.-()+ 12a"),
}


def _mistyped(text: str, alphabet: str, choose: random.Random) -> str:
    letters = list(text)
    for _ in range(choose.choice((0, 0, 1, 1, 2, 3))):
        place = choose.randrange(len(letters) + 1)
        if place < len(letters) and choose.random() < 0.6:
            del letters[place]
        if choose.random() < 0.6:
            letters.insert(place, choose.choice(alphabet))
    return "".join(letters).replace("'", "''")


def _statements(type_name: str, count: int) -> list[str]:
    texts, alphabet = (EXACT.get(type_name) or LENIENT[type_name])[:2]
    choose = random.Random(type_name)  # noqa: S311  a sample, not a secret
    return [f"SELECT '{_mistyped(choose.choice(texts), alphabet, choose)}'::{type_name}" for _ in range(count)]


def _check(server: psycopg.Connection, count: int) -> None:
    catalog = catalog_of(server)
    wrong = []
    for name in (*EXACT, *LENIENT):
        statements = _statements(name, count)
        for sql, theirs in zip(statements, ask(server, statements), strict=True):
            mine = analysed(catalog, sql)
            if mine.error != theirs.error if name in EXACT else theirs.error is None and mine.error is not None:
                wrong.append((sql, theirs.error, mine.error))
    assert not wrong


@pytest.fixture
def server(pg_database: PgDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pg_database(SCHEMA), autocommit=True) as connection:
        yield connection


def test_sample_of_mistyped_literals(server: psycopg.Connection) -> None:
    _check(server, 150)


@pytest.mark.exhaustive
def test_many_mistyped_literals(server: psycopg.Connection) -> None:
    _check(server, 5_000)
