"""Extensions without their libraries: their scripts, with built-in bodies in place of the C functions.

Takes the control file and the SQL scripts of an extension that the embedded server lacks, writes a copy for which
CREATE EXTENSION succeeds: its types, functions, operators and casts have the right names and signatures, which is all
that analysis asks for. Called, most of the functions raise an error. Not stubbed: what a script makes inside DO blocks.
For those who have an extension's files (tests, corpora); commands have its catalogue alone: `stub_catalog.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# Bodies are built-in C functions, called with whatever arguments the stub gets: none of these looks at arguments that
# may be something else, except where a role (below) says what they are.
_RAISES = "any_in"  # "cannot accept a value of type any"
_ZERO = "void_in"  # returns 0: no typmod, no options to refuse, no support, no statistics

# What the clauses of CREATE TYPE, CREATE OPERATOR and others say that a function is for. These are called when an
# extension is made, or when a query that only names its objects is planned, so that they must not raise.
_ROLE_BODIES = {
    "typmod_in": _ZERO,
    "typmod_out": "varchartypmodout",
    "analyze": _ZERO,
    "restrict": "contsel",
    "join": "contjoinsel",
    "support": _ZERO,
    "init": _ZERO,
    "validator": _ZERO,
}
# Only for a type that is stored as text is: to a type of fixed length, the pointer to a text would be its value.
_TEXT_BODIES = {"input": "textin", "output": "textout", "receive": "textrecv", "send": "textsend"}
_UUID_GENERATORS = {"gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"}

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*|/\*.*?\*/|^\\[^\n]*)
  | (?P<string>[eE]'(?:[^'\\]|\\.|'')*'|[bBxXnN]?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<word>[^\W\d][\w$]*)
  | (?P<other>.)
""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


class _Token(NamedTuple):
    kind: str
    text: str  # words in lower case, quoted names and plain strings without their quotes
    start: int
    end: int


def stub_extension(source: Path, name: str, target: Path) -> Path:
    """Copy an extension's control file and scripts from `source`, stubbed, to `target/extension`.

    Returns `target`, for `start_server(extension_dirs=...)`.
    """
    control = source / f"{name}.control"
    scripts = {path.name: path.read_text(errors="replace") for path in sorted(source.glob(f"{name}--*.sql"))}
    if not control.is_file() or not scripts:
        raise ServerError(f"{source} has no extension {name}", "name the folder of its .control and .sql files")
    folder = target / "extension"
    folder.mkdir(parents=True, exist_ok=True)
    # The scripts are beside the control file now, wherever `directory` said that they are.
    text = re.sub(r"(?m)^\s*directory\s*=.*\n?", "", control.read_text(errors="replace"))
    (folder / control.name).write_text(text)
    for versioned in source.glob(f"{name}--*.control"):
        (folder / versioned.name).write_text(versioned.read_text(errors="replace"))
    bodies = _known_bodies(scripts.values())
    for script, text in scripts.items():
        (folder / script).write_text(_stub(text, bodies))
    return target


def stub_c_functions(script: str) -> str:
    """One script with its C functions stubbed; the rest of its text stays as it is."""
    return _stub(script, _known_bodies([script]))


# ---------------------------------------------------------------- the functions


def _stub(script: str, bodies: Mapping[str, str]) -> str:
    pieces = []
    done = 0
    for statement in _statements(script):
        for start, end, text in _edits(statement, bodies):
            pieces += [script[done:start], text]
            done = end
    return "".join([*pieces, script[done:]])


def _edits(statement: list[_Token], bodies: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """What to replace in a statement that creates a C function: its language and the name of its C code."""
    words = [token.text for token in statement]
    kind = words[3:4] if words[1:3] == ["or", "replace"] else words[1:2]
    if words[:1] != ["create"] or kind not in (["function"], ["procedure"]) or "(" not in words:
        return []
    name = words[words.index("(") - 1]  # the last part of a qualified one
    edits: list[tuple[int, int, str]] = []
    for index, token in enumerate(statement[:-1]):
        following = statement[index + 1]
        if token.kind != "word":
            continue
        if token.text == "language" and following.text.lower() == "c":
            edits.append((following.start, following.end, "internal"))
        if token.text == "as" and following.kind == "string":
            last = following
            if words[index + 2 : index + 3] == [","]:
                last = statement[index + 3]
            edits.append((following.start, last.end, f"'{bodies.get(name, _RAISES)}'"))
    is_c = any(text == "internal" for _, _, text in edits)
    return sorted(edits) if is_c else []


# ---------------------------------------------------------------- what they are for


def _known_bodies(scripts: Iterable[str]) -> dict[str, str]:
    """The bodies of the functions whose use is said by the objects made from them."""
    bodies = dict.fromkeys(_UUID_GENERATORS, "gen_random_uuid")
    for script in scripts:
        for statement in _statements(script):
            bodies |= _roles(statement)
    return bodies


def _roles(statement: list[_Token]) -> dict[str, str]:
    roles: dict[str, str] = {}
    words = [token.text for token in statement]
    if words[:2] == ["create", "type"]:
        clauses = _clauses(statement)
        text_like = clauses.get("internallength", "variable") in ("variable", "-") and "passedbyvalue" not in words
        if text_like and clauses.get("like", "text") in ("text", "bytea", "varchar"):
            roles |= {clauses[clause]: body for clause, body in _TEXT_BODIES.items() if clause in clauses}
        roles |= _bodies_of(clauses, ("typmod_in", "typmod_out", "analyze"))
    elif words[:2] == ["create", "operator"] or words[:4] == ["create", "text", "search", "template"]:
        roles |= _bodies_of(_clauses(statement), ("restrict", "join", "init"))
    for index, word in enumerate(words[:-1]):
        # SUPPORT of a function, VALIDATOR of a foreign data wrapper
        if statement[index].kind == "word" and word in ("support", "validator"):
            roles[_qualified(statement, index + 1)] = _ROLE_BODIES[word]
    return roles


def _bodies_of(clauses: Mapping[str, str], roles: Iterable[str]) -> dict[str, str]:
    return {clauses[role]: _ROLE_BODIES[role] for role in roles if role in clauses}


def _clauses(statement: list[_Token]) -> dict[str, str]:
    """The `name = value` pairs of a definition, a value being a name without its schema or a number's first digit."""
    return {
        token.text: _qualified(statement, index + 2)
        for index, token in enumerate(statement[:-2])
        if token.kind == "word" and statement[index + 1].text == "="
    }


def _qualified(statement: list[_Token], index: int) -> str:
    """The last part of the qualified name that starts here: schema.name, @extschema@.name."""
    while index + 2 < len(statement) and (statement[index].text == "@" or statement[index + 1].text in (".", "@")):
        index += 1 if statement[index].text == "@" else 2
    if statement[index].text == "." and index + 1 < len(statement):
        index += 1
    return statement[index].text


# ---------------------------------------------------------------- lexing


def _statements(script: str) -> Iterator[list[_Token]]:
    """The tokens between semicolons. The body of a BEGIN ATOMIC function falls apart: no C function has one."""
    statement: list[_Token] = []
    for token in _tokens(script):
        if token.text == ";" and token.kind == "other":
            yield statement
            statement = []
        else:
            statement.append(token)
    yield statement


def _tokens(script: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(script):
        kind = "string" if match["string"] else (match.lastgroup or "")
        text = match.group()
        if kind == "skip":
            continue
        if kind == "word":
            text = text.lower()
        elif kind in ("quoted", "string") and text[0] in "\"'":
            text = text[1:-1]
        yield _Token(kind, text, match.start(), match.end())
