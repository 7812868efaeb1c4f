"""What a project may rename, and to what: every key has to name something, every value has to be free to use.

Takes the configuration's `rename`, and the names of the schema's objects; raises RenameErrors (QG207) with the key,
the value and what stands in the way.
"""

from __future__ import annotations

import builtins
import difflib
import keyword
import unicodedata
from typing import TYPE_CHECKING, Final

from querygen.diagnostics import error
from querygen.render import naming

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from querygen.diagnostics import Diagnostic
    from querygen.render.model_classes import FieldDef

BAD_RENAME: Final = "QG207"
_BUILTINS: Final = frozenset(dir(builtins))


class RenameErrors(Exception):  # noqa: N818 - several at once
    """Names that cannot be given: with each the key of the configuration, which knows where it stands."""

    def __init__(self, problems: list[tuple[str, Diagnostic]]) -> None:
        super().__init__(problems[0][1].message)
        self.problems = problems


def refused(key: str, value: str, why: str, hint: str = "Choose another name.") -> RenameErrors:
    """What is raised for a name that cannot be given."""
    return RenameErrors([(key, error(BAD_RENAME, f'cannot rename "{key}" to "{value}": {why}', hint=hint))])


def check_renames(rename: Mapping[str, str], classes: Collection[str], fields: Collection[str]) -> None:
    """Refuse keys that name nothing, and values that are no names. `classes` and `fields` are the keys there may be."""
    problems: list[tuple[str, Diagnostic]] = []
    for key, value in rename.items():
        try:
            _check_rename(key, value, classes, fields)
        except RenameErrors as wrong:
            problems += wrong.problems
    if problems:
        raise RenameErrors(problems)


def _check_rename(key: str, value: str, classes: Collection[str], fields: Collection[str]) -> None:
    if key not in classes and key not in fields:
        near = difflib.get_close_matches(key, [*classes, *fields], 1)
        hint = f'Did you mean "{near[0]}"?' if near else "A key is a table, a type, or table.column."
        raise refused(key, value, f'there is no table, type or column "{key}"', hint)
    if why := _no_name(value):
        raise refused(key, value, why)
    if key in classes and (value in naming.RESERVED_CLASSES or value in naming.RESERVED_FUNCTIONS):
        raise refused(key, value, "generated code uses the name itself")
    if key in classes and value in _BUILTINS:
        raise refused(key, value, "it is a name of Python's own")
    if key in fields and value in naming.MODEL_ATTRIBUTES:
        raise refused(key, value, "it is an attribute of every pydantic model")


def _no_name(value: str) -> str:
    """Why a text is no name for a class or an attribute; empty if it is one."""
    if not value:
        return "the name is empty"
    if keyword.iskeyword(value):
        return "it is a Python keyword"
    if not value.isidentifier() or unicodedata.normalize("NFKC", value) != value:
        return "it is no Python identifier"
    return "it begins with an underscore" if value.startswith("_") else ""


def check_fields(
    owner: str, renamed: Mapping[str, tuple[str, str]], fields: Sequence[FieldDef], final: Sequence[FieldDef]
) -> None:
    """Refuse names that were changed because they are taken. `renamed` gives key and value by column."""
    for one, shown in zip(fields, final, strict=True):
        if one.column not in renamed:
            continue
        key, value = renamed[one.column]
        for other in fields:
            # The other one may have been numbered to make room.
            same = other.name == value or (other.column == value and value not in renamed)
            if other is not one and same:
                raise refused(key, value, f'the column "{other.column}" of {owner} has that name')
        if shown.name != value:
            raise refused(key, value, f'the class of {owner} needs "{value}" for the types of its fields')
