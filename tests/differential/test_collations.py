"""Which collations a query may name, and why most statements need none assigned."""

from __future__ import annotations

import pytest

from querygen.analyze.collate import in_play
from querygen.analyze.pgtypes import C_COLLATION_OID, DEFAULT_COLLATION_OID
from querygen.analyze.state import ParamTable
from querygen.analyze.stmt import parse_analyze_varparams
from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file, parse_statement

QUERY = 'select name collate "en_US.utf8" from person'


def analyse(schema: str, collations: tuple[str, ...] = ()) -> None:
    statements, problems = parse_schema_file(SourceFile("schema.sql", schema))
    catalog, more = build_catalog(statements, load_folder(builtin_folder(18)), collations=collations)
    assert not [*problems, *more]
    parse_analyze_varparams(catalog, parse_statement(QUERY), QUERY, ParamTable())


def test_a_locale_of_the_server_is_asked_for() -> None:
    with pytest.raises(PgError) as refused:
        analyse("create table person (name text);")
    assert refused.value.code == "42704"
    assert 'collations = ["en_US.utf8"]' in (refused.value.hint or "")


def test_the_configuration_and_the_schema_are_believed() -> None:
    analyse("create table person (name text);", ("en_US.utf8",))
    analyse('create table person (name text collate "en_US.utf8");')


def test_no_type_of_the_dumps_has_a_collation_of_its_own() -> None:
    """What `in_play` rests on: two collations meet only where a COLLATE clause brought one in."""
    folder = builtin_folder(18)
    for place in (folder, *(folder / "extensions").iterdir()):
        data = load_folder(place)
        found = {row.typcollation for row in data.rows("pg_type")}
        found |= {row.attcollation for row in data.rows("pg_attribute")}
        assert found <= {0, DEFAULT_COLLATION_OID, C_COLLATION_OID}


def test_collations_are_assigned_where_one_is_named() -> None:
    catalog, _ = build_catalog((), load_folder(builtin_folder(18)))
    assert in_play(catalog, "select 'a' COLLATE \"C\"")
    assert not in_play(catalog, "select 'a'")
