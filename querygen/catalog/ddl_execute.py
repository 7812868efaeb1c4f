"""Which module carries out which statement, and which statements are passed over.

Takes one raw statement and a `DdlState`. Mirrors `utility.c: standard_ProcessUtility, ProcessUtilitySlow`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog import (
    ddl_aggregate,
    ddl_alter,
    ddl_do,
    ddl_domain,
    ddl_drop,
    ddl_function,
    ddl_index,
    ddl_misc,
    ddl_operator,
    ddl_rename,
    ddl_rule,
    ddl_sequence,
    ddl_table,
    ddl_type,
    ddl_view,
)
from querygen.catalog.ddl_state import Savepoint
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.catalog.ddl_state import DdlState

UNKNOWN_STATEMENT = "QG402"

_NO_NAMES = "does not change names or types"
_ROWS = "works on rows"
_RIGHTS = "is about roles and rights"
_SESSION = "is about the session or the server"

# Statements that a schema may hold and that leave the catalog as it is.
SKIPPED: dict[str, str] = {
    **dict.fromkeys(
        [
            "InsertStmt",
            "UpdateStmt",
            "DeleteStmt",
            "MergeStmt",
            "CopyStmt",
            "TruncateStmt",
            "CallStmt",
            "ExecuteStmt",
            "PrepareStmt",
            "DeallocateStmt",
            "DeclareCursorStmt",
            "FetchStmt",
            "ClosePortalStmt",
            "RefreshMatViewStmt",
        ],
        _ROWS,
    ),
    **dict.fromkeys(
        [
            "GrantStmt",
            "GrantRoleStmt",
            "CreateRoleStmt",
            "AlterRoleStmt",
            "DropRoleStmt",
            "AlterDefaultPrivilegesStmt",
            "AlterOwnerStmt",
            "ReassignOwnedStmt",
            "DropOwnedStmt",
            "SecLabelStmt",
            "AlterPolicyStmt",
            "CreateUserMappingStmt",
            "AlterUserMappingStmt",
            "DropUserMappingStmt",
        ],
        _RIGHTS,
    ),
    **dict.fromkeys(
        [
            "VariableShowStmt",
            "CheckPointStmt",
            "LoadStmt",
            "ListenStmt",
            "UnlistenStmt",
            "NotifyStmt",
            "LockStmt",
            "VacuumStmt",
            "ClusterStmt",
            "ReindexStmt",
            "ExplainStmt",
            "ConstraintsSetStmt",
            "DiscardStmt",
            "AlterSystemStmt",
            "CreatedbStmt",
            "DropdbStmt",
            "AlterDatabaseStmt",
            "AlterDatabaseRefreshCollStmt",
            "CreateTableSpaceStmt",
            "DropTableSpaceStmt",
            "AlterTableSpaceOptionsStmt",
        ],
        _SESSION,
    ),
    **dict.fromkeys(
        [
            "CreateStatsStmt",
            "AlterStatsStmt",
            "CreatePublicationStmt",
            "AlterPublicationStmt",
            "CreateSubscriptionStmt",
            "AlterSubscriptionStmt",
            "DropSubscriptionStmt",
            "CreateFdwStmt",
            "AlterFdwStmt",
            "CreateForeignServerStmt",
            "AlterForeignServerStmt",
            "CreateEventTrigStmt",
            "AlterEventTrigStmt",
            "CreateAmStmt",
            "CreateConversionStmt",
            "CreatePLangStmt",
            "CreateTransformStmt",
            "AlterTSConfigurationStmt",
            "AlterTSDictionaryStmt",
            "AlterCollationStmt",
            "AlterExtensionStmt",
            "AlterExtensionContentsStmt",
            "AlterObjectDependsStmt",
            "AlterTableMoveAllStmt",
            "ReplicaIdentityStmt",
        ],
        _NO_NAMES,
    ),
}


def _create_table(state: DdlState, stmt: ast.CreateStmt) -> None:
    ddl_table.create_table(state, stmt)


def _create_foreign_table(state: DdlState, stmt: ast.CreateForeignTableStmt) -> None:
    ddl_table.create_table(state, stmt.base, foreign=True)


def _import_foreign_schema(_state: DdlState, _stmt: ast.ImportForeignSchemaStmt) -> None:
    raise PgError(
        "0A000",
        "querygen does not know the tables of a foreign schema",
        hint="Write CREATE FOREIGN TABLE for those that queries use.",
    )


def _define(state: DdlState, stmt: ast.DefineStmt) -> None:
    """CREATE AGGREGATE, OPERATOR, TYPE, COLLATION; of text search objects the names are all that a query needs."""
    match stmt.kind:
        case enums.ObjectType.OBJECT_AGGREGATE:
            ddl_aggregate.create_aggregate(state, stmt)
        case enums.ObjectType.OBJECT_OPERATOR:
            ddl_operator.create_operator(state, stmt)
        case enums.ObjectType.OBJECT_TYPE:
            ddl_type.create_base_type(state, stmt)
        case enums.ObjectType.OBJECT_COLLATION:
            ddl_operator.create_collation(state, stmt)
        case enums.ObjectType.OBJECT_TSCONFIGURATION:
            state.catalog.text_search_names.add(("config", stmt.defnames[-1].sval))
        case enums.ObjectType.OBJECT_TSDICTIONARY:
            state.catalog.text_search_names.add(("dictionary", stmt.defnames[-1].sval))


# CREATE SCHEMA's elements in the order in which they are carried out (transformCreateSchemaStmtElements)
_ELEMENT_ORDER = {
    ast.CreateSeqStmt: 0,
    ast.CreateStmt: 1,
    ast.ViewStmt: 2,
    ast.IndexStmt: 3,
    ast.CreateTrigStmt: 4,
    ast.GrantStmt: 5,
}


def _create_schema(state: DdlState, stmt: ast.CreateSchemaStmt) -> None:
    """CreateSchemaCommand"""
    if not ddl_misc.create_schema(state, stmt):
        return
    path = state.catalog.search_path
    name = stmt.schemaname or stmt.authrole.rolename
    state.catalog.search_path = (name, *path)
    for element in sorted(stmt.schemaElts or (), key=lambda node: _ELEMENT_ORDER.get(type(node), 9)):
        execute(state, element)
    state.catalog.search_path = path


def _select(state: DdlState, stmt: ast.SelectStmt) -> None:
    """SELECT … INTO makes a table, set_config() may set the search path; any other works on rows."""
    leftmost = stmt
    while leftmost.larg is not None:
        leftmost = leftmost.larg
    if leftmost.intoClause is not None:
        ddl_view.create_into(state, leftmost.intoClause, stmt)
    else:
        ddl_misc.select_set_config(state, stmt)


def _set_database(state: DdlState, stmt: ast.AlterDatabaseSetStmt | ast.AlterRoleSetStmt) -> None:
    ddl_misc.set_database_variable(state, stmt.setstmt)


_HANDLERS: dict[Any, Callable[[DdlState, Any], None]] = {
    ast.CreateStmt: _create_table,
    ast.CreateForeignTableStmt: _create_foreign_table,
    ast.ImportForeignSchemaStmt: _import_foreign_schema,
    ast.CreateTableAsStmt: ddl_view.create_table_as,
    ast.ViewStmt: ddl_view.create_view,
    ast.RuleStmt: ddl_rule.create_rule,
    ast.SelectStmt: _select,
    ast.IndexStmt: ddl_index.create_index,
    ast.CreateSeqStmt: ddl_sequence.create_sequence,
    ast.AlterSeqStmt: ddl_sequence.alter_sequence,
    ast.CreateEnumStmt: ddl_type.create_enum,
    ast.AlterEnumStmt: ddl_type.alter_enum,
    ast.CompositeTypeStmt: ddl_type.create_composite,
    ast.CreateRangeStmt: ddl_type.create_range,
    ast.AlterTypeStmt: ddl_type.alter_base_type,
    ast.CreateDomainStmt: ddl_domain.create_domain,
    ast.AlterDomainStmt: ddl_domain.alter_domain,
    ast.CreateFunctionStmt: ddl_function.create_function,
    ast.AlterFunctionStmt: ddl_function.alter_function,
    ast.DefineStmt: _define,
    ast.AlterOperatorStmt: ddl_operator.alter_operator,
    ast.CreateCastStmt: ddl_operator.create_cast,
    ast.CreateOpClassStmt: ddl_operator.create_opclass,
    ast.CreateOpFamilyStmt: ddl_operator.create_opfamily,
    ast.AlterOpFamilyStmt: ddl_operator.alter_opfamily,
    ast.CreateSchemaStmt: _create_schema,
    ast.CreateExtensionStmt: ddl_misc.create_extension,
    ast.VariableSetStmt: ddl_misc.set_variable,
    ast.AlterDatabaseSetStmt: _set_database,
    ast.AlterRoleSetStmt: _set_database,
    ast.CreateTrigStmt: ddl_misc.create_trigger,
    ast.CreatePolicyStmt: ddl_misc.create_policy,
    ast.CommentStmt: ddl_misc.comment,
    ast.AlterTableStmt: ddl_alter.alter_table,
    ast.RenameStmt: ddl_rename.rename,
    ast.AlterObjectSchemaStmt: ddl_rename.set_schema,
    ast.DropStmt: ddl_drop.drop_objects,
    ast.DoStmt: ddl_do.do,
}


def execute(state: DdlState, stmt: Any) -> None:
    """One statement; an unknown one is a `PgError` with a code of our own, which is a warning."""
    handler = _HANDLERS.get(type(stmt))
    name = type(stmt).__name__
    if handler is not None:
        handler(state, stmt)
    elif name not in SKIPPED:
        raise PgError(
            UNKNOWN_STATEMENT, f"querygen does not know what {name.removesuffix('Stmt')} does to a schema, and skips it"
        )
    if state.full:
        from querygen.catalog import ddl_facts  # a build asks for nothing of it

        ddl_facts.note(state, stmt)


# ---------------------------------------------------------------------------------------------- transactions


def transaction(state: DdlState, stmt: ast.TransactionStmt, pending: list[Any]) -> None:
    """BEGIN … ROLLBACK takes back what is between; so does ROLLBACK TO. Statements put aside there go with it."""
    kinds = enums.TransactionStmtKind
    here = Savepoint(
        stmt.savepoint_name or "",
        state.catalog.mark(),
        len(pending),
        len(state.late_foreign_keys),
        (state.catalog.search_path, state.transaction_path),
        (state.role, state.transaction_role),
    )
    match stmt.kind:
        case kinds.TRANS_STMT_BEGIN | kinds.TRANS_STMT_START:
            state.transactions[:] = [here]
        case kinds.TRANS_STMT_SAVEPOINT if state.transactions:
            state.transactions.append(here)
        case kinds.TRANS_STMT_ROLLBACK if state.transactions:
            _back_to(state, state.transactions[0], pending)
            end_transaction(state)
        case kinds.TRANS_STMT_ROLLBACK_TO:
            for place in range(len(state.transactions) - 1, 0, -1):
                if state.transactions[place].name == stmt.savepoint_name:
                    _back_to(state, state.transactions[place], pending)
                    del state.transactions[place + 1 :]
                    break
        case kinds.TRANS_STMT_COMMIT | kinds.TRANS_STMT_PREPARE:
            end_transaction(state)


def end_transaction(state: DdlState) -> None:
    state.transactions.clear()
    if state.transaction_path is not None:
        state.catalog.search_path = state.transaction_path
        state.transaction_path = None
    if state.transaction_role is not None:
        state.role = state.transaction_role
        state.transaction_role = None


def _back_to(state: DdlState, point: Savepoint, pending: list[Any]) -> None:
    state.catalog.rollback_to(point.mark)
    state.catalog.search_path, state.transaction_path = point.path
    state.role, state.transaction_role = point.role
    del pending[point.pending :]
    del state.late_foreign_keys[point.late :]
