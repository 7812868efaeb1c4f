"""Two models to actions: what is dropped, what is made, what changes in place, and what has to be made again.

Takes the schema as it is and as it shall be; gives a `Plan`. An object that cannot change in place is dropped and made
again, and with it everything that needs it (`_close`); rows are never among what is made again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.migrate import casts, kinds
from querygen.migrate.labels import lost_values
from querygen.migrate.model import Model, show
from querygen.migrate.order import Action, sort
from querygen.migrate.reader import quoted
from querygen.migrate.statement import MAY_FAIL, REWRITES_TABLE, Hazard, Refusal, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from querygen.catalog.catalog import Catalog
    from querygen.migrate.model import Id, Object

# Parts that CREATE TABLE and ADD COLUMN can say.
_AT_TABLE = frozenset({"column", "default", "identity", "notnull", "constraint", "partition", "inherit"})
_AT_COLUMN = frozenset({"default", "identity", "notnull"})
# What a change of a column's type does not leave alone.
_RETYPED = frozenset({"view", "matview", "rule", "policy", "trigger", "function"})
_ORDER = [
    "unit",
    "schema",
    "type",
    "domcheck",
    "sequence",
    "function",
    "table",
    "column",
    "identity",
    "default",
    "notnull",
    "owned",
    "constraint",
    "index",
    "partition",
    "inherit",
    "replident",
    "cluster",
    "view",
    "matview",
    "trigger",
    "rule",
    "policy",
    "comment",
    "owner",
    "acl",
    "defacl",
]
_RANKS = {kind: place for place, kind in enumerate(_ORDER)}


class Plan(Struct):
    """Statements in order; or why there are none."""

    statements: list[Statement] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class Planner:
    """The state of planning; `plan` is the door."""

    def __init__(
        self, old: Model, new: Model, before: Catalog, after: Catalog, asked: Mapping[tuple[str, ...], str]
    ) -> None:
        self.old, self.new = old, new
        self.before, self.after = before, after
        self.asked = asked  # --using: (schema, table, column) → expression
        self.refusals: list[Refusal] = []
        self.alters: dict[Id, list[Statement]] = {}
        self.dropped: set[Id] = {one for one in old.objects if one not in new.objects}
        self.made: set[Id] = {one for one in new.objects if one not in old.objects}
        self.again: set[Id] = set()
        self.moved: dict[Id, set[Id]] = defaultdict(set)  # type that is made anew → columns that follow
        self.retyped: set[Id] = set()
        self.dependents: dict[Id, set[Id]] = defaultdict(set)
        self.order = {identity: number for number, identity in enumerate(new.objects)}
        # tables that are parted from, or come to, the table that they have columns of
        self.parted = {one[1:3] for one in self.dropped if one[0] in ("partition", "inherit")}
        self.joined = {one[1:3] for one in self.made if one[0] in ("partition", "inherit")}
        self.keys_of: dict[tuple[str, ...], list[Id]] = defaultdict(list)  # foreign keys by schema and table
        for identity, one in old.objects.items():
            if identity[0] == "constraint" and one.attrs["kind"] == "f":
                self.keys_of[identity[1:3]].append(identity)
            for need in one.needs:
                self.dependents[need].add(identity)
            if one.parent is not None:
                self.dependents[one.parent].add(identity)

    # ------------------------------------------------------------------ what changes

    def compare(self) -> None:
        """Find what changes in place, and what cannot."""
        for identity, new in self.new.objects.items():
            old = self.old.objects.get(identity)
            if old is not None and self._stops_being_local(old, new):
                reason = "it is declared at the table itself, and the new schema only inherits it"
                hint = (
                    "Declare it at the table, too, or drop it there in a migration of its own: its values go with it."
                )
                self.refusals.append(Refusal(identity, reason, hint))
            if old is None:
                continue
            if old.inherited or new.inherited:
                if self._joins(old, new) and (renamed := kinds.alter(old, new, self.new, None)):
                    self.alters[identity] = renamed if isinstance(renamed, list) else []
                continue
            if _same(old.attrs, new.attrs) and identity[:2] != ("unit", "EXTENSION"):
                continue
            result = self._alter(old, new)
            if isinstance(result, Refusal):
                self.refusals.append(result)
            elif result is None:
                self._make_again(identity)
            elif result:
                self.alters[identity] = result

    def _stops_being_local(self, old: Object, new: Object) -> bool:
        if new.id[0] != "column" or not old.attrs["local"] or new.attrs["local"]:
            return False
        return ("partition", *new.id[1:3]) not in self.new.objects

    def _joins(self, old: Object, new: Object) -> bool:
        """Is it a NOT NULL that has to have its name before its table is attached? After that nothing renames it."""
        if new.id[0] != "notnull" or old.inherited or new.id[1:3] not in self.joined:
            return False
        return bool(old.attrs["name"] != new.attrs["name"])

    def _alter(self, old: Object, new: Object) -> list[Statement] | Refusal | None:
        if new.id[0] == "column":
            return self._alter_column(old, new)
        if new.id[0] == "type" and old.attrs["kind"] == new.attrs["kind"] == "composite":
            before = {one[0]: one for one in old.attrs["attributes"]}
            retyped = any(before.get(one[0], one) != one for one in new.attrs["attributes"])
            if retyped and any(one[0] in ("column", "type") for one in self.dependents[new.id]):
                return None
        return kinds.alter(old, new, self.new, None)

    def _alter_column(self, old: Object, new: Object) -> list[Statement] | Refusal | None:
        expression = None
        keys = ("type", "collation")
        if any(old.attrs[key] != new.attrs[key] for key in keys) and not new.attrs["generated"]:
            self.retyped.add(new.id)
            expression = self.asked.get(new.id[1:])
            if expression is None and old.attrs["type"] != new.attrs["type"]:
                try:
                    expression = casts.using(old, new, self.before, self.after)
                except casts.NoCastError as none:
                    option = f"""--using '{".".join(new.id[1:])}=EXPRESSION'"""
                    return Refusal(new.id, str(none), f"Say how the values are converted: {option}.")
        elif old.attrs["type"] != new.attrs["type"]:
            return None  # a generated column holds nothing of its own
        return kinds.alter(old, new, self.new, expression)

    # ------------------------------------------------------------------ what follows from it

    def _make_again(self, identity: Id) -> None:
        self.again.add(identity)

    def close(self) -> None:
        """Everything that needs what goes or is made again, until nothing is added."""
        queue = [*self.dropped, *self.again, *self.retyped]
        seen: set[Id] = set()
        while queue:
            here = queue.pop()
            for identity in sorted(self.dependents[here]):
                if identity in self.dropped or identity in self.again:
                    continue
                if identity[0] in ("partition", "inherit") and here[0] != "table":
                    continue  # the columns come and go while the tables belong together
                if here in self.retyped and here not in self.dropped and here not in self.again:
                    if not self._breaks_on_retype(identity, here):
                        continue
                if self._follow(identity, here) and identity not in seen:
                    seen.add(identity)
                    queue.append(identity)

    def _breaks_on_retype(self, identity: Id, column: Id) -> bool:
        kind = identity[0]
        one = self.old.objects[identity]
        if kind == "constraint":
            return bool(one.attrs["kind"] == "f")
        if kind == "default":
            return self._default_breaks(identity, column)
        if kind == "column":
            return bool(one.attrs["generated"])
        if kind == "unit":
            return identity[1] == "PUBLICATION"
        return kind in _RETYPED

    def _default_breaks(self, identity: Id, column: Id) -> bool:
        old, new = self.old.objects[column], self.new.objects[column]
        if identity not in self.new.objects:
            return True
        text = self.old.objects[identity].attrs["sql"]
        same = text == self.new.objects[identity].attrs["sql"]
        return not (same and (old.attrs["_oid"] == new.attrs["_oid"] or "::" not in text))

    def _follow(self, identity: Id, here: Id) -> bool:
        """Let a dependent follow; True: it is made again, too."""
        old, new = self.old.objects[identity], self.new.objects[identity]
        if old.inherited and new.inherited:
            return False
        kind = identity[0]
        needs_it = here in new.needs or here == new.parent
        if identity in self.alters and not needs_it and here not in self.retyped:
            return False  # the change takes the need away
        if not needs_it and here not in self.retyped:
            # the new one is the same without it: only bookkeeping says otherwise
            if kind not in ("table", "column", "sequence"):
                self.again.add(identity)
                return True
            return False
        if kind == "column":
            return self._column_follows(identity, here, new)
        if kind == "table":
            reason = f"it depends on {show(here)}, which has to be dropped and made again"
            self.refusals.append(Refusal(identity, reason, "Change that in a migration of its own."))
            return False
        if kind == "sequence":
            return False
        if kind == "type" and here[0] == "type":
            users = [one for one in self.dependents[identity] if one[0] == "column"]
            if users:
                self.moved[identity] |= set()
        self.again.add(identity)
        return True

    def _column_follows(self, identity: Id, here: Id, new: Object) -> bool:
        if new.attrs["generated"]:
            self.again.add(identity)
            self.alters.pop(identity, None)
            return True
        if here[0] in ("type", "unit"):
            if here[0] == "unit":
                reason = f"its type belongs to {show(here)}, which has to be dropped and made again"
                self.refusals.append(Refusal(identity, reason, "Change that in a migration of its own."))
                return False
            self.moved[here].add(identity)
            self.retyped.add(identity)
            return True  # what stands on the column is looked at as after a change of its type
        return False

    # ------------------------------------------------------------------ actions

    def actions(self) -> list[Action]:
        found: list[Action] = []
        moved_types = {one for one, columns in self.moved.items() if columns and one in self.again}
        moved_columns = {one for columns in self.moved.values() for one in columns}
        found += self._drops(moved_types)
        found += [self._move(one) for one in sorted(moved_types)]
        for identity, statements in self.alters.items():
            if identity in self.again or identity in moved_columns:
                continue
            if statements:
                found.append(self._altered(identity, statements))
        found += self._creates(moved_types)
        return self._bounds_together(found)

    def _bounds_together(self, found: list[Action]) -> list[Action]:
        """Bounds that change beside each other: all are detached before one is attached, and new ones come after."""
        groups: dict[Id, list[Action]] = defaultdict(list)
        for action in found:
            changed = [one for one in action.produces & action.destroys if one[0] == "partition"]
            if changed and len(action.statements) == 2 * len(changed):
                groups[self.new.objects[changed[0]].attrs["of"]].append(action)
        for parent, actions in groups.items():
            first, *others = actions
            for other in others:
                for mine, theirs in (
                    (first.destroys, other.destroys),
                    (first.produces, other.produces),
                    (first.old_needs, other.old_needs),
                    (first.needs, other.needs),
                    (first.weak, other.weak),
                ):
                    mine |= theirs
            every = [one for action in actions for one in action.statements]
            first.statements = [*every[::2], *every[1::2]]  # each has DETACH and ATTACH
            found = [one for one in found if one not in others]
            for action in found:
                new = [one for one in action.produces if one[0] == "partition"]
                if action is not first and any(self.new.objects[one].attrs["of"] == parent for one in new):
                    action.needs |= first.produces
        return found

    def _goes(self, identity: Id) -> bool:
        return identity in self.dropped or identity in self.again

    def _drops(self, moved_types: set[Id]) -> list[Action]:
        """One action for each object that is dropped by itself, with those that go with it."""
        tops: dict[Id, Action] = {}
        order = {identity: number for number, identity in enumerate(self.old.objects)}
        for identity, one in self.old.objects.items():
            if not self._goes(identity) or identity in moved_types:
                continue
            top = self._top(identity)
            if top is None or top in moved_types:
                continue
            if top not in tops:
                rank = (0, -_RANKS[top[0]], -order[top])
                tops[top] = Action(rank, [])
            action = tops[top]
            action.destroys.add(identity)
            action.old_needs |= one.needs
            if one.claims is not None:
                action.frees.add(one.claims)
        for top, action in tops.items():
            action.statements = kinds.drop(self.old.objects[top], self.old)
            if top in self.again and (lost := lost_values(self.old.objects[top], self.new.objects[top])):
                action.statements = [replace(one, loses=lost) for one in action.statements]
            if top[0] == "column" and self._kept_by_children(top):
                action.statements = [_only(one) for one in action.statements]
            action.old_needs -= action.destroys
        return [*tops.values()]

    def _kept_by_children(self, column: Id) -> bool:
        """Does a child table keep as its own what it had from this column's table?"""
        for identity, one in self.old.objects.items():
            if identity[0] == "inherit" and one.attrs["of"][1:] == column[1:3]:
                mine = ("column", *identity[1:3], column[3])
                if mine in self.old.objects and mine in self.new.objects and not self.new.objects[mine].inherited:
                    return True
        return False

    def _top(self, identity: Id) -> Id | None:
        """The outermost object with which this one goes; None: the server does it with something that stays."""
        one = self.old.objects[identity]
        if one.id[0] == "constraint" and one.attrs["kind"] == "f" and self._in_a_circle(one):
            return identity
        top = identity
        place = one
        while place.parent is not None and place.parent in self.old.objects:
            parent = place.parent
            if self._goes(parent) and not (place.id[0] == "owned" and ("sequence", *place.id[1:]) in self.new.objects):
                top = parent
            elif not place.inherited or place.id[0] == "table":
                break
            place = self.old.objects[parent]
        if self.old.objects[top].inherited and not self._is_left_alone(top):
            return None
        if one.id[0] == "owned" and top == identity and ("sequence", *one.id[1:]) in self.dropped:
            return None if ("sequence", *one.id[1:]) not in self.again else top
        return top

    def _is_left_alone(self, identity: Id) -> bool:
        """What a table had from another is its own when the two no longer belong together."""
        return identity[1:3] in self.parted

    def _in_a_circle(self, key: Object) -> bool:
        """Is it a foreign key between tables that are dropped, and refer to each other?"""
        mine: Id = ("table", key.id[1], key.id[2])
        queue = [one for one in key.needs if one[0] == "table" and one != mine]
        seen = {*queue}
        while queue:
            here = queue.pop()
            if here == mine:
                return True
            for identity in self.keys_of.get(here[1:], ()):
                for need in self.old.objects[identity].needs:
                    if need[0] == "table" and need not in seen and self._goes(need):
                        seen.add(need)
                        queue.append(need)
        return False

    def _altered(self, identity: Id, statements: list[Statement]) -> Action:
        old, new = self.old.objects[identity], self.new.objects[identity]
        return Action(
            (1, _RANKS[identity[0]], self.order[identity]),
            statements,
            destroys={identity},
            produces={identity},
            old_needs={*old.needs},
            needs={*new.needs},
            weak={*new.weak},
        )

    def _move(self, identity: Id) -> Action:
        """A type that is made anew while columns have it: renamed, made, columns changed, the old one dropped."""
        old, new = self.old.objects[identity], self.new.objects[identity]
        aside = f"{identity[2]}__old"[:63]
        word = "DOMAIN" if old.attrs["kind"] == "domain" else "TYPE"
        name, kept = quoted(*identity[1:]), quoted(identity[1], aside)
        what = f"make {show(identity)} anew"
        statements = [Statement(f"ALTER {word} {name} RENAME TO {quoted(aside)}", what, target=identity)]
        statements += kinds.create(new, [], self.new, self.old)
        action = Action((1, _RANKS["type"], 0), [])
        for column in sorted(self.moved[identity]):
            before, after = self.old.objects[column], self.new.objects[column]
            expression = self.asked.get(column[1:]) or casts.using(before, after, self.before, self.after, moved=True)
            table = self.new.objects["table", column[1], column[2]]
            from querygen.migrate.sql_table import table_word

            sql = f"ALTER {table_word(table)} {quoted(column[1], column[2])} ALTER COLUMN {quoted(column[3])}"
            sql += f" TYPE {after.attrs['type']} USING {expression}"
            hazards = (
                Hazard(REWRITES_TABLE, "the table is written anew under an exclusive lock"),
                Hazard(MAY_FAIL, "fails if a value is not among those of the new type"),
            )
            statements.append(Statement(sql, f"change {show(column)}", hazards, target=column))
            statements += [
                one for one in self.alters.get(column, []) if " TYPE " not in one.sql or " SET STORAGE" in one.sql
            ]
            action.destroys.add(column)
            action.produces.add(column)
            action.old_needs |= before.needs
            action.needs |= after.needs
        statements.append(Statement(f"DROP {word} {kept}", what, target=identity, loses=lost_values(old, new)))
        action.statements = statements
        action.destroys.add(identity)
        action.produces.add(identity)
        action.old_needs |= old.needs
        action.needs |= new.needs
        action.needs -= action.produces
        action.old_needs -= action.destroys
        return action

    def _creates(self, moved_types: set[Id]) -> list[Action]:
        wanted = {
            identity: self.new.objects[identity]
            for identity in self.new.objects
            if (identity in self.made or identity in self.again)
            and identity not in moved_types
            and (not self.new.objects[identity].inherited or self._has_to_be_there(identity))
        }
        inherited = {identity for identity in self.made if self.new.objects[identity].inherited} - {*wanted}
        given: dict[tuple[str, ...], list[Id]] = defaultdict(list)  # what the server makes at each table
        for identity in inherited:
            given[identity[1:3]].append(identity)
        parts = self._parts(wanted)
        inside = {part for found in parts.values() for part in found}
        actions = []
        for identity, one in wanted.items():
            if identity in inside:
                continue
            mine = [self.new.objects[part] for part in parts.get(identity, ())]
            everything = [one, *mine]
            if identity[0] == "table":
                below = [part for part in given[identity[1:3]] if part[0] in _AT_TABLE]
                mine += [self.new.objects[part] for part in below if part[0] in ("column", "notnull")]
                everything += [self.new.objects[part] for part in below]
            statements = kinds.create(one, mine, self.new, self.old)
            action = Action((1, _RANKS[identity[0]], self.order[identity]), statements)
            for each in everything:
                action.produces.add(each.id)
                action.needs |= each.needs
                action.weak |= each.weak
                if each.claims is not None:
                    action.claims.add(each.claims)
            action.needs -= action.produces
            if identity[0] == "constraint" and one.attrs["kind"] == "p":
                action.claims.add(("primary", *identity[1:3]))
            actions.append(action)
        for action in actions:
            self._await_inherited(action, inherited)
        return actions

    def _has_to_be_there(self, identity: Id) -> bool:
        """A table that is to be attached to another has its columns and constraints before."""
        if identity[0] not in ("column", "notnull", "default", "constraint") or ("table", *identity[1:3]) in self.made:
            return False
        if identity[0] == "constraint" and self.new.objects[identity].attrs["kind"] != "c":
            return False
        return identity[1:3] in self.joined

    def _await_inherited(self, action: Action, inherited: set[Id]) -> None:
        """What the server makes at the partitions comes with what is made at their table."""
        for need in [*action.needs]:
            if need in inherited:
                one = self.new.objects[need]
                action.needs |= {other for other in one.needs if other not in inherited}

    def _parts(self, wanted: Mapping[Id, Object]) -> dict[Id, list[Id]]:
        """What can be said at a table or column that is made."""
        parts: dict[Id, list[Id]] = defaultdict(list)
        for identity, one in wanted.items():
            if identity[0] not in _AT_TABLE:
                continue
            table: Id = ("table", identity[1], identity[2])
            column: Id = ("column", *identity[1:4])
            if table in wanted and self._fits_table(one, table, wanted):
                parts[table].append(identity)
            elif column in wanted and identity[0] in _AT_COLUMN and table not in wanted:
                if self._reach(one, column, wanted):
                    parts[column].append(identity)
        return parts

    def _fits_table(self, one: Object, table: Id, wanted: Mapping[Id, Object]) -> bool:
        kind = one.id[0]
        if kind in ("partition", "inherit"):
            return True
        owner = self.new.objects[table]
        if kind in _AT_COLUMN:
            column = self.new.objects.get(("column", *one.id[1:4]))
            if column is not None and column.inherited and not column.attrs["local"]:
                own = kind == "default" or (kind == "notnull" and one.attrs["validated"] and not one.inherited)
                return own and bool(owner.attrs["_partition_of"])
        if kind == "constraint" and (one.attrs["kind"] == "f" or not one.attrs["validated"]):
            return False
        if kind == "notnull" and not one.attrs["validated"]:
            return False
        return self._reach(one, table, wanted)

    def _reach(self, one: Object, owner: Id, wanted: Mapping[Id, Object]) -> bool:
        """Does nothing that the part needs need the owner itself?"""

        def is_own(part: Id) -> bool:
            return part == owner or (part[0] in _AT_TABLE and part[1:3] == owner[1:3] and part in wanted)

        queue = [need for need in one.needs if not is_own(need)]
        seen = {*queue}
        while queue:
            here = queue.pop()
            if is_own(here):
                return False
            found = wanted.get(here)
            for need in found.needs if found is not None else ():
                if need not in seen:
                    seen.add(need)
                    queue.append(need)
        return True


def _only(statement: Statement) -> Statement:
    """ALTER TABLE ONLY: the children keep the column with its values."""
    return replace(statement, sql=statement.sql.replace("ALTER TABLE ", "ALTER TABLE ONLY ", 1))


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return all(old.get(key) == value for key, value in new.items() if not key.startswith("_"))


def plan(
    old: Model, new: Model, before: Catalog, after: Catalog, asked: Mapping[tuple[str, ...], str] | None = None
) -> Plan:
    """What turns the one schema into the other."""
    planner = Planner(old, new, before, after, asked or {})
    planner.compare()
    planner.close()
    if planner.refusals:
        return Plan(refusals=_unique(planner.refusals, lambda one: one.target))
    try:
        actions = planner.actions()
    except casts.NoCastError as none:
        return Plan(refusals=[Refusal((), str(none))])
    for action in actions:
        for identity in action.destroys:
            if identity[0] == "constraint" and planner.old.objects[identity].attrs["kind"] == "p":
                action.frees.add(("primary", *identity[1:3]))
    done, stuck = sort(actions)
    if stuck:
        names = sorted({show(one) for action in stuck for one in (*action.produces, *action.destroys)})
        reason = f"these wait for each other: {', '.join(names[:8])}"
        return Plan(refusals=[Refusal((), reason, "Do it in two migrations.")])
    return Plan([statement for action in done for statement in action.statements])


def _unique(refusals: Iterable[Refusal], key: Callable[[Refusal], Any]) -> list[Refusal]:
    found: dict[Any, Refusal] = {}
    for one in refusals:
        found.setdefault((key(one), one.reason), one)
    return [*found.values()]
