"""Regenerate the TSV files of `pg_catalog/` from a running server.

Takes a psycopg connection and a folder, writes one file per catalogue. Built-in rows keep PostgreSQL's oids. Rows of an
extension get oids of their own from `EXTENSION_OIDS`, in the order the server made them, so that a dump can be repeated
and compared, whatever else the database holds.

The two header lines name the server and the columns, so a difference between two minor versions reads in review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints
from zlib import crc32

from msgspec import Struct

from querygen.pg_catalog import rows as row_module
from querygen.pg_catalog.load import CATALOGUES, NULL
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

# Extensions draw their oids from blocks of this size above it; what the user's DDL creates starts higher still.
EXTENSION_OIDS = 100_000
EXTENSION_BLOCK = 10_000
EXTENSION_BLOCKS = 100_000
_PUBLIC = "2200"  # PG_PUBLIC_NAMESPACE


def extension_base(name: str) -> int:
    """The first oid of an extension's block: a function of its name alone."""
    return EXTENSION_OIDS + crc32(name.encode()) % EXTENSION_BLOCKS * EXTENSION_BLOCK


class _Catalogue(Struct, frozen=True):
    """How the rows of one catalogue are selected: `sql` gives one expression per field of the row class."""

    columns: str
    source: str
    order: str
    owner: str  # the pg_depend classid of the rows, for extensions
    key: str  # the expression that pg_depend.objid holds


_PROC_NAME = "(SELECT p.proname FROM pg_proc p WHERE p.oid = {})"

_SELECTS: dict[str, _Catalogue] = {
    "pg_namespace": _Catalogue("t.oid, nspname", "pg_namespace t", "t.oid", "pg_namespace", "t.oid"),
    "pg_type": _Catalogue(
        "t.oid, typname, typnamespace, typlen, typtype, typcategory, typispreferred, typdelim, typrelid,"
        " CASE WHEN typsubscript = 0 THEN '-' ELSE " + _PROC_NAME.format("typsubscript") + " END, typelem, typarray,"
        " " + _PROC_NAME.format("typinput") + ","
        " CASE WHEN typmodin = 0 THEN '-' ELSE " + _PROC_NAME.format("typmodin") + " END,"
        " typnotnull, typbasetype, typtypmod, typcollation",
        "pg_type t",
        "t.oid",
        "pg_type",
        "t.oid",
    ),
    "pg_proc": _Catalogue(
        "t.oid, proname, pronamespace, provariadic, prokind, proisstrict, proretset, provolatile, pronargdefaults,"
        " prorettype, proargtypes, array_to_string(proallargtypes, ' '), array_to_string(proargmodes, ''),"
        " array_to_string(proargnames, ',')",
        "pg_proc t",
        "t.oid",
        "pg_proc",
        "t.oid",
    ),
    "pg_operator": _Catalogue(
        "t.oid, oprname, oprnamespace, oprkind, oprcanmerge, oprcanhash, oprleft, oprright, oprresult, oprcom,"
        " oprnegate, oprcode::oid",
        "pg_operator t",
        "t.oid",
        "pg_operator",
        "t.oid",
    ),
    "pg_cast": _Catalogue(
        "castsource, casttarget, castfunc, castcontext, castmethod",
        "pg_cast t",
        "castsource, casttarget",
        "pg_cast",
        "t.oid",
    ),
    "pg_aggregate": _Catalogue(
        "aggfnoid::oid, aggkind, aggnumdirectargs, agginitval IS NOT NULL, " + _PROC_NAME.format("aggtransfn") + ","
        " CASE WHEN aggfinalfn = 0 THEN '-' ELSE " + _PROC_NAME.format("aggfinalfn") + " END",
        "pg_aggregate t",
        "aggfnoid::oid",
        "pg_proc",
        "aggfnoid::oid",
    ),
    "pg_range": _Catalogue("rngtypid, rngsubtype, rngmultitypid", "pg_range t", "rngtypid", "pg_type", "rngtypid"),
    "pg_opclass": _Catalogue(
        "t.oid, am.amname, opcname, opcnamespace, opcfamily, opcintype, opcdefault",
        "pg_opclass t JOIN pg_am am ON am.oid = opcmethod AND am.amname IN ('btree', 'hash')",
        "t.oid",
        "pg_opclass",
        "t.oid",
    ),
    "pg_amop": _Catalogue(
        "amopfamily, amoplefttype, amoprighttype, amopstrategy, amopopr, am.amname",
        "pg_amop t JOIN pg_am am ON am.oid = amopmethod AND am.amname IN ('btree', 'hash')",
        "amopfamily, amoplefttype, amoprighttype, amopstrategy",
        "pg_opfamily",
        "amopfamily",
    ),
    "pg_collation": _Catalogue("t.oid, collname, collnamespace", "pg_collation t", "t.oid", "pg_collation", "t.oid"),
    "pg_class": _Catalogue(
        "t.oid, relname, relnamespace, reltype, relkind",
        "(SELECT * FROM pg_class WHERE relkind NOT IN ('t', 'i', 'I')) t",
        "t.oid",
        "pg_class",
        "t.oid",
    ),
    "pg_attribute": _Catalogue(
        "attrelid, attname, atttypid, attnum, atttypmod, attnotnull, attcollation",
        "pg_attribute t JOIN pg_class c ON c.oid = attrelid AND c.relkind NOT IN ('t', 'i', 'I')"
        " AND attnum > 0 AND NOT attisdropped",
        "attrelid, attnum",
        "pg_class",
        "attrelid",
    ),
    "pg_enum": _Catalogue("enumtypid, enumlabel", "pg_enum t", "enumtypid, enumsortorder", "pg_type", "enumtypid"),
    "pg_extension": _Catalogue(
        "extname, v.schema, coalesce(array_to_string(array_remove(v.requires, 'plpgsql'), ','), '')",
        "pg_extension t JOIN pg_available_extension_versions v ON v.name = extname AND v.version = extversion"
        " AND (v.schema IS NOT NULL OR array_remove(v.requires, 'plpgsql') <> '{}')",
        "extname",
        "pg_extension",
        "t.oid",
    ),
}

# The condition under which a row belongs to PostgreSQL itself; catalogues without an oid go by the key they carry.
_BUILTIN = "{key} < " + str(FIRST_NORMAL_OBJECT_ID)

# What an extension owns: its members, and what depends internally on them (array, row and multirange types, operator
# families' members).
_MEMBERS = """
WITH RECURSIVE member(classid, objid) AS (
  SELECT classid, objid FROM pg_depend
  WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = %(extension)s)
  UNION
  SELECT d.classid, d.objid FROM pg_depend d JOIN member m ON d.refclassid = m.classid AND d.refobjid = m.objid
  WHERE d.deptype = 'i' AND d.classid IN ('pg_type'::regclass, 'pg_class'::regclass)
)
"""


def _value(value: Any) -> str:
    match value:
        case None:
            return NULL
        case bool():
            return "t" if value else "f"
        case bytes():
            return value.decode()
        case list() | tuple():
            return " ".join(map(str, value))
        case _:
            return str(value)


def _select(conn: Connection[Any], name: str, extension: str | None) -> list[tuple[Any, ...]]:
    part = _SELECTS[name]
    if extension is None and name == "pg_extension":
        return []
    if extension is None:
        where = _BUILTIN.format(key="t.oid" if name in ("pg_cast", "pg_enum") else part.key)
        return conn.execute(f"SELECT {part.columns} FROM {part.source} WHERE {where} ORDER BY {part.order}").fetchall()
    where = f"({part.key}, '{part.owner}'::regclass::oid) IN (SELECT objid, classid FROM member)"
    if name == "pg_extension":
        where = "extname = %(extension)s"
    text = f"{_MEMBERS} SELECT {part.columns} FROM {part.source} WHERE {where} ORDER BY {part.order}"
    return conn.execute(text, {"extension": extension}).fetchall()


def _oid_columns(row_class: type[Any]) -> tuple[int, ...]:
    """Which fields of a row class hold oids (alone or in a tuple)."""
    hints = get_type_hints(row_class, vars(row_module))
    not_oids = {"typlen", "typtypmod", "pronargdefaults", "aggnumdirectargs", "amopstrategy", "attnum", "atttypmod"}
    oid_types: tuple[Any, ...] = (int, tuple[int, ...], tuple[int, ...] | None)
    return tuple(
        i for i, name in enumerate(row_class.__struct_fields__) if hints[name] in oid_types and name not in not_oids
    )


def _renumber(text: str, oids: dict[str, str]) -> str:
    return " ".join(oids.get(word, word) for word in text.split()) if text != NULL else text


def _extension_oids(conn: Connection[Any]) -> dict[str, str]:
    """For every extension of the database, the oid in our blocks of each object that it owns."""
    found: dict[str, str] = {}
    for (name,) in conn.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'").fetchall():
        members = conn.execute(_MEMBERS + " SELECT DISTINCT objid FROM member ORDER BY objid", {"extension": name})
        for number, (oid,) in enumerate(members.fetchall()):
            found[str(oid)] = str(extension_base(name) + number)
    # the domains of information_schema have other oids in every version: what they are domains of stands for them
    domains = conn.execute(
        "SELECT oid, typbasetype FROM pg_type WHERE typnamespace = 'information_schema'::regnamespace AND typtype = 'd'"
    )
    found.update({str(oid): str(base) for oid, base in domains.fetchall()})
    return found


def dump_catalog(conn: Connection[Any], folder: Path, extension: str | None = None) -> list[Path]:
    """Write the catalogue of the server (or of one installed extension) to a folder; returns the files.

    Catalogues without rows get no file. The connection's `search_path` must not hide `pg_catalog`.
    """
    version = conn.execute("SELECT current_setting('server_version')").fetchone()
    title = f"PostgreSQL {version[0].split()[0]}" if version else "PostgreSQL"
    if extension is not None:
        row = conn.execute("SELECT extversion FROM pg_extension WHERE extname = %s", (extension,)).fetchone()
        title += f", extension {extension} {row[0] if row else '?'}"
    oids = _extension_oids(conn) if extension is not None else {}
    # the schema it was made in is public in the rows, and CREATE EXTENSION puts another in its place
    home = conn.execute("SELECT extnamespace FROM pg_extension WHERE extname = %s", (extension,)).fetchone()
    if home is not None and home[0] >= FIRST_NORMAL_OBJECT_ID:
        oids[str(home[0])] = _PUBLIC
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, row_class in CATALOGUES.items():
        found = _select(conn, name, extension)
        if not found:
            continue
        names = list(row_class.__struct_fields__)
        oid_columns = _oid_columns(row_class)
        lines = [f"# {title} - python -m querygen catalog dump", "\t".join(names)]
        for row in found:
            cells = [_value(value) for value in row]
            for i in oid_columns:
                cells[i] = _renumber(cells[i], oids)
            lines.append("\t".join(cells))
        path = folder / f"{name}.tsv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        written.append(path)
    return written
