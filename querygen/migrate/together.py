"""Two schemas loaded at once: what they have in common is carried out once, what differs in a copy for each.

Takes the files of both; gives two `Loaded` that are what `load` makes of each. Only the order of carrying out may be
another: statements that both have come first. So it is done only where the order decides nothing (`_is_free`): among
plain CREATE statements, in the default search path, as long as no name that the server makes up was taken. Where
anything else is found, or an error, both schemas are loaded by themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from querygen.catalog import ddl
from querygen.catalog.fork import fork
from querygen.migrate.load import Loaded, errors_of, folded, parse
from querygen.pg_catalog.load import load_folder
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.migrate.load import Setting
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt

AT = enums.AlterTableType
_ADDS = frozenset({AT.AT_AddConstraint, AT.AT_EnableRowSecurity, AT.AT_ForceRowSecurity})
# What is no declaration, and what sets the path by which all that follow find their names
_DOES = (
    ast.VariableSetStmt,
    ast.SelectStmt,
    ast.TransactionStmt,
    ast.DoStmt,
    ast.AlterDatabaseSetStmt,
    ast.AlterRoleSetStmt,
)
# Text that becomes an object when it is read
_BY_NAME = re.compile(r"nextval|regclass|regtype|regproc", re.IGNORECASE)
_SPELLING = re.compile(r'"|\bpublic\.|\s+(?=\s)')


def load_both(old: Sequence[SourceFile], new: Sequence[SourceFile], setting: Setting) -> tuple[Loaded, Loaded]:
    """What `load` makes of each."""
    before, after = parse(old), parse(new)
    found = None if errors_of((*before[1], *after[1])) else _together(before[0], after[0], setting)
    if found is None:
        return folded(old, *before, setting), folded(new, *after, setting)
    family = object()
    return Loaded(found[0], tuple(old), (), family), Loaded(found[1], tuple(new), (), family)


def _together(before: list[RawStmt], after: list[RawStmt], setting: Setting) -> tuple[DdlState, DdlState] | None:
    """Both states; None where they have little in common, or where the order may matter."""
    if any(isinstance(one.stmt, _DOES) for one in (*before, *after)):
        return None
    same = 0
    while same < min(len(before), len(after)) and before[same].text == after[same].text:
        same += 1
    rest = (before[same:], after[same:])
    both = Counter(one.text for one in rest[0]) & Counter(one.text for one in rest[1])
    if same + both.total() < max(len(before), len(after)) / 2:
        return None
    own: list[list[RawStmt]] = []
    shared: list[RawStmt] = []
    for statements in rest:
        left, mine, shared = both.copy(), [], []
        for one in statements:
            if left[one.text] > 0:
                left[one.text] -= 1
                shared.append(one)
            else:
                mine.append(one)
        own.append(mine)
        if not all(_is_free(one) for one in statements) or any(_brings_more(one) for one in mine):
            return None
        if _said_twice(statements):
            return None
    state = ddl.begin(load_folder(setting.catalog), extension_folders=setting.extensions, full=True)
    first = ddl.advance(state, after[:same])
    collided, state.collided = state.collided, False
    if first or collided:
        return None  # what waits may wait for what only one of them has
    texts = {id(one): one.text for one in shared}
    waiting = Counter(texts[id(one.raw)] for one in ddl.advance(state, shared))
    states = (state, fork(state))
    for part, statements in zip(states, rest, strict=True):
        late = waiting.copy()
        ddl.finish(part, ddl.advance(part, [raw for raw in statements if _remains(raw, both, late)]))
        if part.collided or errors_of(part.diagnostics):
            return None
    return states


def _remains(raw: RawStmt, both: Counter[str], late: Counter[str]) -> bool:
    """Was it not carried out for both: because only one has it, or because it waits for what only one has?"""
    if both[raw.text] == 0:
        return True
    if late[raw.text] > 0:
        late[raw.text] -= 1
        return True
    return False


def _is_free(raw: RawStmt) -> bool:
    """Does it only add something, which no later statement finds changed?"""
    stmt: Any = raw.stmt
    if _BY_NAME.search(raw.text):
        return False
    match stmt:
        case ast.CreateStmt():
            if stmt.if_not_exists or stmt.inhRelations or stmt.partbound or stmt.partspec or stmt.ofTypename:
                return False
            return not any(isinstance(one, ast.TableLikeClause) for one in stmt.tableElts or ())
        case ast.IndexStmt():
            return not stmt.if_not_exists
        case ast.ViewStmt() | ast.CreateTrigStmt():
            return not stmt.replace
        case ast.AlterTableStmt():
            return all(one.subtype in _ADDS for one in stmt.cmds)
        case ast.GrantStmt():
            return bool(stmt.is_grant) and stmt.targtype == enums.GrantTargetType.ACL_TARGET_OBJECT
        case ast.CreateSchemaStmt():
            return not stmt.schemaElts
        case ast.CreateFunctionStmt():
            return not stmt.replace
    return isinstance(
        stmt,
        ast.CreateEnumStmt
        | ast.CompositeTypeStmt
        | ast.CreateDomainStmt
        | ast.CreatePolicyStmt
        | ast.CommentStmt
        | ast.CreateExtensionStmt,
    )


def _brings_more(raw: RawStmt) -> bool:
    """Does it bring what a statement that comes later finds where it would have found something else without it?"""
    return isinstance(raw.stmt, ast.CreateFunctionStmt | ast.CreateExtensionStmt)


def _said_twice(statements: Sequence[RawStmt]) -> bool:
    """Are there two comments on one thing? The last one counts."""
    heads = [
        _SPELLING.sub("", re.split(r"\sis\s", one.text.lower(), maxsplit=1)[0])
        for one in statements
        if isinstance(one.stmt, ast.CommentStmt)
    ]
    return len(heads) != len({*heads})
