"""PostgreSQL's raw parse trees as light Python objects: SQL text in, `RawStmt` nodes out.

libpg_query prints a tree as JSON; here the decoded JSON *is* the tree: the object of each node becomes the `__dict__`
of an instance of the class of that name, and only the values that are nodes, lists or enums are converted in place. A
field that libpg_query leaves out because it is zero or NULL is found on the class. This costs half of what pglast's
own classes do, keeps the location of constants, which those drop, and maps byte offsets to characters in one pass.

Classes and their fields come from pglast's description of the C structs; enums are pglast's own.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from pglast import ast as structs
from pglast import enums
from pglast.parser import ParseError, parse_plpgsql_json, parse_sql_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Expressions nest: each level of a long chain of operators takes a few Python frames, here and in the analysis.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 50_000))

_new = object.__new__
_INTEGERS = frozenset(
    {
        "int",
        "int16",
        "int32",
        "long",
        "ParseLoc",
        "Index",
        "AttrNumber",
        "bits32",
        "Oid",
        "RelFileNumber",
        "SubTransactionId",
    }
)
_LOCATIONS = frozenset(
    {"location", "arg_location", "name_location", "stmt_location", "rexpr_list_start", "rexpr_list_end"}
    | {"list_start", "list_end", "conninfo_location", "payload_location"}
)


class Node:
    """A raw node; iterating gives its field names, as in C's struct."""

    _fields: tuple[str, ...] = ()

    def __init__(self, **values: Any) -> None:
        self.__dict__ = values

    def __getattr__(self, name: str) -> Any:
        # Never reached for a field: the class holds its default. Typed so that a reader of a tree needs no casts.
        raise AttributeError(f"{type(self).__name__} has no field {name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in self.__dict__.items() if name not in _LOCATIONS)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        """Equal but for locations, as equalfuncs.c has it."""
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, one) == getattr(other, one) for one in self._fields if one not in _LOCATIONS)

    __hash__ = None  # type: ignore[assignment]


class _Builders(dict[str, "Callable[[dict[str, Any]], Any]"]):
    """For each node's name, what makes it from its decoded JSON."""

    def __missing__(self, name: str) -> Callable[[dict[str, Any]], Any]:
        getattr(ast, name)  # makes the class, and its builder with it
        return self[name]


_builders = _Builders()


def _wrapped(value: dict[str, Any]) -> Any:
    """A value of C type Node*: an object with one key, the name of the node; {} is NULL."""
    for name, body in value.items():
        return _builders[name](body)
    return None


def _list(values: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple([_wrapped(value) for value in values])


def _items(body: dict[str, Any]) -> tuple[Any, ...]:
    return _list(body.get("items", []))


def _builder(cls: type[Node], converters: dict[str, Callable[[Any], Any]]) -> Callable[[dict[str, Any]], Any]:
    wanted = converters.get
    # A field whose C name is a Python keyword has an underscore behind it on the class.
    keywords = [name for name in cls._fields if name.endswith("_")]

    def build(body: dict[str, Any]) -> Node:
        for name in keywords:
            if name[:-1] in body:
                body[name] = body.pop(name[:-1])
        for name, value in body.items():
            convert = wanted(name)
            if convert is not None:
                body[name] = convert(value)
        node = _new(cls)
        node.__dict__ = body
        return node

    return build


def _const_builder(cls: type[Node]) -> Callable[[dict[str, Any]], Any]:
    """A_Const holds a union in C: the JSON names the member, the tree has it as `val`."""

    def build(body: dict[str, Any]) -> Node:
        node = _new(cls)
        for name in ("ival", "sval", "fval", "boolval", "bsval"):
            if name in body:
                body["val"] = _builders[_VALUES[name]](body.pop(name))
                break
        node.__dict__ = body
        return node

    return build


_VALUES = {"ival": "Integer", "sval": "String", "fval": "Float", "boolval": "Boolean", "bsval": "BitString"}
# The fields of value nodes have defaults of their own: an empty String is still a string.
_VALUE_DEFAULTS: dict[str, dict[str, Any]] = {
    "Integer": {"ival": 0},
    "Float": {"fval": "0"},
    "Boolean": {"boolval": False},
    "String": {"sval": ""},
    "BitString": {"bsval": ""},
}


def _later(name: str) -> Callable[[dict[str, Any]], Any]:
    """The builder of a node whose class may not be made yet."""

    def build(body: dict[str, Any]) -> Any:
        return _builders[name](body)

    return build


def _field(c_type: str) -> tuple[Any, Callable[[Any], Any] | None]:
    """The default of a field of this C type, and how its JSON value is converted."""
    if c_type == "bool":
        return False, None
    if c_type in _INTEGERS:
        return 0, None
    if c_type.endswith("*"):
        target = c_type[:-1]
        if target in ("Node", "Expr"):
            return None, _wrapped
        if target == "List":
            return None, _list
        return None, _later(target) if hasattr(structs, target) else None
    if c_type == "char":
        return "\0", None
    if hasattr(structs, c_type):  # a struct inside the struct
        return None, _later(c_type)
    enum = getattr(enums, c_type, None)
    if enum is not None:
        members = enum.__members__
        return next(iter(enum)), members.__getitem__
    return None, None


class _Classes:
    """The node classes by name, each made when it is first asked for: a project's SQL has a tenth of them."""

    def __getattr__(self, name: str) -> type[Node]:
        # The fields and their C types, as pglast extracted them from PostgreSQL's headers.
        fields = _fields_of(getattr(structs, name, None))
        if fields is None:
            raise AttributeError(f"PostgreSQL has no raw node {name}")
        described = {field: info.c_type for field, info in fields.items()}
        if name == "A_Const":
            described["location"] = "ParseLoc"
        parts = {field: _field(c_type) for field, c_type in described.items()}
        defaults = {field: default for field, (default, _convert) in parts.items()} | _VALUE_DEFAULTS.get(name, {})
        cls = type(name, (Node,), {"_fields": tuple(described), **defaults})
        converters = {field: convert for field, (_default, convert) in parts.items() if convert is not None}
        _builders[name] = _const_builder(cls) if name == "A_Const" else _builder(cls, converters)
        setattr(self, name, cls)
        return cls

    def __dir__(self) -> list[str]:
        return [name for name, struct in vars(structs).items() if _fields_of(struct) is not None]


def _fields_of(struct: Any) -> dict[str, Any] | None:
    """pglast's description of a struct's fields; None for what is no node."""
    slots = getattr(struct, "__slots__", None)
    return slots if isinstance(slots, dict) else None


ast = _Classes()
_builders.update(dict.fromkeys(("List", "IntList", "OidList"), _items))


def _characters(text: str) -> list[int]:
    """For each byte of the UTF-8 text, the index of its character; one more for the end."""
    table: list[int] = []
    for index, character in enumerate(text):
        table += [index] * len(character.encode())
    table.append(len(text))
    return table


def _to_characters(value: Any, table: list[int]) -> None:
    """Turn the byte offsets of a decoded tree into character offsets, in place."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack += one
        elif isinstance(one, dict):
            if "stmt_len" in one:  # while the location beside it still counts bytes
                start = one.get("stmt_location", 0)
                one["stmt_len"] = table[start + one["stmt_len"]] - table[start]
            for name, inner in one.items():
                if isinstance(inner, (dict, list)):
                    stack.append(inner)
                elif name in _LOCATIONS and inner > 0:
                    one[name] = table[inner]


def parse_sql(text: str) -> tuple[Any, ...]:
    """The `RawStmt` nodes of a text. Raises pglast's ParseError: (message, character offset or None)."""
    decoded = json.loads(parse_sql_json(text))
    statements = decoded.get("stmts", [])
    if not text.isascii():
        _to_characters(statements, _characters(text))
    build = _builders["RawStmt"]
    return tuple([build(statement) for statement in statements])


def parse_plpgsql(body: str) -> dict[str, Any]:
    """The block of a DO statement as PL/pgSQL reads it: the `PLpgSQL_function` of libpg_query's JSON."""
    tag = "$do$"
    while tag in body:
        tag = f"{tag[:-1]}o$"
    functions = json.loads(parse_plpgsql_json(f"DO {tag}{body}{tag}"))
    function: dict[str, Any] = functions[0]["PLpgSQL_function"]
    return function


__all__ = ["Node", "ParseError", "ast", "enums", "parse_plpgsql", "parse_sql"]
