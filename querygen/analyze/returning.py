"""RETURNING, with the OLD and NEW rows under their own or given names.

Mirrors `analyze.c`: transformReturningClause, addNSItemForReturning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import expr, nodefuncs, relation, target
from querygen.analyze.nodes import Alias
from querygen.analyze.state import NamespaceItem
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query
    from querygen.analyze.state import ExprKind, ParseState

_OLD: Final = enums.VarReturningType.VAR_RETURNING_OLD
_NEW: Final = enums.VarReturningType.VAR_RETURNING_NEW


def _add_ns_item_for_returning(ps: ParseState, aliasname: str, returning_type: enums.VarReturningType) -> None:
    """analyze.c: addNSItemForReturning — the target table again, by another name, its columns marked OLD or NEW."""
    base = ps.p_target_nsitem
    assert base is not None  # noqa: S101
    columns = [replace(column, p_varreturningtype=returning_type) for column in base.p_nscolumns]
    nsitem = NamespaceItem(
        Alias(aliasname, base.p_rte.eref.colnames),
        base.p_rte,
        base.p_rtindex,
        columns,
        p_returning_type=returning_type,
    )
    relation.add_ns_item_to_query(ps, nsitem, False, True, False)


def transform_returning_clause(ps: ParseState, qry: Query, raw: Any, kind: ExprKind) -> None:
    """analyze.c: transformReturningClause"""
    if raw is None:
        return
    namespace = ps.p_namespace
    ps.p_namespace = list(namespace)
    for option in raw.options or ():
        location = expr.place(option.location)
        is_old = option.option == enums.ReturningOptionKind.RETURNING_OPTION_OLD
        if (qry.returningOldAlias if is_old else qry.returningNewAlias) is not None:
            word = "OLD" if is_old else "NEW"
            raise PgError("42601", f"{word} cannot be specified multiple times", location)
        if is_old:
            qry.returningOldAlias = option.value
        else:
            qry.returningNewAlias = option.value
        if relation.refname_namespace_item(ps, None, option.value, -1) is not None:
            raise PgError("42712", f'table name "{option.value}" specified more than once', location)
        _add_ns_item_for_returning(ps, option.value, _OLD if is_old else _NEW)
    # "old" and "new" unless a relation of that name hides them
    if qry.returningOldAlias is None and relation.refname_namespace_item(ps, None, "old", -1) is None:
        qry.returningOldAlias = "old"
        _add_ns_item_for_returning(ps, "old", _OLD)
    if qry.returningNewAlias is None and relation.refname_namespace_item(ps, None, "new", -1) is None:
        qry.returningNewAlias = "new"
        _add_ns_item_for_returning(ps, "new", _NEW)
    next_resno, ps.p_next_resno = ps.p_next_resno, 1
    entries = target.transform_target_list(ps, raw.exprs, kind)
    if not entries:  # `*` of a table without columns
        place = nodefuncs.expr_location(raw.exprs[0])
        raise PgError("42601", "RETURNING must have at least one column", place)
    target.mark_target_list_origins(ps, entries)
    if ps.p_resolve_unknowns:
        target.resolve_target_list_unknowns(ps, entries)
    qry.returningList = tuple(entries)
    ps.p_namespace = namespace
    ps.p_next_resno = next_resno
