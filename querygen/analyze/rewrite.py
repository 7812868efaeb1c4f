"""What the rewriter refuses when a statement is prepared: generated and identity columns, views that cannot be changed.

Takes an analysed statement; raises or returns nothing. Mirrors the checks, and only these, of `rewriteHandler.c`:
rewriteTargetListIU, rewriteTargetView, view_query_is_auto_updatable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from querygen.analyze import nodefuncs
from querygen.analyze.nodes import (
    CoerceToDomain,
    Const,
    CurrentOfExpr,
    FieldStore,
    Query,
    RangeTblRef,
    SetToDefault,
    SubscriptingRef,
    TargetEntry,
    Var,
)
from querygen.analyze.pgtypes import UNKNOWNOID
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation

_Cmd: Final = enums.CmdType
_Override: Final = enums.OverridingKind
_Rte: Final = enums.RTEKind

_WORDS: Final = {
    _Cmd.CMD_INSERT: ("insert into", "inserting into", "INSERT"),
    _Cmd.CMD_UPDATE: ("update", "updating", "UPDATE"),
    _Cmd.CMD_DELETE: ("delete from", "deleting from", "DELETE"),
}
_EVENTS: Final = {_Cmd.CMD_INSERT: "insert", _Cmd.CMD_UPDATE: "update", _Cmd.CMD_DELETE: "delete"}


class _Change(NamedTuple):
    """One thing that a statement does to its target: a MERGE does several, ON CONFLICT DO UPDATE two."""

    command: enums.CmdType
    entries: tuple[TargetEntry, ...]
    override: enums.OverridingKind
    defaults: frozenset[int]  # columns that get DEFAULT in every row of a VALUES list


def check_rewrite(catalog: Catalog, query: Query) -> None:
    """rewriteHandler.c: RewriteQuery — of the statement and of those in its WITH."""
    for cte in query.cteList:
        if cte.ctequery is not None and cte.ctequery.commandType != _Cmd.CMD_SELECT:
            check_rewrite(catalog, cte.ctequery)
            _check_rules_in_with(catalog, cte.ctequery)
    changes = _changes(query)
    if changes:
        rel = catalog.find_relation(query.rtable[query.resultRelation - 1].relid)
        if rel is not None:
            _check_target(catalog, query, rel, changes)


def _changes(query: Query) -> list[_Change]:
    not_set = _Override.OVERRIDING_NOT_SET
    match query.commandType:
        case _Cmd.CMD_INSERT:
            changes = [_Change(_Cmd.CMD_INSERT, query.targetList, query.override, _default_only_columns(query))]
            conflict = query.onConflict
            if conflict is not None and conflict.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
                changes.append(_Change(_Cmd.CMD_UPDATE, conflict.onConflictSet, not_set, frozenset()))
            return changes
        case _Cmd.CMD_UPDATE | _Cmd.CMD_DELETE:
            return [_Change(query.commandType, query.targetList, not_set, frozenset())]
        case _Cmd.CMD_MERGE:
            return [
                _Change(action.commandType, action.targetList, action.override, frozenset())
                for action in query.mergeActionList
                if action.commandType != _Cmd.CMD_NOTHING
            ]
        case _:
            return []


def _default_only_columns(query: Query) -> frozenset[int]:
    """rewriteHandler.c: findDefaultOnlyColumns — the target columns whose VALUES are DEFAULT in every row."""
    found: set[int] = set()
    for entry in query.targetList:
        var = entry.expr
        if isinstance(var, Var) and query.rtable[var.varno - 1].rtekind == _Rte.RTE_VALUES:
            rows = query.rtable[var.varno - 1].values_lists
            if all(isinstance(row[var.varattno - 1], SetToDefault) for row in rows):
                found.add(entry.resno)
    return frozenset(found)


def _check_target(catalog: Catalog, query: Query, rel: Relation, changes: list[_Change]) -> None:
    is_merge = query.commandType == _Cmd.CMD_MERGE
    if is_merge and rel.rules:
        raise PgError(
            "0A000",
            f'cannot execute MERGE on relation "{rel.name}"',
            detail="MERGE is not supported for relations with rules.",
        )
    for change in changes:
        _check_target_list(rel, change)
    if rel.rules and not is_merge:
        _check_rules(query, rel, changes)
    if rel.kind != "v":
        return
    replaced = [change for change in changes if not _has_own_way(rel, change.command, is_merge)]
    if replaced and isinstance(rel.view_query, Query):
        _check_view(catalog, query, rel, rel.view_query, replaced)


def _has_own_way(rel: Relation, command: enums.CmdType, is_merge: bool) -> bool:
    """Whether an INSTEAD OF trigger or a DO INSTEAD rule takes the place of the view's own query."""
    event = _EVENTS[command]
    if not is_merge and any(rule.instead and not rule.qualified and rule.event == event for rule in rel.rules):
        return True
    return any(
        trigger.timing == "instead" and trigger.row_level and event in trigger.events for trigger in rel.triggers
    )


def _check_rules(query: Query, rel: Relation, changes: list[_Change]) -> None:
    """rewriteHandler.c: RewriteQuery, what it refuses of a relation with rules"""
    command = changes[0].command
    event = _EVENTS[command]
    rules = [rule for rule in rel.rules if rule.event == event]
    instead = [rule for rule in rules if rule.instead]
    if rel.kind == "v" and instead and _is_at_cursor(query):
        raise _no_cursor()
    if rel.kind == "v" and not _has_own_way(rel, command, is_merge=False) and any(rule.qualified for rule in instead):
        reason = "Views with conditional DO INSTEAD rules are not automatically updatable."
        raise _view_error(rel, command, reason, is_merge=False)
    if instead and query.returningList and not any(rule.returning for rule in rules):
        word = event.upper()
        raise PgError(
            "0A000",
            f'cannot perform {word} RETURNING on relation "{rel.name}"',
            hint=f"You need an unconditional ON {word} DO INSTEAD rule with a RETURNING clause.",
        )
    if query.onConflict is not None and any(
        rule.event == "update" or (rule.event == "insert" and rule.actions) for rule in rel.rules
    ):
        message = "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules"
        raise PgError("0A000", message)


def _check_rules_in_with(catalog: Catalog, query: Query) -> None:
    """rewriteHandler.c: RewriteQuery — of a statement in WITH the rules may make one statement, no more, no less"""
    rel = catalog.find_relation(query.rtable[query.resultRelation - 1].relid) if query.resultRelation else None
    event = _EVENTS.get(query.commandType)
    rules = [] if rel is None else [rule for rule in rel.rules if rule.event == event]
    own = not any(rule.instead and not rule.qualified for rule in rules)
    made = own + sum(rule.actions for rule in rules)
    if made == 1:
        return
    acting = [rule for rule in rules if rule.actions]
    if not made:
        kind = "DO INSTEAD NOTHING"
    elif any(rule.instead and rule.qualified for rule in acting):
        kind = "conditional DO INSTEAD"
    elif any(not rule.instead for rule in acting):
        kind = "DO ALSO"
    else:
        kind = "multi-statement DO INSTEAD"
    raise PgError("0A000", f"{kind} rules are not supported for data-modifying statements in WITH")


def _is_at_cursor(query: Query) -> bool:
    quals = None if query.jointree is None else query.jointree.quals
    return any(isinstance(node, CurrentOfExpr) for node in nodefuncs.walk_expr(quals))


def _no_cursor() -> PgError:
    return PgError("0A000", "WHERE CURRENT OF on a view is not implemented")


# ---------------------------------------------------------------------------------------------- columns


def _check_target_list(rel: Relation, change: _Change) -> None:
    """rewriteHandler.c: rewriteTargetListIU"""
    if change.command == _Cmd.CMD_DELETE:
        return
    assigned: dict[int, TargetEntry] = {}
    for entry in change.entries:
        if entry.resjunk:
            continue
        if entry.resno in assigned:
            _check_same_column_twice(rel, assigned[entry.resno], entry)
        assigned[entry.resno] = entry
    for column in rel.live_columns:
        found = assigned.get(column.attnum)
        if found is None or not (column.identity == "a" or column.generated):
            continue
        if isinstance(found.expr, SetToDefault) or column.attnum in change.defaults:
            continue
        if (
            not column.generated
            and change.command == _Cmd.CMD_INSERT
            and change.override
            in {
                _Override.OVERRIDING_USER_VALUE,
                _Override.OVERRIDING_SYSTEM_VALUE,
            }
        ):
            continue
        raise _always_generated(column, change.command)


def _always_generated(column: Column, command: enums.CmdType) -> PgError:
    kind = "a generated column" if column.generated else "an identity column defined as GENERATED ALWAYS"
    hint = None
    if command == _Cmd.CMD_INSERT:
        message = f'cannot insert a non-DEFAULT value into column "{column.name}"'
        hint = None if column.generated else "Use OVERRIDING SYSTEM VALUE to override."
    else:
        message = f'column "{column.name}" can only be updated to DEFAULT'
    return PgError("428C9", message, detail=f'Column "{column.name}" is {kind}.', hint=hint)


def _assignment_input(value: Any) -> Any:
    """rewriteHandler.c: get_assignment_input — what a field or subscript assignment starts from."""
    while isinstance(value, CoerceToDomain):
        value = value.arg
    match value:
        case FieldStore():
            return value.arg
        case SubscriptingRef(refassgnexpr=new) if new is not None:
            return value.refexpr
    return None


def _check_same_column_twice(rel: Relation, prior: TargetEntry, entry: TargetEntry) -> None:
    """rewriteHandler.c: process_matched_tle — two assignments to one column must be to parts of it."""
    first, second = _assignment_input(prior.expr), _assignment_input(entry.expr)
    if first is None or second is None or not nodefuncs.equal(first, second):
        name = rel.columns[entry.resno - 1].name
        raise PgError("42601", f'multiple assignments to same column "{name}"')


# ---------------------------------------------------------------------------------------------- views


def _check_view(catalog: Catalog, query: Query, view: Relation, view_query: Query, changes: list[_Change]) -> None:
    """rewriteHandler.c: rewriteTargetView — then the same for the relation behind the view."""
    check_columns = any(change.command != _Cmd.CMD_DELETE for change in changes)
    reason = not_updatable(view_query, check_columns)
    if reason is not None:
        raise _view_error(view, changes[0].command, reason, query.commandType == _Cmd.CMD_MERGE)
    if _is_at_cursor(query):
        raise _no_cursor()
    assert view_query.jointree is not None  # noqa: S101
    reference = view_query.jointree.fromlist[0]
    assert isinstance(reference, RangeTblRef)  # noqa: S101
    by_resno = {entry.resno: entry for entry in view_query.targetList}
    below: list[_Change] = []
    for change in changes:
        change = _with_view_defaults(view, change)
        entries = []
        for entry in change.entries:
            if entry.resjunk:
                entries.append(entry)
                continue
            source = by_resno[entry.resno]
            if (why := _column_not_updatable(reference.rtindex, source)) is not None:
                verb = "merge into" if query.commandType == _Cmd.CMD_MERGE else _WORDS[query.commandType][0]
                raise PgError("0A000", f'cannot {verb} column "{source.resname}" of view "{view.name}"', detail=why)
            assert isinstance(source.expr, Var)  # noqa: S101
            entries.append(TargetEntry(entry.expr, source.expr.varattno, entry.resname))
        defaults = frozenset(
            source.expr.varattno for resno in change.defaults if isinstance((source := by_resno[resno]).expr, Var)
        )
        below.append(_Change(change.command, tuple(entries), change.override, defaults))
    base = catalog.find_relation(view_query.rtable[reference.rtindex - 1].relid)
    if base is not None:
        _check_target(catalog, query, base, below)


def _with_view_defaults(view: Relation, change: _Change) -> _Change:
    """rewriteHandler.c: rewriteTargetListIU — a view's own DEFAULTs are assigned as if they had been written"""
    own = {column.attnum: column.name for column in view.live_columns if column.has_default}
    if change.command == _Cmd.CMD_DELETE or not own:
        return change
    # only that there is a value matters below, so that NULL stands for the default
    entries = [
        TargetEntry(Const(UNKNOWNOID, -1, None), entry.resno, entry.resname)
        if entry.resno in own and not entry.resjunk and isinstance(entry.expr, SetToDefault)
        else entry
        for entry in change.entries
    ]
    if change.command == _Cmd.CMD_INSERT:
        given = {entry.resno for entry in entries if not entry.resjunk}
        entries += [
            TargetEntry(Const(UNKNOWNOID, -1, None), attnum, name)
            for attnum, name in own.items()
            if attnum not in given
        ]
    return _Change(change.command, tuple(entries), change.override, change.defaults - own.keys())


def not_updatable(view_query: Query, check_columns: bool) -> str | None:
    """rewriteHandler.c: view_query_is_auto_updatable — None, or why not."""
    never = "are not automatically updatable."
    for present, what in (
        (view_query.distinctClause, "containing DISTINCT"),
        (view_query.groupClause or view_query.groupingSets, "containing GROUP BY"),
        (view_query.havingQual is not None, "containing HAVING"),
        (view_query.setOperations is not None, "containing UNION, INTERSECT, or EXCEPT"),
        (view_query.cteList, "containing WITH"),
        (view_query.limitOffset is not None or view_query.limitCount is not None, "containing LIMIT or OFFSET"),
        (view_query.hasAggs, "that return aggregate functions"),
        (view_query.hasWindowFuncs, "that return window functions"),
        (view_query.hasTargetSRFs, "that return set-returning functions"),
    ):
        if present:
            return f"Views {what} {never}"
    single = f"Views that do not select from a single table or view {never}"
    fromlist = view_query.jointree.fromlist if view_query.jointree is not None else ()
    if len(fromlist) != 1 or not isinstance(fromlist[0], RangeTblRef):
        return single
    rtindex = fromlist[0].rtindex
    rte = view_query.rtable[rtindex - 1]
    if rte.rtekind != _Rte.RTE_RELATION or rte.relkind not in {"r", "f", "v", "p"}:
        return single
    if rte.tablesample is not None:
        return f"Views containing TABLESAMPLE {never}"
    if check_columns and all(_column_not_updatable(rtindex, entry) is not None for entry in view_query.targetList):
        return f"Views that have no updatable columns {never}"
    return None


def _column_not_updatable(rtindex: int, entry: TargetEntry) -> str | None:
    """rewriteHandler.c: view_col_is_auto_updatable"""
    if entry.resjunk:
        return "Junk view columns are not updatable."
    var = entry.expr
    if not isinstance(var, Var) or var.varno != rtindex or var.varlevelsup != 0:
        return "View columns that are not columns of their base relation are not updatable."
    if var.varattno < 0:
        return "View columns that refer to system columns are not updatable."
    if var.varattno == 0:
        return "View columns that return whole-row references are not updatable."
    return None


def _view_error(view: Relation, command: enums.CmdType, reason: str, is_merge: bool) -> PgError:
    """rewriteHandler.c: error_view_not_updatable"""
    verb, doing, word = _WORDS[command]
    if is_merge:
        hint = f"To enable {doing} the view using MERGE, provide an INSTEAD OF {word} trigger."
    else:
        hint = (
            f"To enable {doing} the view, provide an INSTEAD OF {word} trigger"
            f" or an unconditional ON {word} DO INSTEAD rule."
        )
    return PgError("55000", f'cannot {verb} view "{view.name}"', detail=reason, hint=hint)
