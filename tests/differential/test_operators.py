"""Every operator's name between every two types: the same operator's result, the same parameters, or the same refusal.

A seeded sample runs always, all of it with `-m exhaustive`.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.analyze.nodes import Expr, Param
from querygen.analyze.oper import make_op
from querygen.analyze.pgtypes import UNKNOWNOID
from querygen.analyze.state import ExprKind, ParamTable, ParseState
from querygen.analyze.typename import get_base_type
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums
from tests.differential.server_catalog import SCHEMA, TYPES, Answer, ask, catalog_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from tests.pg_fixtures import PgDatabase

Case = tuple[str, str | None, str]  # operator, left type (None: prefix), right type

NO_PREFIX = frozenset(
    ["*", "/", "%", "^", "<", ">", "=", "<=", ">=", "<>"]
)  # the grammar knows these between operands only


def statement(case: Case) -> tuple[str, int]:
    """The SQL of a case and where its operator stands."""
    name, left, right = case
    cast = {None: "", "unknown": "$1"}.get(left, f"$1::{left}")
    number = 1 if left is None else 2
    operand = f"${number}" if right == "unknown" else f"${number}::{right}"
    head = f"SELECT {cast}{' ' if cast else ''}"
    return f"{head}{name} {operand}", len(head)


def ours(catalog: Catalog, oids: dict[str, int], case: Case) -> Answer:
    """What the analyser says of it, in the server's terms."""
    name, left, right = case
    _text, location = statement(case)
    params = ParamTable()
    ps = ParseState(catalog, params=params, p_expr_kind=ExprKind.EXPR_KIND_SELECT_TARGET)

    def operand(type_name: str, number: int) -> Expr:
        oid = oids[type_name]
        params.types[number] = oid
        return Param(enums.ParamKind.PARAM_EXTERN, number, oid, -1, location)

    try:
        larg = None if left is None else operand(left, 1)
        rarg = operand(right, 1 if left is None else 2)
        result = make_op(ps, (ast.String(sval=name),), larg, rarg, None, location)
    except PgError as error:
        return Answer(error=(error.code, error.message, error.hint or "", error.detail or "", error.location))
    for number, oid in params.types.items():
        if oid == UNKNOWNOID:
            # check_variable_parameters
            return Answer(error=("42P18", f"could not determine data type of parameter ${number}", "", "", -1))
    column = get_base_type(catalog, result.opresulttype)
    return Answer(tuple(oid for _, oid in sorted(params.types.items())), (("?column?", column, -1),))


def same(mine: Answer, theirs: Answer) -> bool:
    """Equal but for column names and the place of what has none in our trees."""
    if mine.error and theirs.error:
        if mine.code == theirs.code == "42P18":
            return True
        return mine.error == theirs.error
    return mine.params == theirs.params and [c[1] for c in mine.columns] == [c[1] for c in theirs.columns]


def all_cases(catalog: Catalog) -> Iterator[Case]:
    names = sorted({row.oprname for row in catalog.operators()})
    for name in names:
        prefix = () if name in NO_PREFIX else (None,)
        yield from itertools.product((name,), (*prefix, *TYPES), TYPES)


@pytest.fixture
def server(pg_database: PgDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pg_database(SCHEMA), autocommit=True) as connection:
        yield connection


def disagreements(connection: psycopg.Connection, cases: list[Case], catalog: Catalog) -> list[str]:
    oids = dict(zip(TYPES, (type_oid(connection, name) for name in TYPES), strict=True))
    answers = ask(connection, [statement(case)[0] for case in cases])
    found = []
    for case, theirs in zip(cases, answers, strict=True):
        mine = ours(catalog, oids, case)
        if not same(mine, theirs):
            found.append(f"{statement(case)[0]}\n  ours   {mine}\n  theirs {theirs}")
    return found


def type_oid(connection: psycopg.Connection, name: str) -> int:
    row = connection.execute("SELECT %s::regtype::oid::int8", [name]).fetchone()
    assert row is not None
    return int(row[0])


def test_sample_of_operators_and_types(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    cases = random.Random(18).sample(list(all_cases(catalog)), 12_000)  # noqa: S311  a sample, not a secret
    assert disagreements(server, cases, catalog) == []


@pytest.mark.exhaustive
def test_every_operator_between_every_two_types(server: psycopg.Connection) -> None:
    catalog = catalog_of(server)
    assert disagreements(server, list(all_cases(catalog)), catalog) == []
