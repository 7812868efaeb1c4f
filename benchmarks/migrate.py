"""Migrations measured on pairs of schemas that others wrote: does `migrate diff` lead from the one to the other?

    python benchmarks/migrate.py --psqldef FOLDER --migra FOLDER [--extensions FOLDER] [--only NAME] [--out FILE]
    python benchmarks/migrate.py … --every 5 --peer 'migra=migra --unsafe --with-privileges {old} {new}' \
        --peer 'pg-delta=sh -c "pgdelta plan --source $0 --desired $1 --renames off --out p.json >&2 &&
            { pgdelta render --plan p.json --out o.sql --allow-drops >&2 || test $? = 3; } &&
            ls -v o*.sql | xargs -r cat" {old} {new}'
    python benchmarks/migrate.py … --proof

FOLDER is a checkout of sqldef/sqldef (cmd/psqldef/tests*.yml: current, desired) and of djrobstep/migra
(tests/FIXTURES/*/a.sql, b.sql). Every pair is taken forward and reversed. For each: the old schema is applied to an
empty database of the embedded server, rows are inserted, the SQL that `querygen.migrate.diff` makes (without a
database) is run statement by statement, and pg_dump's output is compared with that of a database made from the new
schema.

Rows: two in every table, which both schemas permit (migrate_rows.py says how they are found). A row that the new
schema forbids can be kept by no tool; a table of which that is true of every row stays empty, and the last lines say
of how many tables, and why. `--rows old` takes rows that only the old schema permits.

`converged`: equal, and every row is there with its values, but for what a drop declares. `wrong`: not equal. `failed`:
the server refused a statement. `rows`: it refused because of the rows, and converged without them. `lost`: a row or a
value is gone. `refused`: nothing was printed, with a reason. `noop`: pairs of which diff(new, new) is not empty.

With `--proof`: what `migrate generate --allow-drop` does, history = old, schema = new. `written`: proved, and the files
replayed on the old schema come to the new one; `differs`: proved, and they do not; `not proved`: nothing was written.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import contextlib
import difflib
import functools
import hashlib
import json
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
import yaml
from migrate_rows import Chosen, Renames, choose, lost, rows_of
from psycopg import sql

from querygen.config import Config, catalog_folder, extension_bases
from querygen.migrate.diff import diff
from querygen.migrate.generate import NO_TRANSACTION, Part, draft
from querygen.migrate.load import Loaded, Setting, load
from querygen.migrate.proof import Verdict, prove
from querygen.server.embedded import EmbeddedServer, running_server
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parent.parent
_CONFIG = Config(ROOT)
SETTING = Setting(catalog_folder(_CONFIG), tuple(extension_bases(_CONFIG)))
_ROLE = re.compile(r'role "([^"]+)" does not exist')
_LOCK = threading.Lock()


class Pair(msgspec.Struct, frozen=True):
    """Two schemas under a name; `renamed`: annotations say what was called otherwise."""

    name: str
    old: str
    new: str

    @property
    def renamed(self) -> bool:
        return "@renamed" in self.new


class Outcome(msgspec.Struct):
    name: str
    status: str
    tool: str = "querygen"
    why: str = ""
    sql: str = ""
    renamed: bool = False
    seconds: float = 0.0
    kept: int = 0  # tables that both schemas have
    filled: int = 0  # of these, with rows
    empty: dict[str, str] = {}  # the others, and why no row is permitted


# ---------------------------------------------------------------------------------------------- pairs


def collect(psqldef: Path | None, migra: Path | None, folders: Sequence[Path] = ()) -> list[Pair]:
    """Every pair of the projects' tests."""
    pairs = []
    if psqldef is not None:
        for file in sorted(psqldef.glob("cmd/psqldef/tests*.yml")):
            for name, case in yaml.safe_load(file.read_text(encoding="utf-8")).items():
                texts = [case.get(key) or "" for key in ("current", "desired")]
                pairs.append(Pair(f"psqldef/{file.stem}/{name}", *texts))
    if migra is not None:
        for folder in sorted(migra.glob("tests/FIXTURES/*")):
            texts = [(folder / one).read_text(encoding="utf-8") for one in ("a.sql", "b.sql")]
            pairs.append(Pair(f"migra/{folder.name}", *texts))
    for above in folders:
        for file in sorted(above.rglob("old.sql")):
            texts = [(file.parent / one).read_text(encoding="utf-8") for one in ("old.sql", "new.sql")]
            pairs.append(Pair(file.parent.relative_to(above).as_posix(), *texts))
    return pairs


# ---------------------------------------------------------------------------------------------- databases


class Databases:
    """Databases of the embedded server, and what pg_dump says of schemas, kept on disk."""

    def __init__(self, server: EmbeddedServer, pg_dump: Path, cache: Path) -> None:
        self.server = server
        self.pg_dump = pg_dump
        self.cache = cache
        cache.mkdir(parents=True, exist_ok=True)
        self.number = 0

    def admin(self, *statements: sql.Composed | sql.SQL) -> None:
        with psycopg.connect(self.server.dsn(), autocommit=True) as conn:
            for one in statements:
                conn.execute(one)

    def make(self) -> str:
        with _LOCK:
            self.number += 1
            name = f"m{self.number}"
        self.admin(sql.SQL("create database {} template template0 strategy file_copy").format(sql.Identifier(name)))
        return name

    def drop(self, name: str) -> None:
        self.admin(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def apply(self, name: str, text: str) -> str | None:
        """Run a schema; None, or why the server refuses it. Roles that it takes for granted are made."""
        for _attempt in range(12):
            try:
                with psycopg.connect(self.server.dsn(name), autocommit=True) as conn:
                    try:
                        conn.execute(text.encode() or b"select 1")
                    except psycopg.errors.ActiveSqlTransaction:  # CREATE INDEX CONCURRENTLY goes alone
                        for statement in statements_of(text):
                            conn.execute(statement.encode())
            except psycopg.Error as error:
                found = _ROLE.search(str(error))
                if found is None:
                    return f"{error.sqlstate} {str(error).splitlines()[0]}"
                with contextlib.suppress(psycopg.Error):  # another thread was quicker
                    self.admin(sql.SQL("create role {}").format(sql.Identifier(found[1])))
            else:
                return None
        return "roles"

    def dump(self, name: str) -> str:
        done = subprocess.run(
            [self.pg_dump, "--schema-only", "--no-sync", "-d", self.server.dsn(name)],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout if not done.returncode else f"pg_dump failed: {done.stderr}"

    def file(self, text: str) -> Path:
        return self.cache / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"

    def expected(self, text: str) -> tuple[str, str | None]:
        """(normalised dump, why the schema cannot be applied)"""
        file = self.file(text)
        if file.exists():
            stored = json.loads(file.read_text())
            return stored[0], stored[1]
        name = self.make()
        try:
            problem = self.apply(name, text)
            result = ("", problem) if problem else (normalised(self.dump(name)), None)
        finally:
            self.drop(name)
        file.write_text(json.dumps(result))
        return result


def normalised(dump: str) -> str:
    """A dump without what says nothing of the schema: comments, the order of statements and of columns."""
    lines = [one for one in dump.splitlines() if not one.startswith(("--", "\\restrict", "\\unrestrict"))]
    statements = re.split(r";\n", "\n".join(lines))
    return "\n;\n".join(sorted(_sorted_columns(one.strip()) for one in statements if one.strip()))


def _sorted_columns(statement: str) -> str:
    found = re.match(r"(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^\n]*\(\n)(.*)(\n\).*)", statement, re.DOTALL)
    if found is None:
        return statement
    lines = sorted(one.rstrip(",") for one in found[2].split("\n"))
    return found[1] + "\n".join(lines) + found[3]


def difference(expected: str, got: str) -> str:
    return "\n".join(difflib.unified_diff(expected.splitlines(), got.splitlines(), "expected", "got", lineterm="", n=1))


# ---------------------------------------------------------------------------------------------- rows


def chosen(pair: Pair, databases: Databases, method: str) -> tuple[Chosen, Renames]:
    """The rows of a pair, the same for every program; `method` is `both`, or `old` for what the old schema permits."""
    renames = _renames(pair) if pair.renamed else Renames()
    file = databases.file(f"{method}\0{pair.old}\0{pair.new}")
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=Chosen), renames
    names = [databases.make(), databases.make()]
    try:
        for name, text in zip(names, (pair.old, pair.new), strict=True):
            databases.apply(name, text)
        old, new = (psycopg.connect(databases.server.dsn(name), autocommit=True) for name in names)
        with old, new:
            found = choose(old, new if method == "both" else None, renames)
    finally:
        for name in names:
            databases.drop(name)
    file.write_bytes(msgspec.json.encode(found))
    return found, renames


def _renames(pair: Pair) -> Renames:
    """What the annotations of the pair come to."""
    renames = Renames()
    for one in diff(loaded(pair.old, "old"), loaded(pair.new, "new")).renamed:
        match one.before:
            case ("schema", name):
                renames.schemas[name] = one.after[1]
            case ("table", schema, name):
                renames.tables[schema, name] = one.after[2]
            case ("column", schema, table, name):
                renames.columns[schema, table, name] = one.after[3]
    return renames


# ---------------------------------------------------------------------------------------------- one pair


def loaded(text: str, name: str) -> Loaded:
    return load([SourceFile(name, text)], SETTING)


def run(pair: Pair, databases: Databases | None, method: str = "both") -> Outcome:
    """One pair, from its two texts to a status; without databases only as far as that goes."""
    start = time.perf_counter()
    outcome = Outcome(pair.name, "", renamed=pair.renamed)
    expected, problem = "", None
    if databases is not None:
        _dump, problem = databases.expected(pair.old)
        if problem is None:
            expected, problem = databases.expected(pair.new)
        if problem is not None:
            outcome.status, outcome.why = "left out", problem
            return outcome
    try:
        old, new = loaded(pair.old, "old"), loaded(pair.new, "new")
        errors = [*old.errors, *new.errors]
        if errors:
            outcome.status, outcome.why = "refused", f"cannot read: {errors[0].message}"
            return outcome
        result = diff(old, new)
        if result.refusals:
            outcome.status = "refused"
            outcome.why = "; ".join(f"{one.target}: {one.reason}" for one in result.refusals)
            return outcome
        empty = diff(loaded(pair.new, "new"), loaded(pair.new, "new"))
        if empty.statements or empty.refusals:
            outcome.status = "noop"
            outcome.why = "; ".join([*(one.sql for one in empty.statements), *(one.reason for one in empty.refusals)])
            return outcome
    except (ArithmeticError, LookupError, TypeError, AttributeError, ValueError, RuntimeError, AssertionError):
        outcome.status, outcome.why = "crash", traceback.format_exc()[-1500:]
        return outcome
    statements = [one.sql for one in result.statements]
    outcome.sql = ";\n".join(statements)
    if databases is not None:
        measure(outcome, pair, statements, expected, databases, method)
    outcome.seconds = time.perf_counter() - start
    return outcome


def measure(
    outcome: Outcome, pair: Pair, statements: list[str], expected: str, databases: Databases, method: str
) -> None:
    """Run it on the old schema with rows; where the server refuses because of these, without them, too."""
    rows, renames = chosen(pair, databases, method)
    outcome.kept, outcome.filled, outcome.empty = rows.kept, rows.filled, rows.empty
    _on_server(outcome, pair, statements, expected, databases, rows.inserts, renames)
    if outcome.status == "rows":
        why = outcome.why
        _on_server(outcome, pair, statements, expected, databases, [], renames)
        if outcome.status == "converged":
            outcome.status, outcome.why = "rows", why


def _on_server(
    outcome: Outcome,
    pair: Pair,
    statements: list[str],
    expected: str,
    databases: Databases,
    rows: list[str],
    renames: Renames,
) -> None:
    name = databases.make()
    try:
        databases.apply(name, pair.old)
        with psycopg.connect(databases.server.dsn(name), autocommit=True) as conn:
            conn.execute("set session_replication_role = replica")  # the rows were chosen without triggers, too
            for one in rows:
                conn.execute(one.encode())
            before = rows_of(conn)
        # as psql does it: a connection of its own, one statement after the other
        with psycopg.connect(databases.server.dsn(name), autocommit=True) as conn:
            for statement in statements:
                try:
                    _execute(conn, statement, databases)
                except psycopg.Error as error:
                    by_rows = rows and (error.sqlstate or "")[:2] in ("22", "23")
                    outcome.status = "rows" if by_rows else "failed"
                    outcome.why = f"{error.sqlstate} {error}\n{statement}"
                    return
        with psycopg.connect(databases.server.dsn(name), autocommit=True) as conn:
            gone = lost(before, rows_of(conn), renames)
        dumped = normalised(databases.dump(name))
        if dumped != expected:
            outcome.status, outcome.why = "wrong", difference(expected, dumped)
        elif gone is not None:
            outcome.status, outcome.why = "lost", gone
        else:
            outcome.status, outcome.why = "converged", ""
    finally:
        databases.drop(name)


def _execute(conn: psycopg.Connection[Any], statement: str, databases: Databases) -> None:
    """A statement; roles that the schemas take for granted are made."""
    for _attempt in range(8):
        try:
            conn.execute(statement.encode())
        except psycopg.errors.DuplicateObject as error:
            if "CREATE ROLE" not in statement or 'role "' not in str(error):
                raise
            return  # roles are the server's: another pair made it
        except psycopg.errors.UndefinedObject as error:
            found = _ROLE.search(str(error))
            if found is None:
                raise
            databases.admin(sql.SQL("create role {}").format(sql.Identifier(found[1])))
        else:
            return


# ---------------------------------------------------------------------------------------------- proof


def run_proof(pair: Pair, databases: Databases) -> Outcome:
    """What `migrate generate --allow-drop` does with the pair: drafts, proves, writes; the files are then replayed."""
    start = time.perf_counter()
    outcome = Outcome(pair.name, "", renamed=pair.renamed)
    before, problem = databases.expected(pair.old)
    if problem is None:
        expected, problem = databases.expected(pair.new)
    if problem is not None:
        outcome.status, outcome.why = "left out", problem
        return outcome
    history, schema = [SourceFile("history.sql", pair.old)], [SourceFile("schema.sql", pair.new)]
    try:
        made = draft(history, schema, SETTING, allow_drop=True)
        if made.errors or made.refusals:
            outcome.status = "refused"
            outcome.why = "; ".join(str(one) for one in (*made.errors, *made.refusals))
            return outcome
        if not made.parts:
            outcome.status = "nothing to do" if before == expected else "differs"
            return outcome
        outcome.sql = "\n".join(one.up for one in made.parts)
        verdict = _verdict(databases, history, made.parts, schema)
    except (ArithmeticError, LookupError, TypeError, AttributeError, ValueError, RuntimeError, AssertionError):
        outcome.status, outcome.why = "crash", traceback.format_exc()[-1500:]
        return outcome
    if verdict.proved:
        outcome.why = _replayed(pair, made.parts, expected, databases)
        outcome.status = "differs" if outcome.why else "written"
    else:
        outcome.status = "not proved"
        outcome.why = f"failed: {verdict.failed}\nup: {verdict.up}\ndown: {verdict.down}"
    outcome.seconds = time.perf_counter() - start
    return outcome


def _verdict(
    databases: Databases, history: list[SourceFile], parts: tuple[Part, ...], schema: list[SourceFile]
) -> Verdict:
    """The proof of `migrate generate`; roles that the schemas take for granted are made."""
    while True:
        verdict = prove(databases.server, history, [(one.up, one.down) for one in parts], schema)
        found = _ROLE.search(verdict.failed)
        if found is None:
            return verdict
        databases.admin(sql.SQL("create role {}").format(sql.Identifier(found[1])))


def _replayed(pair: Pair, parts: tuple[Part, ...], expected: str, databases: Databases) -> str:
    """The written files run on the old schema: what then differs from the new one, or what the server refuses."""
    name = databases.make()
    try:
        databases.apply(name, pair.old)
        with psycopg.connect(databases.server.dsn(name), autocommit=True) as conn:
            for part in parts:
                alone = part.up.startswith(NO_TRANSACTION)
                statements = [one.text for one in parse_schema_file(SourceFile("up.sql", part.up))[0]]
                for statement in statements if alone else [part.up]:
                    conn.execute(statement.encode())
        return difference(expected, normalised(databases.dump(name)))
    except psycopg.Error as error:
        return f"{error.sqlstate} {error}"
    finally:
        databases.drop(name)


# ---------------------------------------------------------------------------------------------- peers


def statements_of(script: str) -> list[str]:
    """A script as psql would send it; what cannot be cut is one piece."""
    statements, problems = parse_schema_file(SourceFile("peer.sql", script))
    return [script] if problems else [one.text for one in statements]


def run_peer(pair: Pair, databases: Databases, tool: str, command: str, method: str) -> Outcome:
    """The same pair by a program that compares two live databases and prints SQL. Of renames it knows nothing."""
    outcome = Outcome(pair.name, "", tool, renamed=pair.renamed)
    _dump, problem = databases.expected(pair.old)
    if problem is None:
        expected, problem = databases.expected(pair.new)
    if problem is not None:
        outcome.status, outcome.why = "left out", problem
        return outcome
    names = [databases.make(), databases.make()]
    try:
        for name, text in zip(names, (pair.old, pair.new), strict=True):
            databases.apply(name, text)
        old, new = (databases.server.tcp_url(name) for name in names)
        words = [one.replace("{old}", old).replace("{new}", new) for one in shlex.split(command)]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
        if not done.stdout.strip() and done.returncode not in (0, 2):
            outcome.status, outcome.why = "refused", done.stderr[-500:]
            return outcome
        outcome.sql = done.stdout
        measure(outcome, pair, statements_of(done.stdout), expected, databases, method)
        if outcome.status == "lost" and pair.renamed:  # the annotations are not written for it
            outcome.status = "converged"
    except subprocess.TimeoutExpired:
        outcome.status, outcome.why = "failed", "no answer in two minutes"
    finally:
        for name in names:
            databases.drop(name)
    return outcome


# ---------------------------------------------------------------------------------------------- all of them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--psqldef", type=Path)
    parser.add_argument("--migra", type=Path)
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        default=[],
        help="other pairs: old.sql and new.sql in folders below",
    )
    parser.add_argument("--extensions", type=Path, action="append", default=[])
    parser.add_argument("--pg-dump", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(".migrate-cache"))
    parser.add_argument("--only", help="pairs whose name contains this")
    parser.add_argument("--again", type=Path, help="only what an earlier --out has not as converged")
    parser.add_argument("--static", action="store_true", help="no server: only what is refused, and no-ops")
    parser.add_argument("--forward", action="store_true")
    parser.add_argument(
        "--peer", action="append", default=[], help="NAME=COMMAND with {old} and {new} for URLs, which prints SQL"
    )
    parser.add_argument("--proof", action="store_true", help="migrate generate with its proof, and its files replayed")
    parser.add_argument(
        "--rows", choices=["both", "old"], default="both", help="rows that both schemas permit, or the old one"
    )
    parser.add_argument("--every", type=int, default=1, help="every n-th pair only")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="a line of JSON a pair; pairs that stand there are not taken again")
    arguments = parser.parse_args()
    found = collect(arguments.psqldef, arguments.migra, arguments.folder)
    pairs = found + ([] if arguments.forward else [Pair(f"{one.name} reversed", one.new, one.old) for one in found])
    if arguments.only:
        pairs = [one for one in pairs if arguments.only in one.name]
    pairs = pairs[:: arguments.every]
    if arguments.again:
        good = ("converged", "written", "nothing to do", "left out")
        fine = {one.name for one in _stored(arguments.again) if one.status in good}
        pairs = [one for one in pairs if one.name not in fine]
    names = {one.name for one in pairs}
    outcomes = _stored(arguments.out) if arguments.out and arguments.out.exists() else []
    outcomes = [one for one in outcomes if one.name in names]
    taken = {(one.tool, one.name) for one in outcomes}
    sys.setrecursionlimit(50_000)
    from querygen.server.binaries import find_binaries

    pg_dump = arguments.pg_dump or find_binaries().program("pg_dump")
    if arguments.static:
        for pair in pairs:
            _note(outcomes, run(pair, None), arguments.out)
    else:
        with running_server(extension_dirs=arguments.extensions, tcp=bool(arguments.peer)) as server:
            databases = Databases(server, pg_dump, arguments.cache)
            tools: dict[str, Callable[[Pair], Outcome]] = {}
            if arguments.proof:
                tools["querygen"] = functools.partial(run_proof, databases=databases)
            else:
                tools["querygen"] = functools.partial(run, databases=databases, method=arguments.rows)
            for peer in arguments.peer:
                tool, _equals, command = peer.partition("=")
                tools[tool] = functools.partial(
                    run_peer, databases=databases, tool=tool, command=command, method=arguments.rows
                )
            todo = [(tool, pair) for pair in pairs for tool in tools if (tool, pair.name) not in taken]
            with concurrent.futures.ThreadPoolExecutor(arguments.workers) as pool:
                for one in pool.map(lambda job: tools[job[0]](job[1]), todo):
                    _note(outcomes, one, arguments.out)
    print(f"{len(found)} pairs found, {len(pairs)} taken both ways")
    for tool in dict.fromkeys(one.tool for one in outcomes):
        _print([one for one in outcomes if one.tool == tool], tool, rows=not arguments.proof and not arguments.static)


def _print(outcomes: list[Outcome], tool: str, *, rows: bool) -> None:
    """How many ended how, in percent of those that apply."""
    counts = collections.Counter(one.status for one in outcomes)
    applied = [one for one in outcomes if one.status != "left out"]
    print(f"{tool}: {len(applied)} apply on PostgreSQL 18")
    for status, count in counts.most_common():
        print(f"  {status or 'made'}: {count} ({100 * count / max(len(applied), 1):.1f} %)")
    renamed = collections.Counter(one.status for one in applied if one.renamed)
    print(f"  of these with @renamed: {dict(renamed)}")
    if rows:
        reasons = collections.Counter(_reason(why) for one in applied for why in one.empty.values())
        kept, filled = sum(one.kept for one in applied), sum(one.filled for one in applied)
        print(f"  tables that both schemas have: {kept}, with rows: {filled}, without: {dict(reasons.most_common())}")


def _reason(why: str) -> str:
    """Why a table has no row, without names."""
    if why.startswith("no row"):
        return "a new column is NOT NULL and has no default"
    return re.sub(r"(: \w{5}) .*", r"\1", why)


def _stored(file: Path) -> list[Outcome]:
    return [msgspec.json.decode(line, type=Outcome) for line in file.read_text().splitlines()]


def _note(outcomes: list[Outcome], one: Outcome, file: Path | None) -> None:
    outcomes.append(one)
    if file is not None:
        with file.open("a") as lines:
            lines.write(msgspec.json.encode(one).decode() + "\n")


if __name__ == "__main__":
    main()
