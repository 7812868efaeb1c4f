"""Calls of the functions and operators of every extension, on the dumped catalogue and on a server that has it.

Oids differ between the two, so that types are compared by their names. What is compared is the call with arguments of
the declared types, of random ones, and of none; operators likewise.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.analyze.nodefuncs import expr_type
from querygen.analyze.state import ParamTable
from querygen.analyze.stmt import parse_analyze_varparams
from querygen.analyze.typename import format_type, get_base_type, quote_identifier
from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import builtin_folder, extension_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file, parse_statement
from tests.differential.server_catalog import ask

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.load import CatalogData
    from tests.pg_fixtures import PgDatabase

EXTENSIONS = sorted(folder.name for folder in (builtin_folder(18) / "extensions").iterdir() if folder.is_dir())
COMMON = ("int", "text", "unknown", "numeric", "text[]", "int[]", "jsonb", "bytea", "varchar", "float8", "null")

Outcome = tuple[object, ...]


def statements_of(catalog: Catalog, data: CatalogData, count: int) -> list[str]:
    """Calls and operations, the more of each the fewer there are."""
    choose = random.Random(18)  # noqa: S311  a sample, not a secret
    rows = [row for row in data.rows("pg_proc") if row.prokind != "p"]
    operators = data.rows("pg_operator")
    if not rows and not operators:
        return []
    own = [format_type(catalog, row.oid) for row in data.rows("pg_type") if row.typtype not in "pc"] or ["int"]

    def argument(oid: int, number: int) -> str:
        dice = choose.random()
        name = format_type(catalog, oid)
        if dice < 0.15 or catalog.type(oid).typtype == "p":
            name = choose.choice(("unknown", *own))
        elif dice < 0.3:
            name = choose.choice((*COMMON, *own))
        return f"${number}" if name == "unknown" else "NULL" if name == "null" else f"${number}::{name}"

    found = []
    for _ in range(count):
        if operators and choose.random() < 0.5:
            row = choose.choice(operators)
            left = argument(row.oprleft, 1) if row.oprleft else ""
            found.append(f"SELECT {left} {row.oprname} {argument(row.oprright, 2 if left else 1)}")
        elif rows:
            proc = choose.choice(rows)
            declared = proc.proargtypes
            if choose.random() < 0.1:
                declared = declared[:-1]
            arguments = ", ".join(argument(oid, number) for number, oid in enumerate(declared, 1))
            found.append(f"SELECT {quote_identifier(proc.proname)}({arguments})")
    return found


def ours(catalog: Catalog, sql: str) -> Outcome:
    params = ParamTable()
    try:
        query = parse_analyze_varparams(catalog, parse_statement(sql), sql, params)
    except PgError as error:
        return error.code, error.message, error.location
    types = [params.types[number] for number in sorted(params.types)]
    columns = [get_base_type(catalog, expr_type(one.expr)) for one in query.targetList if not one.resjunk]
    return tuple(format_type(catalog, oid) for oid in types), tuple(format_type(catalog, oid) for oid in columns)


def differences(dsn: str, extension: str, count: int) -> list[str]:
    text = f'create extension "{extension}" cascade;'
    with psycopg.connect(dsn, autocommit=True) as connection:
        try:
            connection.execute(text.encode())
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
            return []  # the embedded server's wheel lacks it
        raws, _problems = parse_schema_file(SourceFile("schema.sql", text))
        data = load_folder(extension_folder(extension, builtin_folder(18)))
        catalog, diagnostics = build_catalog(raws, load_folder(builtin_folder(18)))
        assert not diagnostics
        statements = statements_of(catalog, data, count)
        answers = ask(connection, statements)
        names = dict(connection.execute("SELECT oid::int8, format_type(oid, NULL) FROM pg_type").fetchall())
    found = []
    for sql, answer in zip(statements, answers, strict=True):
        theirs: Outcome
        if answer.error is not None:
            theirs = answer.error[0], answer.error[1], answer.error[4]
        else:
            theirs = tuple(names[oid] for oid in answer.params), tuple(names[oid] for _, oid, _ in answer.columns)
        mine = ours(catalog, sql)
        if mine != theirs:
            found.append(f"{sql}\n  ours   {mine}\n  theirs {theirs}")
    return found


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_sample_of_calls(pg_database: PgDatabase, extension: str) -> None:
    found = differences(pg_database(), extension, 150)
    assert not found, "\n".join(found)


@pytest.mark.exhaustive
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_many_calls(pg_database: PgDatabase, extension: str) -> None:
    found = differences(pg_database(), extension, 5_000)
    assert not found, "\n".join(found)
