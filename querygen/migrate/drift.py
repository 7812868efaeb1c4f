"""Where a live database is not what the migrations, or the schema, say: object by object.

Takes two `Loaded`s; gives a `Drift` for each object that is missing, unknown or different, with what differs in it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.migrate.model import Model, show
from querygen.migrate.read import read_model

if TYPE_CHECKING:
    from querygen.migrate.load import Loaded
    from querygen.migrate.model import Object


_TEXT: Final = ("unit", "rule")
_SHORT: Final = 80  # what is longer, such as a view's query, is left to --json


class Change(StrEnum):
    """What is wrong with an object of the database."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


class Detail(Struct, frozen=True):
    """An attribute in which an object differs, as text."""

    attribute: str
    database: str
    wanted: str

    @property
    def told(self) -> str:
        name = self.attribute.replace("_", " ")
        if max(len(self.database), len(self.wanted)) > _SHORT:
            return f"{name} is another in the database"
        return f"{name} is {self.database} in the database and should be {self.wanted}"


class Drift(Struct, frozen=True):
    """One object. `details` is empty unless it is different."""

    id: tuple[str, ...]
    change: Change
    details: tuple[Detail, ...] = ()

    @property
    def kind(self) -> str:
        return self.id[0] if self.id[0] != "unit" else self.id[1].lower()

    @property
    def name(self) -> str:
        return ".".join(self.id[1:]) if self.id[0] != "unit" else self.id[2]

    @property
    def text(self) -> str:
        """For people: `column public.users.email: type is text, should be varchar(80)`."""
        name = show(self.id)
        match self.change:
            case Change.MISSING:
                return f"{name} is missing in the database"
            case Change.UNKNOWN:
                return f"{name} is only in the database"
        return f"{name}: " + "; ".join(one.told for one in self.details)


def drift(live: Loaded, wanted: Loaded, *, certain: bool = True) -> tuple[list[Drift], list[str]]:
    """Every difference, sorted by name; and what could not be read on either side.

    Unless it is `certain` that a server has printed both, what is kept as text is not compared: its words differ for
    nothing.
    """
    here, problems = read_model(live.state)
    there, more = read_model(wanted.state)
    found = [
        one for one in compare(here, there) if certain or one.change is not Change.DIFFERENT or one.id[0] not in _TEXT
    ]
    return found, [*(f"the database: {one}" for one in problems), *(f"the schema: {one}" for one in more)]


def compare(live: Model, wanted: Model) -> list[Drift]:
    """The same of two models. What goes or comes with a table that is missing or unknown is not told again."""
    found = []
    for identity in {**live.objects, **wanted.objects}:
        one, other = live.objects.get(identity), wanted.objects.get(identity)
        if one is None and other is not None:
            if not _told_with(other, live, wanted):
                found.append(Drift(identity, Change.MISSING))
        elif other is None and one is not None:
            if not _told_with(one, wanted, live):
                found.append(Drift(identity, Change.UNKNOWN))
        elif one is not None and other is not None and (details := _details(one, other)):
            found.append(Drift(identity, Change.DIFFERENT, details))
    return sorted(found, key=lambda one: (show(one.id), one.change))


def _told_with(one: Object, without: Model, within: Model) -> bool:
    """Is the object that it belongs to not there either?"""
    parent = one.parent
    while parent is not None and parent in within.objects:
        if parent not in without.objects:
            return True
        parent = within.objects[parent].parent
    return False


def _details(live: Object, wanted: Object) -> tuple[Detail, ...]:
    found = []
    for key, value in wanted.attrs.items():
        if key.startswith("_") or live.attrs.get(key) == value:
            continue
        found.append(Detail(key, _shown(live.attrs.get(key)), _shown(value)))
    return tuple(found)


def _shown(value: Any) -> str:
    match value:
        case frozenset():
            return ", ".join(sorted(_right(one) for one in value)) or "none"
        case None | "" | ():
            return "none"
        case bool():
            return "true" if value else "false"
        case str() | int():
            return " ".join(str(value).split())
        case tuple() | list():
            return "(" + ", ".join(_shown(one) for one in value) + ")"
        case dict():
            return "(" + ", ".join(f"{key} {_shown(one)}" for key, one in value.items()) + ")"
    return str(value)


def _right(one: Any) -> str:
    match one:
        case (str() as grantee, str() as privilege, bool() as grant):
            return f"{privilege} to {grantee or 'PUBLIC'}" + (" with grant option" if grant else "")
    return str(one)
