"""The reg… types of conditions in DO blocks: a name to what it names, and back.

Takes the state and a text or an oid. Mirrors `regproc.c: regclassin, to_regclass` and the like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from querygen.analyze.typename import format_type, quote_identifier, typename_type_id
from querygen.diagnostics import PgError
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.sql.nodes import ast

_PART: Final = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_NAME: Final = re.compile(rf"\s*({_PART})(?:\.({_PART}))?\s*")


class Unknown(Exception):  # noqa: N818
    """The text does not tell."""


class Reg(int):
    """An oid, which no text can be made of unless `kind` says what it names: regclass, regtype, regnamespace."""

    kind: str = ""

    @classmethod
    def of(cls, kind: str, oid: int) -> Reg:
        """An oid that shows as a name."""
        made = cls(oid)
        made.kind = kind
        return made


def _parts(text: str) -> tuple[str | None, str]:
    """The schema and the name."""
    found = _NAME.fullmatch(text)
    if found is None:
        raise Unknown
    parts = [
        one[1:-1].replace('""', '"') if one.startswith('"') else one.lower()
        for one in found.groups()
        if one is not None
    ]
    return (parts[0] if len(parts) > 1 else None), parts[-1]


def named_oid(state: DdlState, kind: str, text: Any, *, missing_ok: bool) -> Reg | None:
    """What a text names; an error is PostgreSQL's, or there is none."""
    if not isinstance(text, str) or text.isdecimal():
        raise Unknown
    try:
        oid = _find(state, kind, text)
    except PgError:
        if missing_ok:
            return None
        raise
    return Reg.of(kind, oid)


def _find(state: DdlState, kind: str, text: str) -> int:
    catalog = state.catalog
    match kind:
        case "regtype":
            cast = only_statement(f"SELECT NULL::{text}").targetList[0].val
            return typename_type_id(None, catalog, cast.typeName)
        case "regprocedure":
            node = only_statement(f"DROP FUNCTION {text}").objects[0]
            wanted = tuple(typename_type_id(None, catalog, one) for one in node.objargs or ())
            schema, name = _names(node.objname)
            for proc in catalog.procs_named(name, schema):
                if proc.proargtypes == wanted:
                    return proc.oid
            raise PgError("42883", f'function "{text}" does not exist')
    schema, name = _parts(text)
    if schema is not None and catalog.namespace_oid(schema) is None:
        raise PgError("3F000", f'schema "{schema}" does not exist')
    match kind:
        case "regclass":
            oid = catalog.relation_oid(name, schema)
            if oid is None:
                shown = name if schema is None else f"{schema}.{name}"
                raise PgError("42P01", f'relation "{shown}" does not exist')
            return oid
        case "regproc":
            procs = catalog.procs_named(name, schema)
            if len(procs) == 1:
                return procs[0].oid
            if procs:
                raise PgError("42725", f'more than one function named "{text}"')
            raise PgError("42883", f'function "{text}" does not exist')
        case "regnamespace" if schema is None:
            oid = catalog.namespace_oid(name)
            if oid is None:
                raise PgError("3F000", f'schema "{name}" does not exist')
            return oid
    raise Unknown


def only_statement(text: str) -> Any:
    """The tree of a text that is one statement; Unknown for any other."""
    try:
        statements = parse_sql(text)
    except ParseError:
        raise Unknown from None
    if len(statements) != 1:
        raise Unknown
    return statements[0].stmt


def _names(nodes: Sequence[ast.String]) -> tuple[str | None, str]:
    return (nodes[-2].sval if len(nodes) > 1 else None), nodes[-1].sval


def shown_oid(state: DdlState, oid: Reg) -> str:
    """regclassout, regtypeout, regnamespaceout"""
    catalog = state.catalog
    match oid.kind:
        case "regtype":
            return format_type(catalog, int(oid))
        case "regnamespace":
            return quote_identifier(catalog.namespace_name(int(oid)))
        case "regclass" if (relation := catalog.find_relation(int(oid))) is not None:
            shown = quote_identifier(relation.name)
            if catalog.relation_oid(relation.name) == int(oid):
                return shown
            return f"{quote_identifier(catalog.namespace_name(relation.namespace))}.{shown}"
    raise Unknown
