"""What a part of a DO block would do, read off PL/pgSQL's tree without running it: `effects`, `targets`, `declared`.

Takes the JSON of libpg_query; mirrors `pl_funcs.c` and `plpgsql.h`, as far as libpg_query writes them down.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.sql.nodes import ast
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LOOPS: Final = frozenset({"loop", "while", "fori", "fors", "forc", "foreach_a", "dynfors"})
_ERROR_LEVEL: Final = 21  # elog.h: ERROR
_DECLARES_FIRST: Final = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|<<\w+>>)*declare\b", re.IGNORECASE | re.DOTALL)
_DECLARE: Final = re.compile(r"\bdeclare\b", re.IGNORECASE)
_ROLE_TEXT: Final = re.compile(r"(?:format\s*\()?\s*'\s*create\s+(?:role|user)\s+(?!mapping\b)[^;]*$", re.IGNORECASE)
_ROLE_STATEMENTS: Final = (ast.CreateRoleStmt, ast.AlterRoleStmt, ast.AlterRoleSetStmt, ast.GrantRoleStmt)
_ON_SESSIONS: Final = ("is about the session or the server", "works on rows")
_RIGHTS: Final = "is about roles and rights"


class Effects(Struct, frozen=True):
    """`targets` are the variables that it sets; the rest says whether it changes the schema, and where control goes."""

    changes: bool
    targets: frozenset[str]
    leaves: bool
    raises: bool


def _parts(statement: Any, loops: int = 0) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Every statement in it, itself included, with how many loops stand around it there."""
    match statement:
        case dict():
            for key, node in statement.items():
                kind = key.removeprefix("PLpgSQL_stmt_")
                if kind != key and isinstance(node, dict):
                    yield kind, node, loops
                    yield from _parts(node, loops + (kind in _LOOPS))
                else:
                    yield from _parts(node, loops)
        case list():
            for one in statement:
                yield from _parts(one, loops)


def effects(statement: dict[str, Any], datums: Sequence[Any], *, full: bool) -> Effects:
    """What a statement and those in it would do; `full` as in DdlState: rights count, too."""
    changes = leaves = raises = False
    names: set[str] = set()
    for kind, node, loops in _parts(statement):
        names.update(targets({f"PLpgSQL_stmt_{kind}": node}, datums))
        match kind:
            case "execsql" if not node.get("into"):
                changes |= _changes(node["sqlstmt"]["PLpgSQL_expr"]["query"], full=full)
            case "dynexecute" if not node.get("into"):
                changes |= _executes(node["query"]["PLpgSQL_expr"]["query"], full=full)
            case "perform":
                changes |= "set_config" in node["expr"]["PLpgSQL_expr"]["query"].lower()
            case "return":
                leaves = True
            case "exit" if not loops or "label" in node:
                leaves = True
            case "raise" if node.get("elog_level", _ERROR_LEVEL) >= _ERROR_LEVEL:
                raises = True
    return Effects(changes, frozenset(names), leaves, raises)


def _statements_of(text: str) -> list[Any] | None:
    try:
        return [one.stmt for one in parse_sql(text)]
    except ParseError:
        return None


def _changes(text: str, *, full: bool) -> bool:
    statements = _statements_of(text)
    return statements is None or any(_is_change(one, full=full) for one in statements)


def _is_change(stmt: Any, *, full: bool) -> bool:
    from querygen.catalog.ddl_execute import SKIPPED  # it calls the module that calls this one

    if isinstance(stmt, ast.SelectStmt):
        return bool(stmt.intoClause)
    reason = SKIPPED.get(type(stmt).__name__)
    return reason is None or (full and reason not in _ON_SESSIONS)


def _executes(text: str, *, full: bool) -> bool:
    """EXECUTE of a constant says what it does; any other text may be of a change."""
    statements = _statements_of(f"SELECT {text}")
    match statements:
        case [ast.SelectStmt(targetList=(ast.ResTarget(val=ast.A_Const(val=ast.String(sval=inner))),))]:
            return _changes(inner, full=full)
    return True


def on_rows(text: str) -> bool:
    """Whether a statement works on rows and leaves the schema as it is."""
    match _statements_of(text):
        case [ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt() | ast.MergeStmt()]:
            return True
    return False


def only_roles(statement: dict[str, Any]) -> bool:
    """Whether all that a statement does is to make and change roles."""
    found = False
    for kind, node, _loops in _parts(statement):
        match kind:
            case "execsql" if not node.get("into"):
                text = node["sqlstmt"]["PLpgSQL_expr"]["query"]
                if not all(isinstance(one, _ROLE_STATEMENTS) for one in _statements_of(text) or (None,)):
                    return False
                found = True
            case "dynexecute" if _ROLE_TEXT.match(node["query"]["PLpgSQL_expr"]["query"]):
                found = True
            case "if" | "block":
                pass
            case "raise" if node.get("elog_level", _ERROR_LEVEL) < _ERROR_LEVEL:
                pass
            case _:
                return False
    return found


def targets(statement: dict[str, Any], datums: Sequence[Any]) -> tuple[str, ...]:
    """The variables that this statement itself sets, by name."""
    kind, node = next(iter(statement.items()))
    match kind.removeprefix("PLpgSQL_stmt_"):
        case "assign" | "foreach_a":
            return (_name(datums, node.get("varno", 0)),)
        case "getdiag":
            items = (one["PLpgSQL_diag_item"] for one in node.get("diag_items", ()))
            return tuple(_name(datums, one.get("target", 0)) for one in items)
        case "execsql" | "dynexecute" if node.get("into"):
            return _row(node.get("target", {}), datums)
        case "fors" | "forc" | "dynfors":
            return _row(node.get("var", {}), datums)
    return ()


def _row(target: dict[str, Any], datums: Sequence[Any]) -> tuple[str, ...]:
    row: dict[str, Any] = next(iter(target.values()), {})
    if "fields" in row:
        return tuple(_name(datums, one.get("varno", 0)) for one in row["fields"])
    return (row.get("refname", ""),)


def _name(datums: Sequence[Any], number: int) -> str:
    """A variable's name; a field's is its record's."""
    datum = datums[number] if number < len(datums) else {}
    if "recparentno" in datum:
        return _name(datums, datum["recparentno"])
    return str(datum.get("refname", ""))


def declared(action: dict[str, Any], datums: Sequence[dict[str, Any]], body: str) -> dict[int, list[Any]]:
    """Which variables each block declares, by the id() of its tree.

    libpg_query does not say it, but lines: a block's is its BEGIN's, a variable's is its own, and both are in the order
    of the text. Where two blocks begin on one line, the default of a variable there is not told.
    """
    blocks = [node for kind, node, _loops in _parts(action) if kind == "block" and "lineno" in node]
    loops = [
        (node["var"]["PLpgSQL_var"]["refname"], node["var"]["PLpgSQL_var"].get("lineno"))
        for kind, node, _loops in _parts(action)
        if kind == "fori"
    ]
    once = len(_DECLARE.findall(body)) == 1 and _DECLARES_FIRST.match(body) is not None
    found: dict[int, list[Any]] = {id(one): [] for one in blocks}
    place = 0
    for datum in datums:
        kind, variable = next(iter(datum.items()))
        name, line = variable.get("refname", ""), variable.get("lineno", 0)
        if kind not in ("PLpgSQL_var", "PLpgSQL_rec") or not line or name in ("sqlstate", "sqlerrm"):
            continue
        if (name, line) in loops:
            loops.remove((name, line))
            continue
        if name.startswith("__Case__"):
            continue
        if once:
            place = 0
        else:
            while place < len(blocks) - 1 and blocks[place]["lineno"] < line:
                place += 1
            following = blocks[place + 1]["lineno"] if place + 1 < len(blocks) else -1
            if following == blocks[place]["lineno"]:
                variable = {"refname": name}
        if blocks:
            found[id(blocks[place])].append(variable)
    return found
