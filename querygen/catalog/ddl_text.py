"""The text of expressions and queries inside a DDL statement: raw trees say where a thing starts, not where it ends.

Takes a text and the offset of a keyword, gives the part after it, as the user wrote it.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.sql.nodes import Node, ast

if TYPE_CHECKING:
    from collections.abc import Iterator

# What has to be read as one piece; everything else is skipped character by character.
_TOKEN = re.compile(
    r"""(?P<skip>--[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|\s+)
    |(?P<string>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>[^\W\d]?\w*)\$.*?\$(?P=tag)\$)
    |(?P<word>[^\W\d]\w*)
    |(?P<other>[\w.]+|.)""",
    re.VERBOSE | re.DOTALL,
)
# What may follow DEFAULT's expression in a column's definition (ColConstraintElem, ConstraintAttr).
_COLUMN_WORDS = frozenset(
    [
        "not",
        "constraint",
        "unique",
        "primary",
        "check",
        "references",
        "generated",
        "deferrable",
        "initially",
        "collate",
        "null",
        "enforced",
        "storage",
    ]
)


def tokens(text: str, start: int) -> Iterator[tuple[str, str, int, int]]:
    """(kind, text, start, end) of each token but white space and comments."""
    match = _TOKEN.match(text, start)
    while match is not None and match.end() > match.start():
        kind = match.lastgroup or "other"
        if kind == "tag":
            kind = "string"
        if kind != "skip":
            yield kind, match.group(), match.start(), match.end()
        match = _TOKEN.match(text, match.end())


def parenthesised(text: str, start: int) -> str | None:
    """What stands between the first "(" after `start` and its ")"."""
    depth = 0
    opened = -1
    for _kind, token, begin, end in tokens(text, start):
        if token in ("(", "["):
            if depth == 0:
                opened = end
            depth += 1
        elif token in (")", "]"):
            depth -= 1
            if depth <= 0:
                return text[opened:begin].strip() if opened >= 0 else None
    return None


def column_default(text: str, start: int) -> str | None:
    """The expression after the keyword DEFAULT at `start`, in the definition of a column or a domain."""
    depth = 0
    first = last = -1
    previous = ""
    for kind, token, begin, end in tokens(text, start + len("default")):
        if depth == 0 and first >= 0:
            if token in (",", ")", ";"):
                break
            if kind == "word" and token.lower() in _COLUMN_WORDS and previous != "is":
                break
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            if depth == 0:
                break
            depth -= 1
        if first < 0:
            first = begin
        last = end
        previous = token.lower()
    return text[first:last] if first >= 0 else None


def expression(text: str, node: Any, shift: int, end: int) -> str | None:
    """An a_expr that ends at a comma outside parentheses, or at the end of the statement."""
    start = leftmost(node)
    if start is None:
        return None
    start += shift
    # an expression in parentheses has none of its own in the tree
    while True:
        before = start - 1
        while before >= 0 and text[before].isspace():
            before -= 1
        if before < 0 or text[before] != "(":
            break
        start = before
    depth = 0
    last = start
    for _kind, token, begin, stop in tokens(text, start):
        if begin >= end or (depth == 0 and token in (",", ")", ";")):
            break
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            depth -= 1
        last = stop
    return text[start:last]


def list_elements(text: str, start: int) -> list[str]:
    """The expressions of an index's column list, the first in parentheses after `start`: each without its options."""
    elements: list[str] = []
    depth = 0
    begun = ended = -1
    for _kind, word, begin, end in tokens(text, start):
        if word in ("(", "["):
            depth += 1
            if depth == 2 and begun < 0:
                begun = begin
        elif word in (")", "]"):
            depth -= 1
            if depth == 1 and ended < 0:
                ended = end
        elif depth == 1 and word != "," and begun < 0:
            begun = begin
        at_end = depth == 0 and word == ")"
        if at_end and begun < 0:
            break
        if at_end or (depth == 1 and word == ","):
            element = text[begun : ended if ended >= 0 else begin].strip()
            if element.startswith("(") and element.endswith(")"):
                element = element[1:-1].strip()
            elements.append(element)
            begun = ended = -1
            if depth == 0:
                break
    return elements


def after_word(text: str, start: int, end: int, word: str) -> str | None:
    """What follows the first unquoted `word` outside parentheses, to the end of the statement."""
    found = word_end(text, start, end, word)
    return None if found is None else text[found:end].strip().removesuffix(";").rstrip()


def word_end(text: str, start: int, end: int, word: str) -> int | None:
    """Where the first unquoted `word` outside parentheses ends."""
    depth = 0
    for kind, token, begin, stop in tokens(text, start):
        if begin >= end:
            return None
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            depth -= 1
        elif depth == 0 and kind == "word" and token.lower() == word:
            return stop
    return None


def walk(node: Any) -> Iterator[Any]:
    """A raw tree's nodes, the node itself first."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif isinstance(node, Node):
        yield node
        for name in node:
            value = getattr(node, name)
            if value is not None and isinstance(value, (Node, tuple)):
                yield from walk(value)


def options(elements: Any) -> tuple[tuple[str, str], ...]:
    """WITH (…): the names, qualified where they are, and the values as text."""
    found = []
    for one in elements or ():
        name = f"{one.defnamespace}.{one.defname}" if one.defnamespace else one.defname
        found.append((name, option_value(one.arg)))
    return tuple(found)


def option_value(argument: Any) -> str:
    """defGetString"""
    match argument:
        case None:
            return "true"
        case ast.String():
            return str(argument.sval)
        case ast.Integer():
            return str(argument.ival or 0)
        case ast.Float():
            return str(argument.fval)
        case ast.Boolean():
            return "true" if argument.boolval else "false"
        case ast.TypeName():
            return ".".join(part.sval for part in argument.names)
        case ast.A_Star():
            return "*"
        case tuple():
            return ".".join(option_value(part) for part in argument)
    return ""


def same_tree(one: Any, other: Any) -> bool:
    """Do two raw trees differ in nothing but their places?"""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same_tree(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Node) and type(one) is type(other):
        return all(same_tree(getattr(one, name), getattr(other, name)) for name in one if name != "location")
    return bool(one == other)


def leftmost(node: Any) -> int | None:
    """The smallest location in a raw tree."""
    places = [
        part.location for part in walk(node) if getattr(part, "location", None) is not None and part.location >= 0
    ]
    return min(places, default=None)


def column_references(node: Any) -> list[str]:
    """The last names of a raw tree's column references, in order, without repetitions."""
    found: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, ast.ColumnRef) and isinstance(part.fields[-1], ast.String):
            found[part.fields[-1].sval] = None
    return [*found]


def rename_word(text: str | None, old: str, new: str) -> str | None:
    """A column's new name in the text of an expression."""
    if text is None:
        return None
    quoted = quote_identifier(new)
    parts: list[str] = []
    done = 0
    for kind, token, begin, end in tokens(text, 0):
        is_name = (kind == "word" and token.lower() == old) or token == f'"{old}"'
        if is_name and text[end : end + 1] != "(":
            parts += [text[done:begin], quoted]
            done = end
    return "".join((*parts, text[done:]))


def rename_columns(tree: Any, old: str, new: str) -> Any:
    """A column's new name in a raw expression: a new tree, since the statement's own may be shared."""
    if tree is None or old not in column_references(tree):
        return tree
    tree = copy.deepcopy(tree)
    for part in walk(tree):
        if isinstance(part, ast.ColumnRef) and isinstance(part.fields[-1], ast.String) and part.fields[-1].sval == old:
            part.fields = (*part.fields[:-1], ast.String(sval=new))
    return tree


def split_names(text: str) -> list[str]:
    """stringToQualifiedNameList: the names between dots, folded to lower case unless quoted."""
    names = [
        token[1:-1].replace('""', '"') if token.startswith('"') else token.lower()
        for _kind, whole, _begin, _end in tokens(text, 0)
        for token in ([whole] if whole.startswith('"') else whole.split("."))
        if token
    ]
    return names or [text]


def first_token(text: str, start: int, end: int) -> int:
    """Where a statement begins, after comments and white space."""
    for _kind, _token, begin, _end in tokens(text, start):
        return min(begin, end)
    return start
