"""DO: the DDL that a PL/pgSQL block carries out, as far as its text alone tells.

Takes the raw statement and a `DdlState`. Migrations guard what they make by blocks (`IF NOT EXISTS (…) THEN CREATE …`,
`CREATE … EXCEPTION WHEN duplicate_object`), so what stands in them belongs to the schema. Mirrors
`functioncmds.c: ExecuteDoStmt` and `pl_exec.c: exec_stmts, exec_stmt_block, exec_stmt_if, exec_stmt_dynexecute`.

Variables whose values are constants are followed (`ddl_do_values.py`). Rows are not: of an IF that asks the system
catalogues, the branch is taken that can be carried out, for that is what such a guard is there for; an IF that asks
anything else is passed over, and so are loops over rows. A block in which something was passed over gives no error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from querygen.catalog.ddl_do_values import NOT_TOLD, Unknown, Value, evaluate, is_true
from querygen.diagnostics import PgError
from querygen.pg_catalog.conditions import conditions
from querygen.source import SourceFile
from querygen.sql.nodes import ast
from querygen.sql.tree import ParseError, parse_plpgsql, parse_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from querygen.catalog.ddl_state import DdlState, RawStatement

_CHANGES: Final = re.compile(r"\b(?:create|alter|drop|comment|execute|set|into)\b", re.IGNORECASE)
_CATALOGUES: Final = re.compile(r"\b(?:information_schema\.|pg_[a-z]+|to_reg[a-z]+\s*\()|::\s*reg[a-z]+", re.IGNORECASE)
_ASSIGNMENT: Final = re.compile(r"^\s*(\w+)\s*:?=\s*(?!=)", re.ASCII)
_ERROR_LEVEL: Final = 21  # elog.h: ERROR
_TURNS: Final = 10_000  # of the loops of one block
_LENGTH: Final = 2  # of an SQLSTATE's class


class _LeaveBlock(Exception):  # noqa: N818 — RETURN, EXIT, CONTINUE
    """Control goes elsewhere."""


class _Raised(Exception):  # noqa: N818
    """RAISE EXCEPTION: what stands around it is taken back."""


class _Inner(Struct, frozen=True):
    """A `RawStatement` that stands in another one."""

    stmt: Any
    source: SourceFile
    start: int
    end: int
    text: str
    shift: int


class _Block(Struct, eq=False):
    """One DO statement while it runs."""

    state: DdlState
    raw: RawStatement
    body: str
    start: int  # of the body in the file, -1 where the body is no part of it letter by letter
    names: list[str]  # of PL/pgSQL's variables, by their number
    values: dict[str, Value] = field(default_factory=dict)
    guards: set[str] = field(default_factory=set)  # variables that hold what the catalogues say
    searched: int = 0  # up to here of the body
    turns: int = 0
    passed_over: bool = False


def do(state: DdlState, stmt: ast.DoStmt) -> None:
    """ExecuteDoStmt"""
    options = {one.defname: one for one in stmt.args or ()}
    code = options.get("as")
    raw = state.raw
    if code is None or raw is None or not _CHANGES.search(code.arg.sval):
        return
    if "language" in options and options["language"].arg.sval.lower() != "plpgsql":
        return
    body = code.arg.sval
    try:
        function = parse_plpgsql(body)
    except ParseError:
        return  # the parser that stands alone knows no user's types: what it refuses need not be wrong
    names = [next(iter(one.values())).get("refname", "") for one in function.get("datums", ())]
    block = _Block(state, raw, body, _place_of(raw, body, code.location), names)
    for one in function.get("datums", ()):
        _declare(block, next(iter(one.values())))
    try:
        problem = _attempt(block, lambda: _statement(block, function["action"]))
    except (_LeaveBlock, _Raised):
        problem = None
    finally:
        state.raw = raw
    if problem is not None and not block.passed_over:
        raise problem


def _place_of(raw: RawStatement, body: str, location: int) -> int:
    """Where the body begins in the file."""
    return raw.source.text.find(body, max(location, 0) + raw.shift, raw.end)


def _declare(block: _Block, variable: dict[str, Any]) -> None:
    name = variable.get("refname", "")
    default = variable.get("default_val")
    if "datatype" not in variable or name in ("found", "sqlstate", "sqlerrm"):
        return
    if default is None:
        block.values[name] = None
    else:
        _assign(block, name, default["PLpgSQL_expr"]["query"])


def _attempt(block: _Block, action: Callable[[], None]) -> PgError | None:
    """All of it or nothing, as a subtransaction is; RAISE EXCEPTION takes back, too."""
    state = block.state
    catalog = state.catalog
    mark = catalog.mark()
    late, bodies = len(state.late_foreign_keys), len(state.late_bodies)
    path, role = (catalog.search_path, state.transaction_path), (state.role, state.transaction_role)
    try:
        action()
    except (PgError, _Raised) as stop:
        catalog.rollback_to(mark)
        catalog.search_path, state.transaction_path = path
        state.role, state.transaction_role = role
        del state.late_foreign_keys[late:]
        del state.late_bodies[bodies:]
        if isinstance(stop, PgError):
            return stop
        raise
    return None


# ---------------------------------------------------------------------------------------------- PL/pgSQL's statements


def _statements(block: _Block, statements: Sequence[dict[str, Any]]) -> None:
    """exec_stmts"""
    for one in statements:
        _statement(block, one)


def _statement(block: _Block, statement: dict[str, Any]) -> None:
    kind, node = next(iter(statement.items()))
    match kind.removeprefix("PLpgSQL_stmt_"):
        case "block":
            _run_block(block, node)
        case "if":
            branches = [(node["cond"], node.get("then_body", ()))]
            branches += [
                (one["PLpgSQL_if_elsif"]["cond"], one["PLpgSQL_if_elsif"].get("stmts", ()))
                for one in node.get("elsif_list", ())
            ]
            _run_if(block, branches, node.get("else_body", ()))
        case "execsql":
            _run_sql(block, node)
        case "dynexecute":
            _run_execute(block, node)
        case "assign":
            found = _ASSIGNMENT.match(node["expr"]["PLpgSQL_expr"]["query"])
            if found:
                _assign(block, found[1], found.string[found.end() :])
        case "fori":
            _run_for(block, node)
        case "foreach_a":
            _run_foreach(block, node)
        case "return" | "exit":
            raise _LeaveBlock
        case "raise" if node.get("elog_level", _ERROR_LEVEL) >= _ERROR_LEVEL:
            raise _Raised
        case "while" | "loop" | "fors" | "forc" | "dynfors" | "case" | "call":
            block.passed_over = True
        case _:
            pass  # of rows, cursors and messages


def _run_block(block: _Block, node: dict[str, Any]) -> None:
    """exec_stmt_block"""
    exceptions = node.get("exceptions")
    if exceptions is None:
        _statements(block, node.get("body", ()))
        return
    problem: PgError | None = None
    raised = False
    try:
        problem = _attempt(block, lambda: _statements(block, node.get("body", ())))
    except _Raised:
        raised = True
    if problem is None and not raised:
        return
    for one in exceptions["PLpgSQL_exception_block"]["exc_list"]:
        handler = one["PLpgSQL_exception"]
        names = [condition["PLpgSQL_condition"]["condname"] for condition in handler["conditions"]]
        if any(_catches(name, problem) for name in names):
            _statements(block, handler.get("action", ()))
            return
    if problem is not None:
        raise problem
    raise _Raised


def _catches(condition: str, problem: PgError | None) -> bool:
    """exception_matches_conditions; what RAISE raises has a code of its own, which only OTHERS is sure to catch."""
    if condition == "others":
        return True
    if problem is None:
        return condition in ("raise_exception", "P0001")
    codes = conditions().get(condition, {condition})
    return any(
        code == problem.code or (code.endswith("000") and code[:_LENGTH] == problem.code[:_LENGTH]) for code in codes
    )


def _run_if(block: _Block, branches: Sequence[tuple[Any, Any]], otherwise: Sequence[dict[str, Any]]) -> None:
    """exec_stmt_if"""
    tried = False
    for condition, body in branches:
        text = condition["PLpgSQL_expr"]["query"]
        try:
            if is_true(evaluate(text, block.values)):
                _statements(block, body)
                return
        except Unknown:
            if not _asks_catalogues(block, text):
                block.passed_over = True
                return
            tried = True
            if _fits(block, body):
                return
    if not tried:
        _statements(block, otherwise)
    elif otherwise:
        _fits(block, otherwise)


def _asks_catalogues(block: _Block, text: str) -> bool:
    names = {*re.findall(r"\w+", text)}
    return bool(_CATALOGUES.search(text) or names & block.guards)


def _fits(block: _Block, body: Sequence[dict[str, Any]]) -> bool:
    """Whether a branch can be carried out; it then is."""
    try:
        return _attempt(block, lambda: _statements(block, body)) is None
    except _Raised:
        return False


def _run_for(block: _Block, node: dict[str, Any]) -> None:
    """exec_stmt_fori"""
    name = node["var"]["PLpgSQL_var"]["refname"]
    try:
        bounds = [
            evaluate(node[one]["PLpgSQL_expr"]["query"], block.values) if one in node else 1
            for one in ("lower", "upper", "step")
        ]
    except Unknown:
        bounds = []
    match bounds:
        case [int() as lower, int() as upper, int() as step] if step > 0:
            down = bool(node.get("reverse"))
            turns = range(lower, upper - 1, -step) if down else range(lower, upper + 1, step)
            _turns(block, name, turns, node.get("body", ()))
        case _:
            block.passed_over = True


def _run_foreach(block: _Block, node: dict[str, Any]) -> None:
    """exec_stmt_foreach_a"""
    try:
        values = evaluate(node["expr"]["PLpgSQL_expr"]["query"], block.values)
    except Unknown:
        values = None
    if isinstance(values, tuple) and not node.get("slice"):
        _turns(block, block.names[node["varno"]], values, node.get("body", ()))
    else:
        block.passed_over = True


def _turns(block: _Block, name: str, values: Sequence[Value], body: Sequence[dict[str, Any]]) -> None:
    for value in values:
        block.turns += 1
        if block.turns > _TURNS:
            block.passed_over = True
            return
        block.values[name] = value
        try:
            _statements(block, body)
        except _LeaveBlock:  # whether EXIT or CONTINUE: the rest is not sure
            block.passed_over = True
            return


def _assign(block: _Block, name: str, text: str) -> None:
    """exec_stmt_assign"""
    try:
        block.values[name] = evaluate(text, block.values)
    except Unknown:
        block.values[name] = NOT_TOLD
        if _asks_catalogues(block, text):
            block.guards.add(name)


# ---------------------------------------------------------------------------------------------- SQL in it


def _run_sql(block: _Block, node: dict[str, Any]) -> None:
    """exec_stmt_execsql"""
    text = node["sqlstmt"]["PLpgSQL_expr"]["query"]
    if node.get("into"):
        for one in next(iter(node["target"].values())).get("fields", ()):
            block.values[one["name"]] = NOT_TOLD
            if _asks_catalogues(block, text):
                block.guards.add(one["name"])
        return
    place = block.body.find(text, block.searched)
    if place < 0:
        place = block.body.find(text)
    if place >= 0:
        block.searched = place
    _run_text(block, text, block.start + place if place >= 0 and block.start >= 0 else -1)


def _run_execute(block: _Block, node: dict[str, Any]) -> None:
    """exec_stmt_dynexecute"""
    try:
        text = evaluate(node["query"]["PLpgSQL_expr"]["query"], block.values)
    except Unknown:
        text = None
    if isinstance(text, str):
        _run_text(block, text, -1)
    else:
        block.passed_over = True


def _run_text(block: _Block, text: str, place: int) -> None:
    """Statements that stand in the file at `place`, or nowhere."""
    raw, state = block.raw, block.state
    try:
        trees = parse_sql(text)
    except ParseError as problem:
        raise PgError("42601", str(problem.args[0]), _place(block, place)) from None
    source = raw.source if place >= 0 else SourceFile(raw.source.path, text)
    start = max(place, 0)
    from querygen.catalog.ddl_execute import execute  # it calls this module

    for tree in trees:
        state.raw = _Inner(tree.stmt, source, start, start + len(text), text, start)
        try:
            if not isinstance(tree.stmt, ast.TransactionStmt):
                execute(state, tree.stmt)
        except PgError as problem:
            inside = max(problem.location, 0) if place >= 0 else 0
            where = _place(block, place) + inside
            raise PgError(problem.code, problem.message, where, hint=problem.hint, detail=problem.detail) from None
        finally:
            state.raw = raw


def _place(block: _Block, place: int) -> int:
    """A place in the file as a location in the DO statement."""
    return (place if place >= 0 else max(block.start, block.raw.start)) - block.raw.shift
