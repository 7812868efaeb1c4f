"""What only comparing and printing schemas asks for, kept beside the catalog: `catalog.facts`.

Takes each statement after it was carried out (`DdlState.full`), and writes down what the fold has no use for: storage,
options of relations, columns and sequences, policies, the state of triggers and rules, partition keys and bounds.
Keys begin with a word and the object's oid, so that what is said follows renames and means nothing after a drop.
Grants and owners are in `ddl_acl.py`; kinds that are kept as text in `ddl_units.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.catalog import ddl_acl, ddl_expr, ddl_function, ddl_names, ddl_sequence, ddl_text, ddl_type, ddl_units
from querygen.catalog.ddl_retype import retype
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid

AT = enums.AlterTableType
_TRIGGER_STATES = {
    "AT_EnableTrig": "O",
    "AT_EnableAlwaysTrig": "A",
    "AT_EnableReplicaTrig": "R",
    "AT_DisableTrig": "D",
    "AT_EnableRule": "O",
    "AT_EnableAlwaysRule": "A",
    "AT_EnableReplicaRule": "R",
    "AT_DisableRule": "D",
}


def note(state: DdlState, stmt: Any) -> None:
    """Keep what the statement says beyond names and types."""
    match stmt:
        case ast.CreateStmt():
            _table(state, stmt)
        case ast.CreateForeignTableStmt():
            _table(state, stmt.base, server=stmt.servername, options=stmt.options)
        case ast.ViewStmt():
            _view(state, stmt)
        case ast.CreateTableAsStmt():
            _into(state, stmt.into)
        case ast.CreateSeqStmt():
            _sequence(state, stmt.sequence, stmt.options)
        case ast.AlterSeqStmt():
            _sequence(state, stmt.sequence, stmt.options, missing_ok=bool(stmt.missing_ok))
        case ast.AlterTableStmt():
            _alter_table(state, stmt)
        case ast.CreatePolicyStmt():
            _create_policy(state, stmt)
        case ast.AlterPolicyStmt():
            _alter_policy(state, stmt)
        case ast.RenameStmt():
            _rename(state, stmt)
        case ast.CreateFunctionStmt():
            _function(state, stmt)
        case ast.AlterFunctionStmt():
            row = ddl_function.lookup_func_with_args(state, stmt.objtype, stmt.func)
            if row is not None:
                _function_options(state, row.oid, stmt.actions or ())
        case ast.CreateTrigStmt():
            relation = ddl_names.get_relation(state, stmt.relation)
            put(state, ("trigger", relation.oid, stmt.trigname), "O")
        case ast.RuleStmt():
            _rule(state, stmt)
        case ast.CompositeTypeStmt() | ast.CreateEnumStmt() | ast.CreateRangeStmt() | ast.CreateDomainStmt():
            _type(state, stmt)
        case ast.AlterTypeStmt():
            ddl_units.alter_type(state, stmt)
        case _:
            ddl_units.note(state, stmt)
    ddl_acl.note(state, stmt)


def put(state: DdlState, key: tuple[Any, ...], value: Any) -> None:
    """Set a fact, in a way that ROLLBACK takes back."""
    state.catalog.journal.put(state.catalog.facts, key, value)


def merge(state: DdlState, key: tuple[Any, ...], **values: Any) -> None:
    """Set some entries of a dictionary of facts."""
    old = state.catalog.facts.get(key, {})
    put(state, key, {**old, **values})


# ---------------------------------------------------------------------------------------------- relations


def _new(state: DdlState, oid: Oid) -> bool:
    """Has nothing been said of the relation before? IF NOT EXISTS leaves what is there alone."""
    return ("relation", oid) not in state.catalog.facts


def _table(state: DdlState, stmt: ast.CreateStmt, *, server: str | None = None, options: Any = ()) -> None:
    oid = ddl_names.find_relation(state, stmt.relation)
    if oid is None or not _new(state, oid):
        return
    merge(
        state,
        ("relation", oid),
        options=ddl_text.options(stmt.options),
        tablespace=stmt.tablespacename,
        access_method=stmt.accessMethod,
        server=server,
        server_options=ddl_text.options(options),
    )
    if stmt.partspec is not None:
        put(state, ("partspec", oid), stmt.partspec)
    relation = state.catalog.relation(oid)
    for element in stmt.tableElts or ():
        if isinstance(element, ast.ColumnDef) and element.colname in relation.by_name:
            _column(state, relation, element)
        elif isinstance(element, ast.TableLikeClause):
            _like(state, relation, element)


def _column(state: DdlState, relation: Relation, node: ast.ColumnDef) -> None:
    """STORAGE, COMPRESSION and the options of an identity's sequence, in a column's definition."""
    attnum = relation.by_name[node.colname].attnum
    facts: dict[str, Any] = {}
    if node.storage_name:
        facts["storage"] = node.storage_name.lower()
    if node.compression:
        facts["compression"] = node.compression.lower()
    if node.fdwoptions:
        facts["options"] = ddl_text.options(node.fdwoptions)
    if any(one.contype == enums.ConstrType.CONSTR_DEFAULT and is_null(one.raw_expr) for one in node.constraints or ()):
        facts["null_default"] = True
    if facts:
        merge(state, ("column", relation.oid, attnum), **facts)
    for constraint in node.constraints or ():
        if constraint.contype == enums.ConstrType.CONSTR_IDENTITY:
            for sequence in ddl_sequence.owned_by(state, relation.oid, attnum):
                _sequence_options(state, sequence, constraint.options or ())


def is_null(raw: Any) -> bool:
    """Is it NULL as such? Where the type has a length, the server keeps it as a default all the same."""
    return isinstance(raw, ast.A_Const) and bool(raw.isnull)


def _like(state: DdlState, relation: Relation, node: ast.TableLikeClause) -> None:
    """INCLUDING STORAGE, COMPRESSION, IDENTITY and STATISTICS"""
    source = ddl_names.get_relation(state, node.relation)
    options = node.options or 0
    for column in source.live_columns:
        mine = relation.by_name.get(column.name)
        if mine is None:
            continue
        old = state.catalog.facts.get(("column", source.oid, column.attnum), {})
        wanted = {"storage": 1 << 8, "compression": 1 << 1}
        kept = {name: value for name, value in old.items() if options & wanted.get(name, 0)}
        if kept:
            merge(state, ("column", relation.oid, mine.attnum), **kept)
        if column.identity and options & 1 << 5:
            theirs = ddl_sequence.owned_by(state, source.oid, column.attnum)
            for sequence in ddl_sequence.owned_by(state, relation.oid, mine.attnum):
                put(state, ("sequence", sequence), state.catalog.facts.get(("sequence", theirs[0]), {}))
    if options & 1 << 7:
        ddl_units.copy_statistics(state, source, relation)


def _view(state: DdlState, stmt: ast.ViewStmt) -> None:
    oid = ddl_names.find_relation(state, stmt.view)
    if oid is not None:
        check = {"LOCAL_CHECK_OPTION": "local", "CASCADED_CHECK_OPTION": "cascaded"}
        options = dict(ddl_text.options(stmt.options))
        if (word := check.get(getattr(stmt.withCheckOption, "name", ""))) is not None:
            options["check_option"] = word
        merge(state, ("relation", oid), options=tuple(options.items()))


def _into(state: DdlState, into: ast.IntoClause) -> None:
    oid = ddl_names.find_relation(state, into.rel)
    if oid is not None and _new(state, oid):
        merge(
            state,
            ("relation", oid),
            options=ddl_text.options(into.options),
            tablespace=into.tableSpaceName,
            access_method=into.accessMethod,
        )


def _type(state: DdlState, stmt: Any) -> None:
    """Types have owners and grants; a range keeps what it was made with."""
    if isinstance(stmt, ast.CreateRangeStmt):
        row = ddl_type.find_type(state, stmt.typeName)
        put(state, ("range", row.oid), ddl_units.range_options(state, stmt))


# ---------------------------------------------------------------------------------------------- sequences


def _sequence(state: DdlState, node: ast.RangeVar, options: Any, *, missing_ok: bool = False) -> None:
    oid = ddl_names.find_relation(state, node)
    if oid is None and missing_ok:
        return
    if oid is not None:
        _sequence_options(state, oid, options or ())


_SEQUENCE_OPTIONS = frozenset({"start", "increment", "minvalue", "maxvalue", "cache", "cycle"})


def _sequence_options(state: DdlState, oid: Oid, options: Any) -> None:
    facts: dict[str, str | None] = {}
    for option in options:
        if option.defname in _SEQUENCE_OPTIONS:
            bare = option.arg is None  # NO MINVALUE
            facts[option.defname] = None if bare else ddl_text.option_value(option.arg)
    if facts or ("sequence", oid) not in state.catalog.facts:
        merge(state, ("sequence", oid), **facts)


# ---------------------------------------------------------------------------------------------- ALTER TABLE


def _alter_table(state: DdlState, stmt: ast.AlterTableStmt) -> None:
    oid = ddl_names.find_relation(state, stmt.relation)
    if oid is None:
        return
    relation = state.catalog.find_relation(oid)
    if relation is None:
        for command in stmt.cmds:
            _alter_index(state, oid, command)
        return
    retyped = set()
    for command in stmt.cmds:
        kind = AT.AT_AddColumn if command.subtype is None else AT(command.subtype)
        _command(state, state.catalog.relation(oid), kind, command)
        if kind == AT.AT_AlterColumnType:
            retyped.add(command.name)
    if retyped:
        retype(state, oid, retyped)


def _command(state: DdlState, relation: Relation, kind: Any, command: ast.AlterTableCmd) -> None:
    oid = relation.oid
    key = ("relation", oid)
    match kind:
        case AT.AT_AddColumn if relation.kind != "c" and command.def_.colname in relation.by_name:
            _column(state, relation, command.def_)
        case AT.AT_ColumnDefault:
            _column_fact(state, relation, command, null_default=command.def_ is not None and is_null(command.def_))
        case AT.AT_SetStorage:
            _column_fact(state, relation, command, storage=command.def_.sval.lower())
        case AT.AT_SetCompression:
            _column_fact(state, relation, command, compression=command.def_.sval.lower())
        case AT.AT_SetStatistics:
            value = getattr(command.def_, "ival", None)
            _column_fact(state, relation, command, statistics=None if value == -1 else value)
        case AT.AT_SetOptions | AT.AT_ResetOptions:
            column = relation.by_name[command.name]
            old = dict(state.catalog.facts.get(("column", oid, column.attnum), {}).get("attoptions", ()))
            _change_options(old, command, kind == AT.AT_ResetOptions)
            _column_fact(state, relation, command, attoptions=tuple(old.items()))
        case AT.AT_AlterColumnGenericOptions:
            column = relation.by_name[command.name]
            old = dict(state.catalog.facts.get(("column", oid, column.attnum), {}).get("options", ()))
            change_generic(old, command.def_)
            _column_fact(state, relation, command, options=tuple(old.items()))
        case AT.AT_GenericOptions:
            old = dict(state.catalog.facts.get(key, {}).get("server_options", ()))
            change_generic(old, command.def_)
            merge(state, key, server_options=tuple(old.items()))
        case AT.AT_SetRelOptions | AT.AT_ResetRelOptions | AT.AT_ReplaceRelOptions:
            old = dict(state.catalog.facts.get(key, {}).get("options", ()))
            _change_options(old, command, kind == AT.AT_ResetRelOptions)
            merge(state, key, options=tuple(old.items()))
            if relation.kind == "v":
                state.catalog.put_relation(replace(relation, options=tuple(old.items())))
        case AT.AT_SetTableSpace:
            merge(state, key, tablespace=command.name)
        case AT.AT_SetAccessMethod:
            merge(state, key, access_method=command.name)
        case AT.AT_EnableRowSecurity | AT.AT_DisableRowSecurity:
            merge(state, key, row_security=kind == AT.AT_EnableRowSecurity)
        case AT.AT_ForceRowSecurity | AT.AT_NoForceRowSecurity:
            merge(state, key, force_row_security=kind == AT.AT_ForceRowSecurity)
        case AT.AT_ReplicaIdentity:
            node = command.def_
            index = None
            if node.identity_type == "i":
                schema = state.catalog.namespace_name(relation.namespace)
                index = state.catalog.relation_oid(node.name, schema)
            merge(state, key, replica_identity=(node.identity_type, index))
        case AT.AT_ClusterOn | AT.AT_DropCluster:
            schema = state.catalog.namespace_name(relation.namespace)
            index = state.catalog.relation_oid(command.name, schema) if command.name else None
            merge(state, key, cluster=index)
        case AT.AT_SetIdentity | AT.AT_AddIdentity:
            options = command.def_ if kind == AT.AT_SetIdentity else command.def_.options
            for sequence in ddl_sequence.owned_by(state, oid, relation.by_name[command.name].attnum):
                _sequence_options(state, sequence, options or ())
        case AT.AT_EnableTrigAll | AT.AT_DisableTrigAll | AT.AT_EnableTrigUser | AT.AT_DisableTrigUser:
            for trigger in relation.triggers:
                put(state, ("trigger", oid, trigger.name), "O" if kind.name.startswith("AT_Enable") else "D")
        case _ if kind.name in _TRIGGER_STATES:
            word = "trigger" if kind.name.endswith("Trig") else "rule"
            put(state, (word, oid, command.name), _TRIGGER_STATES[kind.name])


def _column_fact(state: DdlState, relation: Relation, command: ast.AlterTableCmd, **values: Any) -> None:
    if relation.by_name.get(command.name) is not None:
        merge(state, ("column", relation.oid, relation.by_name[command.name].attnum), **values)


def _change_options(old: dict[str, str], command: ast.AlterTableCmd, reset: bool) -> None:
    for name, value in ddl_text.options(command.def_):
        if reset:
            old.pop(name, None)
        else:
            old[name] = value


def change_generic(old: dict[str, str], elements: Any) -> None:
    """transformGenericOptions"""
    for one in elements or ():
        if one.defaction == enums.DefElemAction.DEFELEM_DROP:
            old.pop(one.defname, None)
        else:
            old[one.defname] = ddl_text.option_value(one.arg)


def _alter_index(state: DdlState, oid: Oid, command: ast.AlterTableCmd) -> None:
    index = state.catalog.index(oid)
    options = dict(index.options)
    match command.subtype:
        case AT.AT_SetRelOptions:
            options.update(ddl_text.options(command.def_))
        case AT.AT_ResetRelOptions:
            for name, _value in ddl_text.options(command.def_):
                options.pop(name, None)
        case AT.AT_SetTableSpace:
            state.catalog.put_index(replace(index, tablespace=command.name))
            return
        case AT.AT_SetStatistics:
            merge(state, ("index", oid), **{f"statistics {command.num}": command.def_.ival})
            return
    state.catalog.put_index(replace(index, options=tuple(options.items())))


# ---------------------------------------------------------------------------------------------- policies, parts


def _create_policy(state: DdlState, stmt: ast.CreatePolicyStmt) -> None:
    relation = ddl_names.get_relation(state, stmt.table)
    put(
        state,
        ("policy", relation.oid, stmt.policy_name),
        {
            "command": (stmt.cmd_name or "all").lower(),
            "permissive": bool(stmt.permissive),
            "roles": ddl_acl.role_names(stmt.roles),
            "using": stmt.qual,
            "check": stmt.with_check,
        },
    )


def _alter_policy(state: DdlState, stmt: ast.AlterPolicyStmt) -> None:
    relation = ddl_names.get_relation(state, stmt.table)
    ddl_expr.check_policy(state, relation, stmt.qual, stmt.with_check)
    changes: dict[str, Any] = {}
    if stmt.roles:
        changes["roles"] = ddl_acl.role_names(stmt.roles)
    if stmt.qual is not None:
        changes["using"] = stmt.qual
    if stmt.with_check is not None:
        changes["check"] = stmt.with_check
    merge(state, ("policy", relation.oid, stmt.policy_name), **changes)


_PART_WORDS = {
    enums.ObjectType.OBJECT_TRIGGER: "trigger",
    enums.ObjectType.OBJECT_RULE: "rule",
    enums.ObjectType.OBJECT_POLICY: "policy",
}


def _rename(state: DdlState, stmt: ast.RenameStmt) -> None:
    word = _PART_WORDS.get(stmt.renameType)
    if word is None:
        ddl_units.rename(state, stmt)
        return
    oid = ddl_names.find_relation(state, stmt.relation)
    if oid is not None and (word, oid, stmt.subname) in state.catalog.facts:
        value = state.catalog.facts[word, oid, stmt.subname]
        put(state, (word, oid, stmt.newname), value)
        state.catalog.journal.pop(state.catalog.facts, (word, oid, stmt.subname))
    if word == "rule" and ("rule text", oid, stmt.subname) in state.catalog.facts:
        text = state.catalog.facts["rule text", oid, stmt.subname]
        put(state, ("rule text", oid, stmt.newname), text.replace(stmt.subname, stmt.newname, 1))
    old = ("comment", word, oid, stmt.subname)
    if old in state.catalog.facts:
        put(state, ("comment", word, oid, stmt.newname), state.catalog.facts[old])
        state.catalog.journal.pop(state.catalog.facts, old)


# ---------------------------------------------------------------------------------------------- functions


def _function(state: DdlState, stmt: ast.CreateFunctionStmt) -> None:
    namespace, name = ddl_names.creation_namespace(state, stmt.funcname)
    schema = state.catalog.namespace_name(namespace)
    # the one that was put last
    found = state.catalog.procs_named(name, schema)
    rows = [row for row in found if getattr(state.catalog.function_body(row.oid), "raw", None) is stmt]
    for row in rows:
        put(state, ("proc", row.oid), {})
        _function_options(state, row.oid, stmt.options or ())


def _function_options(state: DdlState, oid: Oid, options: Any) -> None:
    facts = dict(state.catalog.facts.get(("proc", oid), {}))
    config = dict(facts.get("config", ()))
    for option in options:
        match option.defname:
            case "security" | "leakproof":
                facts[option.defname] = ddl_text.option_value(option.arg) == "true"
            case "cost" | "rows" | "parallel":
                facts[option.defname] = ddl_text.option_value(option.arg)
            case "support":
                facts["support"] = ddl_names.name_list(option.arg)
            case "transform":
                facts["transform"] = tuple(".".join(part.sval for part in one.names) for one in option.arg)
            case "set":
                _config(config, option.arg)
            case "as" if len(option.arg) > 1:
                facts["link"] = tuple(part.sval for part in option.arg)
    facts["config"] = tuple(config.items())
    put(state, ("proc", oid), facts)


def _config(config: dict[str, str], node: ast.VariableSetStmt) -> None:
    kinds = enums.VariableSetKind
    match node.kind:
        case kinds.VAR_SET_VALUE:
            config[node.name] = setting(node)
        case kinds.VAR_RESET | kinds.VAR_SET_DEFAULT:
            config.pop(node.name, None)
        case kinds.VAR_RESET_ALL:
            config.clear()


_LISTS = frozenset({"search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"})


def setting(node: ast.VariableSetStmt) -> str:
    """The value of SET as it can be written again: names of a list in quotes where they need them."""
    from querygen.analyze.typename import quote_identifier
    from querygen.catalog.ruleutils_expr import quote_literal

    values = [ddl_text.option_value(one.val) if isinstance(one, ast.A_Const) else "" for one in node.args or ()]
    if node.name.lower() in _LISTS:
        return ", ".join(quote_identifier(one) if one else "''" for one in values)
    return ", ".join(quote_literal(one) for one in values)


def _rule(state: DdlState, stmt: ast.RuleStmt) -> None:
    """A rule's actions as they are written, with the schemas of what they name."""
    relation = ddl_names.get_relation(state, stmt.relation)
    text, _needs = ddl_units.text_of(state, stmt)
    put(state, ("rule text", relation.oid, stmt.rulename), text)
    put(state, ("rule", relation.oid, stmt.rulename), "O")
