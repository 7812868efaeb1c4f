"""Places where `$1` cannot stand: libpg_query's grammar takes it there for a constant, PostgreSQL's (gram.y) does not.

Takes raw nodes; raises PostgreSQL's syntax error. Of the utility statements that carry no query of their own, what the
server says when it runs them: it binds no values to them (42P02).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog.ddl_text import walk
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.sql.nodes import Node


def refuse_params(raw: Node) -> None:
    """A utility statement: its settings and options have no place for parameters, its expressions no values."""
    if isinstance(raw, ast.PrepareStmt):  # its own
        return
    for node in walk(raw):
        match node:
            case ast.VariableSetStmt(args=args):
                constants: Iterable[Any] = args or ()
            case ast.DefElem(arg=arg):
                constants = (arg,)
            case _:
                continue
        for one in constants:
            if isinstance(one, ast.ParamRef):
                raise _syntax_error(one, _instead(node))
    # The body of a function has the function's parameters.
    for node in walk(raw.parameters or () if isinstance(raw, ast.CreateFunctionStmt) else raw):
        if isinstance(node, ast.ParamRef):
            hint = "PostgreSQL gives no values to a statement of this kind."
            raise PgError("42P02", f"there is no parameter ${node.number}", _place(node), hint=hint)


def refuse_in_constant(cast: ast.TypeCast) -> None:
    """`interval $1`, which is no cast: the type stands before the value."""
    if isinstance(cast.arg, ast.ParamRef) and cast.location == -1 and cast.typeName.location < _place(cast.arg):
        name = cast.typeName.names[-1].sval
        raise _syntax_error(cast.arg, f"Write a cast: CAST(${cast.arg.number} AS {name}).")


def refuse_in_extract(call: ast.FuncCall) -> None:
    """`extract($1 FROM x)`: the field is part of the syntax."""
    first = call.args[0] if call.args else None
    written = call.funcformat == enums.CoercionForm.COERCE_SQL_SYNTAX
    if isinstance(first, ast.ParamRef) and written and call.funcname[-1].sval == "extract":
        raise _syntax_error(first, "The function date_part takes the field as a value.")


def _syntax_error(param: ast.ParamRef, hint: str) -> PgError:
    return PgError("42601", f'syntax error at or near "${param.number}"', _place(param), hint=hint)


def _place(param: ast.ParamRef) -> int:
    return -1 if param.location is None else int(param.location)


def _instead(node: ast.VariableSetStmt | ast.DefElem) -> str:
    if isinstance(node, ast.VariableSetStmt) and node.name:
        return f"No parameter can stand here. A function takes one: SELECT set_config('{node.name}', @value, false)."
    return "No parameter can stand here: write the value itself."
