"""What goes wrong from outside while migrations run, each with a real process, server, lock or pooler."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from querygen.diagnostics import DiagnosticError
from querygen.runner import apply, commands
from querygen.server.embedded import EmbeddedServer
from tests.pg_fixtures import PgDatabase
from tests.runner.test_runner import down, place, scalar, states, up, write

SLEEP = "select pg_sleep(60)"


def project(folder: Path, files: dict[str, str]) -> Path:
    (folder / "querygen.toml").write_text("")
    write(folder / "migrations", files)
    return folder


def start(folder: Path, dsn: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "querygen", "migrate", *arguments],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": dsn},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, dsn: str, *arguments: str) -> tuple[int, str, str]:
    process = start(folder, dsn, *arguments)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out, err


def wait_until(dsn: str, query: str, seconds: float = 30) -> object:
    end = time.monotonic() + seconds
    while not (found := scalar(dsn, query)):
        assert time.monotonic() < end, f"never true: {query}"
        time.sleep(0.05)
    return found


SLEEPER = (
    "select max(pid) from pg_stat_activity where datname = current_database()"
    " and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()"
)


def kill_in_the_sleep(folder: Path, dsn: str) -> None:
    """`migrate up` is killed, as by the kernel, while its statement sleeps."""
    process = start(folder, dsn, "up")
    wait_until(dsn, SLEEPER)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_killed_in_the_middle_of_a_file(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    files = {"1_a.sql": "create table a ();", "2_b.sql": f"create table b (); {SLEEP}; create table c ();"}
    folder = project(tmp_path, files)
    kill_in_the_sleep(folder, dsn)
    where = place(folder / "migrations", dsn)
    assert states(where) == {"1": "applied", "2": "pending"}
    wait_until(dsn, f"select not exists ({SLEEPER.replace('max(pid)', '1')})")
    assert scalar(dsn, "select to_regclass('b')") is None
    write(folder / "migrations", {"2_b.sql": files["2_b.sql"].replace("60", "0")})
    code, out, _ = run(folder, dsn, "up")
    assert (code, "2_b: applied" in out) == (0, True)


def test_killed_in_the_middle_of_a_file_without_a_transaction(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    text = f"-- querygen: no-transaction\ncreate table a (x int);\n{SLEEP};\ncreate index concurrently a_x on a (x);\n"
    folder = project(tmp_path, {"1_a.sql": text})
    kill_in_the_sleep(folder, dsn)
    code, out, err = run(folder, dsn, "status")
    assert "interrupted" in out
    code, _, err = run(folder, dsn, "up")
    assert code == 1
    assert "1_a broke off: 1 of its 3 statements have run" in err
    assert "querygen migrate repair --retry 1" in err
    write(folder / "migrations", {"1_a.sql": text.replace("60", "0")})
    assert run(folder, dsn, "repair", "--retry", "1")[0] == 0
    assert run(folder, dsn, "up")[0] == 0
    assert states(place(folder / "migrations", dsn)) == {"1": "applied"}


def test_killed_between_two_files(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    folder = project(tmp_path, {"1_a.sql": "create table a ();", "2_b.sql": f"{SLEEP};", "3_c.sql": ""})
    kill_in_the_sleep(folder, dsn)
    assert states(place(folder / "migrations", dsn)) == {"1": "applied", "2": "pending", "3": "pending"}
    write(folder / "migrations", {"2_b.sql": ""})
    assert run(folder, dsn, "up")[0] == 0


def test_eight_at_once(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create table log (version int);")
    files = {f"{n}_m.sql": f"insert into log values ({n}); select pg_sleep(0.05);" for n in range(1, 6)}
    folder = project(tmp_path, files)
    processes = [start(folder, dsn, "up") for _ in range(8)]
    results = [(*process.communicate(timeout=120), process.returncode) for process in processes]
    assert [code for _, _, code in results] == [0] * 8, [err for _, err, _ in results]
    assert scalar(dsn, "select array_agg(version order by version)::text from log") == "{1,2,3,4,5}"
    assert sum(out.count(": applied") for out, _, _ in results) == 5


def test_the_lock_is_waited_for_and_its_holder_named(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    folder = project(tmp_path, {"1_a.sql": f"{SLEEP};"})
    process = start(folder, dsn, "up")
    try:
        pid = wait_until(dsn, SLEEPER)
        code, _, err = run(folder, dsn, "up", "--wait", "0.5")
        assert code == 1
        assert "another run of migrations has the lock" in err
        assert "server process" in err
        assert "a run is under way" in run(folder, dsn, "status")[2]
        scalar(dsn, f"select pg_terminate_backend({pid})")
        _, err = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "the connection was lost" in err
        assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()
    assert states(place(folder / "migrations", dsn)) == {"1": "pending"}


def test_a_lock_of_another_session(tmp_path: Path, pg_database: PgDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "_FIRST_PAUSE", 0.05)
    dsn = pg_database("create table a ();")
    files = {
        "1_a.sql": "alter table a add x int;",
        "2_b.sql": "-- querygen: lock_timeout 20s\nalter table a add y int;",
    }
    where = place(write(tmp_path / "m", files), dsn, lock_timeout="500ms")
    with psycopg.connect(dsn) as other:
        other.execute("lock table a in share mode")
        failure = up(where).failure
        assert failure is not None
        assert failure.code == "55P03"
        assert f"process {other.info.backend_pid}" in failure.message
        assert states(where) == {"1": "pending", "2": "pending"}
    assert len(up(where, to="1").done) == 1
    with psycopg.connect(dsn) as other:  # one that lets go in time is waited for
        other.execute("lock table a in share mode")
        timer = threading.Timer(1.0, other.rollback)
        timer.start()
        assert len(up(where).done) == 1
        timer.join()


def test_a_deadlock_is_tried_again(tmp_path: Path, pg_database: PgDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "_FIRST_PAUSE", 0.05)
    dsn = pg_database("create table a (x int); create table b (x int);")
    scalar(
        dsn,
        "do $$ begin execute format('alter database %I set deadlock_timeout = ''200ms''', current_database()); end $$",
    )
    text = "lock table a; select pg_sleep(0.3); lock table b; create table made ();"
    where = place(write(tmp_path / "m", {"1_a.sql": text}), dsn, lock_timeout="10s")
    with psycopg.connect(dsn) as other:
        other.execute("set deadlock_timeout = '10s'")  # so that it is the migration which is the victim
        other.execute("lock table b")

        def lock_a() -> None:
            wait_until(
                dsn,
                "select 1 from pg_locks where relation = 'a'::regclass and granted and mode = 'AccessExclusiveLock'",
            )
            other.execute("lock table a")
            other.rollback()

        rival = threading.Thread(target=lock_a)
        rival.start()
        told: list[str] = []
        outcome = commands.up(where, started=lambda *_: None, told=told.append)
        rival.join()
    assert outcome.failure is None
    assert any("deadlock detected" in one for one in told)
    assert scalar(dsn, "select to_regclass('made')::text") == "made"


def test_a_statement_timeout(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    where = place(write(tmp_path / "m", {"1_a.sql": f"create table a ();\n{SLEEP};"}), dsn, statement_timeout="200ms")
    failure = up(where).failure
    assert failure is not None
    assert failure.span is not None
    assert (failure.code, failure.span.line) == ("57014", 2)
    assert failure.hint is not None
    assert states(where) == {"1": "pending"}
    assert scalar(dsn, "select to_regclass('a')") is None


def test_a_role_without_the_rights(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create role migrator login; create table a ();")
    own = make_conninfo(dsn, user="migrator")
    where = place(write(tmp_path / "m", {"1_a.sql": "alter table a add x int;"}), own)
    try:
        with pytest.raises(DiagnosticError, match="permission denied for database"):
            up(where)  # the table of the history cannot be made
        scalar(dsn, f"grant create on database {conninfo_to_dict(dsn)['dbname']} to migrator")
        failure = up(where).failure
        assert failure is not None
        assert (failure.code, failure.message) == ("42501", "must be owner of table a")
        assert states(where) == {"1": "pending"}
    finally:
        scalar(dsn, "drop owned by migrator")
        scalar(dsn, "drop role migrator")


def test_no_database(tmp_path: Path, pg_server: EmbeddedServer) -> None:
    folder = project(tmp_path, {"1_a.sql": ""})
    code, _, err = run(folder, "", "up")
    assert (code, "no database is named" in err) == (2, True)
    (folder / ".env").write_text("DATABASE_URL=postgresql://nobody:secret@127.0.0.1:1/none\n")
    code, _, err = run(folder, "", "up")
    assert (code, "secret" in err) == (2, False)
    (folder / ".env.local").write_text(f'DATABASE_URL="{pg_server.dsn()}"\n')
    assert run(folder, "", "status")[0] == 0


def test_taking_back_fails_whole(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    files = {"1_a.sql": "create table a (); create table b ();", "1_a.down.sql": "drop table a; drop table none;"}
    where = place(write(tmp_path / "m", files), dsn)
    up(where)
    failure = down(where).failure
    assert failure is not None
    assert failure.code == "42P01"
    assert states(where) == {"1": "applied"}
    assert scalar(dsn, "select to_regclass('a')::text") == "a"


# ---------------------------------------------------------------- a pooler


@pytest.mark.pgbouncer
@pytest.mark.parametrize(
    ("mode", "size", "refused"), [("transaction", 5, True), ("transaction", 1, True), ("session", 5, False)]
)
def test_behind_a_pooler(
    tmp_path: Path, pg_database: PgDatabase, pooler: object, mode: str, size: int, refused: bool
) -> None:
    dsn = pg_database()
    assert callable(pooler)
    through = pooler(mode, size, str(conninfo_to_dict(dsn)["dbname"]))
    where = place(write(tmp_path / "m", {"1_a.sql": "create table a ();"}), through)
    if refused:
        with pytest.raises(DiagnosticError, match="a connection pooler in transaction mode"):
            up(where)
        assert scalar(dsn, "select to_regnamespace('querygen')") is None
    else:
        assert len(up(where).done) == 1
