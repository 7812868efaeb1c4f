"""`querygen verify` on a live database: each kind of disagreement is planted and found; without one it is silent.

tests/cases/verify has a schema and queries; each of its .txt files is what is done to the database, and behind
`-- found` what verify says then (`pytest --update` rewrites that part).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from querygen.cli import cli
from querygen.config import Config, check_config
from querygen.diagnostics import Diagnostic
from querygen.diagnostics_render import sort_diagnostics
from querygen.migrate.shadow import run_sources
from querygen.pipeline import analyze
from querygen.server.database import connect
from querygen.server.dump import dump_to_folder
from querygen.sql.parse import read_source
from querygen.verify import verify_database
from querygen.verify_schema import verify_schema

if TYPE_CHECKING:
    from querygen.server.embedded import EmbeddedServer
    from tests.pg_fixtures import PgDatabase

CASES = Path(__file__).parent / "cases" / "verify"
CONFIG = Config(CASES, schema=("schema.sql",), queries=("queries.sql",))


def found_in(config: Config, dsn: str, server: EmbeddedServer | None = None) -> list[Diagnostic]:
    """What the command would report."""
    analysis = analyze(config)
    assert not analysis.diagnostics
    found = verify_database(analysis, dsn, live=True, told=lambda _done, _all: None)
    return sort_diagnostics([*found, *verify_schema(config, analysis.catalog, dsn, server)])


def told(one: Diagnostic) -> str:
    place = f"{Path(one.span.source.path).name}:{one.span.line}: " if one.span else ""
    return f"{place}{one.severity.value}[{one.code}]: {one.message}"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_each_disagreement_is_found(
    path: Path, update: bool, pg_database: PgDatabase, pg_server: EmbeddedServer
) -> None:
    planted, _, expected = path.read_text(encoding="utf-8").partition("\n-- found\n")
    dsn = pg_database()
    run_sources(dsn, [read_source(CASES / "schema.sql")])
    with connect(dsn) as conn:
        conn.execute(planted.encode())
    lines = "".join(f"{told(one)}\n" for one in found_in(CONFIG, dsn, pg_server))
    assert bool(lines) == (not path.stem.startswith("nothing"))
    if update:
        path.write_text(f"{planted.rstrip()}\n\n-- found\n{lines}", encoding="utf-8")
    else:
        assert lines == expected


def test_the_command_compares_a_live_database_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pg_database: PgDatabase
) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "querygen.toml").write_text("")
    (tmp_path / "schema" / "t.sql").write_text("create table t (id int primary key, name text not null);\n")
    (tmp_path / "queries" / "q.sql").write_text("-- name: ListT :many\nselect id, name from t;\n")
    monkeypatch.chdir(tmp_path)
    good = pg_database("create table t (id int primary key, name text not null)")
    bad = pg_database("create table t (id int primary key, name text)")
    runner = CliRunner()
    silent = runner.invoke(cli, ["verify", "--database-url", good])
    assert (silent.exit_code, silent.stdout) == (0, "1 statement verified\n")
    loud = runner.invoke(cli, ["verify", "--database-url", bad, "--format", "json"])
    assert loud.exit_code == 1
    assert "NOT NULL of column public.t.name is missing in the database" in loud.stdout
    assert '"QG620"' in loud.stdout


def test_a_role_without_rights_is_told_what_was_not_compared(
    pg_database: PgDatabase, pg_server: EmbeddedServer
) -> None:
    from psycopg.conninfo import make_conninfo

    dsn = pg_database()
    run_sources(dsn, [read_source(CASES / "schema.sql")])
    with connect(dsn) as conn:
        conn.execute("alter role querygen_reader login")
    codes = {one.code for one in found_in(CONFIG, make_conninfo(dsn, user="querygen_reader"), pg_server)}
    assert codes == {"QG590", "QG594", "QG625"}


# ---------------------------------------------------------------- PostgreSQL 15


@pytest.mark.debian15
def test_an_older_server_is_told(debian15_database: PgDatabase, pg_server: EmbeddedServer) -> None:
    dsn = debian15_database()
    run_sources(dsn, [read_source(CASES / "schema.sql")])
    assert [told(one) for one in found_in(CONFIG, dsn, pg_server)] == [
        "error[QG624]: the server is PostgreSQL 15, and the queries are analysed for 18"
    ]


@pytest.mark.debian15
def test_silent_on_the_server_that_is_configured(
    tmp_path: Path, debian15_database: PgDatabase, pg_server: EmbeddedServer
) -> None:
    dsn = debian15_database()
    run_sources(dsn, [read_source(CASES / "schema.sql")])
    dump_to_folder(dsn, (), tmp_path / "catalogs")
    dump_to_folder(dsn, ("citext",), tmp_path / "catalogs")
    for name in ("schema.sql", "queries.sql"):
        (tmp_path / name).write_text((CASES / name).read_text(encoding="utf-8"))
    wanted = Config(tmp_path, ("schema.sql",), ("queries.sql",), pg_version=15, catalogs=("catalogs",))
    config = check_config(wanted)
    assert [told(one) for one in found_in(config, dsn, pg_server)] == []
    with connect(dsn) as conn:
        conn.execute("alter table person alter column name drop not null")
    assert [one.code for one in found_in(config, dsn, pg_server)] == ["QG620"]
