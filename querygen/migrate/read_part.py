"""Triggers, rules and policies read into the model: parts of a table that have names there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ruleutils import print_trigger_condition
from querygen.catalog.ruleutils_expr import quote_literal, unprintable
from querygen.migrate.model import Id, Object
from querygen.migrate.reader import quoted
from querygen.migrate.uses import references

if TYPE_CHECKING:
    from querygen.catalog.objects import Relation, Rule, Trigger
    from querygen.migrate.reader import Reader

# catalog/pg_trigger.h
_BEFORE, _INSTEAD = 1 << 1, 1 << 6
_EVENTS = ((1 << 2, "INSERT"), (1 << 3, "DELETE"), (1 << 4, "UPDATE"), (1 << 5, "TRUNCATE"))


def read_parts(reader: Reader, relation: Relation) -> None:
    """What belongs to the relation and has a name there."""
    table = reader.relation_id(relation)
    for trigger in relation.triggers:
        _trigger(reader, relation, table, trigger)
    for rule in relation.rules:
        _rule(reader, relation, table, rule)
    for policy in relation.policies:
        _policy(reader, relation, table, policy)


# ---------------------------------------------------------------------------------------------- triggers


def _trigger(reader: Reader, relation: Relation, table: Id, trigger: Trigger) -> None:
    """pg_get_triggerdef"""
    stmt = trigger.raw
    identity: Id = ("trigger", table[1], table[2], trigger.name)
    needs: set[Id] = {table}
    function = reader.proc_id(trigger.function_oid)
    if function is not None:
        needs.add(function)
    elif found := reader.id_of(Address("proc", trigger.function_oid)):
        needs.add(found)
    timing = stmt.timing or 0
    when = "BEFORE" if timing & _BEFORE else "INSTEAD OF" if timing & _INSTEAD else "AFTER"
    events = []
    for bit, word in _EVENTS:
        if (stmt.events or 0) & bit:
            if word == "UPDATE" and stmt.columns:
                names = [one.sval for one in stmt.columns]
                needs |= {("column", table[1], table[2], one) for one in names if table[0] == "table"}
                word += f" OF {', '.join(quote_identifier(one) for one in names)}"
            events.append(word)
    text = f"{when} {' OR '.join(events)} ON {quoted(table[1], table[2])}"
    if stmt.isconstraint:
        if stmt.constrrel is not None:
            raise unprintable(f"FROM of the constraint trigger {trigger.name}")
        text += " DEFERRABLE" if stmt.deferrable else " NOT DEFERRABLE"
        text += " INITIALLY DEFERRED" if stmt.initdeferred else " INITIALLY IMMEDIATE"
    transitions = [
        f"{'NEW' if one.isNew else 'OLD'} TABLE AS {quote_identifier(one.name)}" for one in stmt.transitionRels or ()
    ]
    if transitions:
        text += f" REFERENCING {' '.join(sorted(transitions, reverse=True))}"
    text += " FOR EACH ROW" if stmt.row else " FOR EACH STATEMENT"
    if stmt.whenClause is not None:
        cooked, owner = stmt.whenClause.cooked
        text += f" WHEN ({print_trigger_condition(reader.catalog, cooked, owner)})"
        for one in references(reader.catalog, cooked, relation.oid):
            if (found := reader.id_of(one)) is not None:
                needs.add(found)
    row = reader.catalog.proc(trigger.function_oid)
    arguments = ", ".join(quote_literal(one.sval) for one in stmt.args or ())
    text += f" EXECUTE FUNCTION {quoted(reader.schema(row.pronamespace), row.proname)}({arguments})"
    attrs = {
        "constraint": bool(stmt.isconstraint),
        "definition": text,
        "enabled": reader.facts.get(("trigger", relation.oid, trigger.name), "O"),
    }
    reader.model.add(Object(identity, attrs, parent=table, needs=frozenset(needs), inherited=trigger.inherited))


# ---------------------------------------------------------------------------------------------- rules


def _rule(reader: Reader, relation: Relation, table: Id, rule: Rule) -> None:
    """A rule is compared as it is written: its actions are not analysed."""
    from querygen.catalog.ddl_names import find_relation
    from querygen.catalog.ddl_text import walk
    from querygen.sql.nodes import ast

    text = reader.facts.get(("rule text", relation.oid, rule.name), "")
    needs: set[Id] = {table}
    for node in walk((*(rule.raw.actions or ()), rule.raw.whereClause)):
        if isinstance(node, ast.RangeVar):
            oid = find_relation(reader.state, node)
            if oid is not None and (found := reader.id_of(Address("relation", oid))) is not None:
                needs.add(found)
        elif isinstance(node, ast.ColumnRef) and table[0] == "table":
            name = getattr(node.fields[-1], "sval", None)
            if name in relation.by_name:
                needs.add(("column", table[1], table[2], str(name)))
    attrs = {"definition": text, "enabled": reader.facts.get(("rule", relation.oid, rule.name), "O")}
    reader.model.add(Object(("rule", table[1], table[2], rule.name), attrs, parent=table, needs=frozenset(needs)))


# ---------------------------------------------------------------------------------------------- policies


def _policy(reader: Reader, relation: Relation, table: Id, name: str) -> None:
    facts: dict[str, Any] = reader.facts.get(("policy", relation.oid, name), {})
    needs: set[Id] = {table}
    texts: dict[str, str | None] = {"using": None, "check": None}
    for key in texts:
        if facts.get(key) is not None:
            texts[key], used = reader.expression(facts[key])
            needs |= used
    attrs = {
        "command": facts.get("command", "all").upper(),
        "permissive": facts.get("permissive", True),
        "roles": facts.get("roles") or ("PUBLIC",),
        **texts,
    }
    reader.model.add(Object(("policy", table[1], table[2], name), attrs, parent=table, needs=frozenset(needs)))
