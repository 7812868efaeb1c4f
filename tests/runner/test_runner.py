"""The migration runner on a server: what each command does, and what it says of bad input."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from querygen.diagnostics import DiagnosticError, DiagnosticErrors
from querygen.runner import commands, plan
from querygen.runner.apply import Limits
from querygen.runner.commands import Outcome, Place, Repairs
from querygen.runner.files import checksum, read_migrations
from querygen.runner.history import Table
from tests.pg_fixtures import PgDatabase

TABLE = Table("querygen", "migration")


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder


def place(folder: Path, dsn: str, **limits: str) -> Place:
    return Place(folder, dsn, TABLE, 5.0, Limits(**limits))


def up(where: Place, **options: object) -> Outcome:
    return commands.up(where, started=lambda *_: None, told=lambda _: None, **options)  # type: ignore[arg-type]


def down(where: Place, **options: object) -> Outcome:
    return commands.down(where, started=lambda *_: None, told=lambda _: None, **options)  # type: ignore[arg-type]


def states(where: Place) -> dict[str, str]:
    return {one.version: one.state.value for one in commands.look(where)[0]}


def scalar(dsn: str, query: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as conn:
        cursor = conn.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


ACCOUNT = {
    "20260101000000_account.sql": "create table account (id int primary key);\ninsert into account values (1);\n",
    "20260101000000_account.down.sql": "drop table account;\n",
    "20260102000000_name.sql": "alter table account add name text;\n",
    "20260102000000_name.down.sql": "alter table account drop name;\n",
}


def test_up_and_down(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    where = place(write(tmp_path / "m", ACCOUNT), dsn)
    assert states(where) == {"20260101000000": "pending", "20260102000000": "pending"}
    assert scalar(dsn, "select to_regnamespace('querygen')") is None  # looking writes nothing
    assert [one.label for one in up(where, to="20260101000000").done] == ["20260101000000_account"]
    assert [one.label for one in up(where).done] == ["20260102000000_name"]
    assert up(where).done == []
    assert states(where) == {"20260101000000": "applied", "20260102000000": "applied"}
    assert [one.label for one in down(where).done] == ["20260102000000_name"]
    assert scalar(dsn, "select count(*) from account") == 1
    assert [one.label for one in down(where, to="0").done] == ["20260101000000_account"]
    assert scalar(dsn, "select to_regclass('account')") is None
    assert len(up(where).done) == 2


def test_a_dry_run_runs_nothing(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    where = place(write(tmp_path / "m", ACCOUNT), dsn)
    assert [one.version for one in up(where, dry_run=True).planned] == ["20260101000000", "20260102000000"]
    assert scalar(dsn, "select to_regnamespace('querygen')") is None


def test_a_failing_file_is_not_applied_at_all(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    files = {"1_a.sql": "create table a ();", "2_b.sql": "create table b ();\n\n  select nothing;\n", "3_c.sql": ""}
    where = place(write(tmp_path / "m", files), dsn)
    outcome = up(where)
    assert [one.version for one in outcome.done] == ["1"]
    failure = outcome.failure
    assert failure is not None
    assert failure.span is not None
    assert (failure.code, failure.span.line, failure.span.column) == ("42703", 3, 10)
    assert [one.version for one in outcome.planned] == ["2", "3"]
    assert scalar(dsn, "select to_regclass('b')") is None
    assert states(where) == {"1": "applied", "2": "pending", "3": "pending"}


def test_a_deferred_constraint_fails_at_commit(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create table a (id int unique deferrable initially deferred);")
    where = place(write(tmp_path / "m", {"1_a.sql": "insert into a values (1), (1);"}), dsn)
    failure = up(where).failure
    assert failure is not None
    assert (failure.code, "at COMMIT" in failure.message) == ("23505", True)
    assert states(where) == {"1": "pending"}


def test_settings_of_a_file_end_with_it(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create schema s; create role plain;")
    try:
        files = {"1_a.sql": "set search_path = s; create table a (); set role plain;", "2_b.sql": "create table b ();"}
        where = place(write(tmp_path / "m", files), dsn)
        assert up(where).failure is None
        assert (
            scalar(
                dsn,
                "select string_agg(relnamespace::regnamespace::text, ',' order by relname)"
                " from pg_class where relname in ('a', 'b')",
            )
            == "s,public"
        )
    finally:
        scalar(dsn, "drop role plain")


@pytest.mark.parametrize(
    ("name", "text"),
    [("crlf", "create table a ();\r\ncreate table b ();\r\n"), ("bom", "\ufeffcreate table a ();create table b ();")],
)
def test_line_ends_and_marks(tmp_path: Path, pg_database: PgDatabase, name: str, text: str) -> None:
    dsn = pg_database()
    folder = write(tmp_path / "m", {"1_a.sql": text})
    where = place(folder, dsn)
    assert up(where).failure is None
    assert scalar(dsn, "select to_regclass('b')::text") == "b"
    # The same text with other line ends is the same migration.
    write(folder, {"1_a.sql": text.replace("\r\n", "\n").removeprefix("\ufeff")})
    assert states(where) == {"1": "applied"}


def test_checksum_knows_one_line_end() -> None:
    assert checksum("a\r\nb\rc\n") == checksum("a\nb\nc\n") != checksum("a\nb\nc")


def test_an_empty_file_is_applied(tmp_path: Path, pg_database: PgDatabase) -> None:
    where = place(write(tmp_path / "m", {"1_a.sql": "-- nothing yet\n", "2_b.sql": ""}), pg_database())
    assert len(up(where).done) == 2


def test_a_changed_file_is_refused_everywhere(tmp_path: Path, pg_database: PgDatabase) -> None:
    folder = write(tmp_path / "m", ACCOUNT)
    where = place(folder, pg_database())
    up(where)
    write(folder, {"20260102000000_name.sql": "alter table account add name text not null;\n"})
    for command in (up, down):
        with pytest.raises(DiagnosticErrors) as caught:
            command(where)
        assert [one.code for one in caught.value.diagnostics] == [plan.CHANGED]
    commands.repair(where, Repairs(accept=("20260102000000",)), lambda _: None)
    assert states(where)["20260102000000"] == "applied"


def test_a_missing_file_is_a_warning(tmp_path: Path, pg_database: PgDatabase) -> None:
    folder = write(tmp_path / "m", ACCOUNT)
    where = place(folder, pg_database())
    up(where)
    (folder / "20260102000000_name.sql").unlink()
    (folder / "20260102000000_name.down.sql").unlink()
    assert [one.code for one in up(where).warnings] == [plan.MISSING]
    with pytest.raises(DiagnosticErrors, match="--forget is for one that is"):
        commands.repair(where, Repairs(forget=("20260101000000",)), lambda _: None)
    commands.repair(where, Repairs(forget=("20260102000000",)), lambda _: None)
    assert states(where) == {"20260101000000": "applied"}


def test_two_branches_merged(tmp_path: Path, pg_database: PgDatabase) -> None:
    folder = write(tmp_path / "m", {"10_ours.sql": "create table ours ();"})
    where = place(folder, pg_database())
    up(where)
    write(folder, {"9_theirs.sql": "create table theirs ();", "9_theirs.down.sql": "drop table theirs;"})
    with pytest.raises(DiagnosticErrors) as caught:
        up(where)
    assert [one.code for one in caught.value.diagnostics] == [plan.OUT_OF_ORDER]
    assert states(where) == {"9": "out of order", "10": "applied"}
    renamed = commands.rebase(where)
    assert [old.name for old, _ in renamed] == ["9_theirs.sql", "9_theirs.down.sql"]
    assert len(up(where).done) == 1
    write(folder, {"8_late.sql": "create table late ();"})
    assert [one.version for one in up(where, allow_out_of_order=True).done] == ["8"]
    write(folder, {"08_late_too.sql": ""})
    with pytest.raises(DiagnosticErrors, match="has the same version"):
        up(where)


def test_baseline_notes_and_runs_nothing(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create table account (id int primary key);")
    where = place(write(tmp_path / "m", ACCOUNT), dsn)
    commands.baseline(where, to="20260101000000", told=lambda _: None)
    assert states(where) == {"20260101000000": "baseline", "20260102000000": "pending"}
    assert len(up(where).done) == 1


def test_a_squash_is_noted_where_its_files_were_applied(tmp_path: Path, pg_database: PgDatabase) -> None:
    folder = write(tmp_path / "m", ACCOUNT)
    old, new, half = (place(folder, pg_database()) for _ in range(3))
    up(old)
    up(half, to="20260101000000")
    for path in folder.iterdir():
        path.unlink()
    text = "-- querygen: replaces 20260101000000, 20260102000000\ncreate table account (id int primary key, name text);"
    write(folder, {"20260102000000_squashed.sql": text})
    assert [one.action for one in up(old).done] == ["noted"]
    assert up(old).done == []
    assert [one.action for one in up(new).done] == ["applied"]
    with pytest.raises(DiagnosticErrors) as caught:
        up(half)
    assert [one.code for one in caught.value.diagnostics] == [plan.HALF_REPLACED]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("begin;\ncreate table a ();\ncommit;", 1, "the runner has the transaction"),
        ("create table a ();\n\ncreate index concurrently i on a ((1));", 3, "does not run this in a transaction"),
        ("create table a (x int);\ncopy a from stdin;", 2, "COPY"),
        ("\\i other.sql\n", 1, "command of psql"),
        ("-- querygen: no-transactions\nselect 1;", 1, "no instruction"),
        ("-- querygen: lock_timeout soon\nselect 1;", 1, "takes a time"),
        ("-- querygen: no-transaction\nbegin;\nselect 1;", 2, "never committed"),
        ("-- querygen: no-transaction\nrollback;", 2, "cannot take itself back"),
        ("-- querygen: no-transaction\ncommit;", 2, "no transaction in progress"),
        ("create tabel a ();\ncreate table b ();", 1, "syntax error"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_does(tmp_path: Path, text: str, line: int, said: str) -> None:
    folder = write(tmp_path / "m", {"1_good.sql": "create table good ();", "2_bad.sql": text})
    problems = read_migrations(folder)[1]
    assert problems
    assert problems[0].span is not None
    assert problems[0].span.line == line
    assert said in problems[0].message
    with pytest.raises(DiagnosticErrors):
        up(place(folder, "host=/nowhere"))  # no connection is tried


def test_names_without_a_version(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", {"add_account.sql": "", "1_a.down.sql": ""})
    assert len(read_migrations(folder)[1]) == 2


NO_TRANSACTION = """-- querygen: no-transaction
create table a (x int);
create index concurrently a_x on a (x);
begin;
insert into a values (1);
insert into a values (2);
commit;
select x / 0 from a;
drop index concurrently a_x;
"""


def test_a_file_without_a_transaction_goes_on_where_it_broke_off(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    folder = write(tmp_path / "m", {"1_a.sql": NO_TRANSACTION})
    where = place(folder, dsn)
    outcome = up(where)
    assert outcome.failure is not None
    assert outcome.failure.code == "22012"
    entry = commands.look(where)[0][0]
    assert entry.row is not None
    assert (entry.state.value, entry.row.finished, entry.row.problem) == (
        "interrupted",
        3,
        "22012: division by zero",
    )
    with pytest.raises(DiagnosticErrors, match="broke off: 3 of its 5 statements have run"):
        up(where)
    write(folder, {"1_a.sql": NO_TRANSACTION.replace("x / 0", "x / 1")})
    with pytest.raises(DiagnosticErrors):
        commands.repair(where, Repairs(accept=("1",)), lambda _: None)
    commands.repair(where, Repairs(retry=("1",)), lambda _: None)
    assert states(where) == {"1": "repaired"}
    assert up(where).failure is None
    assert states(where) == {"1": "applied"}
    assert scalar(dsn, "select count(*) from a") == 2


WAY_DOWN = """-- querygen: no-transaction
drop index concurrently a_x;
insert into log select x / 0 from a;
drop table a;
"""
FILES_BOTH_WAYS = {
    "1_a.sql": "create table a (x int); insert into a values (1); create index a_x on a (x); create table log (x int);",
    "1_a.down.sql": WAY_DOWN,
    "2_b.sql": "create table b ();",
    "2_b.down.sql": "drop table b;",
}


def test_a_way_down_without_a_transaction_goes_on_where_it_broke_off(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    folder = write(tmp_path / "m", FILES_BOTH_WAYS)
    where = place(folder, dsn)
    assert up(where).failure is None
    failure = down(where, to="0").failure
    assert failure is not None
    assert failure.code == "22012"
    entry = commands.look(where)[0][0]
    assert entry.row is not None
    assert (entry.row.down, entry.row.finished, entry.row.problem) == (True, 1, "22012: division by zero")
    assert states(where) == {"1": "interrupted", "2": "pending"}
    for command in (up, down):
        with pytest.raises(DiagnosticErrors, match="1_a broke off on its way down: 1 of its 3 statements have run"):
            command(where)
    write(folder, {"1_a.down.sql": WAY_DOWN.replace("x / 0", "x / 1")})
    commands.repair(where, Repairs(retry=("1",)), lambda _: None)
    assert states(where) == {"1": "repaired", "2": "pending"}
    with pytest.raises(DiagnosticErrors, match="1_a is taken back in part"):
        up(where)
    assert down(where).failure is None  # the index is gone: behind the first statement
    assert states(where) == {"1": "pending", "2": "pending"}
    assert scalar(dsn, "select to_regclass('a')") is None
    assert scalar(dsn, "select count(*) from log") == 1


def test_a_way_down_that_broke_off_is_settled_by_hand(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    where = place(write(tmp_path / "m", FILES_BOTH_WAYS), dsn)
    up(where)
    down(where, to="0")
    scalar(dsn, "create index a_x on a (x)")
    commands.repair(where, Repairs(applied=("1",)), lambda _: None)
    assert states(where) == {"1": "applied", "2": "pending"}
    row = commands.look(where)[0][0].row
    assert row is not None
    assert (row.down, row.finished) == (False, 4)
    assert up(where).failure is None
    down(where, to="0")
    scalar(dsn, "create index a_x on a (x)")
    commands.repair(where, Repairs(restart=("1",)), lambda _: None)
    failure = down(where).failure
    assert failure is not None
    assert failure.code == "22012"  # from the first statement on
    assert scalar(dsn, "select to_regclass('a_x')") is None
    scalar(dsn, "drop table a, log")
    commands.repair(where, Repairs(forget=("1",)), lambda _: None)
    assert states(where) == {"1": "pending", "2": "pending"}


def test_a_history_that_is_older_than_its_directions(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database()
    where = place(write(tmp_path / "m", ACCOUNT), dsn)
    up(where)
    scalar(dsn, "alter table querygen.migration drop direction")
    assert set(states(where).values()) == {"applied"}
    assert down(where).failure is None
    assert list(states(where).values()) == ["applied", "pending"]


def test_an_invalid_index_is_built_again(tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database("create table a (x int); insert into a values (1), (1);")
    text = "-- querygen: no-transaction\ncreate unique index concurrently a_x on a (x);"
    where = place(write(tmp_path / "m", {"1_a.sql": text}), dsn)
    failure = up(where).failure
    assert failure is not None
    assert failure.code == "23505"
    assert scalar(dsn, "select indisvalid from pg_index where indexrelid = 'a_x'::regclass") is False
    scalar(dsn, "delete from a where ctid = '(0,1)'")
    commands.repair(where, Repairs(retry=("1",)), lambda _: None)
    assert up(where).failure is None
    assert scalar(dsn, "select indisvalid from pg_index where indexrelid = 'a_x'::regclass") is True


def test_a_version_that_is_not_there(tmp_path: Path, pg_database: PgDatabase) -> None:
    where = place(write(tmp_path / "m", ACCOUNT), pg_database())
    with pytest.raises(DiagnosticError, match="there is no migration 7"):
        up(where, to="7")


def test_a_migration_without_a_way_down(tmp_path: Path, pg_database: PgDatabase) -> None:
    where = place(write(tmp_path / "m", {"1_a.sql": "create table a ();", **ACCOUNT}), pg_database())
    up(where)
    with pytest.raises(DiagnosticErrors, match="it has no down file"):
        down(where, to="0")
    assert set(states(where).values()) == {"applied"}  # nothing was taken back
