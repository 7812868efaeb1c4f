"""Is a live database the one that the schema files declare? What no described statement shows, object by object.

Takes the configuration, the catalog of the schema and a URL; gives a diagnostic for each difference, at the place where
the schema declares the object. Nothing is written to the database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from querygen.config import catalog_folder, extension_bases
from querygen.diagnostics import Diagnostic, Severity, error, warning
from querygen.migrate.copies import invalid_indexes, without_copies
from querygen.migrate.drift import Change, Drift, drift, marked_invalid
from querygen.migrate.live import Database, read_database
from querygen.migrate.load import Setting, read_paths
from querygen.migrate.reader import quoted
from querygen.migrate.shadow import sides
from querygen.runner.history import parse_table
from querygen.server.errors import ServerError
from querygen.source import SourceFile, Span
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.config import Config
    from querygen.server.database import HasDsn

GONE: Final = "QG620"  # what the schema declares is not in the database
CHANGED: Final = "QG621"  # it is there, and different
UNKNOWN: Final = "QG622"  # the database has what the schema does not declare
OLD_SERVER: Final = "QG624"  # the server is older than pg_version
NOT_COMPARED: Final = "QG625"  # the schema of the database, or a part of it, could not be compared

# Of these one more can change what a query means: another function is chosen, another operator, another cast.
_CHOSEN: Final = ("function", "operator", "cast", "aggregate")
_ON_OTHERS: Final = ("comment", "acl", "owner")
_OF_COLUMNS: Final = ("default", "identity", "notnull")


def verify_schema(config: Config, catalog: Catalog, url: str, server: HasDsn | None = None) -> list[Diagnostic]:
    """Every difference that matters, errors and warnings. `server` is for the schema; default: one is started."""
    history = parse_table(config.migrations_table)
    try:
        database = read_database(url, (history.schema, history.name))
    except ServerError as problem:
        return [warning(NOT_COMPARED, f"the schema was not compared: {problem.message}", hint=problem.hint or None)]
    setting = Setting(catalog_folder(config), extension_bases(config))
    sources = read_paths(config.schema, config.root)
    both = sides(database, sources, setting, server)
    if both.wanted.errors:
        return []  # the analysis has told these
    if both.live.errors:
        reason = both.live.errors[0].message
        return [
            warning(NOT_COMPARED, f"the schema was not compared: the database has what querygen cannot read: {reason}")
        ]
    found, problems = drift(both.live, both.wanted, certain=not both.shadow)
    told = [*_version(config, database)]
    found = marked_invalid(without_copies(found, catalog), invalid_indexes(url))
    told += [
        _invalid(one, catalog, sources) if one.change is Change.INVALID else _diagnostic(one, catalog, sources)
        for one in found
    ]
    told += [warning(NOT_COMPARED, f"not compared: {one}") for one in problems]
    return told


def _version(config: Config, database: Database) -> Iterator[Diagnostic]:
    if database.version // 10000 < config.pg_version:
        server = database.version // 10000
        message = f"the server is PostgreSQL {server}, and the queries are analysed for {config.pg_version}"
        hint = "Set pg_version to the server's, with a catalogue from `querygen catalog dump`; or upgrade the server."
        yield error(OLD_SERVER, message, hint=hint)


def _invalid(one: Drift, catalog: Catalog, sources: Sequence[SourceFile]) -> Diagnostic:
    hint = f"REINDEX INDEX CONCURRENTLY {quoted(*one.id[1:3])};"
    return error(CHANGED, one.text, _place(one.id, catalog, sources), hint)


_APPLY: Final = "Apply the migrations that are pending, or correct the schema files."


def _diagnostic(one: Drift, catalog: Catalog, sources: Sequence[SourceFile]) -> Diagnostic:
    span = _place(one.id, catalog, sources)
    if one.kind == "acl":
        return error(CHANGED, one.text, span, "GRANT or REVOKE what differs, in a migration or in the schema files.")
    match one.change:
        case Change.MISSING:
            return error(GONE, one.text, span, _APPLY)
        case Change.DIFFERENT:
            long = [detail for detail in one.details if detail.is_long]
            full = [f"in the database {detail.database}, and by the schema {detail.wanted}" for detail in long]
            return Diagnostic(CHANGED, Severity.ERROR, one.text, span, _APPLY, "; ".join(full) or None)
    severity = Severity.ERROR if one.kind in _CHOSEN else Severity.WARNING
    hint = "Declare it in the schema files, or drop it."
    return Diagnostic(UNKNOWN, severity, one.text, span, hint)


def _place(identity: tuple[str, ...], catalog: Catalog, sources: Sequence[SourceFile]) -> Span | None:
    """Where the schema's files declare an object, or the table that it belongs to."""
    kind, *names = identity
    while kind in _ON_OTHERS and names:
        kind, *names = names
    if kind == "unit":
        return _statement(names[0], names[1], sources)
    if kind in ("trigger", "policy", "rule") and len(names) > 2:
        if (place := _statement(kind, names[2], sources, on=names[1])) is not None:
            return place
    if len(names) >= 2 and kind not in ("type", "domcheck", "function", "sequence"):
        for relation in catalog.relations():
            if relation.name == names[1] and catalog.namespace_name(relation.namespace) == names[0]:
                is_column = kind == "column" or kind in _OF_COLUMNS
                if kind == "constraint" and len(names) > 2:
                    own = next((one.span for one in relation.constraints if one.name == names[2]), None)
                    return own or relation.span
                column = relation.by_name.get(names[2]) if is_column and len(names) > 2 else None
                return column.span if column is not None and column.span is not None else relation.span
    word = {"matview": "MATERIALIZED VIEW", "domcheck": "DOMAIN", "constraint": "TABLE"}.get(kind, kind)
    return _statement(word, names[1] if len(names) > 1 else names[0], sources)


def _statement(word: str, name: str, sources: Sequence[SourceFile], on: str = "") -> Span | None:
    """The CREATE of something that the catalog keeps no place of; `on`: the table of a trigger, policy or rule."""
    table = re.compile(rf'\b(?:ON|TO)\s+(?:ONLY\s+)?(?:[\w$"]+\.)?"?{re.escape(on)}(?![\w$])', re.IGNORECASE)
    bare = re.escape(name.split("(")[0].split(" ")[0].rsplit(".", 1)[-1].strip('"'))
    words = r"(?:TYPE|DOMAIN)" if word.upper() in ("TYPE", "DOMAIN") else word.replace(" ", r"\s+")
    words = r"(?:FUNCTION|PROCEDURE)" if word == "function" else words
    pattern = re.compile(rf'CREATE\s[^(]*?\b{words}\b[^(]*?(?<![\w$])"?{bare}(?![\w$])', re.IGNORECASE)
    for source in sources:
        for one in parse_schema_file(source)[0]:
            found = pattern.match(one.text.lstrip())
            if found is not None and (not on or table.search(one.text)):
                start = one.start + len(one.text) - len(one.text.lstrip())
                return Span(source, start, start + 6)
    return None
