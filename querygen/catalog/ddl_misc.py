"""Schemas, extensions, search_path, triggers, policies and comments.

Takes raw statements and a `DdlState`. Mirrors `schemacmds.c`, `extension.c`, `trigger.c: CreateTriggerFiringOn`,
`policy.c`, `comment.c`, and guc.c as far as search_path goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.pgtypes import TRIGGEROID
from querygen.analyze.typename import deconstruct_qualified_name, lookup_explicit_namespace, quote_identifier
from querygen.catalog import (
    ddl_address,
    ddl_constraint,
    ddl_domain,
    ddl_expr,
    ddl_function,
    ddl_inherit,
    ddl_names,
    ddl_text,
)
from querygen.catalog.catalog import PUBLIC
from querygen.catalog.ddl_depend import AUTO, NORMAL, Address
from querygen.catalog.ddl_names import name_list, where
from querygen.catalog.ddl_state import Extension
from querygen.catalog.objects import Trigger
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import extension_folder, load_folder
from querygen.pg_catalog.rows import PgNamespace
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.load import CatalogData
    from querygen.pg_catalog.rows import Oid

UNKNOWN_EXTENSION = "QG401"
# Part of every database, or without any SQL object of their own.
WITHOUT_ROWS = frozenset({"plpgsql", "auto_explain", "basic_archive", "passwordcheck", "auth_delay"})


# ---------------------------------------------------------------------------------------------- schemas


def create_schema(state: DdlState, stmt: ast.CreateSchemaStmt) -> bool:
    """CreateSchemaCommand without its elements. False: it was there already."""
    name = stmt.schemaname or _role_name(stmt.authrole)
    if name.startswith("pg_"):
        detail = 'The prefix "pg_" is reserved for system schemas.'
        raise PgError("42939", f'unacceptable schema name "{name}"', detail=detail)
    if state.catalog.namespace_oid(name) is not None:
        if stmt.if_not_exists or state.catalog.namespace_oid(name) == PUBLIC:
            return False  # PG: refuses public too, which pg_dump writes for a database that had none at first
        raise PgError("42P06", f'schema "{name}" already exists')
    state.catalog.put_namespace(PgNamespace(state.catalog.new_oid(), name))
    return True


def _role_name(role: ast.RoleSpec | None) -> str:
    if role is not None and role.rolename:
        return str(role.rolename)
    # PG: CURRENT_USER's name; a build has no user, and no program should count on one
    raise PgError("0A000", "querygen cannot know the name of the current user")


def rename_schema(state: DdlState, old: str, new: str) -> None:
    """RenameSchema"""
    oid = state.catalog.namespace_oid(old)
    if oid is None:
        raise PgError("3F000", f'schema "{old}" does not exist')
    if state.catalog.namespace_oid(new) is not None:
        raise PgError("42P06", f'schema "{new}" already exists')
    state.catalog.put_namespace(PgNamespace(oid, new))


# ---------------------------------------------------------------------------------------------- extensions


def create_extension(state: DdlState, stmt: ast.CreateExtensionStmt) -> None:
    """CreateExtension: load the dumped rows."""
    options = {option.defname: option.arg for option in stmt.options or ()}
    if stmt.extname in state.extensions or stmt.extname in state.catalog.extensions:
        if stmt.if_not_exists or stmt.extname in WITHOUT_ROWS:
            return
        raise PgError("42710", f'extension "{stmt.extname}" already exists')
    schema = options.get("schema")
    _install(state, stmt.extname, None if schema is None else schema.sval, cascade="cascade" in options)


def _extension_schema(state: DdlState, name: str | None) -> Oid:
    if name is not None:
        oid = state.catalog.namespace_oid(name)
        if oid is None:
            raise PgError("3F000", f'schema "{name}" does not exist')
        return oid
    return ddl_names.default_creation_namespace(state)


def _find_folder(state: DdlState, name: str) -> Path | None:
    for base in (*state.extension_folders, state.catalog.data.folder):
        for folder in (extension_folder(name, base), base / name):
            if folder.is_dir():
                return folder
    return None


def _install(state: DdlState, name: str, schema: str | None, *, cascade: bool) -> None:
    """CreateExtensionInternal"""
    catalog = state.catalog
    if name in WITHOUT_ROWS:
        _extension_schema(state, schema)
        catalog.extensions.add(name)
        return
    folder = _find_folder(state, name)
    if folder is None:
        _extension_schema(state, schema)
        state.unknown_extension = True
        raise PgError(
            UNKNOWN_EXTENSION,
            f'querygen has no catalogue of the extension "{name}"',
            hint=f"Run `querygen catalog dump --database-url … --extension {name}` against a server that has it.",
        )
    data = load_folder(folder)
    namespace = _home(state, name, schema, data, cascade=cascade)
    for required in required_by(data):
        if required not in state.extensions:
            if not cascade:
                raise PgError(
                    "42704",
                    f'required extension "{required}" is not installed',
                    hint="Use CREATE EXTENSION ... CASCADE to install required extensions too.",
                )
            _install(state, required, schema, cascade=True)
    for row in data.rows("pg_namespace"):
        if catalog.namespace_oid(row.nspname) is not None:
            raise PgError("42P06", f'schema "{row.nspname}" already exists')
    catalog.add_data(data, namespace)
    for row in data.rows("pg_namespace"):
        catalog.made.append(row.nspname)
    for catalogue in ("pg_type", "pg_proc", "pg_operator", "pg_class"):
        catalog.made.extend(line.split("\t", 2)[1] for line in data.lines.get(catalogue, ()))
    catalog.extensions.add(name)
    state.extensions[name] = Extension(name, namespace, data)


def required_by(data: CatalogData) -> tuple[str, ...]:
    """The extensions that this one needs."""
    return tuple(name for row in data.rows("pg_extension") for name in row.requires)


def _home(state: DdlState, name: str, schema: str | None, data: CatalogData, *, cascade: bool) -> Oid:
    """The schema of the extension's objects: its control file may name one, which is made where it is missing."""
    own = next((row.schema for row in data.rows("pg_extension")), None)
    if own is None:
        return _extension_schema(state, schema)
    if schema is not None and schema != own and not cascade:
        raise PgError("0A000", f'extension "{name}" must be installed in schema "{own}"')
    if state.catalog.namespace_oid(own) is None:
        state.catalog.put_namespace(PgNamespace(state.catalog.new_oid(), own))
        state.catalog.made.append(own)
    return _extension_schema(state, own)


def move_extension(state: DdlState, name: str, schema: str) -> None:
    """AlterExtensionNamespace"""
    extension = state.extensions.get(name)
    if extension is None:
        if name in state.catalog.extensions:
            return
        raise PgError("42704", f'extension "{name}" does not exist')
    namespace = _extension_schema(state, schema)
    if extension.data is not None:
        _move_rows(state, extension, namespace)
    state.extensions[name] = replace(extension, namespace=namespace)


def _move_rows(state: DdlState, extension: Extension, namespace: Oid) -> None:
    catalog = state.catalog
    data = extension.data
    if data is None:
        return
    for line in data.rows("pg_type"):
        row = catalog.find_type(line.oid)
        if row is not None and row.typnamespace == extension.namespace:
            catalog.put_type(replace(row, typnamespace=namespace))
    for line in data.rows("pg_proc"):
        proc = catalog.proc(line.oid)
        if proc.pronamespace == extension.namespace:
            catalog.put_proc(replace(proc, pronamespace=namespace))
    for line in data.rows("pg_operator"):
        operator = catalog.operator(line.oid)
        if operator.oprnamespace == extension.namespace:
            catalog.put_operator(replace(operator, oprnamespace=namespace))
    for line in data.rows("pg_class"):
        relation = catalog.find_relation(line.oid)
        if relation is not None and relation.namespace == extension.namespace:
            catalog.put_relation(replace(relation, namespace=namespace))


# ---------------------------------------------------------------------------------------------- search_path


def _path_of(arguments: Sequence[Any] | None) -> tuple[str, ...]:
    """SplitIdentifierString, for each argument of SET search_path."""
    path: list[str] = []
    for argument in arguments or ():
        value = argument.val
        text = value.sval if isinstance(value, ast.String) else str(getattr(value, "ival", ""))
        path.append(text)
    return tuple(name for name in path if name)


def split_identifiers(text: str) -> tuple[str, ...]:
    """SplitIdentifierString: names folded to lower case unless quoted."""
    names: list[str] = []
    rest = text.strip()
    while rest:
        if rest[0] == '"':
            end = 1
            while end < len(rest) and (rest[end] != '"' or rest[end : end + 2] == '""'):
                end += 2 if rest[end] == '"' else 1
            names.append(rest[1:end].replace('""', '"'))
            rest = rest[end + 1 :].lstrip()
        else:
            name, _comma, _more = rest.partition(",")
            names.append(name.strip().lower())
            rest = rest[len(name) :]
        rest = rest.removeprefix(",").lstrip()
    return tuple(name for name in names if name)


def set_variable(state: DdlState, stmt: ast.VariableSetStmt) -> None:
    """SET search_path, SET SCHEMA, RESET"""
    kinds = enums.VariableSetKind
    if stmt.name == "check_function_bodies":
        state.check_bodies = stmt.kind != kinds.VAR_SET_VALUE or not _is_off(stmt.args[0])
        return
    if stmt.name in ("role", "session_authorization"):
        name = ddl_text.option_value(stmt.args[0].val) if stmt.kind == kinds.VAR_SET_VALUE else "none"
        set_role(state, name, local=bool(stmt.is_local))
        return
    match stmt.kind:
        case kinds.VAR_RESET_ALL:
            state.catalog.search_path = state.session_path
            state.check_bodies = True
        case kinds.VAR_SET_VALUE if stmt.name == "search_path":
            set_search_path(state, _path_of(stmt.args), local=bool(stmt.is_local))
        case kinds.VAR_SET_DEFAULT | kinds.VAR_RESET if stmt.name == "search_path":
            set_search_path(state, state.session_path, local=bool(stmt.is_local))


def _is_off(value: ast.A_Const) -> bool:
    """guc.c: parse_bool, of what SET takes"""
    match value.val:
        case ast.String(sval=text):
            return (len(text) > 1 and "off".startswith(text.lower())) or text.lower() in ("0", "f", "n", "no", "false")
        case ast.Integer(ival=number):
            return not number
    return False


def set_search_path(state: DdlState, path: tuple[str, ...], *, local: bool) -> None:
    """SET LOCAL lasts until the transaction ends."""
    if local:
        if not state.transactions:
            return
        if state.transaction_path is None:
            state.transaction_path = state.catalog.search_path
    else:
        state.transaction_path = None
    state.catalog.search_path = path


def set_role(state: DdlState, name: str, *, local: bool) -> None:
    """SET ROLE: what is made from now on is this role's. Which roles there are is not known here."""
    if local:
        if not state.transactions:
            return
        if state.transaction_role is None:
            state.transaction_role = state.role
    else:
        state.transaction_role = None
    state.role = "" if name == "none" else quote_identifier(name)


def set_database_variable(state: DdlState, setstmt: ast.VariableSetStmt) -> None:
    """ALTER DATABASE or ROLE … SET search_path: new sessions begin with it, and the queries' are new ones."""
    kinds = enums.VariableSetKind
    if setstmt.name != "search_path" and setstmt.kind != kinds.VAR_RESET_ALL:
        return
    match setstmt.kind:
        case kinds.VAR_SET_VALUE:
            state.session_path = _path_of(setstmt.args)
        case kinds.VAR_SET_CURRENT:
            state.session_path = state.catalog.search_path
        case _:
            state.session_path = state.first_path


def select_set_config(state: DdlState, stmt: ast.SelectStmt) -> bool:
    """SELECT set_config('search_path', …), as pg_dump writes it, or of the role. True: it was one."""
    targets: Any = stmt.targetList or ()
    if len(targets) != 1 or not isinstance(targets[0].val, ast.FuncCall):
        return False
    call = targets[0].val
    if call.funcname[-1].sval != "set_config":
        return False
    values: list[Any] = [one.val for one in call.args or () if isinstance(one, ast.A_Const)]
    texts = [one.sval for one in values if isinstance(one, ast.String)]
    if len(values) != 3 or len(texts) != 2:
        return False
    local = any(isinstance(one, ast.Boolean) and one.boolval for one in values)
    match texts[0].lower():
        case "search_path":
            set_search_path(state, split_identifiers(texts[1]), local=local)
        case "role" | "session_authorization":
            set_role(state, texts[1], local=local)
        case _:
            return False
    return True


# ---------------------------------------------------------------------------------------------- triggers, policies

# catalog/pg_trigger.h
_BEFORE, _INSTEAD = 1 << 1, 1 << 6
_EVENTS = {1 << 2: "insert", 1 << 3: "delete", 1 << 4: "update", 1 << 5: "truncate"}


def _check_trigger_kind(relation: Relation, stmt: ast.CreateTrigStmt) -> None:
    """CreateTriggerFiringOn: which triggers a table has, and which a view."""
    instead = bool((stmt.timing or 0) & _INSTEAD)
    truncates = any((stmt.events or 0) & bit for bit, word in _EVENTS.items() if word == "truncate")
    if relation.kind != "v" and instead:
        detail = "Tables cannot have INSTEAD OF triggers."
        raise PgError("42809", f'"{relation.name}" is a table', detail=detail)
    if relation.kind == "v" and stmt.row and not instead:
        detail = "Views cannot have row-level BEFORE or AFTER triggers."
        raise PgError("42809", f'"{relation.name}" is a view', detail=detail)
    if relation.kind == "v" and truncates:
        detail = "Views cannot have TRUNCATE triggers."
        raise PgError("42809", f'"{relation.name}" is a view', detail=detail)
    if truncates and stmt.row:
        raise PgError("0A000", "TRUNCATE FOR EACH ROW triggers are not supported")
    if instead:
        if not stmt.row:
            raise PgError("0A000", "INSTEAD OF triggers must be FOR EACH ROW")
        if stmt.whenClause is not None:
            raise PgError("0A000", "INSTEAD OF triggers cannot have WHEN conditions")
        if stmt.columns:
            raise PgError("0A000", "INSTEAD OF triggers cannot have column lists")


def create_trigger(state: DdlState, stmt: ast.CreateTrigStmt) -> None:
    """CreateTriggerFiringOn"""
    relation = ddl_names.get_relation(state, stmt.relation)
    if relation.kind not in "rvfp":
        raise PgError("42809", f'relation "{relation.name}" cannot have triggers', where(stmt.relation))
    _check_trigger_kind(relation, stmt)
    function = ddl_function.find_exact(state, stmt.funcname, ())
    if function is None:
        schema, _name = deconstruct_qualified_name(stmt.funcname)
        if schema is not None:
            lookup_explicit_namespace(state.catalog, schema)
        raise PgError("42883", f"function {name_list(stmt.funcname)}() does not exist")
    if function.prorettype != TRIGGEROID:
        raise PgError("42P17", f"function {name_list(stmt.funcname)} must return type trigger")
    timing = stmt.timing or 0
    events = frozenset(word for bit, word in _EVENTS.items() if (stmt.events or 0) & bit)
    before = bool(timing & _BEFORE)
    ddl_expr.check_trigger_when(state, relation, stmt.whenClause, events, row_level=bool(stmt.row), before=before)
    for column in stmt.columns or ():
        if column.sval not in relation.by_name:
            raise ddl_constraint.undefined_column(relation, column.sval)
    trigger = Trigger(
        stmt.trigname,
        bool(stmt.row),
        "before" if before else "instead" if timing & _INSTEAD else "after",
        events,
        name_list(stmt.funcname),
        raw=stmt,
        function_oid=function.oid,
    )
    kept = [one for one in relation.triggers if one.name != trigger.name]
    if len(kept) != len(relation.triggers) and not stmt.replace:
        raise PgError("42710", f'trigger "{trigger.name}" for relation "{relation.name}" already exists')
    relation = replace(relation, triggers=(*kept, trigger))
    state.catalog.put_relation(relation)
    me = Address("trigger", relation.oid, trigger.name)
    state.depend.record(me, Address("relation", relation.oid), AUTO)
    state.depend.record(me, Address("proc", function.oid), NORMAL)
    if relation.kind == "p" and trigger.row_level:
        for child in state.catalog.children_of(relation.oid):
            ddl_inherit.clone_trigger(state, child, trigger)


def create_policy(state: DdlState, stmt: ast.CreatePolicyStmt) -> None:
    """CreatePolicy: the name; its expressions are only checked"""
    if stmt.cmd_name in ("select", "delete") and stmt.with_check is not None:
        raise PgError("42601", "WITH CHECK cannot be applied to SELECT or DELETE")
    if stmt.cmd_name == "insert" and stmt.qual is not None:
        raise PgError("42601", "only WITH CHECK expression allowed for INSERT")
    relation = ddl_names.get_relation(state, stmt.table)
    if stmt.policy_name in relation.policies:
        raise PgError("42710", f'policy "{stmt.policy_name}" for table "{relation.name}" already exists')
    ddl_expr.check_policy(state, relation, stmt.qual, stmt.with_check)
    state.catalog.put_relation(replace(relation, policies=(*relation.policies, stmt.policy_name)))


# ---------------------------------------------------------------------------------------------- comments

_O = enums.ObjectType


def comment(state: DdlState, stmt: ast.CommentStmt) -> None:
    """CommentObject"""
    catalog = state.catalog
    text = stmt.comment or None
    match stmt.objtype:
        case _O.OBJECT_COLUMN:
            *owner, last = stmt.object
            relation = ddl_names.get_relation(state, ddl_names.range_var(owner))
            column = relation.by_name.get(last.sval)
            if column is None:
                raise ddl_constraint.undefined_column(relation, last.sval)
            catalog.put_relation(ddl_constraint.with_column(relation, replace(column, comment=text)))
        case _O.OBJECT_TABCONSTRAINT:
            address = ddl_address.find_table_constraint(state, stmt.object)
            relation = catalog.relation(address.oid)
            constraint = ddl_constraint.find_constraint(relation, str(address.sub))
            if constraint is not None:
                catalog.put_relation(ddl_constraint.with_constraint(relation, replace(constraint, comment=text)))
        case _O.OBJECT_DOMCONSTRAINT:
            type_name, name = stmt.object
            ddl_domain.comment_on_constraint(state, type_name.names, name.sval, text)
        case _O.OBJECT_EXTENSION | _O.OBJECT_DATABASE | _O.OBJECT_ROLE | _O.OBJECT_TABLESPACE:
            return
        case _:
            address_ = ddl_address.resolve(state, stmt.objtype, stmt.object)
            if address_ is not None:
                _comment_on(state, address_, text)


def _comment_on(state: DdlState, address: Address, text: str | None) -> None:
    catalog = state.catalog
    match address.kind:
        case "relation":
            relation = catalog.find_relation(address.oid)
            if relation is None:
                catalog.put_index(replace(catalog.index(address.oid), comment=text))
            else:
                catalog.put_relation(replace(relation, comment=text))
        case "type":
            row = catalog.type(address.oid)
            if (enum := catalog.enum(row.oid)) is not None:
                catalog.put_enum(replace(enum, comment=text))
            elif (domain := catalog.domain(row.oid)) is not None:
                catalog.put_domain(replace(domain, comment=text))
            elif row.typrelid and (relation := catalog.find_relation(row.typrelid)) and relation.kind == "c":
                catalog.put_relation(replace(relation, comment=text))
            else:
                catalog.put_comment("type", row.oid, text)
        case "proc":
            body = catalog.function_body(address.oid)
            if body is not None:
                catalog.put_proc(catalog.proc(address.oid), replace(body, comment=text))
            else:
                catalog.put_comment("proc", address.oid, text)
        case "trigger":
            relation = catalog.relation(address.oid)
            triggers = tuple(
                replace(one, comment=text) if one.name == address.sub else one for one in relation.triggers
            )
            catalog.put_relation(replace(relation, triggers=triggers))
        case "rule":
            relation = catalog.relation(address.oid)
            rules = tuple(replace(one, comment=text) if one.name == address.sub else one for one in relation.rules)
            catalog.put_relation(replace(relation, rules=rules))
        case "schema" | "operator":
            catalog.put_comment(address.kind, address.oid, text)
