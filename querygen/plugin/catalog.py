"""Our catalog from the one of a request: sqlc's tables, enums and type names, folded as DDL.

Takes a `messages.Catalog`; gives a `Catalog`, and the types of which the request says no more than the name. Keys,
functions, views' queries and what a domain stands for are not in a request: see `queries` for what is done then.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import DiagnosticError, Severity
from querygen.pg_catalog.load import load_folder
from querygen.plugin.messages import SYSTEM_SCHEMAS
from querygen.render.naming import numbered
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from querygen.plugin.messages import Catalog as RequestCatalog
    from querygen.plugin.messages import Column, Identifier, Schema, Table

# sqlc's own names of types, where PostgreSQL's catalogue has others.
_ALIASES: Final = {
    "serial4": "serial",
    "serial8": "bigserial",
    "serial2": "smallserial",
    "bigint": "int8",
    "integer": "int4",
    "int": "int4",
    "smallint": "int2",
    "boolean": "bool",
    "float": "float8",
    "double precision": "float8",
    "real": "float4",
    "decimal": "numeric",
    "character varying": "varchar",
    "character": "bpchar",
    "string": "text",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "bit varying": "varbit",
}
_SERIALS: Final = {"serial": "int4", "bigserial": "int8", "smallserial": "int2"}


class Known(NamedTuple):
    """The catalog, and the types that are known by name only: they are taken for text, and shown as Any."""

    catalog: Catalog
    opaque: tuple[str, ...]


def make_catalog(
    request: RequestCatalog,
    folder: Path,
    extension_folders: Sequence[Path],
    extensions: Iterable[str] = (),
    search_path: Sequence[str] = (),
) -> Known:
    """Fold a request's catalog; `extensions` are needed beside those whose types the tables have."""
    opaque: dict[str, None] = {}
    wanted = dict.fromkeys(extensions)
    own = _own_types(request.schemas)
    builtin = _builtin_types(folder)
    for schema in request.schemas:
        for name in (one.name for one in schema.composite_types):
            opaque[_qualified(schema.name, name)] = None
        for table in schema.tables:
            for column in table.columns:
                name = type_name(column.type)
                if name in own or name.rpartition(".")[2] in builtin or name in _SERIALS:
                    continue
                extension = extension_with(extension_folders, "pg_type", name.rpartition(".")[2])
                if extension is None:
                    opaque[name] = None
                else:
                    wanted[extension] = None
    statements = [f"CREATE EXTENSION {_quoted(one)};" for one in wanted]
    statements += [f"CREATE SCHEMA {_quoted(one.name)};" for one in request.schemas if _is_made(one)]
    statements += [f"CREATE DOMAIN {_quoted(*one.split('.'))} AS text;" for one in opaque]
    for schema in request.schemas:
        if schema.name not in SYSTEM_SCHEMAS:
            statements += _types(schema)
    for schema in request.schemas:
        if schema.name not in SYSTEM_SCHEMAS:
            statements += [line for table in schema.tables for line in _table(schema, table)]
    source = SourceFile("the schema in sqlc's request", "\n".join(statements))
    parsed, problems = parse_schema_file(source)
    path = search_path or (request.default_schema or "public",)
    catalog, wrong = build_catalog(parsed, load_folder(folder), extension_folders=extension_folders, search_path=path)
    for one in (*problems, *wrong):
        if one.severity is Severity.ERROR:
            raise DiagnosticError(one)
    return Known(catalog, tuple(opaque))


def _is_made(schema: Schema) -> bool:
    return schema.name not in (*SYSTEM_SCHEMAS, "public", "pg_temp")


def _own_types(schemas: Iterable[Schema]) -> set[str]:
    found: set[str] = set()
    for schema in schemas:
        found |= {_qualified(schema.name, one.name) for one in schema.enums}
        found |= {_qualified(schema.name, one.name) for one in schema.composite_types}
    return found


def _qualified(schema: str, name: str) -> str:
    return name if schema in ("", "public") else f"{schema}.{name}"


def type_name(type_: Identifier | None) -> str:
    """The name of a type, in PostgreSQL's catalogue's words; a schema stands before it unless it is a usual one."""
    if type_ is None:
        return ""
    schema, name = type_.schema, type_.name
    if not schema and "." in name:
        schema, _, name = name.partition(".")
    if schema in ("", "pg_catalog"):
        return _ALIASES.get(name, name)
    return _qualified(schema, name)


def column_type(column: Column, *, stored: bool = True) -> str:
    """The type of a column as DDL writes it. Of a result (`stored` false) there is no serial."""
    name = type_name(column.type)
    name = name if stored else _SERIALS.get(name, name)
    quoted = name if name in _SERIALS else _quoted(*name.split("."))
    return quoted + ("[]" * max(column.array_dims, 1) if column.is_array else "")


def _quoted(*names: str) -> str:
    return ".".join('"' + one.replace('"', '""') + '"' for one in names)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _types(schema: Schema) -> list[str]:
    lines = []
    for enum in schema.enums:
        name = _quoted(schema.name, enum.name)
        lines.append(f"CREATE TYPE {name} AS ENUM ({', '.join(map(_text, enum.vals))});")
        if enum.comment:
            lines.append(f"COMMENT ON TYPE {name} IS {_text(enum.comment)};")
    return lines


def _table(schema: Schema, table: Table) -> list[str]:
    if table.rel is None:
        return []
    name = _quoted(schema.name, table.rel.name)
    # A view's column without a name has PostgreSQL's.
    names = numbered(one.name or "?column?" for one in table.columns)
    columns = [
        f"{_quoted(label)} {column_type(one)}{' NOT NULL' if one.not_null else ''}"
        for label, one in zip(names, table.columns, strict=True)
    ]
    lines = [f"CREATE TABLE {name} ({', '.join(columns)});"]
    if table.comment:
        lines.append(f"COMMENT ON TABLE {name} IS {_text(table.comment)};")
    return lines + [
        f"COMMENT ON COLUMN {name}.{_quoted(one.name)} IS {_text(one.comment)};" for one in table.columns if one.comment
    ]


# ---------------------------------------------------------------------------------------------- what is where


@cache
def _builtin_types(folder: Path) -> frozenset[str]:
    return _second_fields(folder / "pg_type.tsv")


@cache
def _second_fields(file: Path) -> frozenset[str]:
    """The names in a catalogue's dump: they stand behind the oid."""
    if not file.exists():
        return frozenset()
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("\t", 2)[1] for line in lines if line[:1].isdigit())


def extension_with(folders: Sequence[Path], catalogue: str, name: str) -> str | None:
    """The extension that has a type (`pg_type`) or a function (`pg_proc`) of a name."""
    for folder in folders:
        for one in sorted((folder / "extensions").glob("*/")):
            if name in _second_fields(one / f"{catalogue}.tsv"):
                return one.name
    return None
