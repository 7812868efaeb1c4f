"""One statement of a migration: its SQL, what it does in words, and what is dangerous about it.

Hazards have the names that stripe's pg-schema-diff gave them, each with a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.migrate.model import Id, Model

DELETES_DATA = "DELETES_DATA"
REWRITES_TABLE = "REWRITES_TABLE"
EXCLUSIVE_LOCK = "ACQUIRES_ACCESS_EXCLUSIVE_LOCK"
SHARE_LOCK = "ACQUIRES_SHARE_LOCK"
SHARE_ROW_LOCK = "ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK"
MAY_FAIL = "FAILS_ON_ROWS"
INDEX_DROPPED = "INDEX_DROPPED"
AUTHZ_UPDATE = "AUTHZ_UPDATE"
NEW_TRANSACTION = "USABLE_AFTER_COMMIT"


class Hazard(Struct, frozen=True):
    """A danger, and why."""

    name: str
    why: str


class Statement(Struct, frozen=True):
    """`sql` has no semicolon at its end. `alone` is one that cannot be run in a transaction."""

    sql: str
    what: str
    hazards: tuple[Hazard, ...] = ()
    target: Id = ()
    alone: bool = False
    drops: bool = False  # takes away something that the new schema no longer declares
    loses: tuple[Id, ...] = ()  # what goes of an object that stays: values of an enum, attributes of a type
    commits: bool = False  # what follows needs it committed: a new value of an enum


def taken(statements: Iterable[Statement], after: Model) -> tuple[Id, ...]:
    """What these take away that the new schema no longer declares."""
    found: dict[Id, None] = {}
    for one in statements:
        if one.drops and one.target not in after.objects:
            found[one.target] = None
        found |= dict.fromkeys(one.loses)
    return tuple(found)


class Refusal(Struct, frozen=True):
    """Why nothing is printed: one object, one reason, what to do."""

    target: Id
    reason: str
    hint: str | None = None
