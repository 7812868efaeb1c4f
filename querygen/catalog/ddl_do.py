"""DO: the DDL that a PL/pgSQL block carries out, as far as its text and the schema so far tell.

Takes the raw statement and a `DdlState`. Migrations guard what they make by blocks (`IF NOT EXISTS (…) THEN CREATE …`,
`CREATE … EXCEPTION WHEN duplicate_object`), so what stands in them belongs to the schema. Mirrors
`functioncmds.c: ExecuteDoStmt` and `pl_exec.c: exec_stmts, exec_stmt_block, exec_stmt_if, exec_stmt_dynexecute`.

Variables of constants are followed (`ddl_do_values.py`), and so is what the system catalogues say of the schema so far
(`ddl_do_ask.py`). No branch is taken by guess: what asks for anything else is passed over with a warning, and such a
block gives no error. What a block declares and what it would change is found by `ddl_do_tree.py`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.catalog import ddl_do_ask, ddl_do_tree
from querygen.catalog.ddl_do_block import Block, assign, declare, expression, put, scope_of
from querygen.catalog.ddl_do_names import only_statement
from querygen.catalog.ddl_do_values import NOT_TOLD, Unknown, Value, evaluate, is_true
from querygen.catalog.ddl_state import Savepoint
from querygen.catalog.ddl_text import first_token, walk
from querygen.diagnostics import Diagnostic, PgError, Severity
from querygen.pg_catalog.conditions import conditions
from querygen.source import SourceFile, Span
from querygen.sql.nodes import ast
from querygen.sql.tree import ParseError, parse_plpgsql, parse_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from querygen.catalog.ddl_do_tree import Effects
    from querygen.catalog.ddl_state import DdlState, RawStatement

NOT_FOLLOWED = "QG403"
_ERROR_LEVEL: Final = 21  # elog.h: ERROR
_TURNS: Final = 10_000  # of the loops of one block
_LENGTH: Final = 2  # of an SQLSTATE's class
_RAISED: Final = "P0001"
_UNCAUGHT: Final = frozenset({"P0004", "57014"})  # which OTHERS does not catch: ASSERT's, and a cancelled query


class _Leave(Exception):  # noqa: N818
    """RETURN, EXIT, CONTINUE."""

    def __init__(self, kind: str, label: str | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.label = label


class _Stop(Exception):  # noqa: N818
    """What comes next depends on what is not known; what was done stays."""


class _Inner(Struct, frozen=True):
    """A `RawStatement` that stands in another one."""

    stmt: Any
    source: SourceFile
    start: int
    end: int
    text: str
    shift: int


def do(state: DdlState, stmt: ast.DoStmt) -> None:
    """ExecuteDoStmt"""
    options = {one.defname: one for one in stmt.args or ()}
    code = options.get("as")
    raw = state.raw
    if code is None or raw is None:
        return
    if "language" in options and options["language"].arg.sval.lower() != "plpgsql":
        return
    body = code.arg.sval
    try:
        function = parse_plpgsql(body)
    except ParseError:
        return  # the parser that stands alone knows no user's types: what it refuses need not be wrong
    action = function["action"]
    datums: list[dict[str, Any]] = [next(iter(one.values()), {}) for one in function.get("datums", ())]
    if not ddl_do_tree.effects(action, datums, full=state.full).changes:
        return
    declared = ddl_do_tree.declared(action, function.get("datums", ()), body)
    block = Block(state, raw, body, _place_of(raw, body, code.location), datums, declared)
    own = not state.transactions
    if own:
        state.transactions.append(Savepoint("", 0, 0, 0, ((), None), ("", None)))
    try:
        problem = _attempt(block, lambda: _whole(block, action))
    finally:
        state.raw = raw
        if own:
            from querygen.catalog.ddl_execute import end_transaction  # it calls this module

            end_transaction(state)
    if problem is not None and not block.passed_over:
        raise problem
    state.diagnostics.extend(block.warnings)


def _whole(block: Block, action: dict[str, Any]) -> None:
    with suppress(_Leave, _Stop):
        _statement(block, action)


def _place_of(raw: RawStatement, body: str, location: int) -> int:
    """Where the body begins in the file."""
    return raw.source.text.find(body, max(location, 0) + raw.shift, raw.end)


def _attempt(block: Block, action: Callable[[], None]) -> PgError | None:
    """All of it or nothing, as a subtransaction is."""
    state = block.state
    catalog = state.catalog
    mark = catalog.mark()
    late, bodies = len(state.late_foreign_keys), len(state.late_bodies)
    path, role = (catalog.search_path, state.transaction_path), (state.role, state.transaction_role)
    try:
        action()
    except PgError as stop:
        catalog.rollback_to(mark)
        catalog.search_path, state.transaction_path = path
        state.role, state.transaction_role = role
        del state.late_foreign_keys[late:]
        del state.late_bodies[bodies:]
        return stop
    return None


# ---------------------------------------------------------------------------------------------- PL/pgSQL's statements


def _statements(block: Block, statements: Sequence[dict[str, Any]]) -> None:
    """exec_stmts"""
    for one in statements:
        _statement(block, one)


def _statement(block: Block, statement: dict[str, Any]) -> None:
    kind, node = next(iter(statement.items()))
    try:
        match kind.removeprefix("PLpgSQL_stmt_"):
            case "block":
                _run_block(block, node)
            case "if":
                _run_if(block, statement, node)
            case "case":
                _run_case(block, node)
            case "execsql":
                _run_sql(block, node)
            case "dynexecute":
                _run_execute(block, statement, node)
            case "perform":
                _run_perform(block, node)
            case "assign":
                assign(block, node)
            case "fori" | "foreach_a" | "while" | "loop":
                _run_loop(block, kind.removeprefix("PLpgSQL_stmt_"), node)
            case "return" | "exit" as word:
                _leave(block, word, node)
            case "raise":
                if node.get("elog_level", _ERROR_LEVEL) >= _ERROR_LEVEL:
                    _raise(block, node)
            case "assert":
                _assert(block, node)
            case _:  # of rows and cursors
                _pass_over(block, statement, node)
    except Unknown:
        _pass_over(block, statement, node)


def _leave(block: Block, word: str, node: dict[str, Any]) -> None:
    """exec_stmt_return, exec_stmt_exit"""
    if word == "return":
        raise _Leave("return")
    if "cond" not in node or is_true(expression(block, node["cond"])):
        raise _Leave("exit" if node.get("is_exit") else "continue", node.get("label"))


def _assert(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_assert"""
    if not is_true(expression(block, node["cond"])):
        raise PgError("P0004", "assertion failed")


def _pass_over(block: Block, statement: dict[str, Any], node: dict[str, Any]) -> None:
    """What cannot be told is not carried out: whatever it would set is not told, and what it would make is missing."""
    found: Effects = ddl_do_tree.effects(statement, block.datums, full=block.state.full)
    for name in (*found.targets, "found"):
        put(block, name, NOT_TOLD)
    stops = found.leaves or (found.raises and block.handlers > 0)
    if not found.changes and not stops:
        return
    block.passed_over = True
    kind = next(iter(statement)).removeprefix("PLpgSQL_stmt_")
    what, hint = _WORDS.get(kind, _WORDS[""])
    more = ", nor what comes after it in the block" if stops else ""
    span = _span(block, node)
    warning = Diagnostic(NOT_FOLLOWED, Severity.WARNING, f"querygen does not follow {what}{more}", span, hint)
    if warning not in block.warnings:
        block.warnings.append(warning)
    if stops:
        raise _Stop


_HINT: Final = "Write what it makes as statements of their own, outside the block."
_WORDS: Final = {
    "": ("this part of the DO block", _HINT),
    "if": ("this IF: what its condition asks the schema does not tell", _HINT),
    "exit": ("this EXIT: what its condition asks the schema does not tell", _HINT),
    "case": ("this CASE: what it asks the schema does not tell", _HINT),
    "dynexecute": ("this EXECUTE: the schema does not tell its text", _HINT),
    "fors": ("this loop over rows", _HINT),
    "execsql": ("this statement: it uses a variable", _HINT),
}


def _span(block: Block, node: dict[str, Any]) -> Span | None:
    """The line of a statement of the block; the whole statement where the body is not part of the file."""
    raw = block.raw
    place = _line(block, node)
    if block.start < 0:
        return Span(raw.source, first_token(raw.source.text, raw.start, raw.end), raw.end)
    line = block.body[place:].split("\n", 1)[0]
    lead = len(line) - len(line.lstrip())
    return Span(raw.source, block.start + place + lead, block.start + place + len(line.rstrip()))


def _line(block: Block, node: dict[str, Any]) -> int:
    """Where the line begins on which a statement of the block stands."""
    lines = block.body.split("\n")[: max(node.get("lineno", 1) - 1, 0)]
    return sum(len(one) + 1 for one in lines)


def _run_block(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_block"""
    block.scopes.append({})
    types = dict(block.types)
    try:
        declare(block, block.declared.get(id(node), ()))
        _guarded(block, node)
    except _Leave as leave:
        if leave.kind != "exit" or leave.label is None or leave.label != node.get("label"):
            raise
    finally:
        block.scopes.pop()
        block.types = types


def _guarded(block: Block, node: dict[str, Any]) -> None:
    body = node.get("body", ())
    if "exceptions" not in node:
        _statements(block, body)
        return
    block.handlers += 1
    try:
        problem = _attempt(block, lambda: _statements(block, body))
    finally:
        block.handlers -= 1
    if problem is None:
        return
    for one in node["exceptions"]["PLpgSQL_exception_block"]["exc_list"]:
        handler = one["PLpgSQL_exception"]
        names = [condition["PLpgSQL_condition"]["condname"] for condition in handler["conditions"]]
        if any(_catches(name, problem.code) for name in names):
            block.handled.append(problem)
            try:
                _statements(block, handler.get("action", ()))
            finally:
                block.handled.pop()
            return
    raise problem


def _catches(condition: str, sqlstate: str) -> bool:
    """exception_matches_conditions"""
    if condition == "others":
        return sqlstate not in _UNCAUGHT
    codes = conditions().get(condition, {condition})
    return any(code == sqlstate or (code.endswith("000") and code[:_LENGTH] == sqlstate[:_LENGTH]) for code in codes)


def _raise(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_raise"""
    code = node.get("condname")
    options = [one["PLpgSQL_raise_option"] for one in node.get("options", ())]
    if code is None and not options and "message" not in node and block.handled:
        raise block.handled[-1]
    try:
        for option in options:
            if not option.get("opt_type"):  # ERRCODE is the first
                code = expression(block, option["expr"])
    except Unknown:
        if block.handlers:
            raise
    codes = sorted(conditions().get(str(code or "raise_exception"), {str(code or _RAISED)}))
    place = _file_place(block, _line(block, node))
    raise PgError(codes[0], str(node.get("message") or code or "exception"), _place(block, place))


def _run_if(block: Block, statement: dict[str, Any], node: dict[str, Any]) -> None:
    """exec_stmt_if"""
    roles = ddl_do_tree.only_roles(statement)
    branches = [(node["cond"], node.get("then_body", ()))]
    branches += [
        (one["PLpgSQL_if_elsif"]["cond"], one["PLpgSQL_if_elsif"].get("stmts", ()))
        for one in node.get("elsif_list", ())
    ]
    for condition, body in branches:
        scope = replace(scope_of(block), absent_roles=roles)
        if is_true(evaluate(condition["PLpgSQL_expr"]["query"], scope)):
            _statements(block, body)
            return
    _statements(block, node.get("else_body", ()))


def _run_case(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_case"""
    block.scopes.append({})
    try:
        if "t_expr" in node:
            block.scopes[-1][block.datums[node["t_varno"]]["refname"]] = expression(block, node["t_expr"])
        for one in node.get("case_when_list", ()):
            when = one["PLpgSQL_case_when"]
            if is_true(expression(block, when["expr"])):
                _statements(block, when.get("stmts", ()))
                return
        if not node.get("have_else"):
            raise PgError("20000", "case not found", hint="CASE statement is missing ELSE part.")
        _statements(block, node.get("else_stmts", ()))
    finally:
        block.scopes.pop()


def _run_loop(block: Block, kind: str, node: dict[str, Any]) -> None:
    """exec_stmt_fori, exec_stmt_foreach_a, exec_stmt_while, exec_stmt_loop"""
    block.scopes.append({})
    try:
        match kind:
            case "fori":
                name = node["var"]["PLpgSQL_var"]["refname"]
                block.scopes[-1][name] = NOT_TOLD
                turns: Iterable[Value] = _numbers(block, node)
            case "foreach_a":
                name = block.datums[node["varno"]].get("refname", "")
                values = expression(block, node["expr"])
                if not isinstance(values, tuple) or node.get("slice"):
                    raise Unknown
                turns = values
            case _:
                name, turns = "", range(_TURNS + 1)
        _turns(block, node, name, turns)
    finally:
        block.scopes.pop()


def _numbers(block: Block, node: dict[str, Any]) -> range:
    bounds = [expression(block, node[one]) if one in node else 1 for one in ("lower", "upper", "step")]
    match bounds:
        case [int() as lower, int() as upper, int() as step] if step > 0:
            return range(lower, upper - 1, -step) if node.get("reverse") else range(lower, upper + 1, step)
    raise Unknown


def _turns(block: Block, node: dict[str, Any], name: str, values: Iterable[Value]) -> None:
    found = False
    for value in values:
        block.turns += 1
        if block.turns > _TURNS:
            raise Unknown
        if name:
            put(block, name, value)
        if "cond" in node and not is_true(expression(block, node["cond"])):
            return
        found = True
        try:
            _statements(block, node.get("body", ()))
        except _Leave as leave:
            if leave.kind == "return" or leave.label not in (None, node.get("label")):
                raise
            if leave.kind == "exit":
                break
    if name:
        put(block, "found", found)


# ---------------------------------------------------------------------------------------------- SQL in it


def _run_sql(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_execsql"""
    text = node["sqlstmt"]["PLpgSQL_expr"]["query"]
    if node.get("into"):
        _run_into(block, node, text)
        return
    if ddl_do_tree.on_rows(text):
        put(block, "found", NOT_TOLD)
        return
    line = _line(block, node)
    place = block.body.find(text, line)
    _run_text(block, text, _file_place(block, place))


def _file_place(block: Block, place: int) -> int:
    return block.start + place if place >= 0 and block.start >= 0 else -1


def _run_into(block: Block, node: dict[str, Any], text: str) -> None:
    """SELECT … INTO variables: what no catalogue tells is not told afterwards."""
    names = ddl_do_tree.targets({"PLpgSQL_stmt_execsql": node}, block.datums)
    fields = next(iter(node["target"].values())).get("fields", ())
    found: Value = NOT_TOLD
    values: Sequence[Value] = [NOT_TOLD] * len(names)
    try:
        row = ddl_do_ask.first_row(only_statement(text), scope_of(block))
        if row is None and node.get("strict"):
            raise PgError("P0002", "query returned no rows")
        found = row is not None
        if fields and (row is None or len(row) == len(names)):
            values = [None] * len(names) if row is None else row
    except Unknown:
        pass
    for name, value in zip(names, values, strict=True):
        put(block, name, value)
    put(block, "found", found)


def _run_perform(block: Block, node: dict[str, Any]) -> None:
    """exec_stmt_perform: of functions only set_config() is called; FOUND says whether there was a row."""
    text = node["expr"]["PLpgSQL_expr"]["query"]
    select = only_statement(text)
    if not getattr(select, "fromClause", None) and not getattr(select, "whereClause", None):
        _run_text(block, text, -1)
        put(block, "found", True)
        return
    try:
        put(block, "found", ddl_do_ask.exists(select, scope_of(block)))
    except Unknown:
        put(block, "found", NOT_TOLD)


def _run_execute(block: Block, statement: dict[str, Any], node: dict[str, Any]) -> None:
    """exec_stmt_dynexecute"""
    if node.get("into"):
        for name in ddl_do_tree.targets(statement, block.datums):
            put(block, name, NOT_TOLD)
        return
    text = expression(block, node["query"])
    if text is None:
        raise PgError("22004", "query string argument of EXECUTE is null")
    if not isinstance(text, str):
        raise Unknown
    if not ddl_do_tree.on_rows(text):
        _run_text(block, text, -1, dynamic=True)


def _run_text(block: Block, text: str, place: int, *, dynamic: bool = False) -> None:
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
        if not dynamic and _uses_variables(block, tree.stmt):
            raise Unknown
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


def _uses_variables(block: Block, stmt: Any) -> bool:
    """CREATE TABLE AS takes variables, whose types are not looked up here; other DDL takes none."""
    if not isinstance(stmt, ast.CreateTableAsStmt):
        return False
    names = {name for one in block.scopes for name in one} - {"found"}
    return any(
        isinstance(one, ast.ColumnRef) and isinstance(one.fields[0], ast.String) and one.fields[0].sval in names
        for one in walk(stmt.query)
    )


def _place(block: Block, place: int) -> int:
    """A place in the file as a location in the DO statement."""
    return (place if place >= 0 else max(block.start, block.raw.start)) - block.raw.shift
