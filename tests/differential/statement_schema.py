"""Random schemas for generated statements: tables with every kind of column and key, views, rules, triggers.

`random_schema(dice)` gives the DDL, statement by statement, and what a statement may read and write. Column types come
from one short list, and every table has `id` and `v`, so that joins meet and every function finds an argument. Where
something takes proof away (a deferrable key, NOT VALID, a trigger), data can show it: see `statement_experiment`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

PREAMBLE = (
    "create type mood as enum ('sad', 'ok')",
    "create type pair as (a int, b text)",
    "create type amount as (n numeric)",
    "create domain pos as int check (value >= 0)",
    "create domain must as int not null",
    "create domain word as text check (value is not null)",
    "create function f_int(int) returns int language sql immutable as 'select nullif($1, 1)'",
    "create function f_strict(int) returns int language sql immutable strict as 'select nullif($1, 1)'",
    "create function f_set(int) returns setof int language sql as 'select nullif(n, 1) from generate_series(1, $1) n'",
    (
        "create function f_rows(int) returns table (n int, s text) language sql as"
        " $$select n, case when n > 1 then 'x' end from generate_series(1, $1) n$$"
    ),
    "create function f_pair(int) returns pair language sql as $$select case when $1 > 1 then (1, null)::pair end$$",
    "create function f_out(i int, out a int, out b text) language sql as $$select $1, nullif('a', 'a')$$",
    (
        "create function f_skip() returns trigger language plpgsql as"
        " 'begin if new.id is null or new.id > 1 then return null; end if; return new; end'"
    ),
    (
        "create function f_skip_old() returns trigger language plpgsql as"
        " 'begin if old.v is null or old.v > 1 then return null; end if; if tg_op = ''DELETE'' then return old; end if;"
        " return new; end'"
    ),
    "create function f_clear() returns trigger language plpgsql as 'begin new.v := null; return new; end'",
    "create function f_keep() returns trigger language plpgsql as 'begin return null; end'",
    (
        "create function f_view() returns trigger language plpgsql as"
        " 'begin if tg_op = ''DELETE'' then return old; end if; new.v := null; return new; end'"
    ),
    "create function f_like(int, int) returns bool language sql immutable as 'select nullif($1 = $2, false)'",
    "create operator === (function = f_like, leftarg = int, rightarg = int, commutator = ===)",
    "create aggregate f_max (int) (sfunc = int4larger, stype = int)",
)

# type → how likely a column has it
COLUMN_TYPES = {
    "int": 6,
    "text": 6,
    "bool": 2,
    "bigint": 2,
    "numeric": 1,
    "float8": 1,
    "date": 1,
    "timestamp": 1,
    "timestamptz": 1,
    "jsonb": 2,
    "json": 1,
    "int[]": 2,
    "text[]": 1,
    "pair": 1,
    "pos": 1,
    "must": 1,
    "word": 1,
    "mood": 1,
    "int4range": 1,
    "uuid": 1,
    "varchar(9)": 1,
    "bytea": 1,
}
KEYABLE = ("int", "text", "bigint", "numeric", "date", "timestamp", "timestamptz", "mood", "uuid", "varchar(9)", "pos")


@dataclass(frozen=True)
class TableColumn:
    name: str
    type: str
    writable: bool = True


@dataclass
class Table:
    """A relation that statements use; `keys` are lists of columns that ON CONFLICT may name."""

    name: str
    columns: list[TableColumn]
    keys: list[tuple[str, ...]] = field(default_factory=list)
    writable: bool = True
    filled: bool = False  # a table of its own, not a view


@dataclass
class Schema:
    ddl: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)  # the tables that rows are put into
    quiet: set[str] = field(default_factory=set)  # tables that are filled while rules and triggers sleep
    # What proves nothing of the rows that were there before: how to drop it and to add it again.
    late: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sql(self) -> str:
        return ";\n".join(self.ddl) + ";\n"


def weighted(dice: random.Random, choices: dict[str, int]) -> str:
    return dice.choices(list(choices), list(choices.values()))[0]


def random_schema(dice: random.Random) -> Schema:
    schema = Schema(list(PREAMBLE))
    for number in range(1, dice.choice((3, 4, 4, 5))):
        _table(schema, dice, f"t{number}")
    for make in dice.sample((_inherited, _partitioned, _triggered, _ruled, _overlapping, _keyed), 3):
        make(schema, dice)
    for number in range(1, 4):
        _view(schema, dice, f"v{number}")
    return schema


def _add(schema: Schema, table: Table, ddl: str, *, filled: bool = True) -> Table:
    schema.ddl.append(ddl)
    schema.tables.append(table)
    table.filled = filled
    if filled:
        schema.filled.append(table.name)
    return table


# ---------------------------------------------------------------------------------------------- tables


def _column(dice: random.Random, name: str, type_name: str) -> tuple[str, bool]:
    """A column's definition; may it be written?"""
    roll = dice.random()
    if type_name in ("int", "bigint", "numeric") and roll < 0.25:
        kind = dice.choice(("stored", "virtual"))
        computed = dice.choice(("v + 1", "coalesce(v, 0)", "nullif(id, 1)", "abs(id)", "case when v > 0 then v end"))
        not_null = " not null" if computed == "coalesce(v, 0)" and kind == "stored" and dice.random() < 0.3 else ""
        return f"{name} {type_name} generated always as ({computed}) {kind}{not_null}", False
    if type_name in ("int", "bigint") and roll < 0.32:
        return f"{name} {type_name} generated {dice.choice(('always', 'by default'))} as identity", True
    constraint = weighted(
        dice,
        {
            "": 6,
            "not null": 5,
            "default null": 1,
            f"check ({name} is not null)": 1,
            f"check ({name} is not null or v > 1)": 1,
            f"check ({name} is null or {name} is not null)": 1,
            f"check (not ({name} is null))": 1,
            f"check ({name} is not null) not enforced": 1,
        },
    )
    if type_name == "int" and "default" not in constraint and dice.random() < 0.2:
        constraint += dice.choice((" default 1", f" check ({name} > -1)", " default f_int(1)"))
    return f"{name} {type_name} {constraint}", True


def _table(schema: Schema, dice: random.Random, name: str, **fixed: str) -> Table:
    types = {"id": dice.choice(("int", "int", "int", "bigint", "pos")), "v": "int"}
    for number in range(dice.choice((1, 2, 3, 4))):
        types["abcdef"[number]] = weighted(dice, COLUMN_TYPES)
    lines, columns = [], []
    key = fixed.get("key") or dice.choice(
        ("pk", "pk", "pk", "unique not null", "unique", "two", "nulls", "deferrable", "partial", "expression", "none")
    )
    for one, type_name in types.items():
        writable = True
        if one == "id":
            extra = dice.choice((" generated by default as identity", "", "")) if key == "pk" else ""
            line = f"id {'int' if extra and type_name == 'pos' else type_name}{extra}"
            line += " not null" if key in ("unique not null", "two") or dice.random() < 0.2 else ""
        elif one == "v":
            line = fixed.get("v") or f"v int{dice.choice(('', '', '', ' not null', ' default 1'))}"
        else:
            line, writable = _column(dice, one, type_name)
        lines.append(line)
        columns.append(TableColumn(one, type_name, writable))
    keys, after = _key(dice, name, key)
    lines += after[0]
    plain = [one.name for one in columns[2:] if one.type in KEYABLE]
    if plain and dice.random() < 0.4:
        other = dice.choice(plain)
        lines.append(f"unique ({other})")
        keys.append((other,))
    parents = [one for one in schema.tables if ("id",) in one.keys and one.name.startswith("t")]
    if parents and dice.random() < 0.7:
        parent = dice.choice(parents)
        type_name = next(one.type for one in parent.columns if one.name == "id")
        not_null = dice.choice(("", " not null"))
        tail = dice.choice(("", "", "", " not valid", " deferrable initially deferred", " not enforced"))
        lines.append(f"ref {type_name}{not_null}")
        columns.append(TableColumn("ref", type_name))
        statement = f"alter table {name} add foreign key (ref) references {parent.name} (id)"
        statement = statement.replace("add foreign", f"add constraint {name}_ref foreign")
        statement += dice.choice(("", " on delete set null")) + tail
        after[1].append(statement)
        if tail in (" not valid", " not enforced"):
            schema.late.append((f"alter table {name} drop constraint {name}_ref", statement))
    made = _add(schema, Table(name, columns, keys), f"create table {name} ({', '.join(lines)}){fixed.get('tail', '')}")
    schema.ddl += after[1]
    late = [one.name for one in columns[2:] if one.writable]
    if late and dice.random() < 0.15:
        kind = dice.choice((f"check ({late[0]} is not null)", f"not null {late[0]}"))
        statement = f"alter table {name} add constraint {name}_late {kind} not valid"
        schema.ddl.append(statement)
        schema.late.append((f"alter table {name} drop constraint if exists {name}_late", statement))
    return made


def _key(dice: random.Random, name: str, key: str) -> tuple[list[tuple[str, ...]], tuple[list[str], list[str]]]:
    """The keys that ON CONFLICT may use, the constraints inside CREATE TABLE, the statements after it."""
    lines: list[str] = []
    after: list[str] = []
    keys: list[tuple[str, ...]] = [("id",)]
    match key:
        case "pk":
            lines.append("primary key (id)")
        case "unique" | "unique not null":
            lines.append("unique (id)")
        case "two":
            lines.append("unique (id, v)")
            keys = [("id", "v")]
        case "nulls":
            lines.append("unique nulls not distinct (id)")
        case "deferrable":
            lines.append(f"unique (id) deferrable initially {dice.choice(('deferred', 'immediate'))}")
            keys = []
        case "partial":
            predicate = dice.choice(("v is not null", "v > 0", "v = 1"))
            after.append(f"create unique index on {name} (id) where {predicate}")
            keys = []
        case "expression":
            after.append(f"create unique index on {name} ((abs(id)))")
            keys = []
        case "both":
            after.append(f"create unique index on {name} (id, (abs(v)))")
            keys = []
        case _:
            keys = []
    return keys, (lines, after)


def _keyed(schema: Schema, dice: random.Random) -> None:
    _table(schema, dice, "k1", key=dice.choice(("partial", "expression", "deferrable", "nulls", "both")))


def _inherited(schema: Schema, dice: random.Random) -> None:
    """A parent whose key and whose NOT NULL … NO INHERIT do not bind the child."""
    columns = [TableColumn("id", "int"), TableColumn("v", "int"), TableColumn("a", "text")]
    v = dice.choice(("v int", "v int not null", "v int, constraint h1_v not null v no inherit"))
    a = dice.choice(("a text", "a text not null", "a text check (a is not null) no inherit"))
    key = dice.choice(("primary key (id)", "unique (id)", "unique (a)"))
    _add(schema, Table("h1", columns), f"create table h1 (id int, {v}, {a}, {key})")
    _add(schema, Table("h2", [*columns, TableColumn("b", "int")]), "create table h2 (b int) inherits (h1)")


def _partitioned(schema: Schema, dice: random.Random) -> None:
    """A partitioned table whose partitions have constraints and triggers of their own."""
    columns = [TableColumn("id", "int"), TableColumn("v", "int"), TableColumn("a", "text")]
    key = dice.choice((", primary key (id)", ", unique (id)", ""))
    not_null = dice.choice(("", " not null"))
    table = Table("p", columns, [("id",)] if key else [])
    _add(schema, table, f"create table p (id int, v int{not_null}, a text{key}) partition by list (id)")
    own = dice.choice(("", " (v not null)", " (constraint p1_a check (a is not null))"))
    schema.ddl.append(f"create table p1 partition of p{own} for values in (0, 1)")
    schema.ddl.append("create table p2 partition of p default")
    schema.tables.append(Table("p1", columns, list(table.keys)))
    if dice.random() < 0.5:
        schema.ddl.append("create trigger p2_skip before insert on p2 for each row execute function f_keep()")


def _triggered(schema: Schema, dice: random.Random) -> None:
    v = dice.choice(("v int", "v int default 1", "v int not null"))
    _table(schema, dice, "g", v=v, key="pk")
    function, events = dice.choice(
        (
            ("f_skip", "insert"),
            ("f_skip", "update"),
            ("f_skip_old", "update or delete"),
            ("f_clear", "insert or update"),
        )
    )
    timing = dice.choice(("before", "before", "before", "after"))
    schema.ddl.append(f"create trigger g_row {timing} {events} on g for each row execute function {function}()")


def _ruled(schema: Schema, dice: random.Random) -> None:
    columns = [TableColumn("id", "int"), TableColumn("v", "int")]
    _add(schema, Table("r0", columns, []), "create table r0 (id int, v int)")
    _add(schema, Table("r1", columns, [("id",)]), "create table r1 (id int primary key, v int not null)")
    schema.quiet.add("r1")
    schema.ddl.append(
        dice.choice(
            (
                (
                    "create rule r1_i as on insert to r1 do instead insert into r0"
                    " select new.id, null from generate_series(1, 2) returning id, v"
                ),
                "create rule r1_d as on delete to r1 do instead delete from r0 returning id, v",
                "create rule r1_u as on update to r1 do instead update r0 set v = null returning id, v",
                "create rule r1_a as on insert to r1 do also insert into r0 values (new.id, new.v)",
            )
        )
    )


def _overlapping(schema: Schema, dice: random.Random) -> None:
    """The first range of the key is no key of its own."""
    columns = [TableColumn("id", "int4range"), TableColumn("v", "int"), TableColumn("a", "int4range")]
    kind = dice.choice(("primary key", "unique"))
    ddl = f"create table w (id int4range, v int, a int4range, {kind} (id, a without overlaps))"
    _add(schema, Table("w", columns), ddl)


# ---------------------------------------------------------------------------------------------- views


def _view(schema: Schema, dice: random.Random, name: str) -> None:
    one, other = (dice.choice(schema.tables) for _ in range(2))
    condition = dice.choice(("x.v is not null", "x.v > 0", "x.id = x.v", "x.id is not null", "true"))
    if one.name == "w" or any(column.name == "id" and column.type == "int4range" for column in one.columns):
        condition = "x.v > 0"
    plain = [column for column in one.columns if column.type != "json"]
    rest = [column for column in plain if column.name not in ("id", "v")]
    id_type = next(column.type for column in one.columns if column.name == "id")
    v_type = next(column.type for column in one.columns if column.name == "v")
    outputs = [TableColumn("id", id_type), TableColumn("v", v_type)]
    kind = dice.choice(("plain", "plain", "plain", "join", "group", "materialized", "instead", "single"))
    names = ", ".join(f"x.{column.name}" for column in (*outputs, *rest))
    keys = list(one.keys) if kind == "plain" else []
    match kind:
        case "plain" | "instead":
            sql = f"create view {name} as select {names} from {one.name} x where {condition}"
            sql += dice.choice(("", "", " with check option")) if kind == "plain" else ""
            outputs += rest
        case "join":
            join = dice.choice(("left join", "join", "right join", "full join"))
            sql = f"create view {name} as select x.id, y.v from {one.name} x {join} {other.name} y on x.v = y.v"
            outputs[1] = TableColumn("v", next(column.type for column in other.columns if column.name == "v"))
        case "group":
            sql = f"create view {name} as select id, max(v) as v, count(*) as a from {one.name} group by id"
            outputs = [outputs[0], TableColumn("v", "int"), TableColumn("a", "bigint")]
        case "single":
            sql = f"create view {name} as select max(id) as id, sum(v)::int as v from {one.name}"
            outputs = [TableColumn("id", "int"), TableColumn("v", "int")]
            if id_type not in ("int", "bigint", "pos"):
                sql = f"create view {name} as select count(*)::int as id, sum(v)::int as v from {one.name}"
        case _:
            sql = f"create materialized view {name} as select {names} from {one.name} x where {condition}"
            outputs += rest
    table = Table(name, outputs, keys, kind in ("plain", "instead"))
    if one.name[0] == "v" and not one.writable:
        table.writable = False
    _add(schema, table, sql, filled=False)
    if kind == "instead":
        schema.ddl.append(
            f"create trigger {name}_row instead of insert or update or delete on {name}"
            " for each row execute function f_view()"
        )
        table.keys = []
