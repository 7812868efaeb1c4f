"""DDL folded over the built-in catalogue: tests/cases/ddl/*.sql, each DDL, `----`, and what comes of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from querygen.catalog.ddl import build_catalog
from querygen.catalog.describe_text import dump_catalog_text
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.diagnostics import Diagnostic

CASES = Path(__file__).parent / "cases" / "ddl"
SEPARATOR = "\n----\n"


def fold(*texts: str, search_path: tuple[str, ...] | None = None) -> tuple[Catalog, list[Diagnostic]]:
    statements = []
    for number, text in enumerate(texts):
        found, problems = parse_schema_file(SourceFile(f"{number}.sql", text))
        assert not problems
        statements += found
    return build_catalog(statements, load_folder(builtin_folder(18)), search_path=search_path)


def outcome(ddl: str) -> str:
    """What a case expects: the catalog, after the diagnostics if there are any."""
    catalog, diagnostics = fold(ddl)
    lines = []
    for one in diagnostics:
        place = f"{one.span.line}:{one.span.column} " if one.span else ""
        lines.append(f"{place}{one.severity} {one.code}: {one.message}")
        lines += [f"  detail: {part}" for part in (one.detail or "").splitlines()]
        lines += [f"  hint: {one.hint}"] if one.hint else []
    return "\n".join([*lines, dump_catalog_text(catalog)]).strip() + "\n"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_case(path: Path, update: bool) -> None:
    ddl, _separator, expected = path.read_text(encoding="utf-8").partition(SEPARATOR)
    found = outcome(ddl)
    if update:
        path.write_text(f"{ddl}{SEPARATOR}{found}", encoding="utf-8")
    else:
        assert found == expected


def test_files_need_each_other_in_any_order() -> None:
    catalog, diagnostics = fold(
        "create view v as select id, state from t;"
        "create function f(one t) returns state language sql as 'select null::state';",
        "create table t (id int primary key, state state not null, parent int references u);",
        "create type state as enum ('on', 'off'); create table u (id int primary key);",
    )
    assert not diagnostics
    assert {relation.name for relation in catalog.relations()} == {"v", "t", "u"}
    table = next(relation for relation in catalog.relations() if relation.name == "t")
    foreign_key = next(one for one in table.constraints if one.kind == "f")
    assert foreign_key.ref_columns == ("id",)


def test_each_file_is_a_session_of_its_own() -> None:
    catalog, diagnostics = fold(
        "select pg_catalog.set_config('search_path', '', false); create schema a; create table a.t (id int);",
        "create table u (id int);",
    )
    assert not diagnostics
    assert catalog.relation_oid("u") is not None
    assert catalog.search_path == ("public",)


def test_another_file_may_make_a_temporary_function_of_the_same_name() -> None:
    function = "create function pg_temp.f() returns {} language sql as 'select null::{}';"
    _catalog, diagnostics = fold(function.format("int", "int"), function.format("text", "text"))
    assert not diagnostics
    _catalog, diagnostics = fold(function.format("int", "int") + function.format("text", "text"))
    assert [one.code for one in diagnostics] == ["42723"]


def test_a_failing_statement_leaves_nothing_and_takes_nothing_away() -> None:
    catalog, diagnostics = fold(
        "create table t (id serial, x missing); create table u (id serial); alter table u add a int, add b missing;"
    )
    assert [one.code for one in diagnostics] == ["42704", "42704"]
    assert [relation.name for relation in catalog.relations()] == ["u_id_seq", "u"]
    assert [column.name for column in catalog.relations()[1].live_columns] == ["id"]


def test_a_foreign_key_to_nowhere_leaves_the_table() -> None:
    catalog, diagnostics = fold("create table t (id int primary key, other int references nowhere (id));")
    assert [(one.code, one.message) for one in diagnostics] == [("42P01", 'relation "nowhere" does not exist')]
    assert catalog.relation_oid("t") is not None


def test_the_search_path_of_queries() -> None:
    text = "create schema app; create table app.t (id int); alter database d set search_path = app, public;"
    assert fold(text)[0].relation_oid("t") is not None
    assert fold(text, search_path=("public",))[0].relation_oid("t") is None


def test_an_unknown_extension_says_what_to_do() -> None:
    _catalog, diagnostics = fold("create extension made_up;")
    assert diagnostics[0].code == "QG401"
    assert diagnostics[0].hint is not None
    assert "catalog dump" in diagnostics[0].hint


def test_a_catalog_is_frozen() -> None:
    catalog, _diagnostics = fold("create table t (id int);")
    with pytest.raises(RuntimeError):
        catalog.new_oid()


def test_many_statements_in_an_unlucky_order() -> None:
    """Each needs the next: every one is put aside once, and tried again when its name has come."""
    count = 500
    texts = [f"create table t{n} (id int primary key, next t{n + 1});" for n in range(count)]
    start = time.process_time()
    _catalog, diagnostics = fold("\n".join([*texts, f"create type t{count} as (a int);"]))
    assert not diagnostics
    assert time.process_time() - start < 5
