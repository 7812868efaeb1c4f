"""What a project may choose about its generated code: `RenderOptions`, filled by the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """`rename` and `singular_exceptions` are keyed by the database's names.

    `rename` maps `table`, `type` or `schema.table` to the name of its class, and `table.column` or
    `schema.table.column` to the name of its field. A name in `singular_exceptions` (a table, or the last word of
    one) keeps its number in the class name.
    """

    style: Literal["functions"] = "functions"
    emit_sync: bool = True
    emit_async: bool = True
    validate_rows: bool = False  # Model(...) in place of the direct construction
    omit_unused: bool = False  # no classes for tables and enums that no query uses
    nullable_elements: bool = False  # list[T | None] where it is not proved that no element is NULL
    rename: Mapping[str, str] = field(default_factory=dict)
    singular_exceptions: frozenset[str] = frozenset()
