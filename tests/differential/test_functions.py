"""Calls of every function: with one argument of every type, and seeded random ones by position, by name, VARIADIC.

A sample runs always, all of it with `-m exhaustive`.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.analyze.pgtypes import ANYOID, POLYMORPHIC
from querygen.analyze.typename import format_type, get_array_type, quote_identifier
from tests.differential.server_catalog import SCHEMA, TYPES, catalog_of, disagreements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import PgProc
    from tests.pg_fixtures import PgDatabase

# What cannot be written as a cast's target, or is refused when it is
PSEUDO = frozenset({"p"})


def argument(type_name: str, number: int) -> str:
    match type_name:
        case "unknown":
            return f"${number}"
        case "null":
            return "NULL"
    return f"${number}::{type_name}"


def call(name: str, arguments: list[str], tail: str = "") -> str:
    return f"SELECT {quote_identifier(name)}({', '.join(arguments)}){tail}"


def function_names(catalog: Catalog) -> list[str]:
    return sorted({row.proname for row in catalog.procs()})


def calls_with_one_argument(catalog: Catalog) -> Iterator[str]:
    for name, type_name in itertools.product(function_names(catalog), TYPES):
        yield call(name, [argument(type_name, 1)])


def random_call(catalog: Catalog, rows: list[PgProc], choose: random.Random) -> str:
    """A call that nearly fits a function: most arguments have its parameters' types, some any type or none."""
    row = choose.choice(rows)
    declared = list(row.proargtypes)
    keyword = row.provariadic and choose.random() < 0.3
    if row.provariadic and not keyword:
        declared = declared[:-1] + [row.provariadic] * choose.randint(0, 3)
    if row.pronargdefaults and choose.random() < 0.6:
        declared = declared[: len(declared) - choose.randint(0, row.pronargdefaults)]
    if choose.random() < 0.05:
        declared = declared[:-1] if choose.random() < 0.5 else [*declared, 23]
    family = choose.choice(TYPES)
    arguments = []
    for number, oid in enumerate(declared, 1):
        arguments.append(argument(_type_for(catalog, oid, family, choose), number))
    names = row.proargnames
    if names and choose.random() < 0.3 and not keyword:
        arguments = _by_name(row, arguments, choose)
    if keyword and arguments:
        arguments[-1] = f"VARIADIC {arguments[-1]}"
    tail = ""
    if row.prokind == "w" or (row.prokind == "a" and choose.random() < 0.2):
        tail = " OVER ()"
    aggregate = catalog.aggregate(row.oid)
    if aggregate is not None and aggregate.aggkind != "n" and choose.random() < 0.9:
        direct = min(aggregate.aggnumdirectargs, len(arguments)) if aggregate.aggkind == "o" else len(arguments) // 2
        order = ", ".join(arguments[direct:])
        if order and not keyword:
            return call(row.proname, arguments[:direct], f" WITHIN GROUP (ORDER BY {order})")
    if not arguments and row.prokind == "a":
        return call(row.proname, ["*"], tail)
    return call(row.proname, arguments, tail)


def _type_for(catalog: Catalog, oid: int, family: str, choose: random.Random) -> str:
    dice = choose.random()
    if dice < 0.15:
        return "unknown"
    if dice < 0.2:
        return "null"
    if dice < 0.27:
        return choose.choice(TYPES)
    if oid in POLYMORPHIC or oid == ANYOID:
        return _concrete(catalog, oid, family, choose)
    if catalog.type(oid).typtype in PSEUDO:
        return "unknown" if choose.random() < 0.5 else "record"
    return format_type(catalog, oid)


def _concrete(catalog: Catalog, oid: int, family: str, choose: random.Random) -> str:
    """A type for a pseudo-type: arguments of one call draw on one element type most of the time."""
    if choose.random() < 0.2:
        return choose.choice(TYPES)
    name = catalog.type(oid).typname
    if "multirange" in name:
        return choose.choice(("int4multirange", "nummultirange", "textmultirange"))
    if "range" in name:
        return choose.choice(("int4range", "numrange", "textrange"))
    if "enum" in name:
        return choose.choice(("mood", "dmood"))
    if name.endswith("array"):
        element = catalog.type_oid(family.removesuffix("[]"))
        array = get_array_type(catalog, element) if element and not family.endswith("[]") else 0
        return format_type(catalog, array) if array else choose.choice(("int4[]", "text[]", "mood[]", "intlist"))
    return family


def _by_name(row: PgProc, arguments: list[str], choose: random.Random) -> list[str]:
    modes = row.proargmodes or "i" * len(row.proargnames or ())
    inputs = [name for name, mode in zip(row.proargnames or (), modes, strict=False) if mode in "ibv"]
    first = choose.randint(0, len(arguments))
    named = [
        f"{quote_identifier(name)} => {value}"
        for name, value in zip(inputs[first:], arguments[first:], strict=False)
        if name
    ]
    if choose.random() < 0.5:
        choose.shuffle(named)
    return arguments[:first] + named


def random_calls(catalog: Catalog, seed: int, count: int) -> list[str]:
    choose = random.Random(seed)  # noqa: S311  a sample, not a secret
    # overloads and pseudo-types are where choices are made: those names come up more often
    rows = list(catalog.procs())
    interesting = [
        row
        for row in rows
        if row.provariadic or row.pronargdefaults or row.oid >= 16384 or any(o in POLYMORPHIC for o in row.proargtypes)
    ]
    return [random_call(catalog, interesting if choose.random() < 0.4 else rows, choose) for _ in range(count)]


@pytest.fixture
def server(pg_database: PgDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pg_database(SCHEMA), autocommit=True) as connection:
        yield connection


def test_sample_of_calls(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    one = random.Random(18).sample(list(calls_with_one_argument(catalog)), 6_000)  # noqa: S311  a sample, not a secret
    assert disagreements(server, catalog, one + random_calls(catalog, 18, 6_000)) == []


@pytest.mark.exhaustive
def test_every_function_with_one_argument_of_every_type(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    assert disagreements(server, catalog, list(calls_with_one_argument(catalog))) == []


@pytest.mark.exhaustive
def test_many_random_calls(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    assert disagreements(server, catalog, random_calls(catalog, 1, 200_000)) == []
