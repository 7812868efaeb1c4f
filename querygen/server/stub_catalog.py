"""Extensions that the server's files lack, written from the catalogue that the analysis reads of them.

Takes names and the folders of catalogues; writes control files and scripts for `start_server(extension_dirs=...)`. A
stub has the functions with their types and nothing else: called, they give NULL, so that what is planned from them
never fails. Extensions with more than functions have no stub. For commands, which have nothing but the catalogue;
`stubs.py` is for those who have an extension's own scripts, and makes all that they make.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from querygen.analyze.typename import quote_identifier
from querygen.pg_catalog.load import NEWEST_MAJOR, builtin_folder, extension_folder, load_folder
from querygen.server.binaries import find_binaries
from querygen.server.embedded import EmbeddedServer, running_server
from querygen.sql.parse import extensions_of, parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from querygen.pg_catalog.load import CatalogData
    from querygen.pg_catalog.rows import PgProc, PgType
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt

_CONTROL_PATHS: Final = 18  # the first version that looks for extensions where extension_control_path says
_VOLATILE: Final = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}
_MODES: Final = {"i": "", "o": "OUT ", "b": "INOUT ", "v": "VARIADIC "}
_RECORD: Final = 2249
_VOID: Final = 2278
# Types without values that a stub can take or give; the others say that a function is part of something else: of a
# type, an access method, a foreign data wrapper.
_TRIGGERS: Final = frozenset({"trigger", "event_trigger"})
_POLYMORPHIC: Final = frozenset(
    {"anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange", "anycompatible"}
    | {f"anycompatible{kind}" for kind in ("array", "nonarray", "range", "multirange")}
)


@contextlib.contextmanager
def server_for(statements: Iterable[RawStmt], bases: Sequence[Path]) -> Iterator[tuple[EmbeddedServer, list[str]]]:
    """A throw-away server that takes the CREATE EXTENSIONs of a schema; and for which of them a stub stands in."""
    with tempfile.TemporaryDirectory(prefix="querygen-") as folder:
        stubs = write_stubs(sorted(extensions_of(statements)), bases, Path(folder))
        with running_server(extension_dirs=[Path(folder)] if stubs else ()) as server:
            yield server, stubs


@contextlib.contextmanager
def server_for_files(sources: Iterable[SourceFile]) -> Iterator[EmbeddedServer]:
    """The same of files, with the wheel's catalogues."""
    statements = [one for source in sources for one in parse_schema_file(source)[0]]
    with server_for(statements, [builtin_folder(NEWEST_MAJOR)]) as (server, _stubs):
        yield server


def write_stubs(names: Iterable[str], bases: Sequence[Path], target: Path) -> list[str]:
    """Stubs, in `target/extension`, of those that the server's files lack and that have one; their names."""
    binaries = find_binaries()
    if binaries.major < _CONTROL_PATHS:
        return []
    there = {path.stem for path in binaries.folder.parent.glob("share/**/extension/*.control")}
    made = []
    for name in names:
        folder = next((one for base in bases if (one := extension_folder(name, base)).is_dir()), None)
        script = stub_script(load_folder(folder)) if there and name not in there and folder is not None else None
        if folder is None or script is None:
            continue
        version = load_folder(folder).version.rpartition(" ")[2]
        (target / "extension").mkdir(exist_ok=True)
        control = f"default_version = '{version}'\nrelocatable = true\n"
        (target / "extension" / f"{name}.control").write_text(control, encoding="utf-8")
        (target / "extension" / f"{name}--{version}.sql").write_text(script, encoding="utf-8")
        made.append(name)
    return made


def stub_script(data: CatalogData) -> str | None:
    """What makes an extension's functions; None where it has more than functions."""
    rows: list[PgProc] = data.rows("pg_proc")
    if any(lines for name, lines in data.lines.items() if name != "pg_proc"):
        return None
    types = {row.oid: row for row in _builtin().rows("pg_type")}
    return "".join(_function(row, types) for row in rows) if rows and all(_plain(row, types) for row in rows) else None


def _builtin() -> CatalogData:
    return load_folder(builtin_folder(NEWEST_MAJOR))


def _plain(row: PgProc, types: dict[int, PgType]) -> bool:
    """A function of built-in types with values."""
    if row.prokind != "f" or not {row.prorettype, *(row.proallargtypes or row.proargtypes)} <= types.keys():
        return False
    result = types[row.prorettype]
    given = result.typtype != "p" or result.oid in (_RECORD, _VOID) or result.typname in _TRIGGERS | _POLYMORPHIC
    taken = (types[oid] for oid in row.proallargtypes or row.proargtypes)
    return given and all(one.typtype != "p" or one.typname in _POLYMORPHIC for one in taken)


def _function(row: PgProc, types: dict[int, PgType]) -> str:
    oids = row.proallargtypes or row.proargtypes
    modes = (row.proargmodes or "i" * len(oids)).replace(",", "")
    names = row.proargnames or ("",) * len(oids)
    required = row.pronargs - row.pronargdefaults
    parameters, results = [], []
    for mode, name, oid in zip(modes, names, oids, strict=True):
        called = f"{quote_identifier(name)} " if name else ""
        if mode in "tob":
            results.append((called, oid))
        if mode == "t":
            continue
        if mode != "o":
            required -= 1
        default = " DEFAULT NULL" if mode != "o" and required < 0 else ""
        parameters.append(f"{_MODES[mode]}{called}{_written(types[oid])}{default}")
    of_table = [f"{called}{_written(types[oid])}" for called, oid in results] if "t" in modes else []
    returned = "SETOF " * row.proretset + _written(types[row.prorettype])
    if of_table:
        returned = f"TABLE ({', '.join(of_table)})"
    strict = " STRICT" if row.proisstrict else ""
    head = f"CREATE FUNCTION {quote_identifier(row.proname)}({', '.join(parameters)}) RETURNS {returned}"
    body = _body(row, [types[oid] for _, oid in results], types[row.prorettype])
    return f"{head} {_VOLATILE[row.provolatile]}{strict} {body};\n"


def _body(row: PgProc, results: list[PgType], returned: PgType) -> str:
    if returned.typname == "trigger":
        return "LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"
    if returned.oid == _RECORD and not results:
        return "LANGUAGE internal AS 'any_in'"  # only the query says which columns it has
    if returned.typname in _TRIGGERS or any(one.typname in _POLYMORPHIC for one in (returned, *results)):
        value = "" if results or row.proretset or returned.typname in _TRIGGERS else " NULL"
        return f"LANGUAGE plpgsql AS 'BEGIN RETURN{value}; END'"  # SQL's NULL would be a text
    if returned.oid == _VOID:
        return "LANGUAGE sql AS ''"
    return f"LANGUAGE sql AS 'SELECT {', '.join(f'NULL::{_written(kind)}' for kind in results or [returned])}'"


def _written(row: PgType) -> str:
    return f"pg_catalog.{quote_identifier(row.typname)}"
