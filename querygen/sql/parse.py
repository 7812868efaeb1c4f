"""The boundary to libpg_query: files and texts in, PostgreSQL's raw parse trees out.

`parse_schema_file` takes a `SourceFile` and gives a `RawStmt` per statement,
`parse_statement` takes one query's text; a syntax error is PostgreSQL's, with the offset of the character it is at.
Reading files is here, too: `expand_paths` and `read_source`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from pglast import keywords

from querygen.diagnostics import Diagnostic, DiagnosticError, PgError, Severity, error
from querygen.source import SourceFile, Span, display_path
from querygen.sql.annotations import names_query, starts_query
from querygen.sql.migrations import blank_down_part, is_down_file, up_file
from querygen.sql.nodes import ast
from querygen.sql.psql import blank_meta_commands, include_warnings
from querygen.sql.scan import Piece, fold, split, tokenize
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.sql.nodes import Node


class RawStmt(Struct, frozen=True):
    """A statement of a schema file: a location in `stmt` plus `shift` is an offset in the file."""

    stmt: Node
    source: SourceFile
    start: int
    end: int
    text: str
    shift: int


# ---------------------------------------------------------------- trees

_NEAR = re.compile(r'^(.*) at or near "(.*)"$', re.DOTALL)
# The grammar's errors that are not ERRCODE_SYNTAX_ERROR (gram.y, scan.l); libpg_query keeps the message only.
_OTHER_CODES: Final = (
    (re.compile(r"not (?:yet )?(?:implemented|supported)|constraints cannot be (?:marked|declared)"), "0A000"),
    (re.compile(r"^current database cannot be changed|^aggregates cannot have output arguments"), "0A000"),
    (re.compile(r"^CREATE SCHEMA IF NOT EXISTS cannot|no longer (?:supported|required)$"), "0A000"),
    (re.compile(r"^a column list with|^only string constants are supported|^an ordered-set aggregate with"), "0A000"),
    (re.compile(r"^unsafe use of string constant with Unicode escapes"), "0A000"),
    (re.compile(r"^frame (?:start|end) cannot be|^frame starting from"), "42P20"),
    (re.compile(r"^(?:modulus|remainder) for hash partition provided more than once"), "42710"),
    (re.compile(r'^role name ".*" is reserved$|cannot be used as a role name here$'), "42939"),
    (re.compile(r"^precision for type float must be|^column number must be in range|^unrecognized partiti"), "22023"),
    (re.compile(r"^stack depth limit exceeded"), "54001"),
    (re.compile(r"^unsafe use of \\' in a string literal"), "22P06"),
)
# After these a reserved word is more likely a slip in the clause before than a name.
_CLAUSES: Final = frozenset({"select", "from", "where", "and", "or", "not", "on", "as", "then", "else", "when", "in"})


def parse_statement(sql: str) -> Node:
    """The tree of exactly one statement; a `PgError` with PostgreSQL's words for anything else."""
    try:
        statements = _parse(sql)
    except ParseError as problem:
        raise _syntax_error(sql, problem) from None
    if len(statements) == 1:
        tree: Node = statements[0].stmt
        return tree
    if not statements:
        raise PgError("42601", "syntax error at end of input", len(sql))
    location = statements[1].stmt_location
    raise PgError("42601", "cannot insert multiple commands into a prepared statement", location)


def _parse(sql: str) -> tuple[Any, ...]:
    if "\0" in sql:  # C would see the end of the text there
        raise ParseError('invalid byte sequence for encoding "UTF8": 0x00', sql.index("\0"))
    try:
        statements: tuple[Any, ...] = parse_sql(sql)
    except RecursionError as deep:
        raise ParseError("stack depth limit exceeded", None) from deep
    return statements


def _syntax_error(sql: str, problem: ParseError) -> PgError:
    message, location = problem.args[0], problem.args[1]
    if location is None:
        location = len(sql) if message.endswith("at end of input") else -1
    code = next((code for pattern, code in _OTHER_CODES if pattern.search(message)), "42601")
    match = _NEAR.match(message)
    hint = None
    if message == "invalid Unicode escape":  # scan.l's in E'', parser.c's in U&''
        is_estring = sql[location + 1 : location + 2] in ("u", "U")
        code = "22025" if is_estring else "42601"
        forms = r"\uXXXX or \UXXXXXXXX" if is_estring else r"\XXXX or \+XXXXXX"
        hint = f"Unicode escapes must be {forms}."
    if match:
        first_line = match[2].splitlines()[0].rstrip() if match[2] else ""
        message = f'{match[1]} at or near "{first_line}"'  # PostgreSQL repeats all the text that follows
        if match[1] == "syntax error":
            hint = _hint(sql, location, match[2])
    return PgError(code, message, location, hint=hint)


def _hint(sql: str, location: int, near: str) -> str | None:
    """What to do where a reserved word stands as a name, or where a list ends in a comma."""
    word = fold(near)
    if sql[location : location + len(near)] != near:
        return None
    before = [token for token in tokenize(sql, 0, location) if token[0] not in ("comment", "block")]
    if before and sql[before[-1][1]] == "," and (word in _CLAUSES or near == ")"):
        return f'Remove the comma before "{near}".'
    if word in keywords.RESERVED_KEYWORDS and word not in _CLAUSES:
        quoted = f'{sql[:location]}"{word}"{sql[location + len(near) :]}'
        try:
            parse_sql(quoted)
        except ParseError as problem:
            if problem.args[1] is not None and problem.args[1] <= location + len(near) + 2:
                return None
        return f'Write "{word}" in quotes to use it as a name.'
    return None


# ---------------------------------------------------------------- schema files


def parse_schema_file(source: SourceFile) -> tuple[list[RawStmt], list[Diagnostic]]:
    """The statements of a file and what is wrong in it: one bad statement does not hide the others.

    What belongs to psql and COPY's data is skipped, and what takes a migration back (`sql/migrations.py`); annotated
    queries are left to `parse_query_file`.
    """
    text, commands = blank_meta_commands(blank_down_part(source.text))
    problems = include_warnings(source, commands)
    pieces: list[Piece] | None = None
    if "name" in text and re.search(r"(?:--|/\*|^)[ \t*]*name[ \t]*:", text, re.MULTILINE):
        pieces = split(text, lambda token: starts_query(text, token))
        if any(names_query(text, piece.comments) for piece in pieces):
            pieces = [piece for piece in pieces if not names_query(text, piece.comments)]
            return _one_by_one(source, text, pieces, problems)
    try:
        trees = _parse(text)
    except ParseError:
        pass  # the statements one by one tell which it is
    else:
        return [_raw_statement(source, text, tree, 0) for tree in trees], problems
    return _one_by_one(source, text, pieces if pieces is not None else split(text), problems)


def without_do_blocks(statements: Iterable[RawStmt]) -> list[RawStmt]:
    """The statements of schema files as sqlc reads them."""
    return [one for one in statements if not isinstance(one.stmt, ast.DoStmt)]


def parse_script(source: SourceFile) -> tuple[list[RawStmt], list[Diagnostic]]:
    """All statements of a file that is to be run, and every syntax error in it; nothing is skipped."""
    try:
        trees = _parse(source.text)
    except ParseError:
        return _one_by_one(source, source.text, split(source.text), [])
    return [_raw_statement(source, source.text, tree, 0) for tree in trees], []


def extensions_of(statements: Iterable[RawStmt]) -> set[str]:
    """The extensions that statements ask for."""
    return {str(one.stmt.extname) for one in statements if isinstance(one.stmt, ast.CreateExtensionStmt)}


def _raw_statement(source: SourceFile, text: str, tree: Any, shift: int) -> RawStmt:
    start = tree.stmt_location
    end = start + tree.stmt_len if tree.stmt_len else len(text)
    written = text[start:end].rstrip()
    return RawStmt(tree.stmt, source, start + shift, start + shift + len(written), written, shift)


def _one_by_one(
    source: SourceFile, text: str, pieces: list[Piece], problems: list[Diagnostic]
) -> tuple[list[RawStmt], list[Diagnostic]]:
    statements: list[RawStmt] = []
    for piece in pieces:
        if piece.end <= piece.start:
            continue
        own = text[piece.start : piece.end]
        try:
            trees = _parse(own)
        except ParseError as problem:
            problems.append(to_diagnostic(_syntax_error(own, problem), source, piece.start))
        else:
            statements += [_raw_statement(source, own, tree, piece.start) for tree in trees]
    return statements, problems


def to_diagnostic(problem: PgError, source: SourceFile, shift: int) -> Diagnostic:
    """An error in a statement that begins at `shift` of a file, with the word it is at underlined."""
    span = None
    if problem.location >= 0:
        start = problem.location + shift
        match = _NEAR.match(problem.message)
        length = len(match[2]) if match and source.text.startswith(match[2], start) else 1
        span = Span(source, start, start + max(length, 1))
    return Diagnostic(problem.code, Severity.ERROR, problem.message, span, problem.hint, problem.detail)


# ---------------------------------------------------------------- files


def expand_paths(paths: Iterable[str], base: Path) -> list[Path]:
    """The files that a configuration names: a file, a folder with all its *.sql, or a pattern; each file once."""
    found: dict[Path, None] = {}
    for name in paths:
        path = base / name
        if path.is_dir():
            files = _below(path, path.rglob("*.sql"))
        elif path.exists() or path.is_symlink():
            files = [path]
        elif any(character in name for character in "*?["):
            files = _below(base, _glob(base, name))
        else:
            raise _stop("QG131", f"{_shown(name)}: there is no such file or folder", "Correct the path.")
        if not files:
            what = "there is no .sql file in this folder" if path.is_dir() else "no file matches this pattern"
            raise _stop("QG134", f"{_shown(name)}: {what}", "Correct the path.")
        found.update(dict.fromkeys(files))
    return list(found)


def _shown(name: str) -> str:
    return display_path(Path(name)) if Path(name).is_absolute() else name


def _glob(base: Path, pattern: str) -> Iterable[Path]:
    anchor = (base / pattern).anchor
    if pattern.startswith(anchor):  # an absolute pattern
        return type(base)(anchor).glob(pattern[len(anchor) :])
    return base.glob(pattern)


def _below(folder: Path, files: Iterable[Path]) -> list[Path]:
    """The files among them in lexical order of their path, without hidden ones and those that take migrations back."""
    named: list[tuple[str, Path]] = []
    for file in files:
        relative = file.relative_to(folder) if file.is_relative_to(folder) else file
        if file.is_dir() or is_down_file(file.name):
            continue
        if (up := up_file(file.name)) is not None and file.with_name(up).exists():
            continue
        if any(part.startswith(".") and part != ".." for part in relative.parts):
            continue
        named.append((relative.as_posix(), file))
    return [file for _, file in sorted(named)]


def read_source(path: Path) -> SourceFile:
    """A file as text: UTF-8, a byte order mark is dropped, line ends stay what they are."""
    name = display_path(path)
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would be waited for
            message = f"{name}: this is no regular file"
            raise _stop("QG133", message, "Save what is to be read as a file, and name that.")
        data = path.read_bytes()
    except FileNotFoundError:
        broken = path.is_symlink()
        message = f"{name}: the link points to a file that is not there" if broken else f"{name}: there is no such file"
        raise _stop("QG131", message, "Correct the link." if broken else "Correct the path.") from None
    except IsADirectoryError:
        raise _stop("QG132", f"{name}: this is a folder, not a file", "Name a file.") from None
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise _stop("QG133", f"{name}: the file cannot be read: {reason}", "Check its permissions.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        # with the mark cut off, the codec counts from behind it
        marked = data.startswith(b"\xef\xbb\xbf") and len(problem.object) < len(data)
        start, end = (at + 3 * marked for at in (problem.start, problem.end))
        raise _no_text(name, data, start, end, "Save the file as UTF-8.") from None
    if "\0" in text:
        offset = data.index(b"\0")
        hint = "Remove the byte: no text of SQL has it. Is it a text file, and not UTF-16?"
        raise _no_text(name, data, offset, offset + 1, hint)
    return SourceFile(name, text)


def _no_text(name: str, data: bytes, start: int, end: int, hint: str) -> DiagnosticError:
    """report_invalid_encoding (mbutils.c), with the place: bytes of a file that are no text."""
    shown = " ".join(f"0x{byte:02x}" for byte in data[start:end])
    source = SourceFile(name, data.decode("utf-8-sig", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}"))
    offset = len(data[:start].decode("utf-8-sig"))
    span = Span(source, offset, offset + 1)
    return DiagnosticError(error("22021", f'invalid byte sequence for encoding "UTF8": {shown}', span, hint))


def _stop(code: str, message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(error(code, message, hint=hint))
