"""What a project may choose about its queriers (`style = "querier"`): the options of sqlc-gen-python, under its names.

Filled by the configuration, by a `sqlc.yaml`, or by the options that sqlc hands to its plugin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from querygen.render.options import TypeOverride

DEFAULT_PARAMETER_LIMIT: Final = 4


@dataclass(frozen=True, slots=True)
class QuerierOptions:
    """What is chosen, with sqlc-gen-python's defaults: it writes no querier that is not asked for.

    `package` is the dotted name by which the files import `models`; without one they import it from beside themselves.
    A method of more than `query_parameter_limit` parameters takes one object. `rename` and `overrides` are querygen's
    own, as in `RenderOptions`; a table in `inflection_exclude_table_names` keeps its number.
    """

    package: str = ""
    emit_sync_querier: bool = False
    emit_async_querier: bool = False
    emit_pydantic_models: bool = False
    emit_str_enum: bool = False
    emit_exact_table_names: bool = False
    query_parameter_limit: int = DEFAULT_PARAMETER_LIMIT
    inflection_exclude_table_names: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[TypeOverride, ...] = ()
