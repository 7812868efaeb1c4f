"""`querygen db`: the project's own server, real and on TCP, and the rows that are made up for it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from querygen.config_file import read_config
from querygen.diagnostics import DiagnosticError
from querygen.pipeline import load_catalog
from querygen.server import development
from querygen.server.binaries import find_binaries
from querygen.server.claims import is_server, server_pid
from querygen.server.seed import fill, in_order
from querygen.server.seed_files import read_seeds, run_seeds
from tests.pg_fixtures import PgDatabase


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "querygen", *arguments],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def project() -> Iterator[Path]:
    """An example project that the server's user can enter, whoever that is."""
    with tempfile.TemporaryDirectory(prefix="shop-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        assert run(folder, "init")[0] == 0
        try:
            yield folder
        finally:
            development.stop(folder)


DUMPED = """\
\\restrict aBc
SET client_encoding = 'UTF8';
COPY public."user" (email, name) FROM stdin;
b@example.org\tB\\tö
c@example.org\tC
\\.

select 1;
\\unrestrict aBc
"""
# A seed file that cannot be run, and what is said of it.
SEEDS = (
    ("2.sql", "insert into nothing values (1);\n", ("error[42P01]", "--> seeds/2.sql:1:13", "migrate up")),
    ("2.sql", "select 1;\n\n  select 1/0;\n", ("error[22012]: division by zero", "--> seeds/2.sql:3:3")),
    ("2.sql", "select 1;\nselect from where;\n", ("error[42601]", "--> seeds/2.sql:2:13")),
    ("2.sql", "select 1;\n\\i other.sql\n", ("error[QG605]: \\i is a command of psql", "--> seeds/2.sql:2:1")),
    ("2.sql", "\\restrict a\n\\connect x\n", ("error[QG605]: \\connect is a", "--> seeds/2.sql:2:1")),
    (
        "2.sql",
        "select 1;\ncopy (select 1)\nto stdout;\n",
        ("error[QG605]: COPY … TO STDOUT has no place", "--> seeds/2.sql:2:1"),
    ),
    (
        "2.sql",
        "select 'ö';\nset names 'latin1';\nselect 'ö';\n",
        ("error[QG605]: client_encoding is LATIN1 from here on", "--> seeds/2.sql:2:1"),
    ),
    (
        "2.sql",
        "select set_config('client_encoding', 'SQL_ASCII', true);\n",
        ("error[QG605]: client_encoding is SQL_ASCII from here on", "--> seeds/2.sql:1:1"),
    ),
    ("2.sql", 'copy "user" (nope) from stdin;\na\n\\.\n', ("error[42703]", "--> seeds/2.sql:1:1")),
    (
        "2.sql",
        "alter table session add constraint c check (false) not valid deferrable;\n",
        ("error[", "seeds/2.sql:1:"),
    ),
)


# After its COMMIT, a file's rest is a transaction as well, of which nothing stays when it fails.
COMMITTED = """\
insert into t values ('kept');
commit;
vacuum t;
insert into t values ('lost');
select 1/0;
"""
# psql ends rows, in any format, at a line of these two characters alone.
CSV = """\
copy t from stdin csv;
"ö
\\. "
\\.
insert into t values ('behind');
"""


def test_a_seed_is_utf8_and_in_transactions(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create table t (a text)") + " client_encoding=latin1"
    seed = tmp_path / "1.sql"
    seed.write_text(CSV, encoding="utf-8")
    list(run_seeds(read_seeds([seed]), dsn))
    seed.write_text(COMMITTED)
    with pytest.raises(DiagnosticError, match="division by zero") as failed:
        list(run_seeds(read_seeds([seed]), dsn))
    assert failed.value.diagnostic.span
    assert failed.value.diagnostic.span.line == 5
    with psycopg.connect(dsn) as conn:
        rows = conn.execute("select a from t").fetchall()
        assert rows == [("ö\n\\. ",), ("behind",), ("kept",)]
    # What pg_dump writes, whatever guards it puts around it.
    command = [str(find_binaries().folder / "pg_dump"), "--data-only", "--encoding=UTF8", "-d", dsn]
    dumped = subprocess.run(command, capture_output=True, check=True)
    seed.write_bytes(dumped.stdout)
    copy = pg_database("create table t (a text)")
    list(run_seeds(read_seeds([seed]), copy))
    with psycopg.connect(copy) as conn:
        assert conn.execute("select a from t").fetchall() == rows


def test_start_stop_reset_seed(project: Path) -> None:
    assert run(project, "db", "status")[0] == 3
    assert "QG601" in run(project, "db", "url")[2]
    code, out, err = run(project, "db", "start")
    assert code == 0, err
    assert err == ""
    url = run(project, "db", "url")[1].strip()
    assert re.fullmatch(r"postgresql://postgres:[\w-]{30,}@127\.0\.0\.1:\d+/shop_\w+_dev", url)
    assert (project / ".env.local").read_text() == f"DATABASE_URL='{url}'\n"
    assert stat.S_IMODE((project / ".env.local").stat().st_mode) == 0o600
    assert ".env.local" in (project / ".gitignore").read_text()
    assert (project / ".querygen" / ".gitignore").read_text() == "*\n"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(re.sub(r":[\w-]+@", ":wrong@", url))
    assert "is running" in run(project, "db", "start")[1]

    (project / "seeds").mkdir()
    once = "insert into \"user\" (email, name) values ('a@example.org', 'A') on conflict do nothing;\n"
    (project / "seeds" / "1.sql").write_text(once)
    code, out, _ = run(project, "db", "reset")
    assert (code, "seeds/1.sql" in out) == (0, True)
    assert run(project, "db", "psql", "-Atc", 'select name from "user"')[1] == "A\n"
    for name, written, told in SEEDS:
        path = project / "seeds" / name
        path.write_text(written)
        code, _, err = run(project, "db", "seed")
        assert (code, [one for one in told if one not in err]) == (1, []), err
        code, _, err = run(project, "db", "reset")
        if "QG605" in err or "42601" in err:
            # What can be known before is said before: the database is as it was.
            assert run(project, "db", "psql", "-Atc", 'select count(*) from "user"')[1] == "1\n"
        path.unlink()
    (project / "seeds" / "2.sql").write_text(DUMPED)
    run(project, "db", "reset")
    rows = run(project, "db", "psql", "-Atc", 'select email, name from "user" order by 1')[1]
    assert rows == "a@example.org|A\nb@example.org|B\\tö\nc@example.org|C\n".replace("\\t", "\t")
    (project / "schema" / "99.sql").write_text("create table x (a int;\n")
    code, _, err = run(project, "db", "reset")
    assert (code, "--> schema/99.sql:1:22" in err) == (1, True)
    assert run(project, "db", "psql", "-Atc", 'select count(*) from "user"')[1] == "3\n"
    (project / "schema" / "99.sql").unlink()
    (project / "seeds" / "2.sql").unlink()
    run(project, "db", "reset")

    code, _, err = run(project, "db", "seed", "--fake", "1", "--table", "usr")
    assert (code, 'Did you mean "user"?' in err) == (1, True)
    assert run(project, "db", "seed", "--table", "user")[0] == 2
    run(project, "db", "psql", "-c", "create role reader; grant usage on schema public to reader")
    reader = f"{url}?options=-crole%3Dreader"
    for arguments in (("seed", "--fake", "1"), ("seed",), ("reset",)):
        code, _, err = run(project, "db", *arguments, "--database-url", reader)
        assert (code, "error[42501]" in err, "hint: " in err) == (1, True, True), err

    pid = json.loads(run(project, "db", "status", "--json")[1])["pid"]
    assert run(project, "db", "stop")[1] == "stopped\n"
    assert not is_server(pid, project / ".querygen" / "db" / "data")
    assert run(project, "db", "stop")[1] == "it did not run\n"
    # The data, the port and the password stay.
    run(project, "db", "start")
    assert run(project, "db", "url")[1].strip() == url
    assert run(project, "db", "psql", "-Atc", 'select count(*) from "user"')[1] == "1\n"


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.6, 1.0, 1.5, 2.5])
def test_a_killed_start_leaves_nothing_that_the_next_command_does_not_find(project: Path, moment: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "querygen", "db", "start"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not (project / ".querygen" / "db").is_dir() and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    data = (project / ".querygen" / "db" / "data").resolve()
    code, _, err = run(project, "db", "start")
    assert code == 0, err
    assert err == ""
    pid = server_pid(data)
    assert pid is not None
    assert not list(data.parent.glob("data.*"))
    assert run(project, "db", "stop")[1] == "stopped\n"
    assert not is_server(pid, data)


def test_a_database_that_another_session_is_making(project: Path) -> None:
    """What a killed `db start` leaves behind for a moment: its session, in CREATE DATABASE."""
    server, _ = development.start(project)
    with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
        conn.execute(f"drop database {server.kept.database}")
        other = psycopg.connect(server.url("template1"))
        timer = threading.Timer(0.5, other.close)
        timer.start()
        assert run(project, "db", "start")[0] == 0
        timer.join()
        assert conn.execute("select 1 from pg_database where datname = %s", (server.kept.database,)).fetchone()


def test_a_taken_port_is_given_up(project: Path) -> None:
    import socket

    run(project, "db", "start")
    run(project, "db", "stop")
    server = development.find(project)
    assert server is not None
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", server.kept.port))
        taken.listen()
        code, out, err = run(project, "db", "start")
        assert (code, err) == (0, "")
        assert f"note: the port {server.kept.port} is somebody else's now" in out
        assert run(project, "db", "url")[1].strip() in (project / ".env.local").read_text()


def test_another_database_in_env_local_stays(project: Path) -> None:
    (project / ".env.local").write_text("DATABASE_URL=postgresql://app@db.example.org/shop\nOTHER=1\n")
    assert "left as it is" in run(project, "db", "start")[1]
    assert "db.example.org" in (project / ".env.local").read_text()


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("postgresql://u:p@127.0.0.1:5432/app_dev", None),
        ("postgresql://u@localhost/test", None),
        ("host=/tmp dbname=app_test", None),
        ("postgresql://u@[::1]/development", None),
        ("postgresql://u@db.example.org/app_dev", "not this machine"),
        ("postgresql://u@localhost/app", "not named"),
        ("postgresql://u@localhost/latest", "not named"),
        ("postgresql://u@localhost/device", "not named"),
    ],
)
def test_what_may_be_emptied(url: str, refused: str | None) -> None:
    why = development.is_development(url)
    assert (why is None) if refused is None else (refused in str(why))


def test_reset_refuses_what_is_not_for_development(project: Path) -> None:
    code, _, err = run(project, "db", "reset", "--database-url", "postgresql://u:secret@db.example.org/app_dev")
    assert (code, "QG602" in err, "secret" in err) == (1, True, False)


def test_a_broken_record_is_told(project: Path) -> None:
    run(project, "db", "start")
    run(project, "db", "stop")
    (project / ".querygen" / "db" / "server.json").write_text("{")
    code, _, err = run(project, "db", "start")
    assert (code, "server.json cannot be read" in err) == (2, True)


SHOP = """
create extension citext; create extension hstore; create extension ltree;
create type status as enum ('new', 'paid', 'sent');
create type size as (width int, height int);
create domain email as citext check (value like '%@%');
create domain percent as int check (value between 0 and 100);
create domain imo as text check (value ~ '^IMO[0-9]{7}$');
create table customer (
  id uuid primary key default gen_random_uuid(),
  email email not null unique,
  name varchar(12) not null,
  code char(3) not null,
  parent uuid references customer,
  tags text[] not null,
  props hstore, path ltree, ip inet, net cidr, mac macaddr, photo bytea,
  born date not null check (born < date '2030-01-01'),
  ship imo not null,
  plate text not null check (plate ~ '^[[:upper:]]{3}-[0-9]{2}$'),
  begins timestamptz not null, ends timestamptz not null,
  stay tstzrange generated always as (tstzrange(begins, ends)) stored,
  share int not null,
  part int generated always as (100 / (share % 3)) stored
);
create table product (
  id int generated always as identity primary key,
  price numeric(8, 2) not null check (price > 0),
  kind text not null check (kind in ('book', 'toy')),
  discount percent not null,
  valid daterange not null,
  flags bit(4) not null,
  place point, at time, span interval, search tsvector, cash money
);
create table "order" (
  customer_id uuid not null references customer on delete cascade,
  number int not null,
  state status not null,
  placed_at timestamptz not null,
  done_at timestamptz check (done_at is null or done_at >= placed_at),
  total numeric(10, 2) generated always as (number * 2.5) stored,
  primary key (customer_id, number)
);
create table line (
  id bigserial primary key,
  customer_id uuid not null, number int not null,
  product_id int not null references product,
  quantity smallint not null check (quantity between 1 and 99),
  foreign key (customer_id, number) references "order",
  unique (customer_id, number, product_id)
);
create table reading (at timestamptz not null, value float8) partition by range (at);
create table reading_all partition of reading default;
"""


def test_made_up_rows_satisfy_every_constraint(tmp_path: Path, pg_database: PgDatabase) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "a.sql").write_text(SHOP)
    (tmp_path / "querygen.toml").write_text("")
    problems: list[object] = []
    catalog = load_catalog(read_config(tmp_path), problems)  # type: ignore[arg-type]
    assert not problems
    assert [one.name for one in in_order(catalog)] == ["customer", "product", "order", "line", "reading"]
    contents = []
    for _ in range(2):
        dsn = pg_database(SHOP)
        done = fill(dsn, catalog, rows=40, seed=7)
        assert {one.rows for one in done} == {40}
        with psycopg.connect(dsn) as conn:
            contents.append(conn.execute("select price, kind, discount, valid from product order by id").fetchall())
            contents.append(conn.execute("select email, name, tags from customer order by email").fetchall())
    assert contents[:2] == contents[2:]  # the same seed, the same rows


def test_rows_that_cannot_be_made_up(tmp_path: Path, pg_database: PgDatabase) -> None:
    ddl = "create table a (x int not null check (x > 0 and x < 0));"
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "a.sql").write_text(ddl)
    (tmp_path / "querygen.toml").write_text("")
    catalog = load_catalog(read_config(tmp_path), [])
    with pytest.raises(DiagnosticError, match="no row of a could be made up that its constraints take"):
        fill(pg_database(ddl), catalog, rows=1, seed=1)
