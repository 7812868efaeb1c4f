"""Names that changed while nothing else did: constraints, indexes and sequences are renamed instead of made again.

Takes two models of the same tables; gives ALTER … RENAME statements. No rows are at stake, so that nothing is guessed:
what is renamed is equal in everything but its name. Renames of tables and columns are never found out here: they are
told (`renames.py`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.migrate.model import show
from querygen.migrate.reader import quoted
from querygen.migrate.statement import Statement

if TYPE_CHECKING:
    from querygen.migrate.model import Model, Object


def renames(old: Model, new: Model) -> list[Statement]:
    """One statement for each object that only its name tells from a new one."""
    gone: dict[Any, list[Object]] = defaultdict(list)
    come: dict[Any, list[Object]] = defaultdict(list)
    for model, other, found in ((old, new, gone), (new, old, come)):
        for identity, one in model.objects.items():
            if identity not in other.objects and (key := _key(one, model)) is not None:
                found[key].append(one)
    statements = []
    taken = {one.claims for one in old.objects.values()}
    for key, before in gone.items():
        after = come.get(key, [])
        if len(before) == len(after) == 1 and after[0].claims not in taken - {None}:
            statements.append(_rename(before[0], after[0]))
    return statements


def _key(one: Object, model: Model) -> Any:
    """Everything of the object but its name."""
    kind, *names = one.id
    match kind:
        case "constraint":
            attrs = {key: value for key, value in one.attrs.items() if not key.startswith("_")}
            return kind, names[0], names[1], tuple(sorted(attrs.items(), key=str)), one.inherited
        case "index":
            keys = ("unique", "only", "table", "definition")
            return kind, tuple(one.attrs[key] for key in keys), one.inherited
        case "sequence":
            owned = model.objects.get(("owned", *names))
            if owned is None:
                return None
            attrs = {key: value for key, value in one.attrs.items() if not key.startswith("_")}
            return kind, names[0], owned.attrs["column"], tuple(sorted(attrs.items()))
    return None


def _rename(old: Object, new: Object) -> Statement:
    what = f"rename {show(old.id)}"
    name = quote_identifier(new.id[-1])
    match old.id[0]:
        case "constraint":
            sql = (
                f"ALTER TABLE {quoted(old.id[1], old.id[2])} RENAME CONSTRAINT {quote_identifier(old.id[3])} TO {name}"
            )
        case "index":
            sql = f"ALTER INDEX {quoted(*old.id[1:])} RENAME TO {name}"
        case _:
            sql = f"ALTER SEQUENCE {quoted(*old.id[1:])} RENAME TO {name}"
    return Statement(sql, what, target=new.id)
