"""Functions and procedures read into the model. Mirrors `ruleutils.c: pg_get_functiondef`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.pgtypes import RECORDOID
from querygen.analyze.typename import quote_identifier
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ruleutils import Printer
from querygen.catalog.ruleutils_expr import unprintable
from querygen.migrate.model import Id, Object
from querygen.migrate.read_view import query_needs

if TYPE_CHECKING:
    from querygen.catalog.objects import FunctionBody
    from querygen.migrate.reader import Reader
    from querygen.pg_catalog.rows import PgProc

_MODES = {"i": "", "o": "OUT ", "b": "INOUT ", "v": "VARIADIC ", "t": ""}
_VOLATILITY = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}


def read_functions(reader: Reader) -> None:
    """Every function that the schema declares; aggregates are kept as text."""
    for key in [*reader.facts]:
        if key[0] != "proc" or (body := reader.catalog.function_body(key[1])) is None:
            continue
        row = reader.catalog.proc(key[1])
        if not reader.is_mine(row.oid, row.pronamespace) or row.oid in reader.units_by_number:
            continue
        _function(reader, row, body)


def _function(reader: Reader, row: PgProc, body: FunctionBody) -> None:
    identity = reader.proc_id(row.oid)
    if identity is None:
        return
    facts = reader.facts.get(("proc", row.oid), {})
    types = {*row.proargtypes, *(row.proallargtypes or ()), row.prorettype}
    needs: set[Id] = {("schema", identity[1]), *reader.ids([Address("type", one) for one in types])}
    weak: set[Id] = set()
    arguments, used = _arguments(reader, row, body)
    needs |= used
    is_atomic = body.raw is not None and body.raw.sql_body is not None
    text = body.body
    if is_atomic:
        text = _atomic(reader, row, body)
    for query in body.queries or ():
        (needs if is_atomic else weak).update(query_needs(reader, query))
    if body.language not in _OWN_LANGUAGES:
        needs |= {("unit", "LANGUAGE", body.language), ("unit", "EXTENSION", body.language)} & {*reader.model.objects}
    cost = "1" if body.language in ("c", "internal") else "100"
    attrs: dict[str, Any] = {
        "kind": row.prokind,
        "arguments": arguments,
        "result": _result(reader, row),
        "_result_oid": reader.type(row.prorettype),
        "language": body.language,
        "body": text,
        "atomic": is_atomic,
        "link": facts.get("link"),
        "volatility": _VOLATILITY[row.provolatile],
        "strict": row.proisstrict,
        "security": facts.get("security", False),
        "leakproof": facts.get("leakproof", False),
        "parallel": (facts.get("parallel") or "unsafe").upper(),
        "cost": None if facts.get("cost") in (None, cost) else facts.get("cost"),
        "rows": None if facts.get("rows") in (None, "1000", "0") else facts.get("rows"),
        "support": facts.get("support"),
        "transform": facts.get("transform"),
        "config": facts.get("config", ()),
        "_input_names": _input_names(row),
        "_defaults": row.pronargdefaults,
        "_search_path": body.search_path,
        "_analysed": body.queries is not None,
    }
    needs.discard(identity)
    weak.discard(identity)
    reader.model.add(Object(identity, attrs, needs=frozenset(needs), weak=frozenset(weak - needs), claims=None))


_OWN_LANGUAGES = ("sql", "plpgsql", "c", "internal")


def _input_names(row: PgProc) -> tuple[str, ...]:
    names = row.proargnames or ()
    modes = row.proargmodes or "i" * len(names)
    return tuple(name for name, mode in zip(names, modes, strict=False) if mode in "ibv")


def _arguments(reader: Reader, row: PgProc, body: FunctionBody) -> tuple[str, set[Id]]:
    """print_function_arguments"""
    types = row.proallargtypes or row.proargtypes
    modes = row.proargmodes or "i" * len(types)
    names = row.proargnames or ("",) * len(types)
    needs: set[Id] = set()
    inputs = sum(mode in "ibv" for mode in modes)
    first_default = inputs - row.pronargdefaults
    parts = []
    number = 0
    for type_oid, mode, name in zip(types, modes, names, strict=False):
        if mode == "t":
            continue
        text = _MODES[mode]
        if row.prokind == "p" and mode == "i":
            text = "IN "
        if name:
            text += f"{quote_identifier(name)} "
        text += reader.type(type_oid)
        if mode in "ibv":
            if number >= first_default and body.argument_defaults:
                place = number - inputs + len(body.argument_defaults)
                shown, used = reader.expression(body.argument_defaults[place])
                needs |= used
                text += f" DEFAULT {shown}"
            number += 1
        parts.append(text)
    return ", ".join(parts), needs


def _result(reader: Reader, row: PgProc) -> str | None:
    """print_function_rettype"""
    if row.prokind == "p":
        return None
    modes = row.proargmodes or ""
    if "t" in modes:
        columns = [
            f"{quote_identifier(name)} {reader.type(type_oid)}"
            for type_oid, mode, name in zip(row.proallargtypes or (), modes, row.proargnames or (), strict=False)
            if mode == "t"
        ]
        return f"TABLE({', '.join(columns)})"
    return ("SETOF " if row.proretset else "") + reader.type(row.prorettype)


def _atomic(reader: Reader, row: PgProc, body: FunctionBody) -> str:
    """print_function_sqlbody"""
    if body.queries is None:
        raise unprintable(f"the body of function {row.proname}, which was not analysed")
    from querygen.catalog.ruleutils_query import query_def

    names = _input_names(row)
    statements = []
    for query in body.queries:
        printer = Printer(reader.catalog, arguments=names)
        printer.function_name = quote_identifier(row.proname)
        statements.append(query_def(printer, query))
    raw = body.raw.sql_body
    if not isinstance(raw, tuple):
        return statements[0].replace("SELECT", "RETURN", 1)
    inside = "".join(f" {one};" for one in statements)
    return f"BEGIN ATOMIC{inside} END"


__all__ = ["RECORDOID", "read_functions"]
