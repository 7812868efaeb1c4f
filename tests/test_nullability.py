"""Nullability, cardinality and parameters of the statements in tests/cases/nullability/*.sql; no database.

A file is a schema, then blocks: a query, `----`, and a line for each parameter, column and the number of rows:

    $1 id int4 not null
    name text null: users.name is declared without NOT NULL
    rows: at most one: users has one such row at most

`pytest --update` writes the lines anew; whether they are true is tested in tests/differential/test_nullability.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from querygen.analyze.cardinality import cardinality
from querygen.analyze.query import analyze_query
from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import DiagnosticError, Severity
from querygen.ir import AnalyzedQuery, Cardinality, Command, ParamKind, RawEmbed, RawParam, RawQuery
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile, Span
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog

CASES = Path(__file__).parent / "cases" / "nullability"
WORDS = {Cardinality.ONE: "exactly one", Cardinality.AT_MOST_ONE: "at most one", Cardinality.MANY: "many"}


@dataclass(frozen=True)
class CaseFile:
    schema: str
    blocks: tuple[tuple[str, str], ...]  # query, expected lines


def read_cases(path: Path) -> CaseFile:
    head, _, rest = path.read_text(encoding="utf-8").partition("\n-- cases\n")
    blocks = []
    for block in rest.strip().split("\n\n"):
        query, _, expected = block.partition("\n----\n")
        blocks.append((query.strip(), expected.strip()))
    return CaseFile(head.removeprefix("-- schema\n"), tuple(blocks))


@cache
def catalog_of(schema: str) -> Catalog:
    statements, problems = parse_schema_file(SourceFile("schema.sql", schema))
    catalog, wrong = build_catalog(statements, load_folder(builtin_folder(18)))
    errors = [one for one in (*problems, *wrong) if one.severity is Severity.ERROR]
    assert not errors, errors
    return catalog


def raw_query(sql: str, command: Command = Command.EXEC, **parts: object) -> RawQuery:
    source = SourceFile("queries.sql", sql)
    span = Span(source, 0, len(sql))
    sql = sql.rstrip(";")
    return RawQuery("Q", command, source, span, span, sql, sql, parts.pop("params", ()), ((0, 0),), **parts)  # type: ignore[arg-type]


def analyzed(sql: str, catalog: Catalog, command: Command = Command.EXEC, **parts: object) -> AnalyzedQuery:
    return analyze_query(raw_query(sql, command, **parts), catalog)


def described(sql: str, catalog: Catalog) -> str:
    """The lines below a query in a case file."""
    query = analyzed(sql, catalog)
    lines = []
    for param in query.params:
        null = "null" if param.nullable else "not null"
        lines.append(f"${param.number} {param.column_name or '-'} {catalog.type(param.type.oid).typname} {null}")
    for one in query.columns:
        elements = catalog.type(one.type.oid).typname.startswith("_") and not one.nullable_elements
        null = ("null" if one.nullable else "not null") + (", no NULL in it" if elements else "")
        lines.append(f"{one.name} {catalog.type(one.type.oid).typname} {null}: {one.why}")
    if query.columns:
        lines.append(f"rows: {WORDS[query.cardinality]}: {cardinality(query.query, catalog)[1]}")
    return "\n".join(lines)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_cases(path: Path, update: bool) -> None:
    cases = read_cases(path)
    catalog = catalog_of(cases.schema)
    found = [(query, described(query, catalog)) for query, _ in cases.blocks]
    if update:
        blocks = "\n\n".join(f"{query}\n----\n{lines}" for query, lines in found)
        path.write_text(f"-- schema\n{cases.schema}\n-- cases\n{blocks}\n", encoding="utf-8")
        return
    for (query, lines), (_, expected) in zip(found, cases.blocks, strict=True):
        assert lines == expected, query


SCHEMA = """
create table users (id int primary key, email text not null, age int);
create table posts (id int primary key, user_id int not null, title text not null);
create table "user" (id int primary key);
"""


def _refused(sql: str, command: Command = Command.MANY, **parts: object) -> DiagnosticError:
    with pytest.raises(DiagnosticError) as caught:
        analyzed(sql, catalog_of(SCHEMA), command, **parts)
    return caught.value


def test_marks_override_and_are_reported() -> None:
    query = analyzed('select age as "age!", id as "id?", email as "email!", 1 as "a b!" from users', catalog_of(SCHEMA))
    assert [(one.name, one.nullable) for one in query.columns] == [
        ("age", False),
        ("id", True),
        ("email", False),
        ("a b!", False),
    ]
    assert [(one.code, one.span and one.span.column) for one in query.warnings] == [("QG305", 29), ("QG304", 45)]


def test_annotations_override_and_are_reported() -> None:
    catalog = catalog_of(SCHEMA)
    query = analyzed("select age, id from users", catalog, annotations={"notnull": "age", "nullable": "id"})
    assert [one.nullable for one in query.columns] == [False, True]
    assert [one.code for one in query.warnings] == ["QG305"]
    unknown = _refused("select age from users", annotations={"notnull": "agee"})
    assert unknown.diagnostic.code == "QG303"
    both = _refused('select age as "age!" from users', annotations={"nullable": "age"})
    assert both.diagnostic.code == "QG305"


def test_narg_may_be_null_and_a_slice_may_not() -> None:
    params = (RawParam(1, "age", ParamKind.NARG), RawParam(2, "ids", ParamKind.SLICE))
    query = analyzed("select $1::int from users where id = any($2) and age = $1", catalog_of(SCHEMA), params=params)
    assert [(one.name, one.nullable) for one in query.params] == [("age", True), ("ids", False)]
    assert not query.columns[0].nullable  # age = $1 holds


def test_embeds_are_found_and_absent_where_a_join_may_null_them() -> None:
    sql = "select users.*, posts.* from users left join posts on posts.user_id = users.id"
    span = Span(SourceFile("q", sql), 0, 1)
    embeds = (RawEmbed("users", 7, 14, span), RawEmbed("posts", 16, 23, span))
    query = analyzed(sql, catalog_of(SCHEMA), embeds=embeds)
    assert [(one.name, one.start, one.count, one.nullable) for one in query.embeds] == [
        ("users", 0, 3, False),
        ("posts", 3, 3, True),
    ]
    inner = analyzed(sql + " where posts.title = 'x'", catalog_of(SCHEMA), embeds=embeds)
    assert [one.nullable for one in inner.embeds] == [False, False]


def test_rows_are_needed_by_one_and_many() -> None:
    stop = _refused("insert into users values (1, 'e')", Command.ONE)
    assert stop.diagnostic.code == "QG301"
    assert stop.diagnostic.hint is not None
    assert "RETURNING" in stop.diagnostic.hint


def test_an_error_has_its_place_in_the_file() -> None:
    stop = _refused("select id,\n  nme from users")
    assert stop.diagnostic.code == "42703"
    assert stop.diagnostic.span is not None
    assert (stop.diagnostic.span.line, stop.diagnostic.span.column) == (2, 3)


def test_a_gap_in_the_numbers_of_parameters_has_a_hint() -> None:
    stop = _refused("select id from users where id = $2")
    assert stop.diagnostic.code == "42P18"
    assert stop.diagnostic.hint is not None
    assert "$1" in stop.diagnostic.hint


def test_a_table_named_user_without_quotes_has_a_hint() -> None:
    for sql in ("select * from user", "select id from user where id = $1"):
        stop = _refused(sql)
        assert stop.diagnostic.code == "QG302"
        assert stop.diagnostic.span is not None
        assert stop.diagnostic.span.source.text[stop.diagnostic.span.start :].startswith("user")


@pytest.mark.parametrize(
    ("sql", "read_only"),
    [
        ("select id from users", True),
        ("select id from users for update", False),
        ("select nextval('s'::regclass) from users", False),
        ("with q as (delete from users returning id) select id from q", False),
        ("select random() from users", False),
        ("delete from users", False),
    ],
)
def test_read_only(sql: str, read_only: bool) -> None:
    assert analyzed(sql, catalog_of(SCHEMA + "create sequence s;")).read_only is read_only
