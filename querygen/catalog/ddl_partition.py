"""Partition keys and bounds: what FOR VALUES may say of a table that is partitioned in some way.

Takes the raw bound and the partitioned table; raises or returns nothing. Mirrors transformPartitionBound and what it
calls in `parse_utilcmd.c`, and ComputePartitionAttrs of `tablecmds.c`. What may stand beside
others: `ddl_partition_overlap.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from querygen.analyze import coerce, collate, expr, nodefuncs
from querygen.analyze.nodes import Const
from querygen.analyze.pgtypes import SYSTEM_COLUMNS
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import format_type
from querygen.catalog import ddl_expr, ddl_partition_overlap
from querygen.catalog.ddl_names import where
from querygen.catalog.ddl_partition_overlap import Partition
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid

_Strategy = enums.PartitionStrategy
_NAMES = {
    _Strategy.PARTITION_STRATEGY_HASH: "hash",
    _Strategy.PARTITION_STRATEGY_LIST: "list",
    _Strategy.PARTITION_STRATEGY_RANGE: "range",
}
# the strategy of a bound is a letter
_LETTERS = {"h": "hash", "l": "list", "r": "range"}


class Key(NamedTuple):
    """One column of a partition key."""

    name: str
    type_oid: Oid
    typmod: int


def check_key(state: DdlState, relation: Relation, spec: ast.PartitionSpec) -> None:
    """transformPartitionSpec, ComputePartitionAttrs"""
    if spec.strategy == _Strategy.PARTITION_STRATEGY_LIST and len(spec.partParams) != 1:
        raise PgError("42P17", 'cannot use "list" partition strategy with more than one column')
    for part in spec.partParams:
        if part.name is None:
            continue
        if part.name in SYSTEM_COLUMNS:
            raise PgError("42P17", f'cannot use system column "{part.name}" in partition key', where(part))
        column = relation.by_name.get(part.name)
        if column is None:
            raise PgError("42703", f'column "{part.name}" named in partition key does not exist', where(part))
        if column.generated:
            raise PgError(
                "42P17",
                "cannot use generated column in partition key",
                where(part),
                detail=f'Column "{part.name}" is a generated column.',
            )
    ddl_expr.check_partition_key(state, relation, spec.partParams)
    method = "hash" if spec.strategy == _Strategy.PARTITION_STRATEGY_HASH else "btree"
    for part, key in zip(spec.partParams, _keys(relation, spec), strict=True):
        if not part.opclass and key is not None:
            ddl_expr.check_opclass(state.catalog, key.type_oid, method)


def keys_of(relation: Relation) -> list[Key | None]:
    """The key of a partitioned table; none for another."""
    return [] if relation.partition_spec is None else _keys(relation, relation.partition_spec)


def _keys(relation: Relation, spec: ast.PartitionSpec) -> list[Key | None]:
    """The columns of a key; None is an expression that was not analysed."""
    found: list[Key | None] = []
    for part in spec.partParams:
        column = relation.by_name.get(part.name or "")
        cooked: Any = None if part.expr is None else getattr(part.expr, "cooked", None)
        if column is not None:
            found.append(Key(column.name, column.type_oid, column.typmod))
        elif cooked is not None:
            value = cooked[0]
            found.append(Key("expression", nodefuncs.expr_type(value), nodefuncs.expr_typmod(value)))
        else:
            found.append(None)
    return found


def check_bound(state: DdlState, parent: Relation, bound: ast.PartitionBoundSpec) -> None:
    """transformPartitionBound"""
    spec: ast.PartitionSpec | None = parent.partition_spec
    if spec is None:
        return
    strategy = _NAMES[spec.strategy]
    if bound.is_default:
        if strategy == "hash":
            raise PgError("42P16", "a hash-partitioned table may not have a default partition")
        return
    if _LETTERS.get(str(bound.strategy)) != strategy:
        raise PgError("42P16", f"invalid bound specification for a {strategy} partition", where(bound))
    keys = _keys(parent, spec)
    match strategy:
        case "hash":
            if (bound.modulus or 0) <= 0:
                raise PgError("42P16", "modulus for hash partition must be an integer value greater than zero")
            if (bound.remainder or 0) >= bound.modulus:
                raise PgError("42P16", "remainder for hash partition must be less than modulus")
        case "list":
            for value in bound.listdatums or ():
                _check_value(state, value, keys[0])
        case "range":
            for values, word in ((bound.lowerdatums, "FROM"), (bound.upperdatums, "TO")):
                if len(values or ()) != len(keys):
                    raise PgError("42P16", f"{word} must specify exactly one value per partitioning column")
            _check_range(state, bound.lowerdatums, keys)
            _check_range(state, bound.upperdatums, keys)


def check_new_bound(state: DdlState, parent: Relation, name: str, bound: ast.PartitionBoundSpec) -> None:
    """check_new_partition_bound, beside the partitions of other names"""
    facts = state.catalog.facts
    there = [
        Partition(one.name, facts["partbound", one.oid])
        for one in state.catalog.children_of(parent.oid)
        if one.name != name and ("partbound", one.oid) in facts
    ]
    ddl_partition_overlap.check_new_bound(state.catalog, keys_of(parent), name, bound, there)


def keep_bound(state: DdlState, partition: Relation, bound: ast.PartitionBoundSpec) -> None:
    """StorePartitionBound"""
    state.catalog.journal.put(state.catalog.facts, ("partbound", partition.oid), bound)


def _check_range(state: DdlState, values: Sequence[Any], keys: Sequence[Key | None]) -> None:
    """transformPartitionRangeBounds, validateInfiniteBounds"""
    kinds: list[tuple[str, int]] = []
    for value, key in zip(values, keys, strict=True):
        infinite = _infinite(value)
        if infinite is None:
            cooked = _check_value(state, value, key)
            if isinstance(cooked, Const) and cooked.constisnull:
                raise PgError("42P17", "cannot specify NULL in range bound")
        kinds.append((infinite or "", nodefuncs.expr_location(value)))
    for place, (kind, _) in enumerate(kinds):
        if not kind:
            continue
        for other, location in kinds[place + 1 :]:
            if other != kind:
                word = kind.upper()
                raise PgError("42804", f"every bound following {word} must also be {word}", location)


def _infinite(value: Any) -> str | None:
    """MINVALUE and MAXVALUE, which are column references to the grammar."""
    if isinstance(value, ast.ColumnRef) and len(value.fields) == 1 and isinstance(value.fields[0], ast.String):
        name = value.fields[0].sval
        if name in ("minvalue", "maxvalue"):
            return str(name)
    return None


def _check_value(state: DdlState, raw: Any, key: Key | None) -> Any:
    """transformPartitionBoundValue, but for the evaluation"""
    ps = ddl_expr.parse_state(state, None)
    value: Any = None
    done: Any = None
    with ddl_expr.forgiving(state):
        value = expr.transform_expr(ps, raw, ExprKind.EXPR_KIND_PARTITION_BOUND)
        if key is None:
            return value
        assignment, implicit = enums.CoercionContext.COERCION_ASSIGNMENT, enums.CoercionForm.COERCE_IMPLICIT_CAST
        source = nodefuncs.expr_type(value)
        done = coerce.coerce_to_target_type(ps, value, source, key.type_oid, key.typmod, assignment, implicit, -1)
        if done is None:
            shown = format_type(state.catalog, key.type_oid)
            message = f'specified value cannot be cast to type {shown} for column "{key.name}"'
            raise PgError("42804", message, nodefuncs.expr_location(raw))
        collate.assign_expr_collations(ps, done)
    return done
