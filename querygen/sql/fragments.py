"""Fragments: SQL that is written once, under `-- fragment: name`, and stands wherever `qg.fragment(name)` is written.

Takes a statement and the fragments of its file; gives the statement with the fragments in it, as `rewrite` gives one
without, with every place mapped back to where it was written. A fragment may hold parameters, macros and fragments.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.diagnostics import Diagnostic, error
from querygen.source import Span
from querygen.sql.macros import Rewritten, rewrite
from querygen.sql.scan import Piece, fold, identifier, next_token, skim

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from querygen.source import SourceFile

BAD_FRAGMENT: Final = "QG140"


class Fragment(Struct, frozen=True):
    """A fragment's text is `text[piece.start:piece.end]` of its file."""

    name: str
    piece: Piece
    span: Span  # of the annotation


class _Expanded(Struct):
    """The statement that is being put together, and its runs: (offset in the text, offset in the file)."""

    source: SourceFile
    fragments: Mapping[str, Fragment]
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    runs: list[tuple[int, int]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def copy(self, text: str, start: int, end: int) -> None:
        if start < end:
            self.runs.append((self.length, start))
            self.pieces.append(text[start:end])
            self.length += end - start

    def place(self, offset: int) -> int:
        """The offset in the file of an offset in the expanded text."""
        begin, start = max((run for run in self.runs if run[0] <= offset), default=self.runs[0])
        return start + offset - begin

    def span(self, span: Span) -> Span:
        """A place in the expanded text, as one in the file; one that leaves its fragment ends with its first word."""
        start, last = self.place(span.start), self.place(max(span.end - 1, span.start))
        inside = last - start == max(span.end - 1 - span.start, 0)
        return Span(self.source, start, last + 1 if inside else start + 1)


def with_fragments(
    source: SourceFile, text: str, piece: Piece, fragments: Mapping[str, Fragment], operators: Collection[str]
) -> Rewritten:
    """`rewrite` for a statement that may name fragments."""
    if not any(token[0] == "macro" for token in piece.tokens) or not _calls(text, piece):
        return rewrite(source, text, piece, operators)
    expanded = _Expanded(source, fragments)
    _expand(expanded, text, piece, ())
    if expanded.problems:
        return Rewritten("", problems=tuple(expanded.problems))
    whole = "".join(expanded.pieces)
    found = rewrite(source, whole, Piece(0, len(whole), (), tuple(skim(whole))), operators)
    return _mapped_back(found, expanded)


class _Call(Struct, frozen=True):
    """`qg.fragment(name)`: from where to where, and where the name stands."""

    start: int
    end: int
    name: str
    name_start: int
    name_end: int


def _calls(text: str, piece: Piece) -> list[_Call]:
    found: list[_Call] = []
    for kind, start, end in piece.tokens:
        if kind != "macro" or fold(text[start:end]) != "qg":
            continue
        tokens = []
        position = end
        for _ in range(5):  # . fragment ( name )
            token = next_token(text, position, piece.end)
            if token is None:
                break
            tokens.append(token)
            position = token[2]
        words = [text[token[1] : token[2]] for token in tokens]
        if len(words) == 5 and words[0] == "." and fold(words[1]) == "fragment" and words[2] == "(" and words[4] == ")":
            _, name_start, name_end = tokens[3]
            if name := identifier(text, tokens[3]):
                found.append(_Call(start, position, name, name_start, name_end))
    return found


def _expand(expanded: _Expanded, text: str, piece: Piece, inside: tuple[str, ...]) -> None:
    position = piece.start
    for call in _calls(text, piece):
        expanded.copy(text, position, call.start)
        position, name = call.end, call.name
        span = Span(expanded.source, call.name_start, call.name_end)
        fragment = expanded.fragments.get(name)
        if fragment is None:
            close = difflib.get_close_matches(name, expanded.fragments, 1, 0.6)
            hint = f"Did you mean {close[0]}?" if close else "Write it in the same file, under -- fragment: name."
            expanded.problems.append(error(BAD_FRAGMENT, f'there is no fragment "{name}"', span, hint))
        elif name in inside:
            expanded.problems.append(error(BAD_FRAGMENT, f'fragment "{name}" contains itself', span))
        else:
            _expand(expanded, text, fragment.piece, (*inside, name))
    expanded.copy(text, position, piece.end)


def _mapped_back(found: Rewritten, expanded: _Expanded) -> Rewritten:
    """The same with every place in the file. A run of the statement is one of the file where no macro interrupts it."""
    begins = dict(found.offsets)
    for begin, _ in expanded.runs:  # where a run of the file begins, the rewritten text needs a pair of its own
        at = _rewritten_offset(found.offsets, begin)
        if at is not None:
            begins.setdefault(at, begin)
    offsets = tuple((at, expanded.place(begins[at])) for at in sorted(begins))
    return replace(
        found,
        offsets=offsets,
        params=tuple(replace(one, spans=tuple(map(expanded.span, one.spans))) for one in found.params),
        embeds=tuple(replace(one, span=expanded.span(one.span)) for one in found.embeds),
        marks=tuple(
            replace(
                one,
                span=expanded.span(one.span),
                columns=tuple(replace(column, span=expanded.span(column.span)) for column in one.columns),
            )
            for one in found.marks
        ),
        problems=tuple(
            replace(one, span=None if one.span is None else expanded.span(one.span)) for one in found.problems
        ),
    )


def _rewritten_offset(offsets: tuple[tuple[int, int], ...], begin: int) -> int | None:
    """Where the text before rewriting that starts at `begin` is in the text after it."""
    last: tuple[int, int] | None = None
    for written, original in offsets:
        if original > begin:
            break
        last = (written, original)
    return None if last is None else last[0] + begin - last[1]
