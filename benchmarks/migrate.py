"""Migrations measured on pairs of schemas that others wrote: does `migrate diff` lead from the one to the other?

    python benchmarks/migrate.py --psqldef FOLDER --migra FOLDER [--extensions FOLDER] [--only NAME] [--out FILE]
    python benchmarks/migrate.py … --peer 'migra --unsafe --with-privileges {old} {new}'

FOLDER is a checkout of sqldef/sqldef (cmd/psqldef/tests*.yml: current, desired) and of djrobstep/migra
(tests/FIXTURES/*/a.sql, b.sql). Every pair is taken forward and reversed. For each: the old schema is applied to an
empty database of the embedded server, rows are inserted where that is possible, the SQL that `querygen.migrate.diff`
makes (without a database) is run statement by statement, and pg_dump's output is compared with that of a database made
from the new schema. `converged`: equal, and the rows are there. `wrong`: not equal. `failed`: the server refused a
statement. `rows`: it refused because of the rows, and converged without them. `lost`: a row or value is gone that no
drop declares. `refused`: nothing was printed, with a reason. `noop`: pairs of which diff(new, new) is not empty.
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
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import yaml
from psycopg import sql

from querygen.config import Config, catalog_folder, extension_bases
from querygen.migrate.diff import diff
from querygen.migrate.load import Loaded, Setting, load
from querygen.server.embedded import EmbeddedServer, running_server
from querygen.source import SourceFile

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
    why: str = ""
    sql: str = ""
    renamed: bool = False
    seconds: float = 0.0


# ---------------------------------------------------------------------------------------------- pairs


def collect(psqldef: Path | None, migra: Path | None) -> list[Pair]:
    """Every pair of both projects' tests."""
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
        self.admin(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        return name

    def drop(self, name: str) -> None:
        self.admin(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def apply(self, name: str, text: str) -> str | None:
        """Run a schema; None, or why the server refuses it. Roles that it takes for granted are made."""
        for _attempt in range(12):
            try:
                with psycopg.connect(self.server.dsn(name)) as conn:
                    conn.execute(text.encode() or b"select 1")
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

    def expected(self, text: str) -> tuple[str, str | None]:
        """(normalised dump, why the schema cannot be applied)"""
        file = self.cache / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
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


# ---------------------------------------------------------------------------------------------- rows

_VALUES = {
    "N": "1",
    "S": "'a'",
    "B": "true",
    "D": "'2024-01-01'",
    "T": "'1 day'",
    "I": "'127.0.0.1'",
    "V": "'1'",
}


def insert_rows(conn: psycopg.Connection[Any]) -> None:
    """A row into every table that takes one of plain values; what a table needs of others comes first."""
    tables = [
        (oid, name)
        for oid, name in conn.execute(
            "select c.oid, c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace not in"
            " ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) order by c.oid"
        ).fetchall()
    ]
    for _round in range(2):
        for oid, name in tables:
            if conn.execute(f"select 1 from only {name} limit 1".encode()).fetchone():
                continue
            columns = conn.execute(
                "select quote_ident(attname), typcategory, format_type(atttypid, atttypmod), typname, typtype"
                " from pg_attribute a join pg_type t on t.oid = atttypid"
                " where attrelid = %s and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a'",
                [oid],
            ).fetchall()
            values = [_value(*column[1:]) for column in columns]
            names = ", ".join(column[0] for column in columns)
            text = (
                f"insert into {name} ({names}) values ({', '.join(values)})"
                if columns
                else f"insert into {name} default values"
            )
            try:
                with conn.transaction():
                    conn.execute(text.encode())
            except psycopg.Error:
                pass


def _value(category: str, full: str, name: str, kind: str) -> str:
    if kind == "e":
        return f"(enum_range(null::{full}))[1]"
    if name in ("json", "jsonb"):
        return "'{}'"
    if name == "uuid":
        return "'00000000-0000-0000-0000-000000000001'"
    if name in ("bytea", "xml"):
        return "'a'"
    if category == "A":
        return "'{}'"
    if category in "TD" and name in ("time", "timetz"):
        return "'00:00'"
    return _VALUES.get(category, "null")


def rows_of(conn: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    """For each table its number of rows, and for each column its type and its values that are not NULL."""
    found: dict[str, dict[str, Any]] = {}
    for oid, name in conn.execute(
        "select c.oid, c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace not in"
        " ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
    ).fetchall():
        columns = conn.execute(
            "select attname, quote_ident(attname), format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = %s and attnum > 0 and not attisdropped and attgenerated = ''",
            [oid],
        ).fetchall()
        one: dict[str, Any] = {}
        row = conn.execute(f"select count(*) from only {name}".encode()).fetchone()
        one[""] = row[0] if row else 0
        for column, quoted, kind in columns:
            row = conn.execute(f"select count({quoted}) from only {name}".encode()).fetchone()
            one[column] = (kind, row[0] if row else 0)
        found[name] = one
    return found


def lost(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> str | None:
    """A row, or the values of a column that has the same name and type, that are not there any more."""
    for table, old in before.items():
        new = after.get(table)
        if new is None:
            continue
        if new[""] != old[""]:
            return f"{table} had {old['']} rows and has {new['']}"
        for column, kept in old.items():
            if column and column in new and new[column][0] == kept[0] and new[column][1] < kept[1]:
                return f"{table}.{column} had {kept[1]} values and has {new[column][1]}"
    return None


# ---------------------------------------------------------------------------------------------- one pair


def loaded(text: str, name: str) -> Loaded:
    return load([SourceFile(name, text)], SETTING)


def run(pair: Pair, databases: Databases | None) -> Outcome:
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
        _on_server(outcome, pair, statements, expected, databases, rows=True)
        if outcome.status == "rows":
            why = outcome.why
            _on_server(outcome, pair, statements, expected, databases, rows=False)
            if outcome.status == "converged":
                outcome.status, outcome.why = "rows", why
    outcome.seconds = time.perf_counter() - start
    return outcome


def _on_server(
    outcome: Outcome, pair: Pair, statements: list[str], expected: str, databases: Databases, *, rows: bool
) -> None:
    name = databases.make()
    try:
        databases.apply(name, pair.old)
        with psycopg.connect(databases.server.dsn(name), autocommit=True) as conn:
            before: dict[str, dict[str, Any]] = {}
            if rows:
                insert_rows(conn)
                before = rows_of(conn)
            for statement in statements:
                try:
                    _execute(conn, statement, databases)
                except psycopg.Error as error:
                    by_rows = rows and (error.sqlstate or "")[:2] in ("22", "23")
                    outcome.status = "rows" if by_rows else "failed"
                    outcome.why = f"{error.sqlstate} {error}\n{statement}"
                    return
            gone = lost(before, rows_of(conn)) if rows else None
        dumped = normalised(databases.dump(name))
        if dumped != expected:
            outcome.status = "wrong"
            lines = difflib.unified_diff(
                expected.splitlines(), dumped.splitlines(), "expected", "got", lineterm="", n=1
            )
            outcome.why = "\n".join(lines)
        elif gone is not None and not pair.renamed:
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
        except psycopg.errors.UndefinedObject as error:
            found = _ROLE.search(str(error))
            if found is None:
                raise
            databases.admin(sql.SQL("create role {}").format(sql.Identifier(found[1])))
        else:
            return


# ---------------------------------------------------------------------------------------------- peers


def run_peer(pair: Pair, databases: Databases, command: str) -> Outcome:
    """The same pair by a program that compares two live databases and prints SQL."""
    outcome = Outcome(pair.name, "", renamed=pair.renamed)
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
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        if not done.stdout.strip() and done.returncode not in (0, 2):
            outcome.status, outcome.why = "refused", done.stderr[-500:]
            return outcome
        outcome.sql = done.stdout
        _on_server(outcome, pair, [done.stdout or "select"], expected, databases, rows=True)
        if outcome.status == "rows":
            why = outcome.why
            _on_server(outcome, pair, [done.stdout or "select"], expected, databases, rows=False)
            if outcome.status == "converged":
                outcome.status, outcome.why = "rows", why
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
    parser.add_argument("--extensions", type=Path, action="append", default=[])
    parser.add_argument("--pg-dump", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(".migrate-cache"))
    parser.add_argument("--only", help="pairs whose name contains this")
    parser.add_argument("--again", type=Path, help="only what an earlier --out has not as converged")
    parser.add_argument("--static", action="store_true", help="no server: only what is refused, and no-ops")
    parser.add_argument("--forward", action="store_true")
    parser.add_argument(
        "--peer", help="a command with {old} and {new} for URLs, which prints SQL; in place of querygen"
    )
    parser.add_argument("--every", type=int, default=1, help="every n-th pair only")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    found = collect(arguments.psqldef, arguments.migra)
    pairs = found + ([] if arguments.forward else [Pair(f"{one.name} reversed", one.new, one.old) for one in found])
    if arguments.only:
        pairs = [one for one in pairs if arguments.only in one.name]
    pairs = pairs[:: arguments.every]
    if arguments.again:
        done = {}
        for line in arguments.again.read_text().splitlines():
            one = json.loads(line)
            done[one["name"]] = one["status"]
        pairs = [one for one in pairs if done.get(one.name) not in ("converged", "left out")]
    sys.setrecursionlimit(50_000)
    from querygen.server.binaries import find_binaries

    pg_dump = arguments.pg_dump or find_binaries().program("pg_dump")
    if arguments.static:
        outcomes = [run(one, None) for one in pairs]
    else:
        with running_server(extension_dirs=arguments.extensions, tcp=bool(arguments.peer)) as server:
            databases = Databases(server, pg_dump, arguments.cache)
            with concurrent.futures.ThreadPoolExecutor(arguments.workers) as pool:
                outcomes = []
                peer = arguments.peer
                work = run if peer is None else functools.partial(run_peer, command=peer)
                for one in pool.map(lambda pair: work(pair, databases), pairs):
                    outcomes.append(one)
                    if arguments.out:
                        with arguments.out.open("a") as lines:
                            lines.write(json.dumps(msgspec.to_builtins(one)) + "\n")
    counts = collections.Counter(one.status for one in outcomes)
    applied = [one for one in outcomes if one.status != "left out"]
    print(f"{len(found)} pairs found, {len(outcomes)} taken both ways, {len(applied)} apply on PostgreSQL 18")
    for status, count in counts.most_common():
        print(f"  {status or 'made'}: {count} ({100 * count / max(len(applied), 1):.1f} %)")
    renamed = collections.Counter(one.status for one in applied if one.renamed)
    print(f"  of these with @renamed: {dict(renamed)}")
    if arguments.out and arguments.static:
        arguments.out.write_text("".join(json.dumps(msgspec.to_builtins(one)) + "\n" for one in outcomes))


if __name__ == "__main__":
    main()
