"""What a project may choose about its generated code: `RenderOptions`, filled by the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class TypeOverride:
    """Another Python type for values of a database type or domain, of a column, or of a query's column or parameter.

    One of `type` (`citext`, `public.money_amount`), `column` (`user.settings`, `auth.user.settings`) and `query`
    (`GetUser.settings`, a result column or a parameter) says for what; of several that fit, the query's wins, then the
    column's. `python` is a dotted name (`app.types.UserId`) or an expression of such names (`list[app.types.Tag]`).
    `load` and `dump` are dotted names of functions that take one value. Without them, JSON is validated as `python`
    and written by pydantic; any other value is passed to `python` to be read, and as it is to be written.
    """

    python: str
    type: str = ""
    column: str = ""
    query: str = ""
    load: str = ""
    dump: str = ""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What is chosen, with its defaults.

    `rename` and `singular_exceptions` are keyed by the database's names.

    `rename` maps `table`, `type` or `schema.table` to the name of its class, and `table.column` or
    `schema.table.column` to the name of its field. A name in `singular_exceptions` (a table, or the last word of
    one) keeps its number in the class name.
    """

    style: Literal["functions"] = "functions"
    emit_sync: bool = True
    emit_async: bool = True
    validate_rows: bool = False  # Model(...) in place of the direct construction
    omit_unused: bool = False  # no classes for tables and enums that no query uses
    nullable_elements: bool = False  # list[T | None] also for arrays of which nothing is known, as those of a table
    insert_models: bool = False  # NewUser and UserPatch beside User: they cost import time, so they are asked for
    pool_module: bool = False  # db.py: connections and pools from DATABASE_URL
    sql_tags: Mapping[str, str] | None = None  # sqlcommenter: these tags, and the query's name, behind every statement
    overrides: tuple[TypeOverride, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    singular_exceptions: frozenset[str] = frozenset()
