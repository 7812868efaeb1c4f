"""CREATE, ALTER and DROP of tables and columns, of defaults and NOT NULL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.migrate.model import show
from querygen.migrate.read_constraint import options_text
from querygen.migrate.reader import quoted
from querygen.migrate.sql_type import sequence_changes, sequence_options
from querygen.migrate.statement import (
    DELETES_DATA,
    EXCLUSIVE_LOCK,
    MAY_FAIL,
    REWRITES_TABLE,
    Hazard,
    Refusal,
    Statement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.migrate.model import Id, Object

_WORDS = {"u": "UNLOGGED ", "t": "TEMPORARY "}


def table_word(one: Object) -> str:
    return "FOREIGN TABLE" if one.attrs["kind"] == "f" else "TABLE"


def generic_options(options: Iterable[tuple[str, str]]) -> str:
    from querygen.catalog.ruleutils_expr import quote_literal

    return ", ".join(f"{quote_identifier(name)} {quote_literal(value)}" for name, value in options)


def create_table(one: Object, parts: list[Object]) -> list[Statement]:
    """CREATE TABLE with the parts that were given to it: columns, and what can be said at them."""
    attrs = one.attrs
    name = quoted(*one.id[1:])
    by_kind: dict[str, dict[str, Object]] = {}
    for part in parts:
        by_kind.setdefault(part.id[0], {})[part.id[-1]] = part
    columns = by_kind.get("column", {})
    lines = []
    for column in attrs["_order"]:
        if column in columns and (columns[column].attrs["local"] or not columns[column].inherited):
            lines.append(
                _definition(columns[column], by_kind, typed=not attrs["_partition_of"] and not attrs["of_type"])
            )
        elif attrs["_partition_of"] or attrs["of_type"]:
            lines.append(_override(column, by_kind, attrs["_partition_of"]))
    if attrs["_partition_of"] or attrs["of_type"]:
        lines = [line for line in lines if line]
    for part in by_kind.get("constraint", {}).values():
        lines.append(f"CONSTRAINT {quote_identifier(part.id[-1])} {constraint_text(part)}")
    for column, part in by_kind.get("notnull", {}).items():
        if (column not in columns or part.attrs["no_inherit"]) and part.attrs["_named"]:
            lines.append(f"CONSTRAINT {quote_identifier(part.attrs['name'])} {not_null_text(part)}")
    sql = f"CREATE {_WORDS.get(attrs['persistence'], '')}{table_word(one)} {name}"
    if attrs["_partition_of"]:
        sql += f" PARTITION OF {attrs['_partition_of']}"
    elif attrs["of_type"]:
        sql += f" OF {attrs['of_type']}"
    if lines or not (attrs["_partition_of"] or attrs["of_type"]):
        sql += " (\n" + ",\n".join(f"    {line}" for line in lines) + "\n)" if lines else " ()"
    if attrs["_partition_of"]:
        sql += f" {attrs['_bound']}"
    if attrs["_inherits"]:
        sql += f" INHERITS ({', '.join(attrs['_inherits'])})"
    if attrs["partition_key"]:
        sql += f" PARTITION BY {attrs['partition_key']}"
    if attrs["access_method"]:
        sql += f" USING {quote_identifier(attrs['access_method'])}"
    if attrs["server"]:
        sql += f" SERVER {quote_identifier(attrs['server'])}"
        if attrs["server_options"]:
            sql += f" OPTIONS ({generic_options(attrs['server_options'])})"
    if attrs["options"]:
        sql += f" WITH ({options_text(attrs['_options'])})"
    if attrs["tablespace"]:
        sql += f" TABLESPACE {quote_identifier(attrs['tablespace'])}"
    statements = [Statement(sql, f"create {show(one.id)}", target=one.id)]
    for key in ("row_security", "force_row_security"):
        if attrs[key]:
            statements += _flag(one, key)
    for column, part in columns.items():
        statements += _column_settings(one, column, None, part)
    for column, part in by_kind.get("notnull", {}).items():
        if column not in columns and not part.attrs["_named"]:
            statements += create_not_null(part, one)
    return statements


def _override(column: str, by_kind: dict[str, dict[str, Object]], partition: object) -> str:
    """What a partition or a table of a type says of a column otherwise; nothing: an empty string."""
    words = []
    part = by_kind.get("notnull", {}).get(column)
    if partition and part is not None and not part.inherited:
        if part.attrs["_named"] and part.attrs["name"] != part.attrs["_usual"]:
            words.append(f"CONSTRAINT {quote_identifier(part.attrs['name'])}")
        words.append("NOT NULL")
    if column in by_kind.get("default", {}):
        words.append(f"DEFAULT {by_kind['default'][column].attrs['sql']}")
    return " ".join([quote_identifier(column), *words]) if words else ""


def create_setting(one: Object) -> list[Statement]:
    """Replica identity, CLUSTER ON, and the place among other tables"""
    name = quoted(one.id[1], one.id[2])
    what = f"change table {'.'.join(one.id[1:3])}"
    hazards: tuple[Hazard, ...] = ()
    match one.id[0]:
        case "replident":
            sql = f"ALTER TABLE {name} REPLICA IDENTITY {one.attrs['text']}"
        case "cluster":
            sql = f"ALTER TABLE {name} CLUSTER ON {one.attrs['index']}"
        case "inherit":
            sql = f"ALTER TABLE {name} INHERIT {one.id[3]}"
        case _:
            hazards = (Hazard(MAY_FAIL, "fails if a row does not belong into the partition"),)
            sql = f"ALTER TABLE {quoted(*one.attrs['of'][1:])} ATTACH PARTITION {name} {one.attrs['bound']}"
    return [Statement(sql, what, hazards, target=one.id)]


def drop_setting(one: Object) -> list[Statement]:
    name = quoted(one.id[1], one.id[2])
    what = f"change table {'.'.join(one.id[1:3])}"
    match one.id[0]:
        case "replident":
            sql = f"ALTER TABLE {name} REPLICA IDENTITY DEFAULT"
        case "cluster":
            sql = f"ALTER TABLE {name} SET WITHOUT CLUSTER"
        case "inherit":
            sql = f"ALTER TABLE {name} NO INHERIT {one.id[3]}"
        case _:
            sql = f"ALTER TABLE {quoted(*one.attrs['of'][1:])} DETACH PARTITION {name}"
    return [Statement(sql, what, target=one.id, drops=one.id[0] == "partition")]


def _flag(one: Object, key: str) -> list[Statement]:
    on = one.attrs[key]
    if key == "row_security":
        action = "ENABLE ROW LEVEL SECURITY" if on else "DISABLE ROW LEVEL SECURITY"
    else:
        action = "FORCE ROW LEVEL SECURITY" if on else "NO FORCE ROW LEVEL SECURITY"
    sql = f"ALTER TABLE {quoted(*one.id[1:])} {action}"
    return [Statement(sql, f"{action.lower()} of {show(one.id)}", target=one.id)]


def _definition(column: Object, by_kind: dict[str, dict[str, Object]], *, typed: bool) -> str:
    """A column's definition, with default and NOT NULL if they were given."""
    attrs = column.attrs
    name = column.id[-1]
    text = quote_identifier(name)
    if typed:
        text += f" {attrs['type']}"
        if attrs["collation"]:
            text += f" COLLATE {attrs['collation']}"
        if attrs["options"]:
            text += f" OPTIONS ({generic_options(attrs['options'])})"
    words = ""
    if attrs["generated"] and (typed or not column.inherited):
        words += f" GENERATED ALWAYS AS ({attrs['expression']}) {_GENERATED[attrs['generated']]}"
    default = by_kind.get("default", {}).get(name)
    if default is not None:
        words += f" DEFAULT {default.attrs['sql']}"
    identity = by_kind.get("identity", {}).get(name)
    if identity is not None:
        words += f" {identity_text(identity.attrs)}"
    null = by_kind.get("notnull", {}).get(name)
    if null is not None and not null.attrs["no_inherit"]:
        if null.attrs["name"] != null.attrs["_usual"]:
            words += f" CONSTRAINT {quote_identifier(null.attrs['name'])}"
        words += " NOT NULL"
    return text + words if typed or words else ""


SET_EXPRESSION, STORAGE_DEFAULT = 17, 16  # since when there is such a clause
_GENERATED = {"s": "STORED", "v": "VIRTUAL"}


def identity_text(attrs: dict[str, Any]) -> str:
    """GENERATED … AS IDENTITY, with the name of the sequence and what is unusual of it."""
    word = "ALWAYS" if attrs["kind"] == "a" else "BY DEFAULT"
    name, options = attrs["sequence"]
    shown = sequence_options([("as", "bigint") if key == "as" else (key, value) for key, value in options])
    values = dict(options)
    if values["as"] != "bigint":  # the sequence has its column's type without saying
        shown = sequence_options(options).replace(f"AS {values['as']}", "").strip()
    return f"GENERATED {word} AS IDENTITY (SEQUENCE NAME {name}{' ' + shown if shown else ''})"


def constraint_text(one: Object) -> str:
    """A constraint's definition with what is said of its state."""
    text: str = one.attrs["definition"]
    if not one.attrs["enforced"]:
        return f"{text} NOT ENFORCED"
    return text if one.attrs["validated"] else f"{text} NOT VALID"


def not_null_text(one: Object) -> str:
    text = f"NOT NULL {quote_identifier(one.id[-1])}"
    if one.attrs["no_inherit"]:
        text += " NO INHERIT"
    return text if one.attrs["validated"] else f"{text} NOT VALID"


def drop_table(one: Object) -> list[Statement]:
    why = Hazard(DELETES_DATA, "the table's rows are lost")
    sql = f"DROP {table_word(one)} {quoted(*one.id[1:])}"
    return [Statement(sql, f"drop {show(one.id)}", (why,), target=one.id, drops=True)]


def alter_table(old: Object, new: Object) -> list[Statement] | Refusal:
    """What changes at the table itself; what would lose its rows is refused."""
    was, now = old.attrs, new.attrs
    name = quoted(*new.id[1:])
    what = f"change {show(new.id)}"
    statements: list[Statement] = []

    def add(action: str, *hazards: Hazard) -> None:
        word = table_word(new)
        statements.append(Statement(f"ALTER {word} {name} {action}", what, hazards, target=new.id))

    for key, reason in (
        ("kind", "a table cannot become a partitioned or foreign table, or the reverse, in place"),
        ("partition_key", "the partition key of a table cannot be changed in place"),
        ("server", "the server of a foreign table cannot be changed in place"),
    ):
        if was[key] != now[key]:
            hint = "Make a table of another name, move the rows in a migration of your own, and rename it."
            return Refusal(new.id, reason, hint)
    if was["of_type"] != now["of_type"]:
        add(f"OF {now['of_type']}" if now["of_type"] else "NOT OF")
    if was["persistence"] != now["persistence"]:
        why = Hazard(REWRITES_TABLE, "the table is written anew under an exclusive lock")
        add("SET UNLOGGED" if now["persistence"] == "u" else "SET LOGGED", why)
    if was["access_method"] != now["access_method"]:
        why = Hazard(REWRITES_TABLE, "the table is written anew under an exclusive lock")
        add(f"SET ACCESS METHOD {quote_identifier(now['access_method'] or 'heap')}", why)
    if was["tablespace"] != now["tablespace"]:
        why = Hazard(EXCLUSIVE_LOCK, "the table is copied under an exclusive lock")
        add(f"SET TABLESPACE {quote_identifier(now['tablespace'] or 'pg_default')}", why)
    for action in option_actions(was["options"], now["_options"]):
        add(action)
    if was["server_options"] != now["server_options"]:
        add(f"OPTIONS ({generic_changes(was['server_options'], now['server_options'])})")
    for key in ("row_security", "force_row_security"):
        if was[key] != now[key]:
            statements += _flag(new, key)
    return statements


def option_actions(was: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> list[str]:
    """SET (…) and RESET (…)"""
    before, after = dict(was), dict(now)
    changed = tuple((key, value) for key, value in after.items() if before.get(key) != value)
    gone = [key for key in before if key not in after]
    actions = []
    if gone:
        actions.append(f"RESET ({', '.join(gone)})")
    if changed:
        actions.append(f"SET ({options_text(changed)})")
    return actions


def generic_changes(was: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> str:
    """OPTIONS (ADD …, SET …, DROP …)"""
    before, after = dict(was), dict(now)
    parts = [f"DROP {quote_identifier(key)}" for key in before if key not in after]
    for key, value in after.items():
        if key not in before:
            parts.append(f"ADD {generic_options([(key, value)])}")
        elif before[key] != value:
            parts.append(f"SET {generic_options([(key, value)])}")
    return ", ".join(parts)


# ---------------------------------------------------------------------------------------------- columns


def create_column(one: Object, parts: list[Object], table: Object) -> list[Statement]:
    """ADD COLUMN, with default and NOT NULL if they were given"""
    by_kind: dict[str, dict[str, Object]] = {}
    for part in parts:
        by_kind.setdefault(part.id[0], {})[part.id[3]] = part
    hazards = []
    null = by_kind.get("notnull", {}).get(one.id[-1])
    identity = one.id[-1] in by_kind.get("identity", {})
    filled = one.id[-1] in by_kind.get("default", {}) or identity or one.attrs["generated"]
    if null is not None and not filled:
        hazards.append(Hazard(MAY_FAIL, "fails if the table has rows: the column has no value for them"))
    if one.attrs["generated"] == "s" or identity:
        hazards.append(Hazard(REWRITES_TABLE, "the table is written anew under an exclusive lock"))
    definition = _definition(one, by_kind, typed=True)
    sql = f"ALTER {table_word(table)} {quoted(one.id[1], one.id[2])} ADD COLUMN {definition}"
    statements = [Statement(sql, f"add {show(one.id)}", tuple(hazards), target=one.id)]
    return statements + _column_settings(table, one.id[-1], None, one)


def drop_column(one: Object, table: Object) -> list[Statement]:
    why = Hazard(DELETES_DATA, "the column's values are lost")
    name = quote_identifier(one.id[-1])
    sql = f"ALTER {table_word(table)} {quoted(one.id[1], one.id[2])} DROP COLUMN {name}"
    return [Statement(sql, f"drop {show(one.id)}", (why,), target=one.id, drops=True)]


def _column_settings(table: Object, column: str, old: Object | None, new: Object) -> list[Statement]:
    """STORAGE, COMPRESSION, STATISTICS and options, which have statements of their own."""
    unsaid: dict[str, Any] = {"storage": None, "compression": None, "statistics": None, "attoptions": ()}
    was = old.attrs if old is not None else unsaid
    now = new.attrs
    head = f"ALTER {table_word(table)} {quoted(*table.id[1:])} ALTER COLUMN {quote_identifier(column)}"
    actions = []
    if was["storage"] != now["storage"]:
        usual = "default" if now["_major"] >= STORAGE_DEFAULT else now["_storage"]
        actions.append(f"SET STORAGE {(now['storage'] or usual).upper()}")
    if was["compression"] != now["compression"]:
        actions.append(f"SET COMPRESSION {now['compression'] or 'default'}")
    if was["statistics"] != now["statistics"]:
        actions.append(f"SET STATISTICS {-1 if now['statistics'] is None else now['statistics']}")
    actions += option_actions(was["attoptions"], now["attoptions"])
    return [Statement(f"{head} {action}", f"change {show(new.id)}", target=new.id) for action in actions]


def alter_column(old: Object, new: Object, table: Object, using: str | None) -> list[Statement] | None:
    """Type, collation, identity, generation and settings; None: drop it and add it again."""
    was, now = old.attrs, new.attrs
    head = f"ALTER {table_word(table)} {quoted(*table.id[1:])} ALTER COLUMN {quote_identifier(new.id[-1])}"
    what = f"change {show(new.id)}"
    statements: list[Statement] = []

    def add(action: str, *hazards: Hazard) -> None:
        statements.append(Statement(f"{head} {action}", what, hazards, target=new.id))

    if was["generated"] != now["generated"]:
        if not (was["generated"] == "s" and not now["generated"]):
            return None
        add("DROP EXPRESSION")
    if was["type"] != now["type"] or was["collation"] != now["collation"]:
        if now["generated"] == "v" or (now["generated"] and was["expression"] != now["expression"]):
            return None
        sql = f"TYPE {now['type']}"
        if now["collation"]:
            sql += f" COLLATE {now['collation']}"
        if using is not None:
            sql += f" USING {using}"
        hazards = [] if is_cheap(was, now) else [Hazard(REWRITES_TABLE, "the table may be written anew, and locked")]
        if using is not None:
            hazards.append(Hazard(MAY_FAIL, "fails if a value cannot be converted"))
        elif may_not_fit(was["type"], now["type"]):
            hazards.append(Hazard(MAY_FAIL, f"fails if a value does not fit into {now['type']}"))
        add(sql, *hazards)
    if now["generated"] and was["generated"] == now["generated"] and was["expression"] != now["expression"]:
        if now["_major"] < SET_EXPRESSION:
            return None
        why = Hazard(REWRITES_TABLE, "the table is written anew under an exclusive lock")
        add(f"SET EXPRESSION AS ({now['expression']})", why)
    if was["options"] != now["options"]:
        add(f"OPTIONS ({generic_changes(was['options'], now['options'])})")
    return statements + _column_settings(table, new.id[-1], old, new)


def create_identity(one: Object, table: Object) -> list[Statement]:
    sql = f"{_owner_head(one, table)} ADD {identity_text(one.attrs)}"
    column = ".".join(one.id[1:])
    statements = [Statement(sql, f"make column {column} an identity", target=one.id)]
    sequence, options = one.attrs["sequence"]
    if table.attrs["kind"] != "f":
        statements += goes_on(one.id, one.id[1:], sequence, dict(options))
    return statements


def goes_on(target: Id, column: tuple[str, ...], sequence: str, options: dict[str, Any]) -> list[Statement]:
    """The column may have values, of which the sequence that it had knew the last one."""
    if options["increment"] != "1" or options["start"] != "1":
        return []
    value = f"greatest(coalesce(max({quote_identifier(column[-1])}), 0) + 1, 1)"
    call = f"pg_catalog.setval({quote_literal(sequence)}, {value}, false)"
    sql = " ".join(["SELECT", call, "FROM", quoted(*column[:-1])])
    return [Statement(sql, f"column {'.'.join(column)} goes on behind its largest value", target=target)]


def drop_identity(one: Object, table: Object) -> list[Statement]:
    sql = f"{_owner_head(one, table)} DROP IDENTITY"
    return [Statement(sql, f"column {'.'.join(one.id[1:])} is no identity", target=one.id)]


def alter_identity(old: Object, new: Object, table: Object) -> list[Statement]:
    statements = []
    what = f"change the identity of column {'.'.join(new.id[1:])}"
    if old.attrs["kind"] != new.attrs["kind"]:
        word = "ALWAYS" if new.attrs["kind"] == "a" else "BY DEFAULT"
        statements.append(Statement(f"{_owner_head(new, table)} SET GENERATED {word}", what, target=new.id))
    name, options = old.attrs["sequence"]
    after, wanted = new.attrs["sequence"]
    if name.rsplit(".", 1)[1] != after.rsplit(".", 1)[1]:
        sql = f"ALTER SEQUENCE {name} RENAME TO {after.rsplit('.', 1)[1]}"
        statements.append(Statement(sql, what, target=new.id))
    if changes := sequence_changes(options, wanted):
        statements.append(Statement(f"ALTER SEQUENCE {after} {changes}", what, target=new.id))
    return statements


def is_cheap(was: dict[str, Any], now: dict[str, Any]) -> bool:
    """Does the new type hold every old value without writing it anew?"""
    before, after = was["type"], now["type"]
    if was["collation"] != now["collation"] or before.endswith("]") or after.endswith("]"):
        return False  # each element of an array is cast
    if before.startswith("character varying") and after in ("text", "character varying"):
        return True
    if before.startswith("character varying(") and after.startswith("character varying("):
        return int(before[18:-1]) <= int(after[18:-1])
    if before.startswith("numeric(") and after == "numeric":
        return True
    return bool(before == "text" and after == "character varying")


_LIMITED = re.compile(r"(character varying|character|bit varying|numeric|text)(?:\((\d+)(?:,(\d+))?\))?(?:\[\])*")
_DIGITS = {"smallint": 4, "integer": 9, "bigint": 18}  # that each holds whatever they are


def may_not_fit(before: str, after: str) -> bool:
    """Has the new type no room for every value of the old one?"""
    if after in _DIGITS:
        return _DIGITS.get(before, 1000) > _DIGITS[after]
    now, was = _LIMITED.fullmatch(after), _LIMITED.fullmatch(before)
    if now is None or now[2] is None:
        return False
    room = int(now[2]) - int(now[3] or 0)
    if now[1] == "numeric" and before in _DIGITS:
        return _DIGITS[before] + 1 > room
    if was is None or was[2] is None or (was[1] == "numeric") != (now[1] == "numeric"):
        return True
    return int(was[2]) - int(was[3] or 0) > room


# ---------------------------------------------------------------------------------------------- DEFAULT, NOT NULL


def _owner_head(one: Object, relation: Object | None) -> str:
    word = "TABLE" if relation is None or relation.id[0] == "table" else "VIEW"
    if relation is not None and relation.id[0] == "table":
        word = table_word(relation)
    return f"ALTER {word} {quoted(one.id[1], one.id[2])} ALTER COLUMN {quote_identifier(one.id[3])}"


def create_default(one: Object, relation: Object | None) -> list[Statement]:
    sql = f"{_owner_head(one, relation)} SET DEFAULT {one.attrs['sql']}"
    return [Statement(sql, f"set the {show(one.id)}", target=one.id)]


def drop_default(one: Object, relation: Object | None) -> list[Statement]:
    sql = f"{_owner_head(one, relation)} DROP DEFAULT"
    return [Statement(sql, f"drop the {show(one.id)}", target=one.id)]


def create_not_null(one: Object, table: Object) -> list[Statement]:
    why = Hazard(MAY_FAIL, "fails if the column holds NULL; reads the whole table under an exclusive lock")
    head = f"ALTER {table_word(table)} {quoted(one.id[1], one.id[2])}"
    plain = one.attrs["name"] == one.attrs["_usual"] and one.attrs["validated"] and not one.attrs["no_inherit"]
    if plain:
        sql = f"{head} ALTER COLUMN {quote_identifier(one.id[3])} SET NOT NULL"
    else:
        sql = f"{head} ADD CONSTRAINT {quote_identifier(one.attrs['name'])} {not_null_text(one)}"
    return [Statement(sql, f"{show(one.id)}", (why,), target=one.id)]


def drop_not_null(one: Object, table: Object) -> list[Statement]:
    sql = f"ALTER {table_word(table)} {quoted(one.id[1], one.id[2])}"
    sql += f" ALTER COLUMN {quote_identifier(one.id[3])} DROP NOT NULL"
    return [Statement(sql, f"drop {show(one.id)}", target=one.id)]


def alter_not_null(old: Object, new: Object, table: Object) -> list[Statement] | None:
    was, now = old.attrs, new.attrs
    head = f"ALTER {table_word(table)} {quoted(new.id[1], new.id[2])}"
    statements = []
    name = quote_identifier(now["name"])
    if was["validated"] and not now["validated"]:
        return None
    if was["name"] != now["name"]:
        sql = f"{head} RENAME CONSTRAINT {quote_identifier(was['name'])} TO {name}"
        statements.append(Statement(sql, f"rename {show(new.id)}", target=new.id))
    if was["no_inherit"] != now["no_inherit"]:
        word = "NO INHERIT" if now["no_inherit"] else "INHERIT"
        statements.append(Statement(f"{head} ALTER CONSTRAINT {name} {word}", f"change {show(new.id)}", target=new.id))
    if not was["validated"] and now["validated"]:
        sql = f"{head} VALIDATE CONSTRAINT {name}"
        statements.append(Statement(sql, f"validate {show(new.id)}", target=new.id))
    return statements
