"""The state of a fold copied, so that it can go on in two ways; and what two such copies no longer have in common.

Takes a `DdlState`, gives another that shares every frozen object with it (`fork`); takes two, gives the relations in
which they may differ (`touched`).
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from typing import TYPE_CHECKING, Any

from querygen.catalog.catalog import FIRST_USER_OID, Catalog
from querygen.catalog.ddl_depend import Address, Depend
from querygen.catalog.ddl_state import DdlState
from querygen.catalog.store import ConstraintNames, Journal, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.pg_catalog.rows import Oid

_OWNERS = (Catalog, Depend, Journal, Rows, ConstraintNames)
_CONTAINERS = frozenset({dict, defaultdict, list, set, *_OWNERS})
_RELATION_FACTS = frozenset(
    {"relation", "column", "trigger", "rule", "rule text", "policy", "partspec", "partbound", "sequence"}
)
_OF_RELATIONS = frozenset({"relation", "constraint", "default", "trigger", "rule"})
# Look-ups by name follow what they lead to; caches say nothing. Comments, owners and grants are not read by relation.
_FOLLOWING = frozenset(
    {"_type_names", "_proc_names", "_operator_names", "_relation_names", "_relation_indexes", "_children"}
    | {"_constraint_names", "_journal", "made", "_visible", "operator_choices", "_path_cache", "_next_oid", "data"}
    | {"_default_opclasses", "_comments"}
)
_OTHER_FACTS = frozenset({"comment", "owner", "acl", "defacl"})


def fork(state: DdlState) -> DdlState:
    """A copy that can be changed by itself. What was done before cannot be taken back in it."""
    memo: dict[int, Any] = {}
    fields = {name: _copied(getattr(state, name), memo) for name in state.__struct_fields__}
    made = DdlState(**fields)
    made.catalog.journal.forget()
    return made


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    if id(value) in memo:
        return memo[id(value)]
    made = memo[id(value)] = copy(value) if type(value) in _CONTAINERS else value
    if isinstance(made, _OWNERS):
        for name, one in vars(made).items():
            setattr(made, name, _copied(one, memo))
    elif isinstance(made, dict):
        for key, one in made.items():
            if type(one) in _CONTAINERS:
                made[key] = _copied(one, memo)
    return made


def touched(one: DdlState, other: DdlState) -> set[Oid] | None:
    """The relations in which two copies of one state may differ; None: they differ in more than relations."""
    found: set[Oid] = set()
    mine, theirs = vars(one.catalog), vars(other.catalog)
    for name, table in mine.items():
        if name in _FOLLOWING:
            continue
        if isinstance(table, Rows):
            if not _same_rows(table, theirs[name], mine["_types"], theirs["_types"]):
                return None
        elif name in ("_relations", "_indexes", "facts"):
            for key, values in _differing(table, theirs[name]):
                oid = _relation_of(name, key, values)
                if oid is None:
                    return None
                found.add(oid)
        elif table is not theirs[name] and table != theirs[name]:
            return None
    indexes = {**mine["_indexes"], **theirs["_indexes"]}
    for table, others in zip(vars(one.depend).values(), vars(other.depend).values(), strict=True):
        if isinstance(table, dict):
            found |= {key[1] for key, _values in _differing(table, others) if key[0] in _OF_RELATIONS}
    found |= {indexes[oid].relation for oid in found if oid in indexes}
    found.discard(0)
    for state in (one, other):
        for oid in [*found]:
            relation = state.catalog.find_relation(oid)
            if relation is not None:
                found |= {*relation.parents, *(child.oid for child in state.catalog.children_of(oid))}
            owners = state.depend.references(Address("relation", oid))  # a sequence's table prints its name
            found |= {target.oid for target, _kind in owners if target.kind == "relation"}
    return found


def _relation_of(name: str, key: Any, values: tuple[Any, Any]) -> Oid | None:
    """The relation that an entry is about; 0: none of which anything is read; None: something else."""
    if name == "_relations":
        return int(key)
    if name == "_indexes":
        return next(int(one.relation) for one in values if one is not None)
    if key[0] in _OTHER_FACTS:
        return 0
    return int(key[1]) if key[0] in _RELATION_FACTS or key[0] == "index" else None


def _differing(one: dict[Any, Any], other: dict[Any, Any]) -> Iterator[tuple[Any, tuple[Any, Any]]]:
    for key, value in one.items():
        theirs = other.get(key)
        if value is not theirs and not (isinstance(value, dict) and value == theirs):
            yield key, (value, theirs)
    for key in other.keys() - one.keys():
        yield key, (None, other[key])


def _same_rows(one: Rows, other: Rows, types: Rows, others: Rows) -> bool:
    """Are the user's rows the same? The row types of relations, and their arrays, follow the relations."""
    mine, theirs = vars(one), vars(other)
    if mine["_lines"].keys() != theirs["_lines"].keys():
        return False
    for oid, (row, theirs_row) in _differing(mine["_rows"], theirs["_rows"]):
        if oid < FIRST_USER_OID:
            continue  # a line that only the one has read so far
        for found, rows in ((row, types), (theirs_row, others)):
            if found is None:
                continue
            if one is not types or not (_of_relation(found) or _of_relation(rows.get(found.typelem))):
                return False
    return True


def _of_relation(row: Any) -> bool:
    return row is not None and row.typrelid != 0
