"""CREATE AGGREGATE, in the old and the new syntax.

Takes a raw DefineStmt and a `DdlState`, puts rows of pg_proc and pg_aggregate. Mirrors `aggregatecmds.c` and
`pg_aggregate.c`; what only executes (moving aggregates, serialisation, sort operators) is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.pgtypes import ANYOID, POLYMORPHIC
from querygen.analyze.typename import deconstruct_qualified_name, typename_type_id
from querygen.catalog import ddl_function, ddl_names
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import name_list
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import PgAggregate, PgProc
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid


def create_aggregate(state: DdlState, stmt: ast.DefineStmt) -> None:
    """DefineAggregate"""
    namespace, name = ddl_names.creation_namespace(state, stmt.defnames)
    options: dict[str, Any] = {option.defname.lower(): option.arg for option in stmt.definition or ()}
    # names that the old syntax had
    for old, new in (("sfunc1", "sfunc"), ("stype1", "stype"), ("initcond1", "initcond")):
        if old in options:
            options.setdefault(new, options[old])
    kind = "h" if "hypothetical" in options else "n"
    direct = 0
    if stmt.oldstyle:
        parameters = _old_style(state, options)
    else:
        nodes, counter = stmt.args
        parameters = ddl_function.interpret_parameters(state, nodes or (), aggregate=True)
        if counter.ival is not None and counter.ival >= 0:
            direct = counter.ival
            kind = kind if kind == "h" else "o"
    if "stype" not in options:
        raise PgError("42P13", "aggregate stype must be specified")
    if "sfunc" not in options:
        raise PgError("42P13", "aggregate sfunc must be specified")
    state_type = typename_type_id(None, state.catalog, options["stype"])
    if state_type in POLYMORPHIC and not {*parameters.inputs} & POLYMORPHIC:
        raise PgError(
            "42P13",
            "cannot determine transition data type",
            detail="A result of a polymorphic type requires at least one input of a polymorphic type.",
        )
    inputs = parameters.inputs
    transition_inputs = inputs[direct:] if kind in "oh" else inputs
    transition = _lookup(state, names_of(options["sfunc"]), (state_type, *transition_inputs))
    final = None
    result = state_type
    if "finalfunc" in options:
        arguments: tuple[Oid, ...] = (state_type, *(inputs[:direct] if kind in "oh" else ()))
        if _true(options, "finalfunc_extra"):
            arguments = (state_type, *inputs)
        final = _lookup(state, names_of(options["finalfunc"]), arguments)
        result = _resolve_result(state, final, arguments)
    modes = set(parameters.modes) - {"i"}
    row = PgProc(
        oid=0,
        proname=name,
        pronamespace=namespace,
        provariadic=parameters.variadic,
        prokind="a",
        proisstrict=False,
        proretset=False,
        provolatile="i",
        pronargdefaults=0,
        prorettype=result,
        proargtypes=inputs,
        proallargtypes=parameters.types if modes else None,
        proargmodes=parameters.modes if modes else None,
        proargnames=parameters.names if any(parameters.names) else None,
    )
    row = ddl_function.put_function(state, row, replace_=bool(stmt.replace), body=None)
    state.catalog.put_aggregate(
        PgAggregate(
            row.oid,
            kind,
            direct,
            "initcond" in options,
            transition.proname,
            final.proname if final else "-",
        )
    )
    for proc in (transition, final):
        if proc is not None:
            state.depend.record(Address("proc", row.oid), Address("proc", proc.oid))


def _true(options: dict[str, Any], key: str) -> bool:
    if key not in options:
        return False
    argument = options[key]
    return bool(argument is None or not isinstance(argument, ast.Boolean) or argument.boolval)


def names_of(argument: Any) -> Sequence[Any]:
    """defGetQualifiedName"""
    match argument:
        case ast.TypeName():
            return tuple(argument.names)
        case ast.String():
            return (argument,)
    return tuple(argument)


def _old_style(state: DdlState, options: dict[str, Any]) -> ddl_function.Parameters:
    """basetype = 'ANY' means no argument."""
    basetype = options.get("basetype")
    if basetype is None:
        raise PgError("42P13", "aggregate input type must be specified")
    word = basetype.sval if isinstance(basetype, ast.String) else name_list(basetype.names)
    if str(word).lower() == "any" or str(word).lower() == "pg_catalog.any":
        inputs: tuple[Oid, ...] = ()
    else:
        node = basetype if isinstance(basetype, ast.TypeName) else ast.TypeName(names=(basetype,), typemod=-1)
        inputs = (typename_type_id(None, state.catalog, node),)
    return ddl_function.Parameters(inputs, inputs, "i" * len(inputs), ("",) * len(inputs), (), 0, 0)


def _lookup(state: DdlState, names: Sequence[Any], arguments: tuple[Oid, ...]) -> PgProc:
    """lookup_agg_function: exact arguments first, then a polymorphic, VARIADIC or binary-coercible match."""
    exact = ddl_function.find_exact(state, names, arguments)
    if exact is not None:
        return exact
    schema, name = deconstruct_qualified_name(names)
    from querygen.analyze.coerce_path import is_binary_coercible

    for row in state.catalog.procs_named(name, schema):
        formal = _formal(row, len(arguments))
        if formal is not None and all(
            want in (given, ANYOID) or want in POLYMORPHIC or is_binary_coercible(state.catalog, given, want)
            for want, given in zip(formal, arguments, strict=True)
        ):
            return row
    raise PgError("42883", f"function {ddl_function.signature(state, name_list(names), arguments)} does not exist")


def _formal(row: PgProc, count: int) -> tuple[Oid, ...] | None:
    """The parameters of a function as they stand for `count` arguments."""
    if len(row.proargtypes) == count and not row.provariadic:
        return row.proargtypes
    if row.provariadic and count >= len(row.proargtypes) - 1:
        fixed = row.proargtypes[:-1]
        return (*fixed, *(row.provariadic for _ in range(count - len(fixed))))
    return None


def _resolve_result(state: DdlState, final: PgProc, arguments: tuple[Oid, ...]) -> Oid:
    """The final function's result; a polymorphic one follows from the arguments."""
    if final.prorettype not in POLYMORPHIC:
        return final.prorettype
    from querygen.analyze.coerce_poly import enforce_generic_type_consistency

    formal = _formal(final, len(arguments)) or final.proargtypes
    return enforce_generic_type_consistency(state.catalog, arguments, formal, final.prorettype, True)[0]
