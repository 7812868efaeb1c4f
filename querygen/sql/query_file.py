"""Query files: the statements under a `-- name: GetUser :one`, with their parameters numbered.

Takes a `SourceFile`; gives `RawQuery`s and what is wrong. Every query is tried, so that one mistake costs one query.

Codes of this stage (QG110 is also used for two files, by `pipeline.py`):

    QG101  the annotation names no query                QG110  two queries of one name
    QG102  no command after the name                    QG111  no semicolon before the next query
    QG103  unknown command                              QG112  (warning) a comment that is nearly an annotation
    QG104  words after the command                      QG113  an annotation without a value, or given twice
    QG106  a name that is no identifier                 QG114  (warning) an annotation that belongs to no query
    QG115  (warning) a statement that nothing reads
    QG120  a macro's argument is no name
    QG107  a name that is a Python keyword              QG121  unknown sqlc macro
    QG108  two annotations before one statement         QG122  a slice beside other values in IN (…)
    QG109  an annotation without a statement            QG130  (warning) psql's \\i: the file is not read
    QG131  a file or folder that is not there           QG132  a folder where a file is expected
    QG133  a file that cannot be read                   QG134  a pattern that matches nothing
    QG140  a fragment that is not there, or cannot be
    42601  what PostgreSQL's scanner refuses            22021  bytes that are not UTF-8
    0A000  a macro or an annotation that querygen does not know yet
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from querygen.diagnostics import Diagnostic, Note, Severity, error, warning
from querygen.ir import RawQuery
from querygen.source import SourceFile, Span
from querygen.sql.annotations import Head, QueryName, names_query, read_head, starts_query
from querygen.sql.fragments import BAD_FRAGMENT, Fragment, with_fragments
from querygen.sql.psql import blank_meta_commands, include_warnings
from querygen.sql.scan import Piece, Token, fold, split, unterminated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Statement(NamedTuple):
    """A statement of a file, from its first to its last token; `annotated`: it is a query, not schema."""

    start: int
    end: int
    annotated: bool


def split_statements(text: str) -> list[Statement]:
    """The statements of a text in which psql's commands are blanked."""
    return [
        Statement(piece.start, piece.end, names_query(text, piece.comments))
        for piece in split(text, lambda token: starts_query(text, token))
        if piece.end > piece.start
    ]


def parse_query_file(
    source: SourceFile, operator_names: Collection[str], *, has_schema: bool = True
) -> tuple[list[RawQuery], list[Diagnostic]]:
    """The annotated queries of a file.

    Statements without an annotation are left to the schema's reader; in a file that is no schema file (`has_schema`
    false) nobody reads them, which is a warning.
    """
    text, commands = blank_meta_commands(source.text)
    operators = operator_names if isinstance(operator_names, (set, frozenset, dict)) else frozenset(operator_names)
    problems = include_warnings(source, commands)
    queries: list[RawQuery] = []
    first: dict[str, QueryName] = {}
    pieces = split(text, lambda token: starts_query(text, token))
    heads = [read_head(source, text, piece.comments, piece.after) for piece in pieces]
    fragments = _fragments(zip(pieces, heads, strict=True), problems)
    for piece, head in zip(pieces, heads, strict=True):
        problems += head.problems
        broken = next((token for token in piece.tokens if token[0] == "bad"), None)
        if broken is not None:
            problems.append(_unterminated(source, text, broken))
        query = head.query
        if not head.names:
            if "fragment" in head.spans:
                continue
            problems += _without_query(head)
            if not has_schema and piece.end > piece.start:
                problems.append(_unread(source, text, piece))
            continue
        if piece.end <= piece.start:
            problems.append(_without_statement(head))
            continue
        if len(head.names) > 1:
            note = Note("the first one is here", head.names[0])
            hint = "Write a statement, and its semicolon, after each annotation."
            message = "two queries are named before one statement"
            problems.append(Diagnostic("QG108", Severity.ERROR, message, head.names[1], hint, notes=(note,)))
            continue
        if query is None or broken is not None:
            continue
        if piece.cut_by is not None:
            problems.append(_without_semicolon(source, piece, query.name))
        earlier = first.setdefault(query.name, query)
        if earlier is not query:
            problems.append(_twice(earlier, query))
            continue
        rewritten = with_fragments(source, text, piece, fragments, operators)
        problems += rewritten.problems
        if not rewritten.problems and not any(one.severity is Severity.ERROR for one in head.problems):
            queries.append(
                RawQuery(
                    name=query.name,
                    command=query.command,
                    source=source,
                    span=Span(source, piece.start, piece.end),
                    name_span=query.span,
                    original=text[piece.start : piece.end],
                    sql=rewritten.sql,
                    params=rewritten.params,
                    offsets=rewritten.offsets,
                    embeds=rewritten.embeds,
                    marks=rewritten.marks,
                    doc=head.doc,
                    annotations=head.annotations,
                    param_docs=head.param_docs,
                )
            )
    return queries, problems


def _unterminated(source: SourceFile, text: str, token: Token) -> Diagnostic:
    return error("42601", unterminated(text, token), Span(source, token[1], token[1] + 1))


def _unread(source: SourceFile, text: str, piece: Piece) -> Diagnostic:
    end = text.find("\n", piece.start, piece.end)
    span = Span(source, piece.start, piece.end if end < 0 else end)
    hint = "Write a line `-- name: Name :command` above it, or list the file under schema, too."
    return warning("QG115", "a statement without an annotation is not a query, and nothing reads it", span, hint)


def _fragments(pieces: Iterable[tuple[Piece, Head]], problems: list[Diagnostic]) -> dict[str, Fragment]:
    """The fragments of a file by name."""
    found: dict[str, Fragment] = {}
    for piece, head in pieces:
        if "fragment" not in head.spans:
            continue
        span, written = head.spans["fragment"], head.annotations["fragment"]
        name = fold(written)
        if head.names:
            message = "a statement cannot be a query and a fragment"
            problems.append(error(BAD_FRAGMENT, message, span, "Write the fragment as a statement of its own."))
        elif not name.isidentifier():
            problems.append(error(BAD_FRAGMENT, f'"{written}" cannot be the name of a fragment', span))
        elif name in found:
            note = Note("the first one is here", found[name].span)
            message = f'there are two fragments named "{name}"'
            problems.append(Diagnostic(BAD_FRAGMENT, Severity.ERROR, message, span, "Rename one.", notes=(note,)))
        elif piece.end <= piece.start:
            problems.append(error(BAD_FRAGMENT, f'fragment "{name}" has no text', span, "Write it below this line."))
        else:
            found[name] = Fragment(name, piece, span)
    return found


def _without_query(head: Head) -> list[Diagnostic]:
    hint = "Write a -- name: annotation above the same statement."
    return [
        warning("QG114", f"-- {word}: stands above no query and is not used", span, hint)
        for word, span in head.spans.items()
    ]


def _without_statement(head: Head) -> Diagnostic:
    what = f'query "{head.query.name}"' if head.query else "the annotation"
    return error("QG109", f"{what} has no statement", head.names[-1], "Write the SQL below the annotation.")


def _without_semicolon(source: SourceFile, piece: Piece, name: str) -> Diagnostic:
    note = Note("the next query begins here", Span(source, piece.cut_by[1], piece.cut_by[2]) if piece.cut_by else None)
    message = f'the statement of query "{name}" does not end before the next query'
    place = Span(source, piece.end - 1, piece.end)
    return Diagnostic("QG111", Severity.ERROR, message, place, "End it with a semicolon.", notes=(note,))


def _twice(first: QueryName, second: QueryName) -> Diagnostic:
    message = f'there are two queries named "{second.name}", in lines {first.span.line} and {second.span.line}'
    note = Note("the first one is here", first.span)
    return Diagnostic("QG110", Severity.ERROR, message, second.span, "Rename one of them.", notes=(note,))
