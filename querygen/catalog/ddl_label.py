"""ALTER TYPE … RENAME VALUE: whatever was analysed with the label has its new name.

Takes an enum's oid, the old label and the new. PostgreSQL keeps labels as oids, so that expressions follow by
themselves (`pg_enum.c: RenameEnumLabel`); here they are kept as texts, in raw trees, analysed trees and as written.
Bodies of functions that are strings keep the old label, as they do in the server.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze.mutate import mutate_children
from querygen.analyze.primnodes import Const
from querygen.catalog import ddl_facts
from querygen.catalog.ddl_text import tokens, walk
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Column, Constraint, Index, Relation, Trigger
    from querygen.pg_catalog.rows import Oid

_ELEMENT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^{},"\s](?:[^{},"]*[^{},"\s])?)')
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")


def rename_label(state: DdlState, enum: Oid, old: str, new: str) -> None:
    """Everything in the catalog that a label of the enum can stand in."""
    rename = _Rename(enum, state.catalog.type(enum).typarray, old, new)
    catalog = state.catalog
    for relation in [*catalog.relations()]:
        after = rename.relation(relation)
        if relation.partition_bound is not None:
            after = _bound(state, after, rename)
        if after is not relation:
            catalog.put_relation(after)
        for index in [*catalog.indexes_of(relation.oid)]:
            changed = rename.index(index)
            if changed is not index:
                catalog.put_index(changed)
    for row in [*catalog.user_types()]:
        domain = catalog.domain(row.oid)
        if domain is None:
            continue
        checks = tuple(rename.constraint(one) for one in domain.checks)
        default_expr, default_sql = rename.expression(domain.default_expr, domain.default_sql)
        changes = {"checks": checks, "default_expr": default_expr, "default_sql": default_sql}
        if any(value is not getattr(domain, key) and value != getattr(domain, key) for key, value in changes.items()):
            catalog.put_domain(replace(domain, **changes))
    for key, fact in [*catalog.facts.items()]:
        if key[0] == "policy":
            using, check = (rename.expression(fact[part], None)[0] for part in ("using", "check"))
            if using is not fact["using"] or check is not fact["check"]:
                ddl_facts.put(state, key, {**fact, "using": using, "check": check})


def _bound(state: DdlState, part: Relation, rename: _Rename) -> Relation:
    """FOR VALUES of a partition, where all columns of the key have the enum's type."""
    parent = state.catalog.find_relation(part.parents[0]) if part.parents else None
    names = parent.partition_columns if parent is not None else ()
    if parent is None or not names or any(parent.by_name[name].type_oid != rename.enum for name in names):
        return part
    key = ("partbound", part.oid)
    spec = copy.deepcopy(state.catalog.facts.get(key))
    for one in walk(spec):
        if isinstance(one, ast.A_Const) and isinstance(one.val, ast.String):
            one.val = ast.String(sval=rename.value(one.val.sval, is_array=False))
    if spec is not None:
        ddl_facts.put(state, key, spec)
    bound = rename.every_literal(part.partition_bound or "")
    return part if bound == part.partition_bound else replace(part, partition_bound=bound)


class _Rename:
    """The label of one enum, and what is done to each kind of object; the object itself if it does not have it."""

    __slots__ = ("array", "enum", "new", "old")

    def __init__(self, enum: Oid, array: Oid, old: str, new: str) -> None:
        self.enum = enum
        self.array = array
        self.old = old
        self.new = new

    def relation(self, relation: Relation) -> Relation:
        changes: dict[str, Any] = {
            "columns": _each(self.column, relation.columns),
            "constraints": _each(self.constraint, relation.constraints),
            "triggers": _each(self.trigger, relation.triggers),
        }
        if relation.view_query is not None:
            changes["view_query"] = self.analysed(relation.view_query)
        changes = {name: value for name, value in changes.items() if value is not getattr(relation, name)}
        return replace(relation, **changes) if changes else relation

    def column(self, column: Column) -> Column:
        tree, sql = self.expression(column.default_expr, column.default_sql)
        return column if tree is column.default_expr else replace(column, default_expr=tree, default_sql=sql)

    def constraint(self, constraint: Constraint) -> Constraint:
        tree, sql = self.expression(constraint.expression, constraint.expression_sql)
        return constraint if tree is constraint.expression else replace(constraint, expression=tree, expression_sql=sql)

    def trigger(self, trigger: Trigger) -> Trigger:
        when = getattr(trigger.raw, "whenClause", None)
        tree, _sql = self.expression(when, None)
        if tree is when:
            return trigger
        raw = copy.copy(trigger.raw)
        raw.whenClause = tree
        return replace(trigger, raw=raw)

    def index(self, index: Index) -> Index:
        columns = []
        for one in index.columns:
            tree, sql = self.expression(one.expression, one.expression_sql)
            columns.append(one if tree is one.expression else replace(one, expression=tree, expression_sql=sql))
        predicate, predicate_sql = self.expression(index.predicate, index.predicate_sql)
        if predicate is index.predicate and all(a is b for a, b in zip(columns, index.columns, strict=True)):
            return index
        return replace(index, columns=tuple(columns), predicate=predicate, predicate_sql=predicate_sql)

    def expression(self, raw: Any, sql: str | None) -> tuple[Any, str | None]:
        """A raw tree, the analysed one that is kept with it, and its text; only what the analysis made the label."""
        kept = getattr(raw, "cooked", None)
        if kept is None:
            return raw, sql
        places: set[int] = set()
        cooked = self.analysed(kept[0], places)
        if cooked is kept[0]:
            return raw, sql
        tree = copy.deepcopy(raw)
        literals = sorted(
            (one for one in walk(tree) if isinstance(one, ast.A_Const) and isinstance(one.val, ast.String)),
            key=lambda one: int(one.location),
        )
        meant = [one.location in places for one in literals]
        for one, is_meant in zip(literals, meant, strict=True):
            if is_meant:
                one.val = ast.String(sval=self.value(one.val.sval, is_array=one.val.sval.lstrip().startswith("{")))
        tree.cooked = (cooked, kept[1])
        return tree, None if sql is None else self.text(sql, meant)

    def analysed(self, tree: Any, places: set[int] | None = None) -> Any:
        def mutate(node: Any) -> Any:
            if not isinstance(node, Const):
                return mutate_children(node, mutate)
            if node.value is None or node.consttype not in (self.enum, self.array):
                return node
            value = self.value(node.value, is_array=node.consttype == self.array)
            if value == node.value:
                return node
            if places is not None:
                places.add(node.location)
            return replace(node, value=value)

        return mutate(tree)

    def value(self, text: str, *, is_array: bool) -> str:
        if not is_array:
            return self.new if text == self.old else text
        return _ELEMENT.sub(self._element, text)

    def _element(self, found: re.Match[str]) -> str:
        label = found[2] if found[1] is None else re.sub(r"\\(.)", r"\1", found[1])
        if label != self.old:
            return found[0]
        if _PLAIN.fullmatch(self.new) and self.new.lower() != "null":
            return self.new
        return '"' + re.sub(r'(["\\])', r"\\\1", self.new) + '"'

    def text(self, sql: str, meant: list[bool]) -> str:
        """The text with those of its literals renamed that are meant; as it is if they cannot be told apart."""
        strings = _strings(sql)
        if len(strings) != len(meant):
            return sql
        parts, done = [], 0
        for (begin, end), is_meant in zip(strings, meant, strict=True):
            if is_meant:
                written = sql[begin + 1 : end - 1].replace("''", "'") if sql[begin] == "'" else self.old
                renamed = self.value(written, is_array=written.lstrip().startswith("{"))
                parts += [sql[done:begin], quote_literal(renamed)]
                done = end
        return "".join((*parts, sql[done:]))

    def every_literal(self, sql: str) -> str:
        return self.text(sql, [True for _place in _strings(sql)])


def _strings(sql: str) -> list[tuple[int, int]]:
    return [(begin, end) for kind, token, begin, end in tokens(sql, 0) if kind in ("string", "tag") and token[0] != '"']


def _each(change: Any, items: Iterable[Any]) -> Any:
    """The same tuple if nothing in it changed."""
    found = tuple(change(one) for one in items)
    return items if all(a is b for a, b in zip(found, items, strict=True)) else found
