"""What two lists of statements have in common, and which of it may be carried out before the rest.

Takes the statements of both schemas; gives how many both begin with, what both have behind that and may come first,
and what each is left with. Names are compared as words of the text, in strings and bodies too: rather too many than
too few are found to be the same.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.catalog.ddl_text import walk
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from querygen.sql.parse import RawStmt

AT = enums.AlterTableType
_ADDS = frozenset({AT.AT_AddConstraint, AT.AT_EnableRowSecurity, AT.AT_ForceRowSecurity})
_RELATED = frozenset({AT.AT_AttachPartition, AT.AT_AddInherit, AT.AT_AddOf})
# What is no declaration, and what sets the path by which all that follow find their names
_DOES = (
    ast.VariableSetStmt,
    ast.SelectStmt,
    ast.TransactionStmt,
    ast.DoStmt,
    ast.CallStmt,
    ast.AlterDatabaseSetStmt,
    ast.AlterRoleSetStmt,
)
_ON_PARTS = frozenset(
    {
        enums.ObjectType.OBJECT_COLUMN,
        enums.ObjectType.OBJECT_TABCONSTRAINT,
        enums.ObjectType.OBJECT_DOMCONSTRAINT,
        enums.ObjectType.OBJECT_TRIGGER,
        enums.ObjectType.OBJECT_POLICY,
        enums.ObjectType.OBJECT_RULE,
    }
)
# Text that becomes an object when it is read, by a name that may be made up or written in escapes
_BY_NAME = re.compile(r"nextval|regclass|regtype|regproc|u&[\"']", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d][\w$]*")
# A name that the server makes up of a table's and others: item_code_key
_MADE_UP = re.compile(r"_(?:p?key|idx|seq|check|fkey|excl|not_null)\d*$")
_CUT = 24  # so much of a name the server keeps when it makes up a longer one of it (makeObjectName)
_PASSES = 20


class Common(Struct, frozen=True):
    """`first` statements both begin with; `moved` come next; `own` is what is left of each, in its order."""

    first: int
    moved: list[RawStmt]
    own: tuple[list[RawStmt], list[RawStmt]]


class _Names(Struct, frozen=True):
    """The names that a statement makes or changes, and all that it mentions."""

    made: frozenset[str]
    said: frozenset[str]


def common(before: Sequence[RawStmt], after: Sequence[RawStmt]) -> Common | None:
    """None: something is done there that is no declaration."""
    if any(isinstance(one.stmt, _DOES) for one in (*before, *after)):
        return None
    first = 0
    while first < min(len(before), len(after)) and before[first].text == after[first].text:
        first += 1
    rests = (list(before[first:]), list(after[first:]))
    relatives = frozenset(_relatives((*before, *after)))
    known: dict[str, _Names | None] = {}
    for one in (*rests[0], *rests[1]):
        if one.text not in known:
            known[one.text] = _names(one, relatives)
    names = [[known[one.text] for one in rest] for rest in rests]
    pairs = [] if None in known.values() else _movable(_same(*rests), [[one for one in rest if one] for rest in names])
    chosen = tuple({pair[side] for pair in pairs} for side in (0, 1))
    own = [[one for place, one in enumerate(rests[side]) if place not in chosen[side]] for side in (0, 1)]
    return Common(first, [rests[1][place] for _other, place in pairs], (own[0], own[1]))


def _same(one: Sequence[RawStmt], other: Sequence[RawStmt]) -> list[tuple[int, int]]:
    """The places of the statements that stand in both, in one order; each stands for itself, however often it comes."""
    matcher = SequenceMatcher(None, [raw.text for raw in one], [raw.text for raw in other], autojunk=False)
    return [(a + step, b + step) for a, b, size in matcher.get_matching_blocks() for step in range(size)]


def _movable(pairs: list[tuple[int, int]], names: Sequence[Sequence[_Names]]) -> list[tuple[int, int]]:
    """The pairs without those that have to stay behind one that is not common."""
    for _pass in range(_PASSES):
        held = {pair for side in (0, 1) for pair in _held(pairs, side, names[side])}
        if not held:
            return pairs
        pairs = [pair for pair in pairs if pair not in held]
    return []


def _held(pairs: Sequence[tuple[int, int]], side: int, names: Sequence[_Names]) -> Iterator[tuple[int, int]]:
    """What would come before a statement that it has a name in common with, in the one schema."""
    common_ones = {pair[side]: pair for pair in pairs}
    made: set[str] = set()
    said: set[str] = set()
    for place, one in enumerate(names):
        pair = common_ones.get(place)
        if pair is not None and made.isdisjoint(one.said) and said.isdisjoint(one.made):
            continue
        if pair is not None:
            yield pair
        made |= one.made
        said |= one.said


# ---------------------------------------------------------------- names


def _names(raw: RawStmt, relatives: frozenset[str]) -> _Names | None:
    """None: a statement whose place may matter to others that it has no name in common with."""
    if _BY_NAME.search(raw.text):
        return None
    made = _made(raw.stmt)
    if made is None or not all(map(_WORD.search, made)):
        return None
    keys = [one.pktable.relname.lower() for one in _constraints(raw.stmt) if one.pktable]
    stems = frozenset(stem for name in made for stem in _stems(name.lower()))
    if not relatives.isdisjoint({*stems, *(stem for key in keys for stem in _stems(key))}):
        return None
    words = Counter(one.lower() for one in _WORD.findall(raw.text))
    if isinstance(raw.stmt, ast.CreateStmt):
        words.subtract(keys)  # a foreign key waits by itself until its table is there
    said = {stem for word, count in words.items() if count > 0 for stem in _stems(word)}
    return _Names(stems, frozenset(said) | stems)


def _stems(name: str) -> Iterator[str]:
    """The words of a name as far as they stay in names made up of it; of such a name all that it may be made of."""
    for word in _WORD.findall(name):
        word = word.lstrip("_") or word  # the type of arrays has one before it
        yield _cut(word)
        if _MADE_UP.search(word):
            parts = word.split("_")
            yield from (_cut("_".join(parts[:count])) for count in range(1, len(parts)))


def _cut(word: str) -> str:
    return word.encode()[:_CUT].decode(errors="ignore")


def _relatives(statements: Iterable[RawStmt]) -> Iterator[str]:
    """The names of the relations that have columns, indexes and constraints from others, and of these others."""
    for raw in statements:
        stmt: Any = raw.stmt
        match stmt:
            case ast.CreateStmt() if stmt.inhRelations or stmt.partspec or stmt.partbound or stmt.ofTypename:
                tables = [stmt.relation, *(stmt.inhRelations or ())]
            case ast.AlterTableStmt() if any(one.subtype in _RELATED for one in stmt.cmds):
                tables = [one for one in walk(stmt) if isinstance(one, ast.RangeVar)]
            case _:
                continue
        yield from (stem for one in tables for stem in _stems(one.relname.lower()))


def _made(stmt: Any) -> list[str] | None:
    """What a statement makes or changes; None: it may change what others find by other names, or under conditions."""
    match stmt:
        case ast.CreateStmt():
            plain = not (stmt.if_not_exists or stmt.inhRelations or stmt.partbound or stmt.partspec or stmt.ofTypename)
            if not plain or any(isinstance(one, ast.TableLikeClause) for one in stmt.tableElts or ()):
                return None
            return _of_table(stmt)
        case ast.IndexStmt() if not stmt.if_not_exists:
            return [stmt.relation.relname, *filter(None, [stmt.idxname])]
        case ast.ViewStmt() if not stmt.replace and stmt.view.relpersistence != "t":
            return [stmt.view.relname]
        case ast.CreateTrigStmt() if not stmt.replace:
            return [stmt.relation.relname]
        case ast.AlterTableStmt() if all(one.subtype in _ADDS for one in stmt.cmds):
            return _of_table(stmt)
        case ast.CreatePolicyStmt():
            return [stmt.table.relname]
        case ast.CreateSchemaStmt() if not stmt.schemaElts and not stmt.if_not_exists:
            return [stmt.schemaname] if stmt.schemaname else None
        case ast.CreateFunctionStmt() if not stmt.replace:
            return [stmt.funcname[-1].sval]
        case ast.CreateEnumStmt():
            return [stmt.typeName[-1].sval]
        case ast.CompositeTypeStmt():
            return [stmt.typevar.relname]
        case ast.CreateDomainStmt():
            return [stmt.domainname[-1].sval]
        case ast.CommentStmt():
            return _commented(stmt)
        case ast.GrantStmt() if stmt.is_grant and stmt.targtype == enums.GrantTargetType.ACL_TARGET_OBJECT:
            return _strings(stmt.objects)
    return None


def _of_table(stmt: Any) -> list[str] | None:
    if stmt.relation.relpersistence == "t":
        return None
    return [stmt.relation.relname, *(one.conname for one in _constraints(stmt) if one.conname)]


def _constraints(stmt: Any) -> Iterator[Any]:
    """Those of CREATE TABLE and ALTER TABLE."""
    match stmt:
        case ast.CreateStmt():
            elements = [*(stmt.tableElts or ()), *(stmt.constraints or ())]
        case ast.AlterTableStmt():
            elements = [one.def_ for one in stmt.cmds]
        case _:
            return
    for one in elements:
        match one:
            case ast.Constraint():
                yield one
            case ast.ColumnDef():
                yield from one.constraints or ()


def _commented(stmt: Any) -> list[str]:
    """The object without its schema, which no comment on it changes; the table, for a part of one."""
    found = _strings(stmt.object)
    if stmt.objtype in _ON_PARTS:
        return found[-2:-1]
    return found[-1:] if isinstance(stmt.object, tuple) else found


def _strings(node: Any) -> list[str]:
    """The names in a node."""
    found = []
    for one in walk(node):
        match one:
            case ast.String():
                found.append(one.sval)
            case ast.RangeVar():
                found.append(one.relname)
    return found
