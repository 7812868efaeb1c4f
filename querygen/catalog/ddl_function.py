"""CREATE FUNCTION, CREATE PROCEDURE, ALTER FUNCTION, and the look-up of functions by their exact arguments.

Takes raw statements and a `DdlState`, puts rows of pg_proc. Mirrors `functioncmds.c` and `pg_proc.c: ProcedureCreate`;
bodies are not analysed. Aggregates are in `ddl_aggregate.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.coerce_poly import missing_polymorphic_input
from querygen.analyze.pgtypes import ANYARRAYOID, ANYCOMPATIBLEARRAYOID, ANYOID, RECORDOID, TRIGGEROID, VOIDOID
from querygen.analyze.typename import (
    deconstruct_qualified_name,
    format_type,
    get_element_type,
    lookup_explicit_namespace,
    lookup_type_name,
    type_name_to_string,
)
from querygen.catalog import ddl_body, ddl_expr, ddl_names, ddl_reference, ddl_type
from querygen.catalog.catalog import PG_TEMP
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import name_list, where
from querygen.catalog.objects import FunctionBody
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import PgProc
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid

_MODES = {
    enums.FunctionParameterMode.FUNC_PARAM_IN: "i",
    enums.FunctionParameterMode.FUNC_PARAM_OUT: "o",
    enums.FunctionParameterMode.FUNC_PARAM_INOUT: "b",
    enums.FunctionParameterMode.FUNC_PARAM_VARIADIC: "v",
    enums.FunctionParameterMode.FUNC_PARAM_TABLE: "t",
    enums.FunctionParameterMode.FUNC_PARAM_DEFAULT: "i",
}
KIND_NAMES = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window function"}


class Parameters(Struct, frozen=True):
    """What interpret_function_parameter_list gives."""

    inputs: tuple[Oid, ...]
    types: tuple[Oid, ...]
    modes: str
    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    variadic: Oid
    required_result: Oid


# ---------------------------------------------------------------------------------------------- look-ups


def find_exact(state: DdlState, names: Sequence[Any], arguments: tuple[Oid, ...]) -> PgProc | None:
    """LookupFuncName(missing_ok) with known argument types: the first on the path."""
    schema, name = deconstruct_qualified_name(names)
    return next((row for row in state.catalog.procs_named(name, schema) if row.proargtypes == arguments), None)


def signature(state: DdlState, name: str, arguments: Iterable[Oid]) -> str:
    """funcname_signature_string"""
    return f"{name}({', '.join(format_type(state.catalog, oid) for oid in arguments)})"


def _candidates(state: DdlState, objtype: enums.ObjectType, names: Sequence[Any]) -> list[PgProc]:
    schema, name = deconstruct_qualified_name(names)
    if schema is not None:
        lookup_explicit_namespace(state.catalog, schema)
    rows = state.catalog.procs_named(name, schema)
    match objtype:
        case enums.ObjectType.OBJECT_FUNCTION:
            return [row for row in rows if row.prokind != "p"]
        case enums.ObjectType.OBJECT_PROCEDURE:
            return [row for row in rows if row.prokind == "p"]
        case enums.ObjectType.OBJECT_AGGREGATE:
            return rows
    return rows


_OBJECT_WORDS = {
    enums.ObjectType.OBJECT_FUNCTION: "function",
    enums.ObjectType.OBJECT_PROCEDURE: "procedure",
    enums.ObjectType.OBJECT_AGGREGATE: "aggregate",
    enums.ObjectType.OBJECT_ROUTINE: "routine",
}


def lookup_func_with_args(
    state: DdlState, objtype: enums.ObjectType, node: ast.ObjectWithArgs, *, missing_ok: bool = False
) -> PgProc | None:
    """LookupFuncWithArgs: the function that ALTER, DROP or COMMENT names."""
    word = _OBJECT_WORDS[objtype]
    name = name_list(node.objname)
    try:
        # with arguments any kind is found, for the message to say which it is
        kind = objtype if node.args_unspecified else enums.ObjectType.OBJECT_ROUTINE
        rows = _candidates(state, kind, node.objname)
    except PgError:
        if missing_ok:
            return None
        raise
    if node.args_unspecified:
        # an earlier schema's function hides a later one's with the same arguments
        distinct = {row.proargtypes: row for row in reversed(rows)}
        if len(distinct) > 1:
            raise PgError(
                "42725",
                f'{word} name "{name}" is not unique',
                hint=f"Specify the argument list to select the {word} unambiguously.",
            )
        if distinct:
            return _of_kind(state, objtype, next(iter(distinct.values())))
        if missing_ok:
            return None
        raise PgError("42883", f'could not find a {word} named "{name}"')
    arguments: list[Oid] = []
    for type_name in node.objargs or ():
        found = lookup_type_name(None, state.catalog, type_name, missing_ok=missing_ok)
        if found is None:
            if missing_ok:
                return None
            raise PgError("42704", f'type "{type_name_to_string(type_name)}" does not exist', where(type_name))
        arguments.append(found[0])
    wanted = tuple(arguments)
    best = next((row for row in rows if row.proargtypes == wanted), None)
    if objtype in (enums.ObjectType.OBJECT_PROCEDURE, enums.ObjectType.OBJECT_ROUTINE) and node.objfuncargs:
        # a procedure is also known by all its arguments, OUT ones included
        best = _by_all_arguments(state, rows, node) or best
    if best is not None:
        return _of_kind(state, objtype, best)
    if missing_ok:
        return None
    shown = signature(state, name, wanted)
    if objtype == enums.ObjectType.OBJECT_AGGREGATE and not wanted:
        raise PgError("42883", f"aggregate {name}(*) does not exist")
    raise PgError("42883", f"{word} {shown} does not exist")


def _by_all_arguments(state: DdlState, rows: list[PgProc], node: ast.ObjectWithArgs) -> PgProc | None:
    types: list[Oid] = []
    for parameter in node.objfuncargs:
        found = lookup_type_name(None, state.catalog, parameter.argType, missing_ok=True)
        if found is None:
            return None
        types.append(found[0])
    return next((row for row in rows if (row.proallargtypes or row.proargtypes) == tuple(types)), None)


def _of_kind(state: DdlState, objtype: enums.ObjectType, row: PgProc) -> PgProc:
    shown = signature(state, row.proname, row.proargtypes)
    if objtype == enums.ObjectType.OBJECT_AGGREGATE and row.prokind != "a":
        raise PgError("42809", f"function {shown} is not an aggregate")
    if objtype == enums.ObjectType.OBJECT_FUNCTION and row.prokind == "p":
        raise PgError("42809", f"{shown} is not a function")
    if objtype == enums.ObjectType.OBJECT_PROCEDURE and row.prokind != "p":
        raise PgError("42809", f"{shown} is not a procedure")
    return row


# ---------------------------------------------------------------------------------------------- parameters


def _check_row(state: DdlState, row: PgProc, language: str, options: dict[str, ast.DefElem]) -> None:
    """compute_function_attributes, ProcedureCreate, plpgsql_validator, as far as they look at the signature"""
    for option, word in (("cost", "COST"), ("rows", "ROWS")):
        if option in options and _number(options[option].arg) <= 0:
            raise PgError("22023", f"{word} must be positive")
    if "rows" in options and not row.proretset:
        raise PgError("22023", "ROWS is not applicable when function does not return a set")
    outputs = [oid for oid, mode in zip(row.proallargtypes or (), row.proargmodes or "", strict=True) if mode in "obt"]
    for result in (row.prorettype, *outputs):
        needed = missing_polymorphic_input(result, row.proargtypes)
        if needed is not None:
            shown = format_type(state.catalog, result)
            detail = f"A result of type {shown} requires at least one input of type {needed}."
            raise PgError("42P13", "cannot determine result data type", detail=detail)
    if language == "plpgsql" and row.proargtypes and row.prorettype == TRIGGEROID:
        hint = "The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV instead."
        raise PgError("42P13", "trigger functions cannot have declared arguments", hint=hint)


def _number(argument: Any) -> float:
    return float(argument.fval if isinstance(argument, ast.Float) else argument.ival or 0)


def interpret_parameters(
    state: DdlState, nodes: Sequence[ast.FunctionParameter], *, aggregate: bool = False, procedure: bool = False
) -> Parameters:
    """interpret_function_parameter_list"""
    inputs: list[Oid] = []
    types: list[Oid] = []
    names: list[str] = []
    modes = ""
    defaults: list[Any] = []
    variadic = 0
    outputs: list[Oid] = []
    for node in nodes:
        mode = _MODES[node.mode]
        oid = parameter_type(state, node.argType)
        if node.argType.setof:
            what = "aggregates" if aggregate else "procedures" if procedure else "functions"
            raise PgError("42P13", f"{what} cannot accept set arguments", where(node))
        if mode in "ibv":
            if variadic and (mode == "v" or not procedure):
                raise PgError("42P13", "VARIADIC parameter must be the last input parameter", where(node))
            inputs.append(oid)
        if mode in "obt":
            outputs.append(oid)
        if mode == "v":
            variadic = _variadic_element(state, oid, where(node))
        if node.name:
            for other, name in zip(modes, names, strict=True):
                # an input and an output column of RETURNS TABLE are in different places
                if (
                    name == node.name
                    and not (_only_in(mode) and _only_out(other))
                    and not (_only_out(mode) and _only_in(other))
                ):
                    raise PgError("42P13", f'parameter name "{node.name}" used more than once', where(node))
        if node.defexpr is not None:
            if mode not in "ibv":
                raise PgError("42P13", "only input parameters can have default values", where(node))
            defaults.append(node.defexpr)
            ddl_expr.check_argument_default(state, node.defexpr, oid)
        elif mode in "ibv" and defaults:
            raise PgError(
                "42P13", "input parameters after one with a default value must also have defaults", where(node)
            )
        elif procedure and mode == "o" and defaults:
            message = "procedure OUT parameters cannot appear after one with a default value"
            raise PgError("42P13", message, where(node))
        types.append(oid)
        names.append(node.name or "")
        modes += mode
    required = 0
    if outputs:
        required = RECORDOID if procedure or len(outputs) > 1 else outputs[0]
    return Parameters(tuple(inputs), tuple(types), modes, tuple(names), tuple(defaults), variadic, required)


def _only_in(mode: str) -> bool:
    return mode in "iv"


def _only_out(mode: str) -> bool:
    return mode in "ot"


def _variadic_element(state: DdlState, oid: Oid, location: int) -> Oid:
    """pg_proc.provariadic"""
    if oid == ANYOID:
        return ANYOID
    from querygen.analyze.pgtypes import ANYCOMPATIBLEOID, ANYELEMENTOID

    if oid == ANYARRAYOID:
        return ANYELEMENTOID
    if oid == ANYCOMPATIBLEARRAYOID:
        return ANYCOMPATIBLEOID
    element = get_element_type(state.catalog, oid)
    if not element:
        raise PgError("42P13", "VARIADIC parameter must be an array", location)
    return element


def parameter_type(state: DdlState, type_name: ast.TypeName) -> Oid:
    """The type of a parameter: a shell will do."""
    found = lookup_type_name(None, state.catalog, type_name)
    if found is None:
        raise PgError("42704", f"type {type_name_to_string(type_name)} does not exist", where(type_name))
    return found[0]


def _return_type(state: DdlState, type_name: ast.TypeName, language: str) -> Oid:
    """compute_return_type: a C function may return a type that does not exist yet, and reserves its name."""
    found = lookup_type_name(None, state.catalog, type_name)
    if found is not None:
        row = state.catalog.type(found[0])
        if ddl_type.is_shell(row) and language == "sql":
            raise PgError(
                "42P13", f"SQL function cannot return shell type {type_name_to_string(type_name)}", where(type_name)
            )
        return found[0]
    shown = type_name_to_string(type_name)
    if language not in ("c", "internal") or type_name.arrayBounds or type_name.pct_type:
        raise PgError("42704", f'type "{shown}" does not exist', where(type_name))
    if type_name.typmods:
        raise PgError("42601", f'type modifier cannot be specified for shell type "{shown}"', where(type_name))
    namespace, name = ddl_names.creation_namespace(state, type_name.names)
    return ddl_type.make_shell(state, name, namespace).oid


# ---------------------------------------------------------------------------------------------- CREATE


def create_function(state: DdlState, stmt: ast.CreateFunctionStmt) -> None:
    """CreateFunction"""
    namespace, name = ddl_names.creation_namespace(state, stmt.funcname)
    options: dict[str, ast.DefElem] = {}
    for option in stmt.options or ():
        if option.defname in options and option.defname != "set":
            raise PgError("42601", "conflicting or redundant options", where(option))
        options[option.defname] = option
    if "language" in options:
        language = str(options["language"].arg.sval).lower()
    elif stmt.sql_body is not None:
        language = "sql"
    else:
        raise PgError("42P13", "no language specified")
    if "as" not in options and stmt.sql_body is None:
        raise PgError("42P13", "no function body specified")
    procedure = bool(stmt.is_procedure)
    parameters = interpret_parameters(state, stmt.parameters or (), procedure=procedure)
    returns_set = False
    if procedure:
        result = parameters.required_result or VOIDOID
    elif stmt.returnType is not None:
        result = _return_type(state, stmt.returnType, language)
        returns_set = bool(stmt.returnType.setof)
        if parameters.required_result and result != parameters.required_result:
            wanted = format_type(state.catalog, parameters.required_result)
            raise PgError("42P13", f"function result type must be {wanted} because of OUT parameters")
    elif parameters.required_result:
        result = parameters.required_result
    else:
        raise PgError("42P13", "function result type must be specified")
    volatility = options.get("volatility")
    strict = options.get("strict")
    window = options.get("window")
    row = PgProc(
        oid=0,
        proname=name,
        pronamespace=namespace,
        provariadic=parameters.variadic,
        prokind="p" if procedure else "w" if window is not None and _on(window.arg) else "f",
        proisstrict=strict is not None and _on(strict.arg),
        proretset=returns_set,
        provolatile=_volatility(volatility),
        pronargdefaults=len(parameters.defaults),
        prorettype=result,
        proargtypes=parameters.inputs,
        proallargtypes=parameters.types if set(parameters.modes) - {"i"} else None,
        proargmodes=parameters.modes if set(parameters.modes) - {"i"} else None,
        proargnames=parameters.names if any(parameters.names) else None,
    )
    _check_row(state, row, language, options)
    if language == "sql":
        ddl_body.check_signature(state, row)
    row = put_function(state, row, replace_=bool(stmt.replace), body=_body(state, options, language, parameters))
    if language == "sql":
        ddl_body.check_body(state, row, stmt)


def _on(argument: Any) -> bool:
    return bool(argument is None or argument.boolval)


def _volatility(option: ast.DefElem | None) -> str:
    return "v" if option is None else str(option.arg.sval)[0]


def _body(
    state: DdlState,
    options: dict[str, ast.DefElem],
    language: str,
    parameters: Parameters,
) -> FunctionBody:
    if "as" in options:
        body: str | None = str(options["as"].arg[-1].sval)
    else:
        # PG: the statements of the body are analysed here; querygen has no use for their types
        body = state.text[state.raw.start : state.raw.end] if state.raw is not None else None
    raw = state.raw.stmt if state.raw is not None else None
    path = state.catalog.search_path
    return FunctionBody(0, language, body, parameters.defaults, span=_name_span(state), raw=raw, search_path=path)


def _name_span(state: DdlState) -> Any:
    raw = state.raw
    return None if raw is None else state.span(raw.start - raw.shift, raw.end - raw.start)


def put_function(state: DdlState, row: PgProc, *, replace_: bool, body: FunctionBody | None) -> PgProc:
    """ProcedureCreate: refuse or replace a function of the same schema, name and arguments."""
    catalog = state.catalog
    schema = catalog.namespace_name(row.pronamespace)
    old = next((one for one in catalog.procs_named(row.proname, schema) if one.proargtypes == row.proargtypes), None)
    if old is not None and schema == PG_TEMP and _of_another_file(state, old):
        state.depend.forget_references(Address("proc", old.oid))
        state.depend.forget(Address("proc", old.oid))
        catalog.drop_proc(old.oid)
        old = None
    if old is not None:
        if not replace_:
            raise PgError("42723", f'function "{row.proname}" already exists with same argument types')
        _check_replaceable(state, old, row)
        row = replace(row, oid=old.oid)
        state.depend.forget(Address("proc", old.oid))
    else:
        row = replace(row, oid=catalog.new_oid())
    catalog.put_proc(row, None if body is None else replace(body, oid=row.oid))
    me = Address("proc", row.oid)
    state.depend.record(me, Address("schema", row.pronamespace))
    for oid in {*row.proargtypes, *(row.proallargtypes or ()), row.prorettype}:
        state.depend.record(me, Address("type", oid))
    for default in body.argument_defaults if body is not None else ():
        kept = getattr(default, "cooked", None)
        if kept is not None:
            ddl_reference.record_query(state, me, kept[0])
    return row


def _of_another_file(state: DdlState, row: PgProc) -> bool:
    """What is temporary ends with its session, and a file of migrations is often one."""
    body = state.catalog.function_body(row.oid)
    span = None if body is None else body.span
    return span is not None and state.raw is not None and span.source.path != state.raw.source.path


def _check_replaceable(state: DdlState, old: PgProc, new: PgProc) -> None:
    """What CREATE OR REPLACE must leave as it was."""
    shown = signature(state, new.proname, new.proargtypes)
    verb = "DROP PROCEDURE" if new.prokind == "p" else "DROP AGGREGATE" if new.prokind == "a" else "DROP FUNCTION"
    hint = f"Use {verb} {shown} first."
    if old.prokind != new.prokind:
        detail = f'"{old.proname}" is {"an" if old.prokind == "a" else "a"} {_kind_word(old.prokind)}.'
        raise PgError("42809", "cannot change routine kind", detail=detail)
    if old.prorettype != new.prorettype or old.proretset != new.proretset:
        what = "whether a procedure has output parameters" if new.prokind == "p" else "return type of existing function"
        raise PgError("42P13", f"cannot change {what}", hint=hint)
    if new.prorettype == RECORDOID and _result_row(old) != _result_row(new):
        raise PgError(
            "42P13",
            "cannot change return type of existing function",
            hint=hint,
            detail="Row type defined by OUT parameters is different.",
        )
    if old.proargnames:
        new_names = new.proargnames or ("",) * len(new.proallargtypes or new.proargtypes)
        new_modes = new.proargmodes or "i" * len(new_names)
        old_modes = old.proargmodes or "i" * len(old.proargnames)
        old_inputs = [name for name, mode in zip(old.proargnames, old_modes, strict=False) if mode in "ibv"]
        new_inputs = [name for name, mode in zip(new_names, new_modes, strict=False) if mode in "ibv"]
        for before, after in zip(old_inputs, new_inputs, strict=False):
            if before and before != after:
                raise PgError("42P13", f'cannot change name of input parameter "{before}"', hint=hint)
    if old.pronargdefaults > new.pronargdefaults:
        raise PgError("42P13", "cannot remove parameter defaults from existing function", hint=hint)


def _kind_word(kind: str) -> str:
    return "aggregate function" if kind == "a" else KIND_NAMES[kind]


def _result_row(row: PgProc) -> list[tuple[str, Oid]]:
    """build_function_result_tupdesc_d: names and types of the OUT parameters."""
    if row.proallargtypes is None or row.proargmodes is None:
        return []
    names = row.proargnames or ("",) * len(row.proallargtypes)
    return [
        (name, oid) for name, oid, mode in zip(names, row.proallargtypes, row.proargmodes, strict=True) if mode in "obt"
    ]


# ---------------------------------------------------------------------------------------------- ALTER


def alter_function(state: DdlState, stmt: ast.AlterFunctionStmt) -> None:
    """AlterFunction: what the planner and nullability may ask for."""
    row = lookup_func_with_args(state, stmt.objtype, stmt.func)
    if row is None:
        return
    if row.prokind == "a":
        raise PgError("42809", f'"{name_list(stmt.func.objname)}" is an aggregate function')
    for option in stmt.actions or ():
        match option.defname:
            case "volatility":
                row = replace(row, provolatile=_volatility(option))
            case "strict":
                row = replace(row, proisstrict=_on(option.arg))
    state.catalog.put_proc(row)


def move_function(state: DdlState, row: PgProc, *, name: str | None = None, namespace: Oid | None = None) -> None:
    """RENAME TO and SET SCHEMA"""
    new = replace(row, proname=name or row.proname, pronamespace=namespace or row.pronamespace)
    schema = state.catalog.namespace_name(new.pronamespace)
    for other in state.catalog.procs_named(new.proname, schema):
        if other.proargtypes == new.proargtypes and other.oid != new.oid:
            shown = signature(state, new.proname, new.proargtypes)
            raise PgError("42723", f'function {shown} already exists in schema "{schema}"')
    state.catalog.put_proc(new)
    if namespace is not None:
        ddl_type.move_dependency_on_schema(state, Address("proc", row.oid), row.pronamespace, namespace)
