"""The analysed tree of a statement is the one that PostgreSQL prints, node by node; a refusal is the same refusal.

The statements are in `statements.sql`; the schema is read by the DDL fold on our side and by the server on its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import pq

from querygen.analyze.state import ParamTable
from querygen.analyze.stmt import parse_analyze_varparams
from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.server.embedded import create_database, drop_database, load_sql
from querygen.source import SourceFile
from querygen.sql.nodes import enums
from querygen.sql.parse import parse_schema_file, parse_statement
from tests.differential import nodetree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


class Server:
    """A connection that gives PostgreSQL's tree of a statement, or its refusal."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._trees: list[str] = []
        self._connection.add_notice_handler(self._notice)
        for setting in ("debug_print_parse = on", "debug_pretty_print = off", "client_min_messages = log"):
            self._connection.execute(f"set {setting}")

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.message_primary == "parse tree:" and notice.message_detail is not None:
            self._trees.append(notice.message_detail)

    def tree(self, statement: str) -> Any:
        self._trees.clear()
        result = self._connection.pgconn.prepare(b"", statement.encode())
        if result.status == pq.ExecStatus.COMMAND_OK:
            return nodetree.parse(self._trees[-1])

        def field(which: pq.DiagnosticField) -> str:
            return (result.error_field(which) or b"").decode()

        position = field(pq.DiagnosticField.STATEMENT_POSITION)
        raise PgError(
            field(pq.DiagnosticField.SQLSTATE),
            field(pq.DiagnosticField.MESSAGE_PRIMARY),
            int(position) - 1 if position else -1,
            hint=field(pq.DiagnosticField.MESSAGE_HINT) or None,
            detail=field(pq.DiagnosticField.MESSAGE_DETAIL) or None,
        )

    def close(self) -> None:
        self._connection.close()


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


def _outcome(analyse: Callable[[], Any]) -> Any:
    """The tree, or what a refusal consists of."""
    try:
        return analyse()
    except PgError as error:
        hint = None if "at or near" in error.message else error.hint  # our hints for syntax errors are our own
        return (error.code, error.message, error.location, hint, error.detail)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_tree_or_refusal(server: Server, catalog: Catalog, comparison: nodetree.Comparison, statement: str) -> None:
    theirs = _outcome(lambda: server.tree(statement))
    ours = _outcome(
        lambda: parse_analyze_varparams(catalog, parse_statement(statement), statement, ParamTable(), collated=True)
    )
    if isinstance(theirs, tuple) or isinstance(ours, tuple):
        assert ours == theirs
    elif ours.commandType != enums.CmdType.CMD_UTILITY:
        assert comparison.difference(nodetree.of_ours(ours), theirs) is None
