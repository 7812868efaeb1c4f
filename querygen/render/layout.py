"""Python text, broken into lines as `ruff format` breaks it at its default width of 88.

Takes small documents (`Doc`), gives lines. The generated files are a fixed point of the formatter without running it:
what fits stands on one line, what does not is opened up with a trailing comma, which the formatter then respects.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH: Final = 88
INDENT: Final = "    "


class Group(NamedTuple):
    """Items between brackets: a call, a list of parameters, a dict."""

    head: str  # up to the opening bracket, which is its last character
    items: tuple[Doc, ...]
    tail: str = ")"  # from the closing bracket on
    comma: bool = True  # whether a comma may follow the last item


class Items(NamedTuple):
    """A tuple."""

    items: tuple[Doc, ...]


class Choice(NamedTuple):
    """`<first> if <test> else <value>`"""

    test: str
    value: Doc
    first: str = "None"


class Each(NamedTuple):
    """`[<value> for <variable> in <source>]`"""

    value: Doc
    variable: str
    source: Doc
    keyword: str = "for"  # or "async for"


class Pair(NamedTuple):
    """`<key><value>` in a dict or a call: the key brings its own `: ` or `=`."""

    key: str
    value: Doc


class Union(NamedTuple):
    """An annotation; `None` is its last part where it has several."""

    text: str
    in_brackets: bool = False  # among parameters: it needs no parentheses of its own


class Text(NamedTuple):
    """A string literal, given by its value: one that does not fit is written in several pieces."""

    value: str


class Default(NamedTuple):
    """`<head><annotation> = <default>` among parameters."""

    head: str
    annotation: str
    default: str


class Test(NamedTuple):
    """`<value> <test>`: a comparison, which is broken before its operator."""

    value: str
    test: str


Doc = str | Group | Items | Choice | Each | Pair | Text | Union | Default | Test


def width(text: str) -> int:
    """How many columns a text takes, as the formatter counts them."""
    if text.isascii():
        return len(text) if "\t" not in text else len(text.expandtabs(4))
    total = 0
    for char in text:
        if unicodedata.east_asian_width(char) in "WF":
            total += 2
        elif unicodedata.category(char) not in ("Mn", "Me", "Cf"):
            total += 1
    return total


def flat(doc: Doc) -> str:
    """The document on one line."""
    if isinstance(doc, str):
        return doc
    match doc:
        case Group():
            return doc.head + ", ".join([flat(item) for item in doc.items]) + doc.tail
        case Pair():
            return doc.key + flat(doc.value)
        case Items():
            inner = ", ".join([flat(item) for item in doc.items])
            return f"({inner},)" if len(doc.items) == 1 else f"({inner})"
        case Choice():
            return f"{doc.first} if {doc.test} else {flat(doc.value)}"
        case Each():
            return f"[{flat(doc.value)} {doc.keyword} {doc.variable} in {flat(doc.source)}]"
        case Union():
            return doc.text
        case Text():
            return quoted(doc.value)
        case Test():
            return f"{doc.value} {doc.test}"
        case Default():
            return doc.head + doc.annotation + (f" = {doc.default}" if doc.default else "")


def put(out: list[str], indent: str, prefix: str, doc: Doc, suffix: str = "") -> None:
    """Append the lines of `prefix doc suffix` to `out`."""
    if isinstance(doc, Group) and len(doc.items) > WIDTH // 3:
        one = " " * (WIDTH + 1)  # items and commas alone are too wide
    else:
        one = indent + prefix + flat(doc) + suffix
    if width(one) <= WIDTH:
        out.append(one)
        return
    deeper = indent + INDENT
    match doc:
        case str() | Group(_, ()):
            out.append(one)
        case Group(head) if prefix.endswith("= ") and width(indent + prefix) < WIDTH < width(indent + prefix + head):
            out.append(f"{indent}{prefix}(")
            put(out, deeper, "", doc)
            out.append(f"{indent}){suffix}")
        case Group(head, items, tail, comma):
            out.append(indent + prefix + head)
            for item in items:
                put(out, deeper, "", item, "," if comma else "")
            out.append(indent + tail + suffix)
        case Items(items):
            out.append(f"{indent}{prefix}(")
            for item in items:
                put(out, deeper, "", item, ",")
            out.append(f"{indent}){suffix}")
        case Choice() if prefix.startswith("return"):  # outside brackets it needs parentheses
            out.append(f"{indent}{prefix}(")
            if width(deeper + flat(doc)) <= WIDTH:
                out.append(deeper + flat(doc))
            else:
                put(out, deeper, "", doc)
            out.append(f"{indent}){suffix}")
        case Choice(test, value, first):
            out.append(f"{indent}{prefix}{first}")
            _put_test(out, indent, test)
            while isinstance(value, Choice):
                out.append(f"{indent}else {value.first}")
                _put_test(out, indent, value.test)
                value = value.value
            put(out, indent, "else ", value, suffix)
        case Each(value, variable, source, keyword):
            out.append(f"{indent}{prefix}[")
            inside = flat(doc)[1:-1]
            if width(deeper + inside) <= WIDTH:
                out.append(deeper + inside)
            else:
                put(out, deeper, "", value)
                put(out, deeper, f"{keyword} {variable} in ", source)
            out.append(f"{indent}]{suffix}")
        case Pair(key, value):
            put(out, indent, prefix + key, value, suffix)
        case Text(text):
            put_text(out, indent, prefix, text, suffix)
        case Test(tested, test):
            out += [indent + prefix + tested, indent + test + suffix]
        case Default(head, text, default):
            parts = text.split(" | ")
            end = f" = {default}{suffix}" if default else suffix
            if len(parts) == 1 and text.endswith("]"):
                opening = text.index("[") + 1
                out += [indent + head + text[:opening], deeper + text[opening:-1], f"{indent}]{end}"]
                return
            out.append(f"{indent}{prefix}{head}{parts[0]}{end if len(parts) == 1 else ''}")
            out += [
                f"{indent}| {one}{end if number == len(parts) - 1 else ''}"
                for number, one in enumerate(parts)
                if number
            ]
        case Union(text, in_brackets):
            _put_union(out, indent, prefix, text, suffix, in_brackets=in_brackets)


def _put_test(out: list[str], indent: str, test: str) -> None:
    """`if test` of a conditional expression."""
    value, operator, rest = test.partition(" is ")
    if width(f"{indent}if {test}") > WIDTH and operator:
        out += [f"{indent}if {value}", f"{indent}is {rest}"]
    else:
        out.append(f"{indent}if {test}")


def put_signature(out: list[str], head: str, arguments: tuple[Doc, ...], returns: str, indent: str = "") -> None:
    """`head arguments) -> returns:`"""
    if width(f"{indent}) -> {returns}:") <= WIDTH:
        put(out, indent, "", Group(head, arguments, f") -> {returns}:"))
        return
    out.append(indent + head)
    for argument in arguments:
        put(out, indent + INDENT, "", argument, ",")
    _put_union(out, indent, ") -> ", returns, ":", in_brackets=False)


def _put_union(out: list[str], indent: str, prefix: str, text: str, suffix: str, *, in_brackets: bool) -> None:
    first = text.removesuffix(" | None")
    deeper = indent + INDENT
    if in_brackets:
        last = suffix if first == text else ""
        if width(indent + prefix + first + last) > WIDTH and first.endswith("]"):
            opening = first.index("[") + 1
            out.append(indent + prefix + first[:opening])
            out.append(deeper + first[opening:-1])
            out.append(f"{indent}]{last}")
        else:
            out.append(indent + prefix + first + last)
        if first != text:
            out.append(f"{indent}| None{suffix}")
        return
    if first == text and first.endswith("]"):
        _put_union(out, indent, prefix, text, suffix, in_brackets=True)
    elif first == text and width(f"{indent}{prefix}(") > WIDTH:
        out.append(indent + prefix + text + suffix)
    else:
        out.append(f"{indent}{prefix}(")
        out += [deeper + text] if width(deeper + text) <= WIDTH else [deeper + first, f"{deeper}| None"]
        out.append(f"{indent}){suffix}")


def put_text(out: list[str], indent: str, prefix: str, text: str, suffix: str = "") -> None:
    """A string literal behind `prefix`: on its line, in parentheses, or in several pieces."""
    literal = quoted(text)
    if width(indent + prefix + literal + suffix) <= WIDTH:
        out.append(indent + prefix + literal + suffix)
        return
    deeper = indent + INDENT
    pieces = [literal] if width(deeper + literal) <= WIDTH else [quoted(one) for one in _pieces(text, deeper)]
    if len(pieces) == 1 and width(deeper + literal) > WIDTH:
        out.append(indent + prefix + literal + suffix)
        return
    out.append(f"{indent}{prefix}(")
    out += [deeper + piece for piece in pieces]
    out.append(f"{indent}){suffix}")


def put_literal(out: list[str], indent: str, prefix: str, text: str, suffix: str = "") -> None:
    """A string literal of one or several lines: each on a line of its own, where they do not fit on one."""
    literal = quoted(text)
    if width(indent + prefix + literal + suffix) <= WIDTH:
        out.append(indent + prefix + literal + suffix)
        return
    deeper = indent + INDENT
    pieces: list[str] = [text] if width(deeper + literal) <= WIDTH else []
    for line in text.splitlines(keepends=True) if not pieces else ():
        pieces += [line] if width(deeper + quoted(line)) <= WIDTH else _pieces(line, deeper)
    opening = prefix if prefix.endswith("(") else f"{prefix}("
    out.append(indent + opening)
    out += [deeper + quoted(one) for one in pieces]
    out.append(f"{indent}){suffix if not prefix.endswith('(') else suffix.removeprefix(')')}")


def _pieces(text: str, indent: str) -> list[str]:
    """The text in pieces that fit on a line each, cut behind spaces."""
    room = WIDTH - len(indent)
    pieces: list[str] = []
    current = ""
    for word in _words(text):
        if current and width(quoted(current + word)) > room:
            pieces.append(current)
            current = word
        else:
            current += word
    pieces.append(current)
    return pieces


def _words(text: str) -> Iterable[str]:
    start = 0
    while (end := text.find(" ", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]


def escaped(text: str, keep: str = "") -> str:
    """The text with backslashes and what cannot be printed as escapes; characters of `keep` stay as they are."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    out = []
    for char in text:
        if char == "\\":
            out.append("\\\\")
        elif char.isprintable() or char in keep:
            out.append(char)
        elif char in "\n\r\t":
            out.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char])
        else:
            code = ord(char)
            out.append(f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return "".join(out)


def quoted(text: str) -> str:
    """A string literal on one line, with the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + escaped(text).replace(quote, "\\" + quote) + quote


def triple_quoted(text: str) -> str:
    """A string literal that keeps the lines of the text; it begins on the line below the quotes."""
    body = "\n".join(map(_continued, escaped(text, keep="\n\t").split("\n"))).replace('"""', '""\\"')
    if body.endswith('"') and not body.endswith('\\"'):
        body = body[:-1] + '\\"'
    return f'"""\\\n{body}"""'


def _continued(line: str) -> str:
    """A line of a literal that is too long, broken behind spaces by backslashes, which are no part of the text."""
    if width(line) <= WIDTH:
        return line
    pieces: list[str] = []
    current = ""
    for word in _words(line):
        if current.strip() and width(current + word) >= WIDTH:
            pieces.append(current)
            current = ""
        current += word
    return "\\\n".join([*pieces, current])


@lru_cache(1024)
def docstring(text: str, indent: str) -> Sequence[str]:
    """The lines of a docstring: paragraphs keep their lines, lines that are too long are filled."""
    room = WIDTH - len(indent)
    lines: list[str] = []
    for line in _dedented(escaped(text.replace("\r\n", "\n").expandtabs(), keep="\n").replace('"""', '\\"\\"\\"')):
        lines += _filled(line, room)
    while lines and not lines[0]:
        del lines[0]
    if not lines:
        return []
    # A quote next to the quotes of the docstring is kept apart from them by a space.
    lines[0] = (" " if lines[0].startswith('"') else "") + lines[0].lstrip()
    if len(lines) == 1:
        end = ' """' if lines[0].endswith('"') and not lines[0].endswith('\\"') else '"""'
        if width(lines[0]) + len(end) + 3 <= room or " " not in lines[0]:
            return [f'{indent}"""{lines[0]}{end}']
        lines = _filled(lines[0], room - len(end) - 3)
    elif width(lines[0]) + 3 > room:
        lines[:1] = _filled(lines[0], room - 3)
    return [f'{indent}"""{lines[0]}', *(indent + line if line else "" for line in lines[1:]), f'{indent}"""']


def _dedented(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line), default=0)
    return [line.strip() if number == 0 else line[margin:] for number, line in enumerate(lines)]


def _filled(line: str, room: int) -> list[str]:
    if width(line) <= room:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    filled: list[str] = []
    current = ""
    for word in line.split():
        if current and width(current) + 1 + width(word) > room:
            filled.append(current)
            current = ""
        current = f"{current} {word}" if current else indent + word
    return [*filled, current]
