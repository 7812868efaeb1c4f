"""`querygen explain`: plans of a real server, rules over them, and another server's statistics on an empty copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from querygen.cli import cli
from querygen.config_file import read_config
from querygen.pipeline import analyze
from querygen.plans import BIG_SORT, HIDDEN_INDEX, SCAN, UNINDEXED_KEY, plans
from querygen.server.database import connect, create_database, load_sql
from querygen.server.embedded import running_server
from querygen.server.statistics import copy_statistics
from tests.pg_fixtures import PgDatabase

SCHEMA = """
create table person (id int primary key, email text not null, name text not null, born date);
create index person_email_idx on person (email);
create table visit (id int primary key, person_id int not null references person, at timestamptz not null, note text);
"""
ROWS = """
insert into person select i, 'p' || i || '@example.org', md5(i::text), date '2000-01-01' + i % 9000
from generate_series(1, 50000) i;
insert into visit select i, 1 + i % 50000, timestamptz '2026-01-01' + i * interval '1 minute', repeat('x', 200)
from generate_series(1, 60000) i;
analyze;
"""
QUERIES = """
-- name: ByEmail :one
select * from person where email = $1;

-- name: ByLowerEmail :one
select * from person where lower(email) = $1;

-- name: ByName :many
select * from person where name = $1;

-- name: Everybody :many
select * from person;

-- name: Sorted :many
select * from visit order by note, at;

-- name: DeletePerson :exec
delete from person where id = $1;

-- name: Visits :many
select * from visit v join person p on p.id = v.person_id where v.id = $1;
"""
EXPECTED = {
    "ByLowerEmail": {HIDDEN_INDEX},
    "ByName": {SCAN},
    "Sorted": {BIG_SORT},
    "DeletePerson": {UNINDEXED_KEY},
}


def without_costs(plan: Any) -> Any:
    """A plan without its costs: those of an index count its levels, which only a filled one has."""
    inner = [without_costs(one) for one in plan.get("Plans", ())]
    return {name: value for name, value in plan.items() if "Cost" not in name and name != "Plans"}, inner


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("schema", SCHEMA), ("queries", QUERIES)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.sql").write_text(text)
    (tmp_path / "querygen.toml").write_text("")
    return tmp_path


def findings(project: Path, url: str) -> dict[str, set[str]]:
    with connect(url) as conn:
        found = {
            one.query.name: {each.code for each in one.findings} for one in plans(analyze(read_config(project)), conn)
        }
    return {name: codes for name, codes in found.items() if codes}


def test_rules(project: Path, pg_database: PgDatabase) -> None:
    assert findings(project, pg_database(SCHEMA)) == {}
    assert findings(project, pg_database(SCHEMA + ROWS)) == EXPECTED


def test_statistics_of_another_server(project: Path, pg_database: PgDatabase) -> None:
    """The plans on an empty copy are those of the full database, node by node and row by row."""
    production = pg_database(SCHEMA + ROWS)
    analysis = analyze(read_config(project))
    with running_server() as server:
        copy = create_database(server, "copy")
        load_sql(copy, SCHEMA)
        copied = copy_statistics(production, copy, server.data_dir)
        assert copied.largest == ("public.visit", 60000)
        assert copied.columns == 8
        with psycopg.connect(copy) as conn:
            assert conn.execute("select pg_relation_size('visit') > 8000000").fetchone() == (True,)
        assert findings(project, copy) == EXPECTED
        with connect(production) as there, connect(copy) as here:
            for ours, theirs in zip(plans(analysis, here), plans(analysis, there), strict=True):
                assert without_costs(ours.plan) == without_costs(theirs.plan), ours.query.name


def test_command(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    result = CliRunner().invoke(cli, ["explain", "ByEmail"])
    assert result.exit_code == 0
    assert "person_email_idx" in result.output
    assert "1 query planned, nothing stands out" in result.output


def test_a_query_without_a_plan_is_an_error(
    project: Path, pg_database: PgDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    dsn = pg_database(f"{SCHEMA}create role querygen_planner login;")
    url = make_conninfo(dsn, user="querygen_planner")
    result = CliRunner().invoke(cli, ["explain", "ByEmail", "--database-url", url])
    with connect(dsn) as conn:
        conn.execute("drop role querygen_planner")
    assert result.exit_code == 1
    assert "ByEmail has no plan: permission denied for table person" in result.output
    assert "hint: GRANT this role what the query needs" in result.output


@pytest.mark.debian15
def test_a_server_without_generic_plan(project: Path, debian15_database: PgDatabase) -> None:
    """PostgreSQL 15 has no EXPLAIN (GENERIC_PLAN): prepared statements give the same plans."""
    assert findings(project, debian15_database(SCHEMA)) == {}
    assert findings(project, debian15_database(SCHEMA + ROWS)) == EXPECTED
