"""Extensions that the embedded server lacks: each of the wheel's has a stub that loads, or is told to have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.pg_catalog.load import NEWEST_MAJOR, builtin_folder, load_folder
from querygen.server.binaries import find_binaries
from querygen.server.database import connect, create_database
from querygen.server.stub_catalog import server_for, stub_script
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

BASE = builtin_folder(NEWEST_MAJOR)
EXTENSIONS = {path.name for path in (BASE / "extensions").iterdir() if path.is_dir()}
# Those of functions alone; the test below has it that all others need more than that.
STUBBED = {"icu_ext", "pgaudit", "pgcrypto", "plpgsql_check", "sslinfo", "uuid-ossp", "xml2"}
USED = """
create event trigger audited on ddl_command_end execute function pgaudit_ddl_command_end();
create table t (id uuid primary key default uuid_generate_v4());
select * from plpgsql_check_function('f()');
select * from plpgsql_check_function_tb('f()', fatal_errors => false);
select * from icu_locales_list();
select icu_char_name('x'), digest('x', 'md5'), ssl_version(), xpath_bool('x', 'y');
"""
# As PgProc has them, with | between the columns.
FUNCTIONS = """\
900001|same|2200|0|f|f|f|i|1|2283|2283 23|\\N|\\N|\\N
900002|each|2200|2283|f|f|t|s|0|2283|2277|\\N|v|\\N
900003|pair|2200|0|f|f|f|v|1|2249|2283 23|2283 23 2283 23|iioo|a,b,c,d
900004|kept|2200|0|f|f|f|v|0|2279||\\N|\\N|\\N
"""


def test_every_extension_has_a_stub_that_loads_or_none() -> None:
    there = {path.stem for path in find_binaries().folder.parent.glob("share/**/extension/*.control")}
    names = sorted(EXTENSIONS - there)
    text = "".join(f'create extension "{name}";' for name in names)
    with server_for(parse_schema_file(SourceFile("a.sql", text))[0], [BASE]) as (server, stubs):
        assert set(stubs) == STUBBED
        with connect(create_database(server, "stubbed")) as conn:
            for name in stubs:
                conn.execute(f'create extension "{name}"'.encode())
            assert len(stubs) == len(conn.execute("select from pg_extension where extname <> 'plpgsql'").fetchall())
            for statement in USED.strip().splitlines():
                conn.execute(statement.encode())
    for name in set(names) - STUBBED:
        catalogue = load_folder(BASE / "extensions" / name)
        others = [kind for kind, lines in catalogue.lines.items() if lines and kind != "pg_proc"]
        assert others or name in {"mysql_fdw", "ogr_fdw", "tds_fdw"}, name


def test_functions_of_any_type(tmp_path: Path, pg_database: PgDatabase) -> None:
    rows = FUNCTIONS.replace("|", "\t")
    (tmp_path / "pg_proc.tsv").write_text(f"# PostgreSQL 18.0, extension any 1.0\nthe columns\n{rows}")
    script = stub_script(load_folder(tmp_path))
    assert script is not None
    with connect(pg_database(script)) as conn:
        assert conn.execute("select same(1), same('a'::text, 2)").fetchall() == [(None, None)]
        assert conn.execute("select * from each(1, 2)").fetchall() == []
        assert conn.execute("select c, d from pair('a'::text)").fetchall() == [(None, None)]
        conn.execute("create table t (a int); create trigger k before insert on t for each row execute function kept()")
        assert conn.execute("insert into t values (1) returning a").fetchall() == [(1,)]
