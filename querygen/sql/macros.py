"""Parameters and macros: one statement as it is written in, the text that PostgreSQL parses out.

`rewrite` turns `@name` and `sqlc.arg(name)` into `$n`, `sqlc.embed(t)` into `t.*`, and the macros of a dynamic query
(`macros_dynamic.py`) into what stands there when everything is given; with the map back to the file.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.diagnostics import Diagnostic, error
from querygen.ir import Mark, MarkColumn, MarkKind, ParamKind, RawEmbed, RawParam
from querygen.source import SourceFile, Span
from querygen.sql.scan import COMMENTS, IS_CONT, SPACE, Piece, fold, identifier, next_token

if TYPE_CHECKING:
    from collections.abc import Collection


class Rewritten(Struct, frozen=True):
    """A statement as PostgreSQL is asked to parse it; the fields are those of `RawQuery`."""

    sql: str
    params: tuple[RawParam, ...] = ()
    offsets: tuple[tuple[int, int], ...] = ()
    embeds: tuple[RawEmbed, ...] = ()
    marks: tuple[Mark, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


class _State(Struct):
    """What is known while the tokens of one statement are gone through."""

    source: SourceFile
    text: str
    piece: Piece
    used: set[int]
    numbers: dict[str, int] = field(default_factory=dict)
    kinds: dict[int, ParamKind] = field(default_factory=dict)
    spans: dict[int, list[Span]] = field(default_factory=dict)
    edits: list[tuple[int, int, str, RawEmbed | Mark | None]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    free: int = 1


_MACROS: Final = {
    "sqlc": ("arg", "narg", "slice", "embed"),
    "qg": ("arg", "narg", "slice", "list", "embed", "embed_many", "optional", "when", "sort", "after"),
}
_DYNAMIC: Final = {
    "sort": MarkKind.SORT,
    "after": MarkKind.AFTER,
    "optional": MarkKind.OPTIONAL,
    "when": MarkKind.WHEN,
}
_RANK = (ParamKind.ARG, ParamKind.NARG, ParamKind.SLICE)  # of a name used in several ways the last one counts
_MAX_PARAM = 2**31 - 1


def rewrite(source: SourceFile, text: str, piece: Piece, operator_names: Collection[str]) -> Rewritten:
    """One statement with `$n` for every named parameter and `t.*` for every embed.

    `text` is the source's text (psql's commands may be blanked in it), `operator_names` are the catalog's operators:
    only with them is `x <@y` told from `x =@y`.
    """
    special = [token for token in piece.tokens if token[0] in ("at", "macro", "param")]
    if not special:
        return Rewritten(text[piece.start : piece.end], offsets=((0, piece.start),))
    used = {int(text[start + 1 : end]) for kind, start, end in special if kind == "param" and end - start < 12}
    state = _State(source, text, piece, used)
    done = 0
    for kind, start, end in special:
        if start < done:  # inside the macro that was just read
            continue
        if kind == "param":
            _positional(state, start, end)
        elif kind == "macro":
            done = _macro(state, start, end)
        elif end - start == 1 or text[start:end] not in operator_names:
            done = _at(state, end)
    return _finish(state)


def _at(state: _State, position: int) -> int:
    token = next_token(state.text, position, state.piece.end)
    if token is None:  # cannot be: the "at" was seen to stand before a name
        return position
    name = identifier(state.text, token)
    place = Span(state.source, position - 1, token[2])
    if name:
        state.edits.append((place.start, place.end, _reference(state, name, ParamKind.ARG, place), None))
    else:
        state.problems.append(error("42601", 'zero-length delimited identifier at or near """"', place))
    return token[2]


def _positional(state: _State, start: int, end: int) -> None:
    written = state.text[start:end]
    place = Span(state.source, start, end)
    after = IS_CONT.match(state.text, end)
    if after:
        # libpg_query lets this pass, PostgreSQL's scanner does not (param_junk)
        state.problems.append(error("42601", f'trailing junk after parameter at or near "{written}{after[0]}"', place))
    elif len(written) > 11 or int(written[1:]) > _MAX_PARAM:
        state.problems.append(error("42601", f'parameter number too large at or near "{written}"', place))
    else:
        state.kinds.setdefault(int(written[1:]), ParamKind.POSITIONAL)
        state.spans.setdefault(int(written[1:]), []).append(place)


def _reference(state: _State, name: str, kind: ParamKind, place: Span) -> str:
    """`$n` for a named parameter: a new name takes the first number that is free."""
    number = state.numbers.get(name)
    if number is None:
        while state.free in state.used:
            state.free += 1
        number = state.numbers[name] = state.free
        state.used.add(number)
        state.kinds[number] = kind
        state.spans[number] = []
    state.kinds[number] = max(state.kinds[number], kind, key=_RANK.index)
    state.spans[number].append(place)
    return f"${number}"


def _macro(state: _State, start: int, end: int) -> int:
    """Read `sqlc.arg(name)` and its kin; the result is the offset behind what was read."""
    text, position, read = state.text, end, []
    for wanted in (".", "word", "("):
        token = next_token(state.text, position, state.piece.end)
        if token is None or wanted not in (token[0], text[token[1] : token[2]]):
            return end  # a column or table of that name, no call
        read.append(token)
        position = token[2]
    if text[state.piece.start : start].rstrip(SPACE).endswith("."):
        return end
    family, macro = fold(text[start:end]), fold(text[read[1][1] : read[1][2]])
    call = Span(state.source, start, read[1][2])
    if macro not in _MACROS[family]:
        state.problems.append(_unknown_macro(family, macro, call))
        return position
    if macro in ("sort", "after"):
        return _columns(state, _DYNAMIC[macro], start, position)
    parts, last = _arguments(state, position)
    embeds = macro.startswith("embed")
    if not parts or len(parts) > 1 + embeds or not all(name for name, _ in parts):
        what, example = ("a table's name", "table") if embeds else ("one name", "name")
        message = f"{family}.{macro} takes {what} between its parentheses"
        state.problems.append(error("QG120", message, call, f"Write it as {family}.{macro}({example})."))
        return position
    place = Span(state.source, start, last)
    if embeds:
        written = ".".join(part for _, part in parts) + ".*"
        schema = parts[0][0] if len(parts) == 2 else None
        alias, after = _alias(state, last)
        embed = RawEmbed(parts[-1][0], 0, 0, place, schema, macro == "embed_many", alias)
        state.edits.append((start, after, written, embed))
        return after
    if macro in _DYNAMIC:
        mark = Mark(_DYNAMIC[macro], parts[0][0], 0, 0, place)
        when = mark.kind is MarkKind.WHEN
        new = "true" if when else _reference(state, parts[0][0], ParamKind.ARG, place)
        state.edits.append((start, last, new, mark))
        return last
    kind = {"arg": ParamKind.ARG, "narg": ParamKind.NARG}.get(macro, ParamKind.SLICE)
    if kind is ParamKind.SLICE:
        _open_any(state, f"{family}.{macro}({parts[0][0]})", place)
    state.edits.append((start, last, _reference(state, parts[0][0], kind, place), None))
    return last


def _unknown_macro(family: str, macro: str, call: Span) -> Diagnostic:
    close = difflib.get_close_matches(macro, _MACROS[family], 1)
    known = ", ".join(_MACROS[family])
    hint = f"Did you mean {family}.{close[0]}?" if close else f"The macros of {family} are: {known}."
    return error("QG121", f"there is no macro {family}.{macro}", call, hint)


def _arguments(state: _State, position: int) -> tuple[list[tuple[str, str]], int]:
    """The names between the parentheses as (name, how to write it), and the offset behind the closing one."""
    text = state.text
    parts: list[tuple[str, str]] = []
    while (token := next_token(state.text, position, state.piece.end)) is not None:
        name = identifier(text, token)
        written = text[token[1] : token[2]]
        if name is None and token[0] == "string":
            name = written[1:-1].replace("''", "'")
            written = '"' + name.replace('"', '""') + '"'
        following = next_token(state.text, token[2], state.piece.end)
        if name is None or following is None:
            break
        parts.append((name, written))
        separator, position = text[following[1] : following[2]], following[2]
        if separator == ")":
            return parts, position
        if separator != ".":
            break
    return [], position


def _alias(state: _State, position: int) -> tuple[str | None, int]:
    """The name behind `AS`, which PostgreSQL would not take behind a star, and the offset behind it."""
    end = state.piece.end
    word = next_token(state.text, position, end)
    if word is None or word[0] != "word" or fold(state.text[word[1] : word[2]]) != "as":
        return None, position
    token = next_token(state.text, word[2], end)
    name = identifier(state.text, token) if token is not None else None
    return (name, token[2]) if token is not None and name else (None, position)


def _columns(state: _State, kind: MarkKind, start: int, position: int) -> int:
    """Read the columns of `qg.sort(created_at, -u.name)` or `qg.after(created_at, id)`."""
    text, end = state.text, state.piece.end
    first = position
    columns: list[MarkColumn] = []
    while (token := next_token(text, position, end)) is not None:
        minus = text[token[1] : token[2]] == "-" and kind is MarkKind.SORT
        begin = token[1]
        if minus:
            token = next_token(text, token[2], end)
        names: list[str] = []
        written: list[str] = []
        while token is not None and (name := identifier(text, token)):
            names.append(name)
            written.append(text[token[1] : token[2]])
            position = token[2]
            token = next_token(text, position, end)
            if token is None or text[token[1] : token[2]] != ".":
                break
            token = next_token(text, token[2], end)
        if not names or token is None or text[token[1] : token[2]] not in (",", ")"):
            break
        columns.append(MarkColumn(tuple(names), ".".join(written), Span(state.source, begin, position), minus))
        position = token[2]
        if text[token[1] : token[2]] == ")":
            _put_columns(
                state, Mark(kind, kind.value, 0, 0, Span(state.source, start, position), tuple(columns)), first
            )
            return position
    example = "qg.sort(created_at, name)" if kind is MarkKind.SORT else "qg.after(created_at, id)"
    message = f"qg.{kind.value} takes names of columns between its parentheses"
    state.problems.append(error("QG120", message, Span(state.source, start, first - 1), f"Write it as {example}."))
    return first


def _put_columns(state: _State, mark: Mark, first: int) -> None:
    """Replace the call. The columns stay at their offsets, so that what PostgreSQL says of one is said at its place."""
    start, end = mark.span.start, mark.span.end
    if mark.kind is MarkKind.SORT:
        listed = state.text[first : end - 1]
        for one in mark.columns:
            if one.descending:
                at = one.span.start - first
                listed = f"{listed[:at]} {listed[at + 1 :]}"
        state.edits.append((start, end, " " * (first - start) + listed, mark))
        return
    references = [_reference(state, f"after.{one.text}", ParamKind.ARG, one.span) for one in mark.columns]
    numbers = tuple(int(one[1:]) for one in references)
    row = "ROW(".rjust(first - start) + state.text[first : end - 1]
    new = f"{row}) > ROW({', '.join(references)})"
    state.edits.append((start, end, new, replace(mark, numbers=numbers)))


def _open_any(state: _State, macro: str, place: Span) -> None:
    """Turn the `IN (` before a slice into `= ANY(`, and `NOT IN (` into `<> ALL(`."""
    text, base = state.text, state.piece.start
    before = text[base : place.start]
    for kind, start, end in state.piece.tokens:
        if kind in COMMENTS and end <= place.start:
            before = before[: start - base] + " " * (end - start) + before[end - base :]
    before = before.rstrip(SPACE)
    opening = len(before)
    if not before.endswith("("):
        return
    before = _without_word(before[:-1].rstrip(SPACE), "in")
    if not before:
        return
    following = next_token(state.text, place.end, state.piece.end)
    if following is not None and text[following[1]] == ",":
        message = f"{macro} has to be alone between the parentheses of IN"
        state.problems.append(error("QG122", message, place, "Write the other values as a further condition with OR."))
        return
    negated = _without_word(before.rstrip(SPACE), "not")
    begin = base + len(negated or before)
    state.edits.append((begin, base + opening, "<> ALL(" if negated else "= ANY(", None))


def _without_word(text: str, word: str) -> str:
    """The text without the word it ends in; empty where it does not end in that word."""
    rest = text[: -len(word)]
    return rest if text[-len(word) :].lower() == word and not (rest and IS_CONT.match(rest[-1])) else ""


def _finish(state: _State) -> Rewritten:
    """Put the edits into the text, and note which offset of the result is which of the file."""
    text, start, end = state.text, state.piece.start, state.piece.end
    pieces: list[str] = []
    embeds: list[RawEmbed] = []
    marks: list[Mark] = []
    offsets = [(0, start)]
    written, position = 0, start
    for begin, stop, new, macro in state.edits:
        if position < begin:
            pieces.append(text[position:begin])
            written += begin - position
        # `select@x` must not become the one word `select$1`, nor `sqlc.arg(x)y` the broken parameter `$1y`
        if begin > start and new[0] not in "=<" and IS_CONT.match(text, begin - 1):
            offsets.append((written, begin))
            pieces.append(" ")
            written += 1
        tail = " " if stop < end and new[-1] not in "(*" and IS_CONT.match(text, stop) else ""
        offsets.append((written, begin))
        # what is longer than the original stays on its last character
        offsets.extend((written + extra, stop - 1) for extra in range(stop - begin, len(new)))
        if isinstance(macro, RawEmbed):
            embeds.append(replace(macro, start=written, end=written + len(new)))
        elif macro is not None:
            marks.append(replace(macro, start=written, end=written + len(new)))
        pieces.append(new + tail)
        written += len(new)
        if tail:
            offsets.append((written, stop - 1))
            written += 1
        offsets.append((written, stop))
        position = stop
    pieces.append(text[position:end])
    names = {number: name for name, number in state.numbers.items()}
    params = tuple(
        RawParam(number, names.get(number), state.kinds[number], tuple(spans))
        for number, spans in sorted(state.spans.items())
    )
    # of several pairs at one place the last one holds
    pairs = tuple(dict(offsets).items())
    return Rewritten("".join(pieces), params, pairs, tuple(embeds), tuple(marks), tuple(state.problems))
