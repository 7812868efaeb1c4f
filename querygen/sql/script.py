"""A script as a runner sees it: its statements, what each does to a transaction, and the instructions in its head.

Takes a `SourceFile`, gives a `Script`; nothing of the text is skipped. What PostgreSQL refuses inside a transaction
block is known from the tree, as `PreventInTransactionBlock` (xact.c) is called by each command.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.sql.nodes import ast, enums
from querygen.sql.parse import parse_script
from querygen.sql.psql import blank_meta_commands
from querygen.sql.scan import COMMENTS, iterate

if TYPE_CHECKING:
    from querygen.diagnostics import Diagnostic
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt
    from querygen.sql.psql import MetaCommand


class Effect(Enum):
    """What a statement means for the transaction that it runs in."""

    PLAIN = auto()
    BEGIN = auto()
    COMMIT = auto()
    ABORT = auto()  # ROLLBACK, and what hands the transaction to somebody else (PREPARE TRANSACTION)
    ALONE = auto()  # refused in a transaction block
    PERHAPS_ALONE = auto()  # DO and CALL, which may commit
    COPY_DATA = auto()  # COPY … FROM STDIN: the data is not SQL
    COPY_OUT = auto()  # COPY … TO STDOUT: rows for the client


class IndexName(Struct, frozen=True):
    """An index that is built or dropped CONCURRENTLY; `schema` is None where it is the search path's business."""

    schema: str | None
    name: str
    dropped: bool


class Command(Struct, frozen=True):
    """One statement; `start` and `end` are character offsets in the file."""

    text: str
    start: int
    end: int
    effect: Effect
    index: IndexName | None = None
    validates: bool = False  # VALIDATE CONSTRAINT or an index build: long, but blocking little
    words: str = ""  # how it begins, for people


class Script(Struct, frozen=True):
    """`directives`: the lines `-- querygen: key value` above the first statement, with the offset of each key."""

    source: SourceFile
    commands: list[Command]
    directives: list[tuple[str, str, int]]
    meta_commands: list[MetaCommand]
    problems: list[Diagnostic]


_DIRECTIVE: Final = re.compile(r"--[ \t]*querygen:[ \t]*(?P<key>[\w-]+)[ \t]*[:=]?[ \t]*(?P<value>[^\r\n]*)")
_LINES: Final = re.compile(r"^[^\r\n]*", re.MULTILINE)


def read_script(source: SourceFile) -> Script:
    """The statements of a file in order. Syntax errors and psql's commands are in the result, not raised.

    The rows below COPY … FROM STDIN are no statements: they begin behind the one that reads them (psql.copy_rows).
    """
    text, meta = blank_meta_commands(source.text)
    statements, problems = ([], []) if meta else parse_script(replace(source, text=text))
    return Script(source, [_command(one) for one in statements], _directives(source.text), meta, problems)


def _directives(text: str) -> list[tuple[str, str, int]]:
    found = []
    for kind, start, end in iterate(text, 0):
        if kind not in COMMENTS:
            break
        if match := _DIRECTIVE.match(text, start, end):
            found.append((match["key"].lower(), match["value"].strip(), match.start("key")))
    return found


def _command(statement: RawStmt) -> Command:
    start = statement.start
    text = statement.text
    # Comments above a statement belong to it in PostgreSQL's eyes; a place should be that of its first word.
    for kind, first, _ in iterate(text, 0):
        if kind not in COMMENTS:
            start, text = start + first, text[first:]
            break
    node: Any = statement.stmt
    first_line = _LINES.match(text)
    words = " ".join((first_line[0] if first_line else text).split())
    effect = _effect(node)
    index = _index(node)
    return Command(text, start, statement.end, effect, index, index is not None or _validates(node), words[:72])


def effect_of(statement: RawStmt) -> Effect:
    """What a statement of a schema file means for its session."""
    return _effect(statement.stmt)


def is_transaction_control(statement: RawStmt) -> bool:
    """BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION; and SAVEPOINT with what belongs to it."""
    return isinstance(statement.stmt, ast.TransactionStmt)


def _effect(node: Any) -> Effect:
    kind = enums.TransactionStmtKind
    match node:
        case ast.TransactionStmt(kind=kind.TRANS_STMT_BEGIN | kind.TRANS_STMT_START):
            return Effect.BEGIN
        case ast.TransactionStmt(kind=kind.TRANS_STMT_COMMIT, chain=chain) if not chain:
            return Effect.COMMIT
        case ast.TransactionStmt(
            kind=kind.TRANS_STMT_SAVEPOINT | kind.TRANS_STMT_RELEASE | kind.TRANS_STMT_ROLLBACK_TO
        ):
            return Effect.PLAIN
        case ast.TransactionStmt():
            return Effect.ABORT
        case ast.CopyStmt(is_from=is_from, filename=None, is_program=False):
            return Effect.COPY_DATA if is_from else Effect.COPY_OUT
        case ast.DoStmt() | ast.CallStmt():
            return Effect.PERHAPS_ALONE
    return Effect.ALONE if _alone(node) else Effect.PLAIN


def _alone(node: Any) -> bool:
    match node:
        case ast.IndexStmt() | ast.DropStmt():
            return bool(node.concurrent)
        case ast.ReindexStmt():
            several = node.kind in (
                enums.ReindexObjectType.REINDEX_OBJECT_SCHEMA,
                enums.ReindexObjectType.REINDEX_OBJECT_SYSTEM,
                enums.ReindexObjectType.REINDEX_OBJECT_DATABASE,
            )
            return several or _option(node.params, "concurrently")
        case ast.VacuumStmt():
            return bool(node.is_vacuumcmd)
        case ast.ClusterStmt():
            return node.relation is None
        case ast.AlterTableStmt():
            return any(
                command.subtype == enums.AlterTableType.AT_DetachPartition and command.def_.concurrent
                for command in node.cmds
            )
        case ast.DiscardStmt():
            return bool(node.target == enums.DiscardMode.DISCARD_ALL)
        case ast.AlterDatabaseStmt():
            return _option(node.options, "tablespace")
        case (
            ast.CreatedbStmt()
            | ast.DropdbStmt()
            | ast.CreateTableSpaceStmt()
            | ast.DropTableSpaceStmt()
            | ast.AlterSystemStmt()
            | ast.CreateSubscriptionStmt()
            | ast.DropSubscriptionStmt()
        ):
            return True
    return False


def _option(options: Any, name: str) -> bool:
    """Whether an option is given and not switched off, as defGetBoolean (define.c) reads it."""
    for option in options or ():
        if option.defname == name:
            value = getattr(option.arg, "boolval", getattr(option.arg, "sval", getattr(option.arg, "ival", True)))
            return str(value).lower() not in ("false", "off", "0")
    return False


def _index(node: Any) -> IndexName | None:
    match node:
        case ast.IndexStmt(concurrent=True, idxname=str() as name):
            return IndexName(node.relation.schemaname, name, dropped=False)
        case ast.DropStmt(concurrent=True, objects=(names,)):
            parts = [part.sval for part in names]
            return IndexName(parts[-2] if len(parts) > 1 else None, parts[-1], dropped=True)
    return None


def _validates(node: Any) -> bool:
    match node:
        case ast.AlterTableStmt():
            return any(command.subtype == enums.AlterTableType.AT_ValidateConstraint for command in node.cmds)
        case ast.IndexStmt() | ast.ReindexStmt():
            return True
    return False
