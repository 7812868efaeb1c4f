"""What the comments above a statement say: `-- name: GetUser :one`, the other annotations, and documentation.

Takes the comments before one statement; gives a `Head`. A comment line is an annotation only if it begins with a word
of a closed list and a colon; every other line is documentation, and a near miss is warned of.
"""

from __future__ import annotations

import difflib
import keyword
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import Struct, field

from querygen.diagnostics import Diagnostic, Note, Severity, error, warning
from querygen.ir import Command
from querygen.source import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.sql.scan import Token

WORDS: Final = ("name", "row", "notnull", "nullable", "patch", "fragment", "prepare", "binary")
_LISTS: Final = ("notnull", "nullable")  # may be given more than once
_ANNOTATION = re.compile(rf"[ \t]*({'|'.join(WORDS)})[ \t]*:(?!:)[ \t]*")
_NEAR = re.compile(r"[ \t]*([A-Za-z_]{2,12})[ \t]*(:(?!:)|[ \t])[ \t]*(.*?)[ \t]*$")
_NAME_AND_COMMAND = re.compile(r"\w+[ \t]+:[a-z]+!?$")
_LIST_OF_NAMES = re.compile(r'[\w."]+(?:[ \t]*,[ \t]*[\w."]+)*$')
_QUERY_COMMENT = re.compile(r"(?:--|/\*)[ \t]*name[ \t]*:[ \t]*\w+[ \t]+:\w")
# "------" and "---- Users ----": what stands above the one, or in the other, heads a part of the file.
_RULER = re.compile(r"[ \t]*(?:[-=*#~_+]{3,}|[-=*#~]{2,}.*[-=*#~]{2,})[ \t]*$")
_FLAG = re.compile(r"[ \t]*@(param|sqlc-vet-disable)(?![\w-])[ \t]*(.*?)[ \t]*$")
_COMMANDS: Final = tuple(command.value for command in Command)
# Rendering refuses :execlastid, which PostgreSQL cannot serve; it is read, because a project of sqlc's may have it.
_OFFERED: Final = tuple(one for one in _COMMANDS if one != Command.EXECLASTID.value)


class QueryName(Struct, frozen=True):
    """`-- name: GetUser :one`, without a mistake in it."""

    name: str
    command: Command
    span: Span  # of the name


class Head(Struct):
    """Everything the comments above a statement say. `names` counts the annotations, `query` is the first good one."""

    query: QueryName | None = None
    names: list[Span] = field(default_factory=list)
    doc: str = ""
    annotations: dict[str, str] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)  # of the annotations other than the name
    param_docs: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


class _Line(NamedTuple):
    start: int  # offset of `text` in the file
    text: str
    own: bool  # a -- comment, or the first line of a block
    gap: bool  # an empty line stands before it


def starts_query(text: str, token: Token) -> bool:
    """Whether a comment inside a statement plainly begins the next query: alone on its line and complete."""
    _, start, _ = token
    if not _QUERY_COMMENT.match(text, start):
        return False
    return not text[text.rfind("\n", 0, start) + 1 : start].strip()


def names_query(text: str, comments: Sequence[Token]) -> bool:
    """Whether the comments hold the annotation of a query or a fragment, be it right or wrong."""
    for kind, start, end in comments:
        if "name" in text[start:end] or "fragment" in text[start:end]:
            for line in _lines(text, [(kind, start, end)]):
                match = _ANNOTATION.match(line.text)
                if match and match[1] in ("name", "fragment"):
                    return True
    return False


def _lines(text: str, comments: Sequence[Token]) -> Iterator[_Line]:
    previous = -1
    for kind, start, end in comments:
        gap = previous >= 0 and text.count("\n", previous, start) > 1
        previous = end
        if kind == "comment":
            yield _Line(start + 2, text[start + 2 : end], True, gap)
            continue
        position = start + 2
        for line in text[start + 2 : end - 2].split("\n"):
            own = position == start + 2
            inner = line if own else line.lstrip(" \t")
            if not own and inner.startswith("*"):
                inner = inner[1:]
            yield _Line(position + len(line) - len(inner), inner.rstrip("\r"), own, gap and own)
            position += len(line) + 1


def read_head(source: SourceFile, text: str, comments: Sequence[Token], after: int) -> Head:
    """Read the comments before a statement; `after` is where the statement before it ended.

    A comment on the line of that end belongs to the statement it follows, and one that an empty line or a ruler
    separates from the annotation below it is about the file: neither documents the query.
    """
    head = Head()
    doc: list[str] = []
    for line in _lines(text, comments):
        if line.gap and not head.names:
            doc.clear()
        match = _ANNOTATION.match(line.text)
        if match:
            value = line.text[match.end() :].rstrip(" \t")
            start = line.start + match.end()
            if match[1] == "name":
                _read_name(head, source, value, start, Span(source, line.start + match.start(1), start + len(value)))
            else:
                span = Span(source, line.start + match.start(1), start + len(value))
                _read_other(head, match[1], value, span)
        elif flag := _FLAG.match(line.text):
            _read_flag(head, flag[1], flag[2])
        elif after and "\n" not in text[after : line.start]:
            continue
        else:
            near = _near_miss(source, line)
            if near is not None:
                head.problems.append(near)
            elif _RULER.match(line.text):
                if head.names:
                    doc.append("")
                else:
                    doc.clear()
            else:
                doc.append(line.text.removeprefix(" ").rstrip() if line.own else line.text.strip())
    head.doc = re.sub(r"\n{3,}", "\n\n", "\n".join(doc)).strip("\n")
    return head


def _read_flag(head: Head, flag: str, rest: str) -> None:
    if flag == "param":
        name, _, told = rest.partition(" ")
        if name:
            head.param_docs[name] = told.strip()
    else:
        known = head.annotations.get(flag)
        head.annotations[flag] = f"{known} {rest}" if known else rest


def _read_other(head: Head, word: str, value: str, span: Span) -> None:
    if not value:
        head.problems.append(error("QG113", f"-- {word}: says nothing", span, "Write a value after the colon."))
    elif word in head.spans and word in _LISTS:
        head.annotations[word] += f", {value}"
    elif word in head.spans:
        note = Note("the first one is here", head.spans[word])
        message = f"-- {word}: stands twice above one statement"
        head.problems.append(Diagnostic("QG113", Severity.ERROR, message, span, notes=(note,)))
    else:
        head.annotations[word] = value
        head.spans[word] = span


def _read_name(head: Head, source: SourceFile, value: str, start: int, whole: Span) -> None:
    head.names.append(whole)
    words = [
        (match[0], Span(source, start + match.start(), start + match.end())) for match in re.finditer(r"\S+", value)
    ]
    form = "Write it as -- name: GetUser :one."
    if not words or words[0][0].startswith(":"):
        head.problems.append(error("QG101", "the annotation names no query", words[0][1] if words else whole, form))
        return
    name, name_span = words[0]
    if not (name.isidentifier() and name.isascii()):
        hint = "Use the letters of English, digits and underscores, and no digit first."
        head.problems.append(error("QG106", f'"{name}" cannot be the name of a query', name_span, hint))
        return
    if keyword.iskeyword(name):
        hint = "Choose a name that can be a Python function's."
        head.problems.append(error("QG107", f'"{name}" is a keyword of Python', name_span, hint))
        return
    if len(words) == 1:
        hint = f"Write one of {', '.join(':' + one for one in _COMMANDS[:6])} … after the name."
        head.problems.append(error("QG102", f'query "{name}" has no command', name_span, hint))
        return
    command, command_span = words[1]
    problem = _command_problem(command, command_span)
    if problem is None and len(words) > 2:
        rest = Span(source, words[2][1].start, words[-1][1].end)
        hint = "Write documentation on a line of its own."
        problem = error("QG104", f"nothing may follow the command {command}", rest, hint)
    if problem is not None:
        head.problems.append(problem)
    elif head.query is None:
        head.query = QueryName(name, Command(command[1:]), name_span)


def _command_problem(command: str, span: Span) -> Diagnostic | None:
    bare = command.removeprefix(":")
    if bare in _COMMANDS:
        if command.startswith(":"):
            return None
        return error("QG103", f'the command "{command}" lacks its colon', span, f"Write :{bare}.")
    close = difflib.get_close_matches(bare.lower(), _OFFERED, 1, 0.6)
    hint = f"Did you mean :{close[0]}?" if close else f"Write one of {', '.join(':' + one for one in _OFFERED)}."
    return error("QG103", f'there is no command "{command}"', span, hint)


def _near_miss(source: SourceFile, line: _Line) -> Diagnostic | None:
    """A warning where a line looks like an annotation with a slip in its first word."""
    match = _NEAR.match(line.text) if line.own else None
    if match is None:
        return None
    word, separator, rest = match[1], match[2], match[3]
    if separator == ":" and _LIST_OF_NAMES.match(rest):
        close = difflib.get_close_matches(word.lower(), WORDS[1:], 1, 0.75)
    elif _NAME_AND_COMMAND.match(rest):
        close = difflib.get_close_matches(word.lower(), WORDS[:1], 1, 0.7)
    else:
        return None
    if not close:
        return None
    span = Span(source, line.start + match.start(1), line.start + match.end(1))
    told = f'"-- {word}{separator.strip()}" is read as a comment'
    return warning("QG112", told, span, f"Write -- {close[0]}: for the annotation.")
