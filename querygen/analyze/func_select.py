"""Which of several functions or operators of one name a call means: the manual's rules of type resolution.

Takes candidates and argument types; gives the candidates that fit, and the one that fits best. Mirrors the middle of
`parse_func.c` (func_match_argtypes, func_select_candidate) and of `namespace.c` (FuncnameGetCandidates,
OpernameGetCandidates, MatchNamedCall).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.coerce_path import can_coerce_type, is_preferred_type, type_category
from querygen.analyze.pgtypes import (
    TYPCATEGORY_INVALID,
    TYPCATEGORY_STRING,
    UNKNOWNOID,
    InvalidOid,
)
from querygen.analyze.typename import deconstruct_qualified_name, get_base_type, lookup_explicit_namespace
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgProc

_IMPLICIT = enums.CoercionContext.COERCION_IMPLICIT


class Candidate(Struct, frozen=True):
    """namespace.h: FuncCandidateList's element. `args` are the types as this call would use them."""

    oid: Oid  # InvalidOid: two functions that cannot be told apart
    args: tuple[Oid, ...]
    pathpos: int = 0
    nvargs: int = 0  # how many of args are copies of a variadic parameter's element type
    ndargs: int = 0  # how many of args are left to defaults
    argnumbers: tuple[int, ...] | None = None  # of a call by name: which parameter each of args is


# ---------------------------------------------------------------------------------------------- namespace.c


def opername_get_candidates(catalog: Catalog, names: Sequence[Any], kind: str) -> list[Candidate]:
    """namespace.c: OpernameGetCandidates — of equal signatures only the one found first on the path."""
    schema, name = deconstruct_qualified_name(names)
    if schema is not None:
        lookup_explicit_namespace(catalog, schema)
    found: dict[tuple[Oid, Oid], Candidate] = {}
    for row in catalog.operators_named(name, schema):
        if row.oprkind == kind and (row.oprleft, row.oprright) not in found:
            found[row.oprleft, row.oprright] = Candidate(row.oid, (row.oprleft, row.oprright))
    return list(found.values())


def opername_get_oprid(catalog: Catalog, names: Sequence[Any], left: Oid, right: Oid) -> Oid:
    """namespace.c: OpernameGetOprid — by exact types; `left` is 0 for a prefix operator."""
    schema, name = deconstruct_qualified_name(names)
    for row in catalog.operators_named(name, schema):
        if row.oprleft == left and row.oprright == right:
            return row.oid
    return InvalidOid


def funcname_get_candidates(
    catalog: Catalog,
    names: Sequence[Any],
    nargs: int,
    argnames: Sequence[str] = (),
    *,
    expand_variadic: bool = False,
    expand_defaults: bool = False,
    include_out_arguments: bool = False,
    missing_ok: bool = False,
) -> list[Candidate]:
    """namespace.c: FuncnameGetCandidates — the functions that can be called so; `nargs` -1 for any number."""
    schema, name = deconstruct_qualified_name(names)
    if schema is not None:
        if missing_ok and catalog.namespace_oid(schema) is None:
            return []
        lookup_explicit_namespace(catalog, schema)
    path = {} if schema is not None else {oid: place for place, oid in enumerate(catalog.search_path_oids())}
    found: dict[tuple[Oid, ...], Candidate] = {}  # by the arguments that are given
    for row in catalog.procs_named(name, schema):
        new = _candidate(
            row, path.get(row.pronamespace, 0), nargs, argnames, expand_variadic, expand_defaults, include_out_arguments
        )
        if new is None:
            continue
        key = new.args[: len(new.args) - new.ndargs]
        old = found.get(key)
        found[key] = new if old is None else _preferred(old, new)
    return list(found.values())


def _candidate(
    row: PgProc,
    pathpos: int,
    nargs: int,
    argnames: Sequence[str],
    expand_variadic: bool,
    expand_defaults: bool,
    include_out_arguments: bool,
) -> Candidate | None:
    """A function as this call would use it; None where the number or the names of arguments do not fit."""
    argtypes = row.proargtypes
    if include_out_arguments and row.proallargtypes is not None and row.proargmodes is not None:
        argtypes = tuple(oid for oid, mode in zip(row.proallargtypes, row.proargmodes, strict=True) if mode != "t")
    pronargs = len(argtypes)
    missing = pronargs - nargs
    defaults = expand_defaults and missing > 0
    if defaults and missing > row.pronargdefaults:
        return None
    ndargs = missing if defaults else 0
    if argnames:
        # the elements of an expanded VARIADIC argument have no names
        if (expand_variadic and row.provariadic) or (nargs >= 0 and missing != 0 and not defaults):
            return None
        argnumbers = _match_named_call(row, nargs, argnames, include_out_arguments, pronargs)
        if argnumbers is None:
            return None
        return Candidate(row.oid, tuple(argtypes[number] for number in argnumbers), pathpos, 0, ndargs, argnumbers)
    variadic = expand_variadic and row.provariadic != InvalidOid and 0 < pronargs <= nargs
    if nargs >= 0 and missing != 0 and not variadic and not defaults:
        return None
    if variadic:
        nvargs = nargs - pronargs + 1
        return Candidate(row.oid, argtypes[: pronargs - 1] + (row.provariadic,) * nvargs, pathpos, nvargs)
    return Candidate(row.oid, argtypes, pathpos, 0, ndargs)


def _preferred(old: Candidate, new: Candidate) -> Candidate:
    """Of two candidates with the same arguments: the earlier schema's, the one that is not variadic, else neither."""
    if new.pathpos != old.pathpos:
        return old if new.pathpos > old.pathpos else new
    if new.nvargs and not old.nvargs:
        return old
    if old.nvargs and not new.nvargs:
        return new
    return replace(old, oid=InvalidOid)


def _match_named_call(
    row: PgProc, nargs: int, argnames: Sequence[str], include_out_arguments: bool, pronargs: int
) -> tuple[int, ...] | None:
    """namespace.c: MatchNamedCall — the parameters' numbers in the call's order, then the defaulted ones'."""
    if row.proargnames is None:
        return None
    modes = row.proargmodes or "i" * len(row.proargnames)
    inputs = [
        name for name, mode in zip(row.proargnames, modes, strict=False) if include_out_arguments or mode in "ibv"
    ]
    numposargs = nargs - len(argnames)
    numbers = list(range(numposargs))
    given = set(numbers)
    for argname in argnames:
        if argname not in inputs:
            return None
        number = inputs.index(argname)
        if number in given:
            return None
        given.add(number)
        numbers.append(number)
    if nargs < pronargs:
        first_with_default = pronargs - row.pronargdefaults
        for number in range(numposargs, pronargs):
            if number in given:
                continue
            if number < first_with_default:
                return None
            numbers.append(number)
    return tuple(numbers)


# ---------------------------------------------------------------------------------------------- parse_func.c


def func_match_argtypes(
    catalog: Catalog, input_types: Sequence[Oid], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """parse_func.c: func_match_argtypes — those that the arguments can be coerced to without a cast."""
    nargs = len(input_types)
    return [one for one in candidates if can_coerce_type(catalog, input_types, one.args[:nargs], _IMPLICIT)]


def func_select_candidate(
    catalog: Catalog, input_types: Sequence[Oid], candidates: Sequence[Candidate]
) -> Candidate | None:
    """parse_func.c: func_select_candidate — the best of several that fit; None: the choice cannot be made."""
    base = [oid if oid == UNKNOWNOID else get_base_type(catalog, oid) for oid in input_types]
    nunknowns = base.count(UNKNOWNOID)
    known = [number for number, oid in enumerate(base) if oid != UNKNOWNOID]

    # 4.c: most exact matches
    candidates = _keep_best(candidates, lambda one: sum(one.args[number] == base[number] for number in known))
    if len(candidates) == 1:
        return candidates[0]

    # 4.d: most exact matches or preferred types of the input's own category
    categories = {number: type_category(catalog, base[number]) for number in known}

    def accepted(one: Candidate) -> int:
        return sum(
            one.args[number] == base[number] or is_preferred_type(catalog, categories[number], one.args[number])
            for number in known
        )

    candidates = _keep_best(candidates, accepted)
    if len(candidates) == 1:
        return candidates[0]
    if nunknowns == 0:
        return None

    # 4.e: what the candidates accept at the unknown arguments
    candidates = _narrow_by_category(catalog, base, candidates)
    if len(candidates) == 1:
        return candidates[0]

    # 4.f: take the unknown arguments for the type that all known ones have
    known_types = {base[number] for number in known}
    if len(known_types) == 1:
        supposed = list(known_types) * len(base)
        fitting = func_match_argtypes(catalog, supposed, candidates)
        if len(fitting) == 1:
            return fitting[0]
    return None


def _keep_best(candidates: Sequence[Candidate], score: Callable[[Candidate], int]) -> Sequence[Candidate]:
    scores = [score(one) for one in candidates]
    best = max(scores)
    return [one for one, its in zip(candidates, scores, strict=True) if its == best]


def _narrow_by_category(catalog: Catalog, base: Sequence[Oid], candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Step 4.e: if the candidates agree on a category for each unknown argument (or one takes strings), keep to it."""
    slots: dict[int, tuple[str, bool]] = {}
    for number, oid in enumerate(base):
        if oid != UNKNOWNOID:
            continue
        slot, has_preferred, conflict = TYPCATEGORY_INVALID, False, False
        for one in candidates:
            row = catalog.type(one.args[number])
            if slot == TYPCATEGORY_INVALID:
                slot, has_preferred = row.typcategory, row.typispreferred
            elif row.typcategory == slot:
                has_preferred = has_preferred or row.typispreferred
            elif row.typcategory == TYPCATEGORY_STRING:
                slot, has_preferred = TYPCATEGORY_STRING, row.typispreferred
            else:
                conflict = True
        if conflict and slot != TYPCATEGORY_STRING:
            return candidates
        slots[number] = slot, has_preferred

    def keeps(one: Candidate) -> bool:
        for number, (slot, has_preferred) in slots.items():
            row = catalog.type(one.args[number])
            if row.typcategory != slot or (has_preferred and not row.typispreferred):
                return False
        return True

    return [one for one in candidates if keeps(one)] or candidates
