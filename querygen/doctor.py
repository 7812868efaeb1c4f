"""`querygen doctor`: what a troubleshooting page would ask, asked of this project and its database, with the cure.

Takes the configuration and the environment; gives a `Check` for each question, in the order in which one would ask:
what a failed one makes pointless is not asked. Nothing is written, and the database is only read.
"""

from __future__ import annotations

import re
import socket
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.diagnostics import DiagnosticError, DiagnosticErrors, Severity
from querygen.diagnostics_render import plural
from querygen.server.database import hide_password
from querygen.server.environment import project_url
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.config import Config
    from querygen.pipeline import Analysis
    from querygen.runner.plan import Entry
    from querygen.verify_live import Begin


class State(StrEnum):
    GOOD = "good"
    BAD = "bad"
    SKIPPED = "skipped"


class Check(Struct, frozen=True):
    """An answer: `cure` says what to do about a bad one."""

    name: str
    state: State
    message: str
    cure: str | None = None


_IDLE_SECONDS: Final = 60
_FULL: Final = 0.9  # of max_connections


def _good(name: str, message: str) -> Check:
    return Check(name, State.GOOD, message)


def _bad(name: str, message: str, cure: str) -> Check:
    return Check(name, State.BAD, message, cure)


def examine(config: Config, given: str | None, environ: Mapping[str, str]) -> Iterator[Check]:
    """Every check, as it is made."""
    from querygen.pipeline import analyze

    analysis = analyze(config)
    yield from project(config, analysis)
    try:
        url, origin = project_url(config.root, given, environ)
    except ServerError as problem:
        yield _bad("database url", problem.message, problem.hint)
        return
    if url is None:
        cure = "Start a server of the project's own with `querygen db start`, or set DATABASE_URL in .env.local."
        yield _bad("database url", "there is no DATABASE_URL in the environment, .env.local or .env", cure)
        return
    yield _good("database url", f"{origin}: {hide_password(url)}")
    conn, answer = _connect(config, url)
    yield answer
    if conn is None:
        return
    with conn:
        yield from database(config, analysis, url, conn)


# ---------------------------------------------------------------- the project


def project(config: Config, analysis: Analysis) -> Iterator[Check]:
    """What needs no database: the SQL, and the generated code."""
    errors = [one for one in analysis.diagnostics if one.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        where = f" ({first.span.source.path}:{first.span.line})" if first.span else ""
        message = f"{plural(len(errors), 'error')}, the first: {first.message}{where}"
        yield _bad("sql", message, "See them all with `querygen build`.")
        yield Check("generated code", State.SKIPPED, "the SQL has errors")
        return
    counts = plural(len(analysis.queries), "query"), plural(len(analysis.catalog.relations()), "relation")
    yield _good("sql", ", ".join(counts))
    for target in config.targets or (config,):
        yield _generated(target)


def _generated(config: Config) -> Check:
    """Is the code of a package what the SQL says?"""
    from querygen.pipeline import generate
    from querygen.write import write_files

    result = generate(config)
    if any(one.severity is Severity.ERROR for one in result.diagnostics):
        return _bad("generated code", f"{config.out}/ cannot be generated", "See why with `querygen build`.")
    try:
        written = write_files(config.out_path, result.files, check=True)
    except DiagnosticError as problem:
        cure = problem.diagnostic.hint or "See it all with `querygen build`."
        return _bad("generated code", problem.diagnostic.message, cure)
    stale = len(written.changed) + len(written.removed)
    if stale:
        message = f"{plural(stale, 'file')} in {config.out}/ {'is' if stale == 1 else 'are'} not what the SQL says"
        return _bad("generated code", message, "Write them anew with `querygen build`.")
    return _good("generated code", f"{config.out}/ is up to date")


# ---------------------------------------------------------------- the connection


def _connect(config: Config, url: str) -> tuple[Connection[TupleRow] | None, Check]:
    from querygen.server.database import connect

    try:
        conn = connect(url, connect_timeout=5)
    except ServerError as problem:
        if problem.about:
            return None, _bad(problem.about, _last_line(problem.message), problem.hint)
        return None, _refused(config, url, problem.message)
    version = conn.info.parameter_status("server_version") or ""
    return conn, _good("connection", f"PostgreSQL {version}")


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1].strip()


def _refused(config: Config, url: str, reason: str) -> Check:
    """Nobody answers: whose server would it be, and does anything listen there?"""
    from psycopg.conninfo import conninfo_to_dict

    from querygen.server import development

    given = conninfo_to_dict(url)
    host, port = str(given.get("host") or "localhost"), int(str(given.get("port") or 5432))
    own = development.find(config.root)
    if own is not None and own.kept.port == port:
        return _bad("server", "the project's own server does not run", "Start it with `querygen db start`.")
    if not host.startswith("/") and _listens(host, port):
        message = f"something listens on {host}:{port}, but it is no PostgreSQL"
        return _bad("server", message, "Correct the port in DATABASE_URL: PostgreSQL's own is 5432.")
    near = [
        other for other in (5432, 5433, 6432) if other != port and not host.startswith("/") and _listens(host, other)
    ]
    hint = f" Something listens on port {near[0]}: is it there?" if near else ""
    cure = f"Start the server, correct host and port in DATABASE_URL, or run `querygen db start`.{hint}"
    return _bad("server", f"no server answers at {host}:{port}: {_last_line(reason)}", cure)


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


# ---------------------------------------------------------------- the database


def database(config: Config, analysis: Analysis, url: str, conn: Connection[TupleRow]) -> Iterator[Check]:
    """What the server knows."""
    from querygen.verify_live import begin_of

    begin = begin_of(conn)
    conn.execute("set default_transaction_read_only = on")
    yield version(config, conn)
    yield transactions(analysis, begin)
    yield pooler(url)
    yield connections(conn)
    yield idle_sessions(conn)
    yield from extensions(config, conn)
    pending: list[Entry] = []
    yield from migrations(config, url, pending)
    yield relations(analysis, conn, pending)
    yield from queries(analysis, url, begin)
    conn.execute("reset all")  # behind a pooler the next would meet our settings


def version(config: Config, conn: Connection[TupleRow]) -> Check:
    """Is the server as new as the SQL that is written for it?"""
    major = conn.info.server_version // 10000
    if major < config.pg_version:
        cure = f"Use a newer server, or set pg_version = {major}: what it lacks is then refused when you build."
        return _bad("version", f"the server is PostgreSQL {major}, the project is for {config.pg_version}", cure)
    return _good("version", f"PostgreSQL {major}, and the project is for {config.pg_version}")


def transactions(analysis: Analysis, begin: Begin) -> Check:
    """May what the queries write be written?"""
    from querygen.pipeline import FailedQuery
    from querygen.verify_live import read_only

    problem = read_only([one for one in analysis.queries if not isinstance(one, FailedQuery)], begin)
    if problem is not None:
        return _bad("transactions", problem.message, problem.hint or "")
    reads = begin.read_only or begin.standby
    return _good("transactions", "they begin read only, and no query writes" if reads else "they begin read write")


def pooler(url: str) -> Check:
    """Does a pooler in transaction mode stand in between?"""
    from querygen.runner.session import refuse_pooler
    from querygen.server.database import connect

    try:
        with connect(url) as first, connect(url) as second:
            refuse_pooler(url, first, second)
    except DiagnosticError:
        cure = (
            "Fine for queries, if statements are not prepared (prepare_threshold=None) and nothing relies on SET; "
            "migrations and LISTEN need the server's own port."
        )
        return _bad("pooler", "a pooler in transaction mode stands before the server", cure)
    except ServerError as problem:
        return Check("pooler", State.SKIPPED, _last_line(problem.message))
    return _good("pooler", "every connection has a session of its own")


def connections(conn: Connection[TupleRow]) -> Check:
    """How many connections are left?"""
    used, limit = conn.execute(
        "select (select count(*) from pg_catalog.pg_stat_activity where backend_type = 'client backend'),"
        " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    ).fetchall()[0]
    if used >= limit * _FULL:
        who = conn.execute(
            "select coalesce(nullif(application_name, ''), usename::text, '?'), count(*)"
            " from pg_catalog.pg_stat_activity where backend_type = 'client backend' group by 1 order by 2 desc limit 3"
        ).fetchall()
        listed = ", ".join(f"{name}: {count}" for name, count in who)
        cure = "Make pools smaller (instances × max_size must stay below the limit), or put PgBouncer in between."
        return _bad("connections", f"{used} of {limit} connections are taken ({listed})", cure)
    return _good("connections", f"{used} of {limit} are taken")


def idle_sessions(conn: Connection[TupleRow]) -> Check:
    """Does a session hold its transaction open and do nothing?"""
    rows = conn.execute(
        "select pid, usename, extract(epoch from now() - state_change)::int, left(query, 60)"
        " from pg_catalog.pg_stat_activity where state like 'idle in transaction%%'"
        " and now() - state_change > make_interval(secs => %s) order by 3 desc",
        (_IDLE_SECONDS,),
    ).fetchall()
    if rows:
        pid, user, seconds, query = rows[0]
        message = f"{len(rows)} sessions are idle in a transaction, the longest (process {pid}, {user}) for {seconds} s"
        cure = "End it in the program (a transaction block that waits for something else), or set "
        cure += f"idle_in_transaction_session_timeout. Its last statement: {query}"
        return _bad("idle transactions", message, cure)
    return _good("idle transactions", "no session holds a transaction open")


def extensions(config: Config, conn: Connection[TupleRow]) -> Iterator[Check]:
    """Is every extension that the schema asks for there?"""
    from querygen.schema_load import schema_of
    from querygen.sql.parse import extensions_of

    wanted = sorted(extensions_of(schema_of(config)))
    if not wanted:
        return
    rows = conn.execute(
        "select w.name, e.extname is not null, a.name is not null from unnest(%s::text[]) as w (name)"
        " left join pg_catalog.pg_extension e on e.extname = w.name"
        " left join pg_catalog.pg_available_extensions a on a.name = w.name",
        (wanted,),
    ).fetchall()
    missing = [(name, available) for name, there, available in rows if not there]
    for name, available in missing:
        cure = (
            f"CREATE EXTENSION {name}; in a migration, by a role that may."
            if available
            else f"Install it on the server: its package, or an image that has {name}."
        )
        how = "is not in this database" if available else "is not installed on the server"
        yield _bad("extensions", f"{name} {how}", cure)
    if not missing:
        yield _good("extensions", ", ".join(wanted))


def migrations(config: Config, url: str, pending: list[Entry]) -> Iterator[Check]:
    """Has the database every migration? `pending` receives those that it has not."""
    from querygen.runner import commands, plan
    from querygen.runner.history import parse_table

    folder = config.root / config.migrations
    if not folder.is_dir():
        return
    try:
        entries, holder = commands.look(commands.Place(folder, url, parse_table(config.migrations_table)))
    except (DiagnosticError, DiagnosticErrors) as problem:
        yield _bad("migrations", str(problem), "See it all with `querygen migrate status`.")
        return
    pending += plan.pending(entries)
    obstacles = [one for one in plan.obstacles(entries) if one.severity is Severity.ERROR]
    if obstacles:
        yield _bad("migrations", obstacles[0].message, obstacles[0].hint or "See `querygen migrate status`.")
    elif pending:
        listed = ", ".join(one.label for one in pending[:3]) + (" …" if len(pending) > 3 else "")
        yield _bad("migrations", f"{len(pending)} are pending: {listed}", "Apply them with `querygen migrate up`.")
    else:
        running = f"; a run is under way: {holder}" if holder else ""
        yield _good("migrations", f"all {len(entries)} are applied{running}")


def relations(analysis: Analysis, conn: Connection[TupleRow], pending: list[Entry]) -> Check:
    """Is every table and view of the schema there, and if not, which pending migration makes it?"""
    catalog = analysis.catalog
    names = [
        f"{catalog.namespace_name(one.namespace)}.{one.name}"
        for one in catalog.relations()
        if one.kind in "rpvmf" and one.persistence != "t"
    ]
    there = {
        name
        for (name,) in conn.execute(
            "select n.nspname || '.' || c.relname from pg_catalog.pg_class c"
            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f')"
        )
    }
    missing = [name for name in names if name not in there]
    if not missing:
        return _good("relations", f"all {len(names)} tables and views of the schema are there")
    bare = missing[0].rpartition(".")[2]
    maker = next((one for one in pending if _speaks_of(one, bare)), None)
    cure = (
        f"{maker.label} makes it: `querygen migrate up`."
        if maker
        else "Apply the schema: `querygen migrate up`, or `querygen db reset` on a development database."
    )
    others = f" and {len(missing) - 1} others" if len(missing) > 1 else ""
    return _bad("relations", f"{missing[0]}{others} of the schema are not in the database", cure)


def _speaks_of(entry: Entry, name: str) -> bool:
    pattern = re.compile(rf"\bcreate\b[^;]*\b{re.escape(name)}\b", re.IGNORECASE)
    return entry.migration is not None and any(pattern.search(one.text) for one in entry.migration.up.commands)


def queries(analysis: Analysis, url: str, begin: Begin) -> Iterator[Check]:
    """Does the server agree with the types that the code was generated with?"""
    from querygen.verify import verify_database

    found = verify_database(analysis, url, live=True, told=lambda _done, _all: None, begin=begin)
    if found:
        cure = "See them all with `querygen verify --live`; then migrate the database, or build anew."
        yield _bad("queries", f"{plural(len(found), 'disagreement')}, the first: {found[0].message}", cure)
    else:
        yield _good("queries", f"the server agrees with all {len(analysis.queries)}")


MARKS: Final[Mapping[State, str]] = {State.GOOD: "✓", State.BAD: "✗", State.SKIPPED: "–"}
COLORS: Final[Mapping[State, str]] = {State.GOOD: "green", State.BAD: "red", State.SKIPPED: "yellow"}


def as_line(check: Check, style: Callable[..., str]) -> str:
    """A check as it is printed."""
    mark = style(MARKS[check.state], fg=COLORS[check.state])
    cure = f"\n    {style('cure:', fg='green')} {check.cure}" if check.cure else ""
    return f"  {mark} {check.name}: {check.message}{cure}"
