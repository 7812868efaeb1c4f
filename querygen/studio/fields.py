"""What a value of a type is edited with: one vocabulary for the columns of a row and the parameters of a query.

Takes what the server or the catalog says of a type; gives `Field`s for the templates and reads them back from a form.
Whatever the widget, what is sent is PostgreSQL's text of the value: the server casts it and says what is wrong.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from querygen.studio.structure import ServerColumn


class Editor(StrEnum):
    """The widget. All but BOOL and ENUM are text, which app.js takes apart for lists and ranges."""

    LINE = "line"
    LONG = "long"
    BOOL = "bool"
    ENUM = "enum"
    JSON = "json"
    LIST = "list"
    RANGE = "range"
    BYTES = "bytes"


class Mode(StrEnum):
    """What is given for a field."""

    VALUE = "value"
    NULL = "null"
    EMPTY = "empty"  # the empty text, where leaving a field empty could be forgetting it
    DEFAULT = "default"
    UNSET = "unset"


class Refers(Struct, frozen=True):
    """The table that a foreign key is of, with some values of its column; `more`: not all of them."""

    schema: str
    table: str
    column: str
    values: tuple[str, ...] = ()
    more: bool = False


class Field(Struct, frozen=True):
    """`number` names it in the form. `value` is None where nothing is known or the value is NULL."""

    number: str
    name: str
    type: str
    editor: Editor
    modes: tuple[Mode, ...]
    mode: Mode
    value: str | None = None
    labels: tuple[str, ...] = ()
    note: str = ""
    delimiter: str = ","
    fixed: str = ""  # why it cannot be edited
    length: int | None = None  # of a value that is too long to be edited here
    required: bool = False  # of a new row: neither NULL nor a default can stand for it
    refers: Refers | None = None

    @property
    def needed(self) -> bool:
        """Whether an empty text cannot be a value: of one line, all but characters."""
        return self.editor is Editor.LINE and not self.type.startswith(("character", '"char"', "name", "bit"))


class Given(Struct, frozen=True):
    mode: Mode
    text: str | None


def editor_of(category: str, kind: str, base: str) -> Editor:
    """By pg_type's typcategory, typtype and name of the base type."""
    match kind, category, base:
        case "e", _, _:
            return Editor.ENUM
        case "r", _, _:
            return Editor.RANGE
        case _, "A", _:
            return Editor.LIST
        case _, _, "bool":
            return Editor.BOOL
        case _, _, "json" | "jsonb":
            return Editor.JSON
        case _, _, "bytea":
            return Editor.BYTES
        case _, _, "text" | "varchar" | "xml" | "jsonpath" | "tsvector" | "tsquery" | "hstore" | "citext":
            return Editor.LONG
    return Editor.LINE


def column_field(
    column: ServerColumn, value: str | None, *, new: bool, length: int | None = None, refers: Refers | None = None
) -> Field:
    """The field of a column, for a row that is there or a new one."""
    modes = [Mode.VALUE]
    if not column.not_null:
        modes.append(Mode.NULL)
    has_default = column.default is not None or column.identity != ""
    if new and has_default:
        modes.insert(0, Mode.DEFAULT)
    editor = editor_of(column.category, column.kind, column.base)
    required = new and column.not_null and not has_default and column.writable
    if required and (editor is Editor.LONG or column.category == "S"):
        modes.append(Mode.EMPTY)
    mode = Mode.NULL if value is None and Mode.NULL in modes else Mode.VALUE
    if new:
        mode = Mode.DEFAULT if has_default else Mode.VALUE if column.not_null else Mode.NULL
    fixed = ""
    if column.generated:
        fixed = "computed by PostgreSQL"
    elif column.identity == "a":
        fixed = "numbered by PostgreSQL"
    elif length is not None:
        fixed = "too long to be edited here"
    return Field(
        str(column.number),
        column.name,
        column.shown_type,
        editor,
        tuple(modes),
        mode,
        value,
        column.labels,
        column.default if new and column.default else column.comment or "",
        column.delimiter,
        fixed,
        length,
        required,
        refers,
    )


def read(form: Mapping[str, str], field: Field) -> Given | None:
    """What the form gives for a field; None where the field was not in it."""
    mode = form.get(f"m.{field.number}")
    text = form.get(f"v.{field.number}")
    if mode is None and text is None:
        return None
    chosen = Mode(mode) if mode in list(Mode) else Mode.VALUE
    if chosen is not Mode.VALUE:
        return Given(chosen, "" if chosen is Mode.EMPTY else None)
    return Given(Mode.VALUE, with_line_ends(text or "", field.value))


def with_line_ends(text: str, before: str | None) -> str:
    """A form sends every line end as CR LF: they become what they were, LF where that is not known."""
    plain = text.replace("\r\n", "\n")
    if before is not None and plain == before.replace("\r\n", "\n").replace("\r", "\n"):
        return before
    if before is not None and "\r\n" in before and "\n" not in before.replace("\r\n", ""):
        return plain.replace("\n", "\r\n")
    return plain
