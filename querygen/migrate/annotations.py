"""`@renamed from=old` in comments: which object each of them is about.

Takes the files of a schema and what was read from them; gives `Rename`s. A comment belongs to the last thing that was
named before it on its line, or in its statement where the line names none: a column, a constraint, a value of an enum,
otherwise the statement's own object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from querygen.catalog.ddl_text import option_value, split_names
from querygen.migrate.renames import Rename
from querygen.sql.nodes import ast, enums
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.migrate.model import Id, Model
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt

_COMMENT = re.compile(
    r"(--[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\2\$", re.DOTALL
)
_RENAMED = re.compile(r'@renamed\s+from\s*=\s*("(?:[^"]|"")*"|[^\s,*]+)', re.IGNORECASE)


def annotated(sources: Sequence[SourceFile], state: DdlState, new: Model) -> Iterator[Rename]:
    """Every annotation whose object is known."""
    for source in sources:
        if "@renamed" not in source.text:
            continue
        statements, _problems = parse_schema_file(source)
        marks = [
            (found.start(), split_names(mark[1]) if mark[1].startswith('"') else [mark[1]])
            for found in _COMMENT.finditer(source.text)
            if found[1] is not None and (mark := _RENAMED.search(found[1]))
        ]
        for place, names in marks:
            owner = _statement_at(statements, source.text, place)
            if owner is not None:
                yield from _of_statement(owner, source.text, place, names[-1], state, new)


def _statement_at(statements: Sequence[RawStmt], text: str, place: int) -> RawStmt | None:
    """The statement in which the comment stands, or that ends on its line, or that follows it."""
    before = [one for one in statements if one.start <= place]
    if before and (place < before[-1].end or "\n" not in text[before[-1].end : place]):
        return before[-1]
    return next((one for one in statements if one.start >= place), None)


def _of_statement(owner: RawStmt, text: str, place: int, old: str, state: DdlState, new: Model) -> Iterator[Rename]:
    stmt: Any = owner.stmt
    line_start = text.rfind("\n", 0, place) + 1
    match stmt:
        case ast.CreateStmt():
            table = _find(new, ("table",), stmt.relation, state)
            if table is None:
                return
            element = _element(stmt.tableElts or (), owner.shift, text, line_start, place)
            if element is None:
                yield Rename(table, old)
            elif isinstance(element, ast.ColumnDef):
                yield Rename(("column", table[1], table[2], element.colname), old)
            elif element.conname:
                yield Rename(("constraint", table[1], table[2], element.conname), old)
        case ast.CreateEnumStmt():
            schema, name = _names(stmt.typeName, state)
            label = _label(stmt, text, owner, line_start, place)
            if label is None:
                yield Rename(("type", schema, name), old)
            else:
                yield Rename(("type", schema, name), old.strip("'"), value=label)
        case ast.CompositeTypeStmt():
            found = _find(new, ("type",), stmt.typevar, state)
            if found is not None:
                yield Rename(found, old)
        case ast.CreateDomainStmt():
            yield Rename(("type", *_names(stmt.domainname, state)), old)
        case ast.CreateRangeStmt():
            yield Rename(("type", *_names(stmt.typeName, state)), old)
        case ast.IndexStmt() if stmt.idxname:
            table = _find(new, ("table", "matview"), stmt.relation, state)
            if table is not None:
                yield Rename(("index", table[1], stmt.idxname), old)
        case ast.ViewStmt():
            found = _find(new, ("view",), stmt.view, state)
            if found is not None:
                yield Rename(found, old)
        case ast.CreateTableAsStmt():
            found = _find(new, ("matview", "table"), stmt.into.rel, state)
            if found is not None:
                yield Rename(found, old)
        case ast.CreateSeqStmt():
            found = _find(new, ("sequence",), stmt.sequence, state)
            if found is not None:
                yield Rename(found, old)
        case ast.CreateFunctionStmt():
            schema, name = _names(stmt.funcname, state)
            for identity in new.objects:
                if identity[:3] == ("function", schema, name):
                    yield Rename(identity, old)
        case ast.CreateSchemaStmt():
            yield Rename(("schema", stmt.schemaname), old)
        case ast.CreateTrigStmt() | ast.CreatePolicyStmt():
            is_trigger = isinstance(stmt, ast.CreateTrigStmt)
            relation = stmt.relation if is_trigger else stmt.table
            found = _find(new, ("table", "view"), relation, state)
            if found is not None:
                name = stmt.trigname if is_trigger else stmt.policy_name
                yield Rename(("trigger" if is_trigger else "policy", found[1], found[2], name), old)
        case ast.AlterTableStmt():
            yield from _of_alter(stmt, old, state, new)


def _of_alter(stmt: Any, old: str, state: DdlState, new: Model) -> Iterator[Rename]:
    """ALTER TABLE … ADD CONSTRAINT name"""
    table = _find(new, ("table",), stmt.relation, state)
    names = [
        one.def_.conname
        for one in stmt.cmds
        if one.subtype == enums.AlterTableType.AT_AddConstraint and one.def_.conname
    ]
    if table is not None and len(names) == 1:
        yield Rename(("constraint", table[1], table[2], names[0]), old)


def _element(elements: Sequence[Any], shift: int, text: str, line_start: int, place: int) -> Any:
    """The last element that begins on the comment's line before it; an element that is still open otherwise."""
    best = None
    for one in elements:
        start = (one.location or 0) + shift if getattr(one, "location", None) is not None else -1
        if line_start <= start < place:
            best = one
    if best is not None or text[line_start:place].strip():
        return best
    # a line of its own: about the element that follows
    following = [one for one in elements if (getattr(one, "location", None) or 0) + shift > place]
    return following[0] if following and any((one.location or 0) + shift < place for one in elements) else None


def _label(stmt: Any, text: str, owner: RawStmt, line_start: int, place: int) -> str | None:
    """The label of an enum that stands before the comment, on its line."""
    opening = text.find("(", owner.start)
    if opening < 0 or place < opening:
        return None
    labels = [option_value(one) for one in stmt.vals or ()]
    best, at = None, -1
    for found in re.finditer(r"'((?:[^']|'')*)'", text[opening:place]):
        value = found[1].replace("''", "'")
        start = opening + found.start()
        if value in labels and start >= line_start and start > at:
            best, at = value, start
    return best


def _find(new: Model, kinds: tuple[str, ...], node: Any, state: DdlState) -> Id | None:
    schemas = [node.schemaname] if node.schemaname else [*state.session_path]
    for schema in schemas:
        for kind in kinds:
            if (kind, schema, node.relname) in new.objects:
                return (kind, schema, node.relname)
    return None


def _names(names: Any, state: DdlState) -> tuple[str, str]:
    *schema, name = [one.sval for one in names]
    return (schema[-1] if schema else next(iter(state.session_path), "public")), name
