"""May a new partition stand beside those that are there? Raises, or returns nothing.

Takes the partitioned table, the bounds of its partitions and the new one. Mirrors `partbounds.c:
check_new_partition_bound` with partition_rbound_cmp and the binary searches that tell which column is to blame. A
bound of which only a server can say how it compares is passed over.
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING, Any, NamedTuple

from querygen.analyze import nodefuncs
from querygen.catalog.ddl_names import where
from querygen.catalog.ddl_partition_value import evaluate
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.ddl_partition import Key


class Partition(NamedTuple):
    """A partition that is there."""

    name: str
    bound: ast.PartitionBoundSpec


class _Bound(NamedTuple):
    """One end of a range: for each column its kind (-1 MINVALUE, 0 a value, 1 MAXVALUE), its value and its text."""

    kinds: tuple[int, ...]
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    lower: bool
    owner: str = ""


def check_new_bound(
    catalog: Catalog, keys: Sequence[Key | None], name: str, bound: ast.PartitionBoundSpec, there: Sequence[Partition]
) -> None:
    """check_new_partition_bound"""
    if bound.is_default:
        for one in there:
            if one.bound.is_default:
                message = f'partition "{name}" conflicts with existing default partition "{one.name}"'
                raise PgError("42P17", message, where(bound))
        return
    others = [one for one in there if not one.bound.is_default]
    match str(bound.strategy):
        case "h":
            _check_hash(name, bound, others)
        case "l":
            _check_list(catalog, keys[0], name, bound, others)
        case _:
            _check_range(catalog, keys, name, bound, others)


def _overlap(name: str, other: str, location: int) -> PgError:
    return PgError("42P17", f'partition "{name}" would overlap partition "{other}"', location)


# ---------------------------------------------------------------------------------------------- hash


def _check_hash(name: str, bound: ast.PartitionBoundSpec, others: Sequence[Partition]) -> None:
    if not others:
        return
    modulus, remainder = bound.modulus, bound.remainder or 0
    sorted_ = sorted((one.bound.modulus, one.bound.remainder or 0, one.name) for one in others)
    before = [one for one in sorted_ if one[:2] <= (modulus, remainder)]
    after = sorted_[len(before) :]

    def refuse(detail: str) -> PgError:
        message = "every hash partition modulus must be a factor of the next larger modulus"
        return PgError("42P17", message, where(bound), detail=detail)

    if before and modulus % before[-1][0]:
        said = f'{before[-1][0]}, the modulus of existing partition "{before[-1][2]}"'
        raise refuse(f"The new modulus {modulus} is not divisible by {said}.")
    if after and after[0][0] % modulus:
        said = f'{after[0][0]}, the modulus of existing partition "{after[0][2]}"'
        raise refuse(f"The new modulus {modulus} is not a factor of {said}.")
    greatest = sorted_[-1][0]
    taken = {place: other for one, rest, other in sorted_ for place in range(rest, greatest, one)}
    for place in range(remainder % greatest, greatest, modulus):
        if place in taken:
            raise _overlap(name, taken[place], where(bound))


# ---------------------------------------------------------------------------------------------- list


def _check_list(
    catalog: Catalog, key: Key | None, name: str, bound: ast.PartitionBoundSpec, others: Sequence[Partition]
) -> None:
    if key is None:
        return

    def known(raw: Any) -> Any:
        if isinstance(raw, ast.A_Const) and raw.isnull:
            return "NULL", None
        value = evaluate(catalog, key.type_oid, key.typmod, raw)
        return None if value is None else ("value", value.equal)

    taken = {known(one): other.name for other in others for one in other.bound.listdatums or ()}
    for raw in bound.listdatums or ():
        found = known(raw)
        if found is not None and found in taken:
            raise _overlap(name, taken[found], nodefuncs.expr_location(raw))


# ---------------------------------------------------------------------------------------------- range


def _range_bound(
    catalog: Catalog, keys: Sequence[Key | None], raws: Sequence[Any], *, lower: bool, owner: str = ""
) -> _Bound | None:
    kinds: list[int] = []
    values: list[Any] = []
    texts: list[str] = []
    for raw, key in zip(raws, keys, strict=False):
        word = raw.fields[-1].sval if isinstance(raw, ast.ColumnRef) else ""
        value = None if word or key is None else evaluate(catalog, key.type_oid, key.typmod, raw)
        if not word and (value is None or value.order is None):
            return None
        kinds.append({"minvalue": -1, "maxvalue": 1}.get(word, 0))
        values.append(None if value is None else value.order)
        texts.append(word.upper() if value is None else value.text)
    return _Bound(tuple(kinds), tuple(values), tuple(texts), lower, owner)


def _compare(one: _Bound, other: _Bound) -> int:
    """partition_rbound_cmp: the number of the column that decides, negative where the first is the smaller one"""
    column, result = 0, 0
    for place, kind in enumerate(one.kinds):
        column = place + 1
        if kind != other.kinds[place]:
            return -column if kind < other.kinds[place] else column
        if kind:
            break
        mine, theirs = one.values[place], other.values[place]
        result = (mine > theirs) - (mine < theirs)
        if result:
            break
    if not result and one.lower != other.lower:
        result = 1 if one.lower else -1
    return result * column


def _check_range(
    catalog: Catalog, keys: Sequence[Key | None], name: str, bound: ast.PartitionBoundSpec, others: Sequence[Partition]
) -> None:
    lower = _range_bound(catalog, keys, bound.lowerdatums, lower=True)
    upper = _range_bound(catalog, keys, bound.upperdatums, lower=False)
    if lower is None or upper is None:
        return
    compared = _compare(lower, upper)
    if compared >= 0:
        one, other = (", ".join(end.texts) for end in (lower, upper))
        raise PgError(
            "42P17",
            f'empty range bound specified for partition "{name}"',
            _location(bound.lowerdatums, compared),
            detail=f"Specified lower bound ({one}) is greater than or equal to upper bound ({other}).",
        )
    ends = _ends(catalog, keys, others)
    place, compared = _search(ends, lower)
    following = ends[place + 1] if place + 1 < len(ends) else None
    if following is None:
        return
    if not following.lower:
        raise _overlap(name, following.owner, _location(bound.lowerdatums, compared))
    compared = _compare(following, upper)
    if compared < 0:
        raise _overlap(name, following.owner, _location(bound.upperdatums, compared))


def _location(raws: Sequence[Any], column: int) -> int:
    return nodefuncs.expr_location(raws[max(abs(column) - 1, 0)])


def _ends(catalog: Catalog, keys: Sequence[Key | None], others: Sequence[Partition]) -> list[_Bound]:
    """create_range_bounds: in order, where one range begins at the end of another only the end"""
    found: list[_Bound] = []
    for one in others:
        lower = _range_bound(catalog, keys, one.bound.lowerdatums, lower=True, owner=one.name)
        upper = _range_bound(catalog, keys, one.bound.upperdatums, lower=False, owner=one.name)
        if lower is not None and upper is not None:
            found += [lower, upper]
    found.sort(key=cmp_to_key(_compare))
    distinct: list[_Bound] = []
    for end in found:
        if not distinct or _compare(distinct[-1]._replace(lower=True), end._replace(lower=True)):
            distinct.append(end)
    return distinct


def _search(ends: Sequence[_Bound], probe: _Bound) -> tuple[int, int]:
    """partition_range_bsearch: the last end that is not larger, and how the end that was looked at last compares"""
    low, high, compared = -1, len(ends) - 1, 0
    while low < high:
        middle = (low + high + 1) // 2
        compared = _compare(ends[middle], probe)
        if compared <= 0:
            low = middle
            if not compared:
                break
        else:
            high = middle - 1
    return low, compared
