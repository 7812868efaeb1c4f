"""The analysed tree of a statement is the one that PostgreSQL prints, node by node; a refusal is the same refusal.

The statements are in `statements.sql`; the schema is read by the DDL fold on our side and by the server on its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from querygen.catalog.ddl import build_catalog
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.server.embedded import create_database, drop_database, load_sql
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from tests.differential import nodetree
from tests.differential.tree_server import Server, disagreement, our_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.server.embedded import EmbeddedServer

SCHEMA = """
create type mood as enum ('sad', 'ok', 'happy');
create domain years as int check (value >= 0);
create type address as (street text, number int);
create table person (
  id int generated always as identity primary key,
  name varchar(40) not null,
  upper_name text generated always as (upper(name)) stored,
  age years,
  mood mood,
  moods mood[],
  place address,
  places address[],
  data jsonb,
  during daterange,
  boss int references person
);
create table archive (id int primary key, name text);
create table "Quoted Table" ("Mixed Case" int);
create view named as select id, name, upper(name) as shout from person where age > 0;
create view totals as select count(*) as n from person;
create function person_label(person) returns text language sql as 'select $1.name';
create function people_of(boss int) returns setof person language sql as 'select * from person where boss = $1';
create procedure rename_person(which int, inout name text default 'x') language sql as 'select name';
"""

STATEMENTS = [
    statement
    for part in (Path(__file__).parent / "statements.sql").read_text(encoding="utf-8").split(";\n")
    if (statement := part.removeprefix("-- ").partition("refuses.\n")[2] if part.startswith("--") else part.strip())
]


@pytest.fixture(scope="module")
def server(pg_server: EmbeddedServer) -> Iterator[Server]:
    dsn = create_database(pg_server, "parse_tree")
    load_sql(dsn, SCHEMA)
    connection = Server(dsn)
    yield connection
    connection.close()
    drop_database(pg_server, "parse_tree")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    statements, problems = parse_schema_file(SourceFile("schema.sql", SCHEMA))
    result, more = build_catalog(statements, load_folder(builtin_folder(18)))
    assert not [*problems, *more]
    return result


@pytest.fixture(scope="module")
def comparison() -> nodetree.Comparison:
    return nodetree.Comparison()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_tree_or_refusal(server: Server, catalog: Catalog, comparison: nodetree.Comparison, statement: str) -> None:
    assert disagreement(comparison, our_answer(catalog, statement), server.answer(statement)) is None
