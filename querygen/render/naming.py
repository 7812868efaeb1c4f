"""What things are called in Python: from the database's and the user's names to identifiers.

Takes names, gives names; nothing here looks at a catalog. Singular forms are in `singular.py`.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Attributes of pydantic's BaseModel and of its metaclass: a field of such a name would hide them (pydantic warns).
# fmt: off
MODEL_ATTRIBUTES: Final = frozenset(
    {
        "construct", "copy", "dict", "from_orm", "json", "model_computed_fields", "model_config", "model_construct",
        "model_copy", "model_dump", "model_dump_json", "model_extra", "model_fields", "model_fields_set",
        "model_json_schema", "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate",
        "model_validate_json", "model_validate_strings", "mro", "parse_file", "parse_obj", "parse_raw", "register",
        "schema", "schema_json", "update_forward_refs", "validate",
    }
)
# Class names that the generated modules import or define themselves.
RESERVED_CLASSES: Final = frozenset(
    {
        "Annotated", "Any", "AsyncConnection", "AsyncGenerator", "AsyncRawCursor", "AsyncRawServerCursor",
        "BaseModel", "Changes", "Cidr", "ConfigDict", "Connection", "Decimal", "Field", "Fields", "Final", "Float4",
        "Float8",
        "Inet", "Int2", "Int4", "Int8", "Iterable", "Iterator", "Json", "JsonArray", "JsonDocument",
        "JsonValue", "Jsonb", "Multirange",
        "NoRowError", "Oid", "Range", "RawCursor", "RawServerCursor", "Row", "Rows", "Sequence", "StrEnum",
        "TooManyRowsError", "UNSET", "UUID", "Unset",
        "None", "True", "False",
    }
)
# Names of functions and modules that the generated modules import.
RESERVED_FUNCTIONS: Final = frozenset(
    {
        "aclosing", "all_rows", "as_text", "async_all_rows", "async_cursor_transaction", "async_stream",
        "binary_lists", "cursor_name", "cursor_transaction", "datetime", "dump_hstore", "dump_vector", "enum_labels",
        "exact_json_reader", "from_document", "from_json", "from_text", "from_value", "json_reader", "record_as_text",
        "json_as_text", "json_model", "json_text", "jsonb_as_text", "jsonb_model", "jsonb_text", "load_hstore",
        "load_multirange", "load_range", "load_record", "load_text", "load_vector", "map_array", "naming", "new_row",
        "new_rows", "only_row", "optional_row", "read_json", "row_factory", "row_of", "row_or_none", "scalar_row",
        "stream", "tuple_row",
        "list", "set", "dict", "tuple", "str", "int", "float", "bool", "bytes",
    }
)
# fmt: on
RESERVED_MODULES: Final = frozenset({"models", "aio", "db"})

_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words(name: str) -> list[str]:
    """The words of a name in any style, without what no identifier may hold."""
    plain = re.sub(r"\W+|_+", " ", unicodedata.normalize("NFKC", name))
    return _BREAK.sub(" ", plain).split()


@cache
def snake(name: str) -> str:
    """GetHTTPUser → get_http_user. Not yet an identifier: it may be empty, begin with a digit or be a keyword."""
    return "_".join(words(name)).lower()


@cache
def camel(name: str) -> str:
    """user_account → UserAccount, APIKey → ApiKey. Not yet an identifier."""
    return "".join(word[0].upper() + word[1:] if not word.isupper() else word.capitalize() for word in words(name))


@cache
def query_camel(name: str) -> str:
    """The class-name part of a query's name: as it was written, with a capital."""
    plain = re.sub(r"\W+", "_", name)
    parts = [part for part in plain.split("_") if part]
    return identifier("".join(part[0].upper() + part[1:] for part in parts), "Query")


def identifier(name: str, otherwise: str) -> str:
    """The name as a valid identifier that is no keyword; `otherwise` stands in where nothing is left of it."""
    if name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_"):
        return name
    plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_")
    if not plain:
        return otherwise
    if not plain.isidentifier():
        plain = f"{otherwise}_{plain}"
        if not plain.isidentifier():
            return otherwise
    return plain + "_" if keyword.iskeyword(plain) else plain


def unique(name: str, taken: Collection[str]) -> str:
    """The name, numbered from 2 where it is taken."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def numbered(names: Iterable[str]) -> list[str]:
    """The names, each numbered that was there before."""
    found: list[str] = []
    for name in names:
        found.append(unique(name, found))
    return found


def free(name: str, taken: Collection[str]) -> str:
    """The name, with as many underscores behind it as it takes to be free."""
    while name in taken:
        name += "_"
    return name


def field_names(columns: Iterable[str]) -> list[str]:
    """Attributes of a row class: valid, different, and none that hides what pydantic needs."""
    names: list[str] = []
    taken: set[str] = set()
    for column in columns:
        name = identifier(column, "column")
        if name in MODEL_ATTRIBUTES:
            name += "_"
        name = unique(name, taken)
        taken.add(name)
        names.append(name)
    return names


def member_names(labels: Iterable[str]) -> list[str]:
    """Members of an enum: upper case, different."""
    names: list[str] = []
    taken: set[str] = set()
    for label in labels:
        name = snake(label).upper()
        if not name:
            name = "EMPTY" if not label else "VALUE"
        elif not name.isidentifier():
            name = f"VALUE_{name}" if f"VALUE_{name}".isidentifier() else "VALUE"
        name = unique(unicodedata.normalize("NFKC", name), taken)
        taken.add(name)
        names.append(name)
    return names


@cache
def import_key(name: str) -> tuple[int, list[tuple[int, int, str]], str]:
    """How isort's rules, as ruff applies them, order the names of one import: constants, classes, the rest."""
    return _kind(name), _natural(name.lower()), name


def export_key(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """How ruff (RUF022) orders the names of `__all__`: likewise, but capitals come before small letters."""
    return _kind(name), _natural(name)


def _kind(name: str) -> int:
    if len(name) > 1 and name.isupper():
        return 0
    return 1 if name[:1].isupper() else 2


def _natural(name: str) -> list[tuple[int, int, str]]:
    # Numbers by value, and before letters.
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]
