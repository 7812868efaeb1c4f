"""Which function makes, drops or changes which kind of object.

Takes objects and the models around them; gives statements, None where an object has to be made again, or a `Refusal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.migrate import sql_constraint, sql_other, sql_table, sql_type, sql_view
from querygen.migrate.model import Model
from querygen.migrate.reader import quoted

if TYPE_CHECKING:
    from querygen.migrate.model import Object
    from querygen.migrate.statement import Refusal, Statement


def _table_of(one: Object, model: Model) -> Object:
    """The table that a part belongs to."""
    return model.objects["table", one.id[1], one.id[2]]


def _relation_of(one: Object, model: Model) -> Object | None:
    for kind in ("table", "view", "matview"):
        found = model.objects.get((kind, one.id[1], one.id[2]))
        if found is not None:
            return found
    return None


def create(one: Object, parts: list[Object], model: Model, old: Model) -> list[Statement]:
    """The statements that make an object, with the parts that can be said at it."""
    match one.id[0]:
        case "schema":
            return sql_type.create_schema(one)
        case "type":
            return sql_type.create_type(one)
        case "domcheck":
            return sql_type.create_domcheck(one)
        case "sequence":
            return sql_type.create_sequence(one)
        case "owned":
            column, sequence = one.attrs["column"], ("sequence", *one.id[1:])
            found = sql_type.create_owned(one)
            if column in old.objects and sequence not in old.objects:
                options = model.objects[sequence].attrs
                found += sql_table.goes_on(one.id, column[1:], quoted(*one.id[1:]), options)
            return found
        case "table":
            return sql_table.create_table(one, parts)
        case "column":
            return sql_table.create_column(one, parts, _table_of(one, model))
        case "default":
            return sql_table.create_default(one, _relation_of(one, model))
        case "identity":
            return sql_table.create_identity(one, _table_of(one, model))
        case "replident" | "cluster" | "inherit" | "partition":
            return sql_table.create_setting(one)
        case "notnull":
            return sql_table.create_not_null(one, _table_of(one, model))
        case "constraint":
            return sql_constraint.create_constraint(one, _table_of(one, model))
        case "index":
            return sql_constraint.create_index(one)
        case "view":
            return sql_view.create_view(one)
        case "matview":
            return sql_view.create_matview(one)
        case "function":
            return sql_view.create_function(one)
        case "trigger":
            return sql_view.create_trigger(one)
        case "rule":
            return sql_view.create_rule(one)
        case "policy":
            return sql_view.create_policy(one)
        case "unit":
            return sql_other.create_unit(one)
        case "comment":
            return sql_other.create_comment(one, model.objects)
        case "owner":
            return sql_other.create_owner(one, model.objects)
        case "acl":
            return sql_other.change_rights(one, sql_other.born_rights(old, one), one.attrs["rights"], model.objects)
        case "defacl":
            return sql_other.change_defaults(one, sql_other.born_defaults(one), one.attrs["rights"])
    raise AssertionError(one.id)


def drop(one: Object, model: Model) -> list[Statement]:
    """The statements that take an object away; `model` is the schema that still has it."""
    match one.id[0]:
        case "schema":
            return sql_type.drop_schema(one)
        case "type":
            return sql_type.drop_type(one)
        case "domcheck":
            return sql_type.drop_domcheck(one)
        case "sequence":
            return sql_type.drop_sequence(one)
        case "owned":
            return sql_type.drop_owned(one)
        case "table":
            return sql_table.drop_table(one)
        case "column":
            return sql_table.drop_column(one, _table_of(one, model))
        case "default":
            return sql_table.drop_default(one, _relation_of(one, model))
        case "identity":
            return sql_table.drop_identity(one, _table_of(one, model))
        case "replident" | "cluster" | "inherit" | "partition":
            return sql_table.drop_setting(one)
        case "notnull":
            return sql_table.drop_not_null(one, _table_of(one, model))
        case "constraint":
            return sql_constraint.drop_constraint(one, _table_of(one, model))
        case "index":
            return sql_constraint.drop_index(one)
        case "view":
            return sql_view.drop_view(one)
        case "matview":
            return sql_view.drop_matview(one)
        case "function":
            return sql_view.drop_function(one)
        case "trigger" | "rule" | "policy":
            return sql_view.drop_part(one)
        case "unit":
            return sql_other.drop_unit(one)
        case "comment":
            return sql_other.drop_comment(one, model.objects)
        case "owner":
            return sql_other.drop_owner(one, model.objects)
        case "acl":
            return sql_other.change_rights(one, one.attrs["rights"], sql_other.born_rights(Model(), one), model.objects)
        case "defacl":
            return sql_other.change_defaults(one, one.attrs["rights"], sql_other.born_defaults(one))
    raise AssertionError(one.id)


def alter(old: Object, new: Object, after: Model, using: str | None) -> list[Statement] | Refusal | None:
    """The statements that change an object in place; None: drop it and make it again."""
    match new.id[0]:
        case "schema":
            return []
        case "type":
            return sql_type.alter_type(old, new)
        case "domcheck":
            return sql_type.alter_domcheck(old, new)
        case "sequence":
            return sql_type.alter_sequence(old, new)
        case "owned":
            return sql_type.create_owned(new)
        case "table":
            return sql_table.alter_table(old, new)
        case "column":
            return sql_table.alter_column(old, new, _table_of(new, after), using)
        case "default":
            return sql_table.create_default(new, _relation_of(new, after))
        case "identity":
            return sql_table.alter_identity(old, new, _table_of(new, after))
        case "replident" | "cluster":
            return sql_table.create_setting(new)
        case "partition" if old.attrs["of"] == new.attrs["of"]:  # at once: what the table gets in between, it gets, too
            return [*sql_table.drop_setting(old), *sql_table.create_setting(new)]
        case "inherit" | "partition":
            return None
        case "notnull":
            return sql_table.alter_not_null(old, new, _table_of(new, after))
        case "constraint":
            return sql_constraint.alter_constraint(old, new, _table_of(new, after))
        case "index":
            return sql_constraint.alter_index(old, new)
        case "view":
            return sql_view.alter_view(old, new)
        case "matview":
            return sql_view.alter_matview(old, new)
        case "function":
            return sql_view.alter_function(old, new)
        case "trigger":
            return sql_view.alter_trigger(old, new)
        case "rule":
            return sql_view.alter_rule(old, new)
        case "policy":
            return sql_view.alter_policy(old, new)
        case "unit":
            return sql_other.alter_unit(old, new)
        case "comment":
            return sql_other.create_comment(new, after.objects)
        case "owner":
            return sql_other.create_owner(new, after.objects)
        case "acl":
            return sql_other.change_rights(new, old.attrs["rights"], new.attrs["rights"], after.objects)
        case "defacl":
            return sql_other.change_defaults(new, old.attrs["rights"], new.attrs["rights"])
    raise AssertionError(new.id)
