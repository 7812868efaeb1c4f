"""A schema as the differ sees it: `Object`s by identity, with everything that can differ as plain values.

Names and expressions in `attrs` are text in the one form that `catalog/ruleutils.py` prints, so that two objects are
equal if and only if their `attrs` are.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct, field

# The kind, then names: ("table", "public", "users"), ("column", "public", "users", "email"),
# ("comment", *identity of what it is on)
Id: TypeAlias = tuple[str, ...]


class Object(Struct, frozen=True):
    """Something that a schema declares. It goes when `parent` goes."""

    id: Id
    attrs: dict[str, Any]
    parent: Id | None = None
    needs: frozenset[Id] = frozenset()  # what has to be there before it
    weak: frozenset[Id] = frozenset()  # what should be, but need not: bodies of functions are text
    inherited: bool = False  # the server makes and drops it with the parent table's
    claims: Id | None = None  # the name that it takes from all others of its kind of names


class Model(Struct):
    """Every object of a schema, in the order in which they were declared."""

    objects: dict[Id, Object] = field(default_factory=dict)
    pieces: dict[tuple[str, int], list[Object]] = field(default_factory=dict)  # what was read of which relation
    added: list[Object] = field(default_factory=list)
    born: dict[str, Any] = field(default_factory=dict)  # default privileges: kind and schema → what new objects have

    def add(self, one: Object) -> None:
        self.objects[one.id] = one
        self.added.append(one)


def show(identity: Id) -> str:
    """An object's name for people: "column public.users.email"."""
    if not identity:
        return "the schema"
    kind, *names = identity
    if kind in ("comment", "acl", "owner"):
        word = {"comment": "comment on", "acl": "privileges on", "owner": "owner of"}[kind]
        return f"{word} {show(tuple(names))}"
    if kind == "unit":
        return f"{names[0].lower()} {names[1]}"
    if kind == "notnull":
        return f"NOT NULL of column {'.'.join(names)}"
    if kind == "value":
        return f"value {names[2]} of type {names[0]}.{names[1]}"
    if kind == "attribute":
        return f"attribute {names[2]} of type {names[0]}.{names[1]}"
    if kind == "default":
        return f"default of column {'.'.join(names)}"
    if kind in ("function", "aggregate"):
        return f"{kind} {names[0]}.{names[1]}({names[2]})"
    if kind == "constraint" or kind in ("trigger", "policy", "rule"):
        return f"{kind} {names[2]} on {names[0]}.{names[1]}"
    if kind == "domcheck":
        return f"constraint {names[2]} on domain {names[0]}.{names[1]}"
    words = {"matview": "materialized view", "defacl": "default privileges", "owned": "owner column of sequence"}
    return f"{words.get(kind, kind)} {'.'.join(names)}"
