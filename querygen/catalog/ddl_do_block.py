"""A DO block while it runs: its variables and what they hold.

Takes the trees of libpg_query's PL/pgSQL parser; gives `Value`s (ddl_do_values.py). What is not known is NOT_TOLD.
Mirrors pl_exec.c: exec_assign_value, exec_stmt_assign, exec_stmt_block's declarations.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from querygen.catalog import ddl_do_ask, ddl_do_tree
from querygen.catalog.ddl_do_values import NOT_TOLD, Scope, Unknown, Value, cast, evaluate
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.catalog.ddl_state import DdlState, RawStatement
    from querygen.diagnostics import Diagnostic, PgError

_ASSIGNMENT: Final = re.compile(r'^\s*(?:\w+|"(?:[^"]|"")+")\s*:?=\s*(?!=)')
_ARRAY: Final = re.compile(r"\{(?!null\b)\w+(?:,(?!null\b)\w+)*\}", re.IGNORECASE)


class Block(Struct, eq=False):
    """One DO statement while it runs."""

    state: DdlState
    raw: RawStatement
    body: str
    start: int  # of the body in the file, -1 where the body is no part of it letter by letter
    datums: Sequence[Any]  # PL/pgSQL's variables, by their number
    declared: dict[int, list[Any]]  # which of them a block declares, by its tree's id()
    scopes: list[dict[str, Value]] = field(default_factory=lambda: [{"found": False}])
    types: dict[str, str] = field(default_factory=dict)
    warnings: list[Diagnostic] = field(default_factory=list)
    handled: list[PgError] = field(default_factory=list)  # what the handlers that run have caught
    handlers: int = 0  # how many blocks with EXCEPTION stand around
    turns: int = 0
    passed_over: bool = False


def scope_of(block: Block) -> Scope:
    variables = {name: value for one in block.scopes for name, value in one.items()}
    return Scope(block.state, variables, query=ddl_do_ask.answer)


def expression(block: Block, node: dict[str, Any]) -> Value:
    """The value of a PLpgSQL_expr."""
    return evaluate(node["PLpgSQL_expr"]["query"], scope_of(block))


def put(block: Block, name: str, value: Value) -> None:
    """exec_assign_value: the variable holds what its type makes of the value."""
    declared = block.types.get(name)
    if declared is not None and value is not NOT_TOLD:
        try:
            value = _held(block, declared, value)
        except Unknown:
            value = NOT_TOLD
    scope = next((one for one in reversed(block.scopes) if name in one), block.scopes[0])
    scope[name] = value


def _held(block: Block, declared: str, value: Value) -> Value:
    """What a variable of the type holds; libpg_query drops a type's length, and gives arrays the name of their type."""
    if declared == "bpchar":
        raise Unknown
    if not declared.startswith("_"):
        return cast(value, _type_name(declared), block.state)
    if isinstance(value, str) and _ARRAY.fullmatch(value):
        value = tuple(value[1:-1].split(","))
    if isinstance(value, tuple):
        return tuple(cast(one, _type_name(declared[1:]), block.state) for one in value)
    if value is None:
        return None
    raise Unknown


def _type_name(text: str) -> Any:
    try:
        return parse_sql(f"SELECT NULL::{text}")[0].stmt.targetList[0].val.typeName
    except ParseError:
        raise Unknown from None


def declare(block: Block, variables: Iterable[Any]) -> None:
    for variable in variables:
        name = variable.get("refname", "")
        block.scopes[-1][name] = NOT_TOLD
        if "datatype" not in variable:
            continue
        block.types[name] = variable["datatype"]["PLpgSQL_type"]["typname"]
        default = variable.get("default_val")
        with suppress(Unknown):  # it stays NOT_TOLD
            put(block, name, None if default is None else expression(block, default))


def assign(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_assign"""
    text = node["expr"]["PLpgSQL_expr"]["query"]
    found = _ASSIGNMENT.match(text)
    (name,) = ddl_do_tree.targets({"PLpgSQL_stmt_assign": node}, block.datums) or ("",)
    try:
        value = evaluate(text[found.end() :], scope_of(block)) if found else NOT_TOLD
    except Unknown:
        value = NOT_TOLD
    put(block, name, value)
