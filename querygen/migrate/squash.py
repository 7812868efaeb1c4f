"""Many migrations to one that stands for them.

Takes the migrations to be replaced; gives the text of the one file, and of its way down. What they come to is written
as one piece of DDL. Rows are another matter: a statement that changes rows was written for the schema of its day, and
says nothing of the schema of today. So the files from the first that has such a statement to the last are kept as they
are, one behind the other, and only what stands before and behind them is drawn together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.migrate.diff import diff, differences
from querygen.migrate.generate import text_of
from querygen.migrate.load import Setting, load
from querygen.migrate.read import read_model
from querygen.migrate.statement import Refusal
from querygen.source import SourceFile, Span
from querygen.sql.nodes import ast
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.runner.files import Migration
    from querygen.sql.parse import RawStmt


class Squash(Struct, frozen=True):
    """`up` and `down` are texts of files; `data`: where statements change rows; `refusals`: why there is no file."""

    up: str = ""
    down: str = ""
    data: tuple[Span, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def squash(migrations: Sequence[Migration], setting: Setting, *, drop_data: bool = False) -> Squash:
    """One file for these. With `drop_data` it has no statement that changes rows."""
    data = [_changes_of_rows(one) for one in migrations]
    spans = tuple(span for found in data for span in found)
    with_rows = [] if drop_data else [number for number, found in enumerate(data) if found]
    first, last = (with_rows[0], with_rows[-1] + 1) if with_rows else (len(migrations), len(migrations))
    kept = migrations[first:last]
    if refusals := [_alone(one) for one in kept if not one.up.transactional]:
        return Squash(data=spans, refusals=tuple(refusals))
    sources = [one.up.source for one in migrations]
    parts = [_header(migrations)]
    for begin, end in ((0, first), (last, len(sources))):
        if begin < end:
            found = diff(load(sources[:begin], setting), load(sources[:end], setting))
            if found.refusals:
                return Squash(data=spans, refusals=found.refusals)
            if found.statements:
                parts.append(text_of(found.statements))
        if begin == 0:
            parts += [f"-- from {one.path.name}\n{_body(one)}" for one in kept]
    up = "\n".join(parts)
    if wrong := _check(up, sources, setting):
        return Squash(data=spans, refusals=tuple(wrong))
    back = diff(load(sources, setting), load((), setting))
    return Squash(up, "" if back.refusals else text_of(back.statements, lost=True), spans)


def _check(up: str, sources: Sequence[SourceFile], setting: Setting) -> list[Refusal]:
    """What the one file comes to has to be what the many come to."""
    one, many = load([SourceFile("the squashed migration", up)], setting), load(sources, setting)
    if one.errors:
        return [Refusal((), f"the squashed migration does not work: {one.errors[0].message}")]
    here, problems = read_model(one.state)
    there, more = read_model(many.state)
    found = [Refusal(identity, "the squashed migration makes it different") for identity in differences(here, there)]
    return [*found, *(Refusal((), text) for text in (*problems, *more))]


def _header(migrations: Sequence[Migration]) -> str:
    versions = [one.version for one in migrations]
    earlier = [version for one in migrations for version in (*one.up.replaces, *one.up.squashed)]
    lines = [f"-- querygen: replaces {', '.join(versions)}"]
    if earlier := [one for one in dict.fromkeys(earlier) if one not in versions]:
        lines.append(f"-- querygen: squashed {', '.join(earlier)}")
    return "\n".join(lines) + "\n"


def _body(migration: Migration) -> str:
    """A file without its instructions to the runner."""
    lines = migration.up.source.text.strip().splitlines()
    text = "\n".join(one for one in lines if not one.lstrip().startswith("-- querygen:")).strip()
    # What a file SETs ends with it, and must not reach the next one now.
    statements, _problems = parse_schema_file(migration.up.source)
    names = dict.fromkeys(one.stmt.name for one in statements if isinstance(one.stmt, ast.VariableSetStmt))
    resets = "".join(f"RESET {name};\n" for name in names if name)
    return (text if text.endswith(";") or not text else f"{text}\n;") + "\n" + resets


def _alone(migration: Migration) -> Refusal:
    reason = f"{migration.path.name} runs without a transaction and stands among files that change rows"
    return Refusal((), reason, "Squash up to the file before it, or say --drop-data.")


def _changes_of_rows(migration: Migration) -> list[Span]:
    statements, _problems = parse_schema_file(migration.up.source)
    return [_span(one) for one in statements if changes_rows(one.stmt)]


def _span(one: RawStmt) -> Span:
    start = one.start + len(one.text) - len(one.text.lstrip())
    return Span(one.source, start, start + len(one.text.split(None, 1)[0]))


def changes_rows(statement: Any) -> bool:
    """Is it for rows, or can it be? A DO block may do anything, and so may a function that SELECT or CALL runs."""
    match statement:
        case ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt() | ast.MergeStmt() | ast.TruncateStmt():
            return True
        case ast.DoStmt() | ast.CallStmt() | ast.CopyStmt() | ast.SelectStmt():
            return True
        case ast.CreateTableAsStmt():
            return bool(statement.objtype.name == "OBJECT_TABLE")
    return False
