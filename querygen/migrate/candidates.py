"""What may have been renamed: something is gone, and exactly one thing of equal type has come.

Takes two models and what would be dropped; gives `Candidate`s, which are asked about and never taken for granted.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.migrate.reader import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from querygen.migrate.model import Id, Model, Object


class Candidate(Struct, frozen=True):
    """An object of the old schema, and the one of the new schema that may be it."""

    before: Id
    after: Id

    @property
    def option(self) -> str:
        """What --rename has to say."""
        return f"{_path(self.before)}={_path(self.after)}"


def candidates(old: Model, new: Model, dropped: Collection[Id]) -> tuple[Candidate, ...]:
    """Those among `dropped` for which exactly one new object is of equal type, in the order of the old schema."""
    gone: dict[Any, list[Id]] = defaultdict(list)
    come: dict[Any, list[Id]] = defaultdict(list)
    for model, other, found in ((old, new, gone), (new, old, come)):
        columns = _columns(model)
        for identity, one in model.objects.items():
            if identity not in other.objects and (key := _type_of(one, other, columns)) is not None:
                found[key].append(identity)
    pairs = [Candidate(ids[0], come[key][0]) for key, ids in gone.items() if len(ids) == len(come.get(key, ())) == 1]
    return tuple(one for one in pairs if one.before in dropped)


def _columns(model: Model) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """The columns of each table, with their types, by name."""
    found: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for identity, one in model.objects.items():
        if identity[0] == "column":
            found[identity[1:3]].append((identity[3], one.attrs["type"]))
    return {table: sorted(columns) for table, columns in found.items()}


def _type_of(one: Object, other: Model, columns: dict[tuple[str, ...], list[tuple[str, str]]]) -> Any:
    """What the two have to have in common; None: nothing that is worth a question."""
    kind, schema, *names = one.id if len(one.id) > 2 else ("", "")
    match kind:
        case "table":
            found = columns.get(one.id[1:3])
            return None if not found or one.inherited else (kind, schema, one.attrs["kind"], tuple(found))
        case "column":
            if one.inherited or ("table", schema, names[0]) not in other.objects:
                return None
            return kind, schema, names[0], one.attrs["type"], one.attrs["generated"], one.attrs["expression"]
        case "type":
            said = {key: value for key, value in one.attrs.items() if not key.startswith("_")}
            return kind, schema, str(sorted(said.items()))
    return None


def _path(identity: Id) -> str:
    """With its schema: without it the names may be those of something else, too."""
    return quoted(*identity[1:])
