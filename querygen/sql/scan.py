"""PostgreSQL's tokens over a text, and the parameters and macros found among them.

`tokenize` gives every token but white space, `skim` only those that matter here, `split` the statements of a file.
`rewrite` takes one statement and gives the text that PostgreSQL parses (`@name` and `sqlc.arg(name)` become `$n`), with
the map back to the file. The tokens are those of src/backend/parser/scan.l; a test compares them with libpg_query's.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.diagnostics import Diagnostic, error
from querygen.ir import ParamKind, RawEmbed, RawParam
from querygen.source import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

#: kind, start, end. Plain tuples, because a project has a hundred thousand of them. The kinds are the names of the
#: groups in `_TOKEN`; "bad" is a quote or comment without an end and runs to the end of the text.
Token: TypeAlias = tuple[str, int, int]

# Letters, underscore and all that is not ASCII, and the same with digits and the dollar sign. Written as what they are
# not: a class that lists all of Unicode takes `re` six milliseconds to compile, each time it stands in a pattern.
_START = r"[^\x00-@\[-^`{-\x7f]"
_CONT = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
# Where a string goes on after a line break (quotecontinue): white space with a newline and comments, then a quote.
# Atomic groups, not possessive quantifiers over groups: Python before 3.11.5 matches those wrongly.
_GAP = r"(?>(?:[ \t\f\v]|--[^\n\r]*+)*)[\n\r](?>(?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*)"
_PLAIN = r"'(?>(?:[^']|'')*)'"
_ESCAPED = r"'(?>(?:[^'\\]|\\.|'')*)'"
_BITS = r"'[^']*+'"
_DEC = r"[0-9](?>(?:_?[0-9])*)"
_CLEAR = r"(?!--|/\*)"  # an operator stops before a comment
_SQL_OP = rf"{_CLEAR}[-+*/<>=]"  # with only these characters an operator does not end in + or -
_RICH = rf"(?>(?:{_SQL_OP})*){_CLEAR}[~!@#^&|`?%](?>(?:{_CLEAR}[~!@#^&|`?%+\-*/<>=])*)"
_PREFIX = r"[eEbBxX]'|[uU]&['\"]"
_TAG = rf"(?:{_START}(?>(?:(?!\$){_CONT})*))?"

# Each kind of token; the order is the order in which they are tried.
_KINDS: Final = {
    "macro": rf"(?:[sS][qQ][lL][cC]|[qQ][gG])(?!{_CONT})",
    "word": rf"(?!{_PREFIX}){_START}{_CONT}*+",
    "comment": r"--[^\n\r]*+",
    "at": rf"{_RICH}(?<=@)(?=(?:{_START}|\"))(?!{_PREFIX})",  # @name, perhaps glued to an operator
    "op": rf"{_RICH}|{_SQL_OP}(?:(?:{_SQL_OP})*{_CLEAR}[*/<>=])?",
    "string": rf"{_PLAIN}(?>(?:{_GAP}{_PLAIN})*)",
    "number": r"0[xX](?>(?:_?[0-9A-Fa-f])+)|0[oO](?>(?:_?[0-7])+)|0[bB](?>(?:_?[01])+)"
    rf"|(?:{_DEC}(?:\.(?!\.)(?:{_DEC})?)?|\.{_DEC})(?:[eE][-+]?{_DEC})?",
    "param": r"\$[0-9]++",
    "name": r'"(?>(?:[^"]|"")*)"',
    "block": r"/\*(?>(?:[^*/]|\*(?!/)|/(?!\*))*)\*/",
    "estring": rf"[eE]{_ESCAPED}(?>(?:{_GAP}{_ESCAPED})*)",
    "bits": rf"[bBxX]{_BITS}(?>(?:{_GAP}{_BITS})*)",
    "ustring": rf"[uU]&{_PLAIN}(?>(?:{_GAP}{_PLAIN})*)",
    "uname": r'[uU]&"(?>(?:[^"]|"")*)"',
    "dollar": rf"\$(?P<tag>{_TAG})\$.*?\$(?P=tag)\$",
    "nested": r"/\*",  # a comment with comments in it, or without an end
    "bad": rf"(?:[eEbBxX]|[uU]&)?['\"]|\${_TAG}\$",
    "punct": r"::|:=|\.\.|[^ \t\n\r\f\v]",
}
_TOKEN: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()), re.DOTALL)

# The same grammar, but a match runs over everything that is neither comment, parameter, macro nor semicolon.
_DULL = (
    r"[ \t\n\r\f\v,()\[\]]++",
    rf"(?!{_KINDS['macro']}){_KINDS['word']}",
    rf"(?!--|/\*|{_KINDS['at']})(?:{_KINDS['op']})",
    *(_KINDS[kind] for kind in ("string", "number", "name", "estring", "bits", "ustring", "uname")),
    _KINDS["dollar"].replace("tag", "dull"),
    r"::|:=|\.\.|\.(?![0-9.])",
)
_SKIM: Final = re.compile(
    rf"(?>(?:{'|'.join(_DULL)})*)(?:"
    + "|".join(
        f"(?P<{kind}>{_KINDS[kind]})" for kind in ("macro", "comment", "at", "param", "block", "nested", "bad", "punct")
    )
    + r"|(?P<end>\Z))",
    re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_IS_CONT = re.compile(rf"{_CONT}")
_SPACE: Final = " \t\n\r\f\v"  # PostgreSQL's white space; Python's has more
COMMENTS: Final = frozenset({"comment", "block"})


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens from `start` to `end`; what lies between two tokens is white space."""
    return list(_run(_TOKEN, text, start, len(text) if end is None else end))


def iterate(text: str, start: int) -> Iterator[Token]:
    """As `tokenize`, one at a time: for a text in which something else than SQL follows."""
    return _run(_TOKEN, text, start, len(text))


def skim(text: str) -> list[Token]:
    """Of `tokenize`, only comments, "at", parameters, macros, "bad", and semicolons with other rare punctuation."""
    return list(_run(_SKIM, text, 0, len(text)))


def _run(pattern: re.Pattern[str], text: str, start: int, stop: int) -> Iterator[Token]:
    while True:
        for match in pattern.finditer(text, start, stop):
            kind = match.lastgroup or ""
            if kind == "nested":
                start = _block_end(text, match.start(kind))
                yield "block" if start else "bad", match.start(kind), start or stop
                if not start:
                    return
                break  # the search goes on behind the comment
            if kind == "bad":
                yield kind, match.start(kind), stop
                return
            if kind != "end":
                yield kind, match.start(kind), match.end()
        else:
            return


def _block_end(text: str, start: int) -> int:
    """Where a comment with comments inside ends; 0 where it does not."""
    depth = 0
    for match in _BLOCK_EDGE.finditer(text, start):
        depth += 1 if match.group() == "/*" else -1
        if not depth:
            return match.end()
    return 0


def unterminated(text: str, token: Token) -> str:
    """PostgreSQL's words for a "bad" token; of the text that follows, the first line is enough."""
    _, start, end = token
    head = text[start : start + 2].lower()
    if head[0] == "/":
        what = "/* comment"
    elif head[0] == "$":
        what = "dollar-quoted string"
    elif '"' in text[start : start + 1 + 2 * (head == "u&")]:
        what = "quoted identifier"
    else:
        what = {"b": "bit string literal", "x": "hexadecimal string literal"}.get(head[0], "quoted string")
    near = text[start:end].splitlines()[0].rstrip()
    return f'unterminated {what} at or near "{near}"'


_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(word: str) -> str:
    """An unquoted name as PostgreSQL keeps it: in UTF-8 only A to Z fold (downcase_identifier)."""
    return word.lower() if word.isascii() else word.translate(_FOLD)


def identifier(text: str, token: Token) -> str | None:
    """The name that a token writes, quoted or not; None where it is no name."""
    kind, start, end = token
    if kind in ("word", "macro"):
        return fold(text[start:end])
    return text[start + 1 : end - 1].replace('""', '"') if kind == "name" else None


# ---------------------------------------------------------------- statements


class Piece(Struct, frozen=True):
    """One statement of a file: `text[start:end]` from its first to its last token; empty where only comments stand."""

    start: int
    end: int
    comments: tuple[Token, ...]  # before the statement
    tokens: tuple[Token, ...]  # of the statement, as many as `skim` gives
    cut_by: Token | None = None  # the comment that ended it in place of a semicolon
    after: int = 0  # where the semicolon before it ended


def split(text: str, starts_query: Callable[[Token], bool] | None = None) -> list[Piece]:
    """The statements between semicolons. A comment for which `starts_query` holds ends a statement, too.

    Parentheses do not count, so that one that is missing costs one statement. What may hold semicolons is read by the
    word: the body of a function between BEGIN ATOMIC and END, and the actions of CREATE RULE.
    """
    lowered = text.lower()
    by_word = "atomic" in lowered or "rule" in lowered
    tokens = tokenize(text) if by_word else skim(text)
    ends = set(_semicolons(text, tokens) if by_word else [i for i, t in enumerate(tokens) if text[t[1]] == ";"])
    pieces: list[Piece] = []
    first, body = 0, -1  # indexes of the first token and, after the comments, of the first that is not in the head
    begin = cursor = after = 0  # offsets: of the statement, of what was read, behind the last semicolon
    for index, token in enumerate([*tokens, ("end", len(text), len(text))]):
        kind, start, stop = token
        is_end = index in ends or kind == "end"
        if body < 0:
            gap = text[cursor:start]
            rest = gap.lstrip(_SPACE)
            if rest or not (kind in COMMENTS or is_end):
                body, begin = index, start - len(rest)
        cut = body >= 0 and kind in COMMENTS and starts_query is not None and starts_query(token)
        if is_end or cut:
            pieces.append(_piece(text, tokens, (first, body, index), begin, after, token if cut else None))
            first, body = (index if cut else index + 1), -1
            after = pieces[-1].end if cut else stop
        cursor = stop
    return [piece for piece in pieces if piece.comments or piece.end > piece.start]


def _piece(
    text: str, tokens: list[Token], indexes: tuple[int, int, int], begin: int, after: int, cut_by: Token | None
) -> Piece:
    first, body, last = indexes
    if body < 0:
        return Piece(after, after, tuple(tokens[first:last]), (), cut_by, after)
    end = tokens[last][1] if last < len(tokens) else len(text)
    while True:  # comments behind the last token are no part of the statement
        if last > body and tokens[last - 1][0] in COMMENTS and not text[tokens[last - 1][2] : end].strip(_SPACE):
            last -= 1
            end = tokens[last][1]
        else:
            break
    low = tokens[last - 1][2] if last > body else begin
    end = low + len(text[low:end].rstrip(_SPACE))
    return Piece(begin, end, tuple(tokens[first:body]), tuple(tokens[body:last]), cut_by, after)


def _semicolons(text: str, tokens: list[Token]) -> list[int]:
    """The indexes of the semicolons that end a statement, by the words between them."""
    found: list[int] = []
    words: list[str] = []  # the first words of the statement
    depth = atomic = 0
    previous = ""
    for index, (kind, start, end) in enumerate(tokens):
        if kind == "word":
            word = text[start:end].lower()
            words.append(word) if len(words) < 4 else None
            if word == "atomic" and previous == "begin" and words[0] == "create":
                atomic = 1
            elif atomic and word in ("case", "end"):
                atomic += 1 if word == "case" else -1
            previous = word
        elif kind == "punct":
            is_rule = words[:1] == ["create"] and "rule" in words
            if text[start] == ";" and not atomic and not (is_rule and depth > 0):
                found.append(index)
                words, depth, previous = [], 0, ""
            depth += {"(": 1, ")": -1}.get(text[start], 0)
    return found


# ---------------------------------------------------------------- parameters and macros


class Rewritten(Struct, frozen=True):
    """A statement as PostgreSQL is asked to parse it; the fields are those of `RawQuery`."""

    sql: str
    params: tuple[RawParam, ...] = ()
    offsets: tuple[tuple[int, int], ...] = ()
    embeds: tuple[RawEmbed, ...] = ()
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
    edits: list[tuple[int, int, str, RawEmbed | None]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    free: int = 1


_MACROS: Final = {
    "sqlc": ("arg", "narg", "slice", "embed"),
    "qg": ("arg", "narg", "slice", "list", "embed", "embed_many"),
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
    token = _next(state, position)
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
    after = _IS_CONT.match(state.text, end)
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


def _next(state: _State, position: int) -> Token | None:
    """The next token of the statement that is no comment."""
    text, end = state.text, state.piece.end
    while position < end:
        if text[position] in _SPACE:
            position += 1
            continue
        match = _TOKEN.match(text, position, end)
        if match is None:  # cannot be: "punct" takes every character that is not white space
            return None
        kind = match.lastgroup or ""
        if kind not in ("comment", "block", "nested"):
            return kind, position, match.end()
        position = match.end() if kind != "nested" else _block_end(text, position)
    return None


def _macro(state: _State, start: int, end: int) -> int:
    """Read `sqlc.arg(name)` and its kin; the result is the offset behind what was read."""
    text, position, read = state.text, end, []
    for wanted in (".", "word", "("):
        token = _next(state, position)
        if token is None or wanted not in (token[0], text[token[1] : token[2]]):
            return end  # a column or table of that name, no call
        read.append(token)
        position = token[2]
    if text[state.piece.start : start].rstrip(_SPACE).endswith("."):
        return end
    family, macro = fold(text[start:end]), fold(text[read[1][1] : read[1][2]])
    call = Span(state.source, start, read[1][2])
    if macro not in _MACROS[family]:
        state.problems.append(_unknown_macro(family, macro, call))
        return position
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
        embed = RawEmbed(parts[-1][0], 0, 0, place, schema, macro == "embed_many")
        state.edits.append((start, last, written, embed))
        return last
    kind = {"arg": ParamKind.ARG, "narg": ParamKind.NARG}.get(macro, ParamKind.SLICE)
    if kind is ParamKind.SLICE:
        _open_any(state, f"{family}.{macro}({parts[0][0]})", place)
    state.edits.append((start, last, _reference(state, parts[0][0], kind, place), None))
    return last


def _unknown_macro(family: str, macro: str, call: Span) -> Diagnostic:
    close = difflib.get_close_matches(macro, _MACROS[family], 1, 0.7)
    hint = f"Did you mean {family}.{close[0]}?" if close else None
    if family == "qg":
        return error("0A000", f"querygen does not yet support qg.{macro}", call, hint)
    return error("QG121", f"there is no macro sqlc.{macro}", call, hint)


def _arguments(state: _State, position: int) -> tuple[list[tuple[str, str]], int]:
    """The names between the parentheses as (name, how to write it), and the offset behind the closing one."""
    text = state.text
    parts: list[tuple[str, str]] = []
    while (token := _next(state, position)) is not None:
        name = identifier(text, token)
        written = text[token[1] : token[2]]
        if name is None and token[0] == "string":
            name = written[1:-1].replace("''", "'")
            written = '"' + name.replace('"', '""') + '"'
        following = _next(state, token[2])
        if name is None or following is None:
            break
        parts.append((name, written))
        separator, position = text[following[1] : following[2]], following[2]
        if separator == ")":
            return parts, position
        if separator != ".":
            break
    return [], position


def _open_any(state: _State, macro: str, place: Span) -> None:
    """Turn the `IN (` before a slice into `= ANY(`, and `NOT IN (` into `<> ALL(`."""
    text, base = state.text, state.piece.start
    before = text[base : place.start]
    for kind, start, end in state.piece.tokens:
        if kind in COMMENTS and end <= place.start:
            before = before[: start - base] + " " * (end - start) + before[end - base :]
    before = before.rstrip(_SPACE)
    opening = len(before)
    if not before.endswith("("):
        return
    before = _without_word(before[:-1].rstrip(_SPACE), "in")
    if not before:
        return
    following = _next(state, place.end)
    if following is not None and text[following[1]] == ",":
        message = f"{macro} has to be alone between the parentheses of IN"
        state.problems.append(error("QG122", message, place, "Write the other values as a further condition with OR."))
        return
    negated = _without_word(before.rstrip(_SPACE), "not")
    begin = base + len(negated or before)
    state.edits.append((begin, base + opening, "<> ALL(" if negated else "= ANY(", None))


def _without_word(text: str, word: str) -> str:
    """The text without the word it ends in; empty where it does not end in that word."""
    rest = text[: -len(word)]
    return rest if text[-len(word) :].lower() == word and not (rest and _IS_CONT.match(rest[-1])) else ""


def _finish(state: _State) -> Rewritten:
    """Put the edits into the text, and note which offset of the result is which of the file."""
    text, start, end = state.text, state.piece.start, state.piece.end
    pieces: list[str] = []
    embeds: list[RawEmbed] = []
    offsets = [(0, start)]
    written, position = 0, start
    for begin, stop, new, embed in state.edits:
        if position < begin:
            pieces.append(text[position:begin])
            written += begin - position
        # `select@x` must not become the one word `select$1`, nor `sqlc.arg(x)y` the broken parameter `$1y`
        if begin > start and new[0] not in "=<" and _IS_CONT.match(text, begin - 1):
            offsets.append((written, begin))
            pieces.append(" ")
            written += 1
        tail = " " if stop < end and new[-1] not in "(*" and _IS_CONT.match(text, stop) else ""
        offsets.append((written, begin))
        # what is longer than the original stays on its last character
        offsets.extend((written + extra, stop - 1) for extra in range(stop - begin, len(new)))
        if embed is not None:
            embeds.append(replace(embed, start=written, end=written + len(new)))
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
    return Rewritten("".join(pieces), params, pairs, tuple(embeds), tuple(state.problems))
