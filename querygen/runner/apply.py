"""One file, run on a database.

Takes a `Session` and a `Step`, gives how long it took. A transactional file runs whole or not at all, its row of the
history with it. A file without a transaction runs statement by statement: those that can be in a transaction are, each
with the note that it has run, and those that cannot are looked at before they are run again.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from typing import TYPE_CHECKING, Final, LiteralString

from msgspec import Struct
from msgspec.structs import replace

from querygen.diagnostics import Diagnostic, DiagnosticError, error
from querygen.runner import history
from querygen.runner.session import blockers, check_guard
from querygen.server.said import server_said
from querygen.source import Span
from querygen.sql.script import Command, Effect, IndexName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.runner.files import Step
    from querygen.runner.session import Session

ALREADY = "QG563"  # another run applied it in the meantime
_RETRIED: Final = ("55P03", "40P01")  # lock_not_available, deadlock_detected
_ATTEMPTS: Final = 5
_FIRST_PAUSE: Final = 0.5


class Work(Struct, frozen=True):
    """What to run and how to remember it. With `down` the row is gone in the end.

    `finished`: how many units of a file without a transaction have run in an earlier attempt; None: it is the first.
    """

    version: str
    name: str
    step: Step
    down: bool = False
    finished: int | None = None


class Limits(Struct, frozen=True):
    """`SET` for each file that does not say otherwise; an empty text leaves the server's."""

    lock_timeout: str = "5s"
    statement_timeout: str = ""


def run_step(session: Session, work: Work, limits: Limits, told: Callable[[str], None]) -> int:
    """Run a file; the milliseconds it took. A `DiagnosticError` with its place for whatever goes wrong."""
    import psycopg

    check_guard(session)
    start = time.monotonic()
    try:
        # A server that finds its client gone while a statement runs stops it: nobody is left to commit it.
        _set_where_known(session.conn, "client_connection_check_interval", "2s")
        if work.step.transactional:
            _with_retries(session, work, limits, told)
        else:
            _one_by_one(session, work, limits, told)
    finally:
        with contextlib.suppress(psycopg.Error):
            _forget_settings(session.conn)
    return round((time.monotonic() - start) * 1000)


def _set_where_known(conn: Connection[TupleRow], name: str, value: str) -> None:
    conn.execute(
        "select pg_catalog.set_config(name, %s, false) from pg_catalog.pg_settings where name = %s", (value, name)
    )


def _forget_settings(conn: Connection[TupleRow]) -> None:
    """What a file SETs is not for the next one."""
    conn.execute("reset session authorization")
    conn.execute("reset all")


# ---------------------------------------------------------------- one transaction


def _with_retries(session: Session, work: Work, limits: Limits, told: Callable[[str], None]) -> None:
    pause = _FIRST_PAUSE
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _transaction(session, work, limits)
        except DiagnosticError as problem:
            if problem.diagnostic.code not in _RETRIED or attempt == _ATTEMPTS:
                raise
            told(f"{problem.diagnostic.message}; again in {pause:.1f} s ({attempt} of {_ATTEMPTS - 1})")
        else:
            return
        time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 — it only keeps two runs from meeting again
        pause *= 2


def _transaction(session: Session, work: Work, limits: Limits) -> None:
    import psycopg

    conn, table, step = session.conn, session.table, work.step
    start = time.monotonic()
    try:
        with conn.transaction():
            _set_limits(conn, step, limits, local=True)
            if work.down:
                history.delete_row(conn, table, work.version)
            else:
                _claim(session, work, history.APPLIED, len(step.commands))
            for command in step.commands:
                _run(session, step, command)
            if not work.down:
                conn.execute("reset session authorization")  # after a SET ROLE the table may be out of reach
                spent = round((time.monotonic() - start) * 1000)
                finished = len(step.commands)
                history.update_row(
                    conn, table, work.version, state=history.APPLIED, finished=finished, duration_ms=spent
                )
    except psycopg.Error as problem:
        # Only COMMIT and our own statements are left: a deferred constraint, or a connection that broke.
        raise _failure(session, step, None, problem) from None


def _claim(session: Session, work: Work, state: str, finished: int) -> None:
    import psycopg

    try:
        history.insert_row(session.conn, session.table, work.version, work.name, work.step.sha256, state, finished)
    except psycopg.errors.UniqueViolation:
        raise DiagnosticError(
            error(
                ALREADY,
                f"{work.version} was applied by another run in the meantime",
                hint="Run the command again; `querygen migrate status` shows where the database is.",
            )
        ) from None


def _set_limits(conn: Connection[TupleRow], step: Step, limits: Limits, *, local: bool) -> None:
    wanted = {"lock_timeout": limits.lock_timeout, "statement_timeout": limits.statement_timeout}
    wanted |= {name: value.replace(" ", "") for name, value in step.settings}
    for name, value in wanted.items():
        if value:
            conn.execute("select pg_catalog.set_config(%s, %s, %s)", (name, value, local))


# ---------------------------------------------------------------- statement by statement


def _one_by_one(session: Session, work: Work, limits: Limits, told: Callable[[str], None]) -> None:
    import psycopg

    conn, table, step = session.conn, session.table, work.step
    _set_limits(conn, step, limits, local=False)
    start = time.monotonic()
    finished = work.finished or 0
    with conn.transaction():
        if work.down:
            history.update_row(conn, table, work.version, state=history.RUNNING, finished=finished, down=True)
        elif work.finished is None:
            _claim(session, work, history.RUNNING, 0)
        else:
            history.update_checksum(conn, table, work.version, step.sha256, work.name)
            history.update_row(conn, table, work.version, state=history.RUNNING, finished=finished)
    doubtful = None if work.finished is None else finished + 1  # it may have run before the earlier attempt broke off
    try:
        for number, unit in enumerate(units(step.commands), 1):
            if number <= finished:
                continue
            if len(unit) == 1 and unit[0].effect in (Effect.ALONE, Effect.PERHAPS_ALONE):
                _run_alone(session, step, unit[0], told, doubtful=number == doubtful)
                with conn.transaction():
                    _note(session, work, number, start)
            else:
                with conn.transaction():
                    for command in unit:
                        if command.effect not in (Effect.BEGIN, Effect.COMMIT):
                            _run(session, step, command)
                    _note(session, work, number, start)
            finished = number
        with conn.transaction():
            if work.down:
                conn.execute("reset session authorization")
                history.delete_row(conn, table, work.version)
            else:
                _note(session, work, finished, start, history.APPLIED)
    except DiagnosticError as problem:
        _note_failure(session, work, finished, problem.diagnostic)
        raise
    except psycopg.Error as problem:
        failure = _failure(session, step, None, problem)
        _note_failure(session, work, finished, failure.diagnostic)
        raise failure from None


def units(commands: list[Command]) -> list[list[Command]]:
    """The statements as they are run: what stands between BEGIN and COMMIT is one."""
    found: list[list[Command]] = []
    inside = False
    for command in commands:
        if inside:
            found[-1].append(command)
        else:
            found.append([command])
        if command.effect in (Effect.BEGIN, Effect.COMMIT):
            inside = command.effect is Effect.BEGIN
    return found


def _note(session: Session, work: Work, finished: int, start: float, state: str = history.RUNNING) -> None:
    conn = session.conn
    conn.execute("reset session authorization")
    spent = None if work.down else round((time.monotonic() - start) * 1000)
    history.update_row(
        conn, session.table, work.version, state=state, finished=finished, duration_ms=spent, down=work.down
    )


def _note_failure(session: Session, work: Work, finished: int, problem: Diagnostic) -> None:
    """Best effort: where the connection is gone the row stays `running`, which says the same to the next run."""
    import psycopg

    with contextlib.suppress(psycopg.Error):
        history.update_row(
            session.guard if session.conn.closed else session.conn,
            session.table,
            work.version,
            state=history.FAILED,
            finished=finished,
            problem=f"{problem.code}: {problem.message}",
            down=work.down,
        )


def _run_alone(session: Session, step: Step, command: Command, told: Callable[[str], None], *, doubtful: bool) -> None:
    """A statement that cannot be in a transaction: whether it ran before a crash is to be seen on the index."""
    index = command.index
    if index is None:
        _run(session, step, command)
        return
    state = index_state(session.conn, index)
    if doubtful and state is (None if index.dropped else True):
        told(f"{command.words}: done by the earlier attempt")
        return
    if state is False and not index.dropped:
        told(f"{index.name} was left invalid by an earlier attempt: it is dropped and built again")
        _drop_index(session, index)
    _run(session, step, command)
    if not index.dropped and index_state(session.conn, index) is False:
        message = f'index "{index.name}" was built, but is not valid'
        raise DiagnosticError(error("55000", message, _span(step, command, None)))


def index_state(conn: Connection[TupleRow], index: IndexName) -> bool | None:
    """Whether an index is valid; None where there is none. Without a schema it is looked for on the search path."""
    row = conn.execute(
        "select i.indisvalid from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relname = %s"
        " and case when %s::text is null then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = %s end",
        (index.name, index.schema, index.schema),
    ).fetchone()
    return None if row is None else bool(row[0])


def _drop_index(session: Session, index: IndexName) -> None:
    from psycopg import sql

    name = sql.Identifier(index.schema, index.name) if index.schema else sql.Identifier(index.name)
    session.conn.execute(sql.SQL("drop index concurrently if exists {}").format(name))


# ---------------------------------------------------------------- one statement


def _run(session: Session, step: Step, command: Command) -> None:
    import psycopg

    try:
        with _watched(session) as seen, _unhurried(session.conn, command):
            # As bytes and without parameters: `%` means itself, and the text is the file's, not a program's.
            session.conn.execute(command.text.encode())
    except psycopg.Error as problem:
        raise _failure(session, step, command, problem, seen) from None


@contextlib.contextmanager
def _unhurried(conn: Connection[TupleRow], command: Command) -> Iterator[None]:
    """statement_timeout is for statements that should be quick; building and validating are long by nature."""
    if not command.validates:
        yield
        return
    setting: LiteralString = "select pg_catalog.current_setting('statement_timeout')"
    row = conn.execute(setting).fetchone()
    before = row[0] if row else "0"
    if before == "0":
        yield
        return
    conn.execute("select pg_catalog.set_config('statement_timeout', '0', false)")
    yield
    conn.execute("select pg_catalog.set_config('statement_timeout', %s, false)", (before,))


@contextlib.contextmanager
def _watched(session: Session) -> Iterator[list[str]]:
    """While a statement waits for a lock, ask who has it: after lock_timeout nobody can say."""
    import psycopg

    found: list[str] = []
    done = threading.Event()

    def watch() -> None:
        pause = 0.2
        while not done.wait(pause):
            try:
                if waiting_for := blockers(session):
                    found[:] = waiting_for
            except psycopg.Error:
                return
            pause = min(pause * 2, 2.0)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


def _failure(
    session: Session, step: Step, command: Command | None, problem: psycopg.Error, seen: list[str] | None = None
) -> DiagnosticError:
    """What PostgreSQL said, at its place in the file, with what to do about it."""
    position = problem.diag.statement_position
    said = _said(problem, lost=session.conn.closed)
    message = said.message
    if seen and said.code in _RETRIED:
        message += "; " + ", ".join(seen) + (" has" if len(seen) == 1 else " have") + " the lock"
    if command is None and said.code.startswith("23"):
        message += " (at COMMIT)"
    span = _span(step, command, int(position) - 1 if position else None)
    return DiagnosticError(replace(said, message=message, span=span))


def _said(problem: psycopg.Error, *, lost: bool = False) -> Diagnostic:
    """A server's error with what to do about it in a migration."""
    after = "Run `querygen migrate status`: it says what was applied. A file in one transaction is whole or not."
    return server_said(problem, _HINTS, lost=lost, after=after)


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Whatever else a server refuses (the table's CREATE, a connection that breaks) is a message, too."""
    import psycopg

    try:
        yield
    except psycopg.Error as problem:
        raise DiagnosticError(_said(problem)) from None


_ROWS: Final = (
    "If rows that are there do not fit: mend them first, by an UPDATE in this file before the statement, or in a"
    " migration before it (`querygen migrate generate --empty`)."
)
_HINTS: Final = {
    "55P03": "End the session that has the lock, or wait longer: --lock-timeout 30s, or, in the file, the line"
    " `-- querygen: lock_timeout 30s`.",
    "57014": "Give it more time: --statement-timeout, or a line `-- querygen: statement_timeout 10min` in the file.",
    "42501": "Run migrations as the role that owns these objects, or grant it what it lacks.",
    "22001": _ROWS,
    "22003": _ROWS,
    "23502": _ROWS,
    "23503": _ROWS,
    "23505": _ROWS,
    "23514": _ROWS,
    "25001": "Put the line `-- querygen: no-transaction` on top of the file.",
}


def _span(step: Step, command: Command | None, position: int | None) -> Span | None:
    if command is None:
        return None
    start = command.start + (position or 0)
    return Span(step.source, start, start + 1)
