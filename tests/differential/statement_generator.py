"""Random valid statements over a random schema: what people's queries never reach.

`Statements(dice, schema).statement()` gives SQL and the types of its parameters. The grammar knows types and scopes, so
most of what it makes is accepted; what PostgreSQL refuses is left out by the experiment. Expressions are made in
`statement_expressions`, schemas in `statement_schema`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

from tests.differential.statement_expressions import COMPARABLE, OPERATIONS, Expressions, Level, Output, base
from tests.differential.statement_functions import function_item
from tests.differential.statement_schema import Schema, Table, TableColumn, weighted
from tests.differential.statement_special import filled, special

# By how many templates a type has, so that each of them is used.
RESULT_TYPES = {one: 2 + len(templates) // 3 for one, templates in OPERATIONS.items()} | {"pos": 1, "must": 1}
JOINS = {"join": 3, "left join": 4, "right join": 3, "full join": 3, "cross join": 1}


@dataclass(frozen=True)
class Statement:
    sql: str
    params: tuple[str, ...]


@dataclass
class Source:
    """An item of FROM: its text, what it offers, and the columns that `alias.name` names."""

    text: str
    columns: list[Output]
    wholes: list[str]
    names: dict[str, str]  # column names without alias → type, as USING and NATURAL see them
    merged: list[Output]


class Statements:
    """One generator of statements; it keeps the numbers of aliases and parameters."""

    def __init__(self, dice: random.Random, schema: Schema) -> None:
        self.dice = dice
        self.schema = schema
        self.expressions = Expressions(dice, self.subquery)
        self.alias_number = 0
        self.template_number = dice.randrange(1000)
        self.ctes: list[Table] = []

    def statement(self, template: str | None = None) -> Statement:
        """A random statement, or one made of a template."""
        dice = self.dice
        self.expressions.params.clear()
        self.alias_number = 0
        self.ctes = []
        roll = dice.random()
        if template is not None:
            text = filled(self, template)
        elif roll < 0.4:
            text = special(self)
        elif roll < 0.78:
            text = self.top_select()
        elif roll < 0.84:
            text = self.insert()
        elif roll < 0.89:
            text = self.update()
        elif roll < 0.93:
            text = self.delete()
        else:
            text = self.merge()
        # Some parameters were made for what was not used in the end.
        used = list(dict.fromkeys(re.findall(r"\$\d+", text)))
        numbers = {one: f"${number}" for number, one in enumerate(used, 1)}
        text = re.sub(r"\$\d+", lambda match: numbers[match[0]], text)
        return Statement(text, tuple(self.expressions.params[int(one[1:]) - 1] for one in used))

    def alias(self) -> str:
        self.alias_number += 1
        return f"q{self.alias_number}"

    def one_of(self, *choices: str) -> str:
        return self.dice.choice(choices)

    def types(self, low: int = 1, high: int = 4) -> list[str]:
        return [weighted(self.dice, RESULT_TYPES) for _ in range(self.dice.randint(low, high))]

    # ------------------------------------------------------------------------------------------ SELECT

    def top_select(self) -> str:
        dice = self.dice
        if dice.random() < 0.04:
            return f"table {dice.choice(self.schema.tables).name}"
        if dice.random() < 0.06:
            table = dice.choice(self.schema.tables)
            return f"select * from {table.name} x where {self.condition(self.of_table(table, 'x'), 2)}"
        with_clause = self.with_clause() if dice.random() < 0.25 else ""
        types = self.types()
        roll = dice.random()
        if roll < 0.12:
            body = self.set_operation(None, types, 2)
        elif roll < 0.15:
            body = self.values(None, types)
        else:
            body = self.select(None, types, dice.choice((1, 2, 2, 3)))
            if dice.random() < 0.06 and "group by" not in body and "distinct" not in body:
                body += self.one_of(" for update", " for update skip locked", " for share")
        return with_clause + body

    def subquery(self, outer: Level, types: list[str], depth: int, single: bool) -> str:
        """A query inside an expression. `single`: it should give one row, since a value is wanted."""
        dice = self.dice
        types = [dice.choice(("int", "text")) if one == "any" else one for one in types]
        depth = min(depth, 1)
        roll = dice.random()
        if roll < 0.05:
            return self.set_operation(outer, types, 0)
        if roll < 0.08:
            return self.values(outer, types)
        return self.select(outer, types, depth, single=single or roll > 0.8)

    def select(self, outer: Level | None, types: list[str], depth: int, *, single: bool = False) -> str:
        dice = self.dice
        if single and dice.random() < 0.5:
            return self.aggregate_select(outer, types, depth)
        if dice.random() < 0.12:
            targets = [self.expressions.make(Level(outer=outer, sets=outer is None), one, depth) for one in types]
            where = f" where {self.expressions.make(Level(outer=outer), 'bool', 1)}" if dice.random() < 0.2 else ""
            return f"select {', '.join(targets)}{where}{self.limit()}"
        source = self.from_clause(outer, depth)
        level = Level(source.columns, source.wholes, outer)
        where = f" where {self.condition(level, depth)}" if dice.random() < 0.6 else ""
        roll = dice.random()
        tail = ""
        head = "select "
        if roll < 0.2 and not single:
            level, group, having = self.grouping(level)
            tail = f" group by {group}{having}"
        elif roll < 0.3:
            level = replace(level, aggregates=True, grouped=[])
            if dice.random() < 0.15:
                tail = f" having {self.expressions.make(level, 'bool', 1)}"
        elif roll < 0.45:
            names = ("w1",) if dice.random() < 0.4 else ()
            if names:
                tail = f" window w1 as ({self.expressions.window(level, 1)})"
            level = replace(level, windows=True, window_names=names)
        else:
            level = replace(level, sets=outer is None and dice.random() < 0.5)
        if level.grouped is not None and level.grouped and dice.random() < 0.2:
            level = replace(level, windows=True)
        targets = [self.expressions.made(level, one, depth) for one in types]
        listed = [f"{text} as c{number}" for number, text in enumerate(targets, 1)]
        simple = not level.sets and level.grouped is None
        if simple and dice.random() < 0.08:
            head = "select distinct "
        elif simple and not level.windows and dice.random() < 0.05:
            chosen = self.expressions.column(Level(level.columns), "int")
            if chosen:
                return f"select distinct on ({chosen}) {', '.join(listed)} from {source.text}{where} order by {chosen}"
        limit = " limit 1" if single and dice.random() < 0.8 else self.limit()
        if limit and dice.random() < 0.5 and head == "select " and not level.sets:
            tail += f" order by {dice.randint(1, len(types))}"
            if any(one in ("json", "pair") for one in types):
                tail = tail.rpartition(" order by")[0]
        return f"{head}{', '.join(listed)} from {source.text}{where}{tail}{limit}"

    def aggregate_select(self, outer: Level | None, types: list[str], depth: int) -> str:
        """No GROUP BY: one row."""
        source = self.from_clause(outer, 0)
        plain = Level(source.columns, source.wholes, outer)
        level = replace(plain, aggregates=True, grouped=[])
        where = f" where {self.condition(plain, 1)}" if self.dice.random() < 0.4 else ""
        targets = [self.expressions.make(level, one, max(depth, 1)) for one in types]
        text = f"select {', '.join(targets)} from {source.text}{where}"
        return text if any("(" in one for one in targets) else f"{text} limit 1"

    def limit(self) -> str:
        roll = self.dice.random()
        if roll < 0.82:
            return ""
        number = self.one_of("0", "1", "1", "1", "2", "null", "$0")
        if number == "$0":
            number = self.expressions.constant("bigint")
        offset = self.one_of("", "", " offset 1", " offset 0")
        return f" limit {number}{offset}"

    def grouping(self, level: Level) -> tuple[Level, str, str]:
        dice = self.dice
        wanted = [dice.choice(COMPARABLE[:6]) for _ in range(dice.choice((1, 2, 2, 3)))]
        groups: list[Output] = []
        for one in wanted:
            text = self.expressions.column(replace(level, outer=None), one)
            if text is None or dice.random() < 0.2:
                text = self.expressions.make(replace(level, queries=False), one, 1)
                text = f"coalesce({text})" if text.lstrip("(")[:1].isdigit() or text[0] in "'$" else text
            groups.append(Output(text, one))
        texts = [one.text for one in groups]
        outputs = list(groups)
        roll = dice.random()
        if roll < 0.5:
            group = ", ".join(texts)
        else:
            if roll < 0.65:
                group = f"rollup ({', '.join(texts)})"
            elif roll < 0.75:
                group = f"cube ({', '.join(texts)})"
            elif roll < 0.85:
                group = f"grouping sets (({texts[0]}), ({', '.join(texts)}))"
            elif roll < 0.92:
                group = f"grouping sets (({', '.join(texts)}), ())"
            elif roll < 0.95:
                group = "()"
                outputs = groups = []
            else:
                group = f"{texts[0]}, rollup ({texts[-1]})"
            if groups:
                outputs.append(Output(f"grouping({texts[0]})", "int"))
        grouped = replace(level, grouped=outputs, aggregates=True)
        having = f" having {self.condition(replace(grouped, queries=False), 1)}" if dice.random() < 0.3 else ""
        return grouped, group, having

    def condition(self, level: Level, depth: int) -> str:
        """WHERE, ON, HAVING: now and then something that binds a key, now and then something strict."""
        dice = self.dice
        parts = []
        for _ in range(dice.choice((1, 1, 1, 2))):
            roll = dice.random()
            type_name = dice.choice(("int", "int", "int", "text", "bigint"))
            one = self.expressions.column(replace(level, outer=None), type_name)
            ids = [col.text for col in level.columns if col.text.endswith(".id")] if level.grouped is None else []
            if ids and roll < 0.3:
                value = self.one_of("1", "2", "0", self.expressions.constant("int"))
                id_type = next(col.type for col in level.columns if col.text == ids[0])
                parts.append(f"{ids[0]} = {value}" if id_type != "int4range" else f"{ids[0]} = '[1,3)'")
            elif one and roll < 0.45:
                parts.append(f"{one} is not null")
            elif one and roll < 0.6:
                other = self.expressions.column(replace(level, outer=None), type_name) or one
                parts.append(f"{one} = {other}")
            elif one and roll < 0.7:
                parts.append(f"{one} {self.one_of('>', '>=', '<>', '=')} {self.expressions.constant(type_name)}")
            else:
                parts.append(self.expressions.make(level, "bool", min(depth, 2)))
        return " and ".join(parts)

    def values(self, outer: Level | None, types: list[str]) -> str:
        level = Level(outer=outer)
        rows = [
            f"({', '.join(self.expressions.make(level, one, 1) for one in types)})"
            for _ in range(self.dice.choice((1, 1, 2, 3)))
        ]
        return f"values {', '.join(rows)}"

    def set_operation(self, outer: Level | None, types: list[str], depth: int) -> str:
        types = ["jsonb" if one == "json" else one for one in types]
        arms = []
        for _ in range(2):
            arm_types = [self.one_of("bigint", "numeric", "int") if one == "int" else one for one in types]
            arm_types = arm_types if self.dice.random() < 0.3 else types
            if depth > 0 and self.dice.random() < 0.2:
                arms.append(f"({self.set_operation(outer, arm_types, 0)})")
            else:
                arms.append(f"({self.select(outer, arm_types, min(depth, 1))})")
        word = self.one_of("union", "union all", "union all", "intersect", "intersect all", "except", "except all")
        return f"{arms[0]} {word} {arms[1]}{self.limit()}"

    # ------------------------------------------------------------------------------------------ FROM

    def of_table(self, table: Table, alias: str) -> Level:
        return Level([Output(f"{alias}.{one.name}", one.type) for one in table.columns], [alias])

    def from_clause(self, outer: Level | None, depth: int) -> Source:
        dice = self.dice
        source = self.join_tree(outer, dice.choice((0, 0, 1, 1, 2, 3) if depth > 0 else (0, 0, 1)), depth)
        if dice.random() < 0.1:
            other = self.item(outer, depth, source)
            source = self.beside(f"{source.text}, {other.text}", source, other)
        return source

    def beside(self, text: str, left: Source, right: Source) -> Source:
        return Source(
            text,
            left.columns + right.columns,
            left.wholes + right.wholes,
            {**left.names, **right.names},
            left.merged + right.merged,
        )

    def join_tree(self, outer: Level | None, joins: int, depth: int) -> Source:
        dice = self.dice
        if joins == 0:
            return self.item(outer, depth)
        left_joins = dice.choice((joins - 1, joins - 1, 0))
        left = self.join_tree(outer, left_joins, depth)
        kind = weighted(dice, JOINS)
        rest = joins - 1 - left_joins
        if rest:
            right = self.join_tree(outer, rest, depth)
            right = replace(right, text=f"({right.text})")
        else:
            lateral = left if kind in ("join", "left join", "cross join") else None
            right = self.item(outer, depth, lateral)
        if kind == "cross join":
            return self.beside(f"{left.text} cross join {right.text}", left, right)
        both = self.beside("", left, right)
        shared = [
            name
            for name in left.names
            if name in right.names
            and base(left.names[name]) == base(right.names[name])
            and left.names[name] not in ("json", "pair")
        ]
        one_each = len(left.wholes) == 1 and len(right.wholes) == 1
        if shared and one_each and dice.random() < 0.3:
            using = dice.sample(shared, min(len(shared), dice.choice((1, 1, 2))))
            clause = f" using ({', '.join(using)})"
            merged = [Output(name, left.names[name]) for name in using] if joins == 1 and outer is None else []
            if dice.random() < 0.3:
                alias = self.alias()
                clause += f" as {alias}"
                merged = [Output(f"{alias}.{name}", left.names[name]) for name in using]
                both.wholes.append(alias)
            return replace(both, text=f"{left.text} {kind} {right.text}{clause}", columns=both.columns + merged)
        natural = set(left.names) & set(right.names)
        if one_each and natural and natural <= set(shared) and dice.random() < 0.1:
            return replace(both, text=f"{left.text} natural {kind} {right.text}")
        level = Level(both.columns, both.wholes, outer)
        on = self.join_condition(Level(left.columns), Level(right.columns), level, kind)
        text = f"{left.text} {kind} {right.text} on {on}"
        if one_each and dice.random() < 0.06:
            # An alias of the whole join hides what is inside.
            alias = self.alias()
            names = [f"j{number}" for number in range(len(left.names) + len(right.names))]
            types = [*left.names.values(), *right.names.values()]
            table = Table(alias, [TableColumn(name, one) for name, one in zip(names, types, strict=True)])
            return replace(self.named(table, alias), text=f"({text}) as {alias} ({', '.join(names)})")
        return replace(both, text=text)

    def join_condition(self, left: Level, right: Level, level: Level, kind: str) -> str:
        dice = self.dice
        roll = dice.random()
        type_name = dice.choice(("int", "int", "text", "bigint"))
        one = self.expressions.column(left, type_name)
        other = self.expressions.column(right, type_name)
        ids = [col.text for col in right.columns if col.text.endswith(".id") and col.type != "int4range"]
        if ids and one and type_name == "int" and roll < 0.35:
            return f"{one} = {ids[0]}"
        if one and other and roll < 0.75:
            extra = f" and {self.expressions.make(replace(level, queries=False), 'bool', 1)}" if roll < 0.2 else ""
            return f"{one} = {other}{extra}"
        if roll < 0.85 and kind != "full join":
            return self.one_of("true", "false", "true")
        if kind == "full join":
            return self.one_of("true", "false") if one is None or other is None else f"{one} = {other}"
        return self.condition(level, 1)

    def item(self, outer: Level | None, depth: int, lateral: Source | None = None) -> Source:
        """A table, view, CTE, subquery, VALUES or function with an alias."""
        dice = self.dice
        alias = self.alias()
        roll = dice.random()
        if self.ctes and roll < 0.3:
            return self.named(dice.choice(self.ctes), alias)
        if roll < 0.6 or depth <= 0:
            table = dice.choice(self.schema.tables)
            only = "only " if table.name in ("h1", "p") and dice.random() < 0.3 else ""
            found = self.named(table, alias)
            return replace(found, text=only + found.text)
        inner = Level(lateral.columns, lateral.wholes, outer) if lateral is not None else outer
        word = "lateral " if lateral is not None else ""
        if lateral is None or dice.random() < 0.5:
            inner, word = outer, ""
        if roll < 0.76:
            types = [self.one_of("int", "int", "text"), *self.types(0, 2)]
            names = ("id", "v", "a", "b")
            if dice.random() < 0.15:
                body = self.set_operation(inner, types, 0)
            else:
                body = self.select(inner, types, depth - 1, single=dice.random() < 0.25)
            columns = [TableColumn(name, one) for name, one in zip(names, types, strict=False)]
            listed = ", ".join(one.name for one in columns)
            found = self.named(Table(alias, columns), alias)
            return replace(found, text=f"{word}({body}) as {alias} ({listed})")
        if roll < 0.83:
            types = [self.one_of("int", "text"), *self.types(0, 1)]
            columns = [TableColumn(name, one) for name, one in zip(("id", "v"), types, strict=False)]
            found = self.named(Table(alias, columns), alias)
            listed = ", ".join(one.name for one in columns)
            return replace(found, text=f"{word}({self.values(inner, types)}) as {alias} ({listed})")
        return function_item(self, inner, alias, word)

    def named(self, table: Table, alias: str) -> Source:
        columns = [Output(f"{alias}.{one.name}", one.type) for one in table.columns]
        if table.filled and self.dice.random() < 0.1:
            columns.append(Output(f"{alias}.ctid::text", "text"))
        return Source(f"{table.name} {alias}", columns, [alias], {one.name: one.type for one in table.columns}, [])

    # ------------------------------------------------------------------------------------------ WITH

    def with_clause(self) -> str:
        dice = self.dice
        parts: list[str] = []
        recursive = False
        for number in range(1, dice.choice((2, 2, 3))):
            name = f"c{number}"
            roll = dice.random()
            types = [self.one_of("int", "text", "int"), *self.types(0, 2)]
            columns = [TableColumn(one, type_name) for one, type_name in zip(("id", "v", "a"), types, strict=False)]
            listed = ", ".join(one.name for one in columns)
            if roll < 0.35:
                recursive = True
                text, columns = self.recursive(name, types, columns)
                parts.append(text)
            elif roll < 0.55:
                body = self.one_of("insert", "update", "delete", "merge")
                written = getattr(self, body)(types=[f"{one}" for one in types])
                parts.append(f"{name} ({listed}) as ({written})")
            else:
                mode = self.one_of("", "", " materialized", " not materialized")
                parts.append(f"{name} ({listed}) as{mode} ({self.select(None, types, 1)})")
            self.ctes.append(Table(name, columns))
        return f"with {'recursive ' if recursive else ''}{', '.join(parts)} "

    def recursive(self, name: str, types: list[str], columns: list[TableColumn]) -> tuple[str, list[TableColumn]]:
        types = ["int", *("jsonb" if one == "json" else one for one in types[1:])]
        columns = [TableColumn(one.name, type_name) for one, type_name in zip(columns, types, strict=True)]
        seed = ", ".join(["0", *(f"{self.expressions.make(Level(), one, 1)}::{one}" for one in types[1:])])
        own = [Output(f"r.{one.name}", one.type) for one in columns]
        source, level = f"{name} r", Level(own, queries=False)
        if self.dice.random() < 0.4:
            table = self.dice.choice(self.schema.tables)
            other = self.named(table, "x")
            kind = self.one_of("join", "left join", "cross join")
            on = "" if kind == "cross join" else " on x.v = r.id"
            source += f" {kind} {other.text}{on}"
            level = Level(own + other.columns, queries=False)
        step = [f"{self.expressions.make(level, one, 1)}::{one}" for one in types[1:]]
        if step and self.dice.random() < 0.5:
            step[0] = f"r.{columns[1].name}"
        union = self.one_of("union all", "union all", "union") if "json" not in types else "union all"
        listed = ", ".join(one.name for one in columns)
        tail = ""
        roll = self.dice.random()
        if roll < 0.15:
            tail = f" search {self.one_of('depth', 'breadth')} first by id set ord"
        elif roll < 0.3:
            mark = self.one_of("", " to 1 default 0", " to true default null")
            tail = f" cycle id set is_cycle{mark} using path"
            columns = [*columns, TableColumn("is_cycle", "bool" if "1" not in mark else "int")]
        step_list = ", ".join(["r.id + 1", *step])
        query = f"select {seed} {union} select {step_list} from {source} where r.id < 2"
        return f"{name} ({listed}) as ({query}){tail}", columns

    # ------------------------------------------------------------------------------------------ writing

    def target(self) -> tuple[Table, str]:
        table = self.dice.choice([one for one in self.schema.tables if one.writable])
        return table, "x"

    def returning(self, level: Level, types: list[str] | None, *, old: bool) -> str:
        dice = self.dice
        if types is None and dice.random() < 0.1:
            return " returning *"
        own = [one for one in level.columns if one.text.startswith("x.")]
        columns = list(level.columns)
        if old and dice.random() < 0.7:
            columns += [Output("old." + one.text[2:], one.type) for one in own]
            columns += [Output("new." + one.text[2:], one.type) for one in own]
        inner = replace(level, columns=columns)
        wanted = types or [one.type for one in dice.choices(columns, k=dice.choice((1, 2, 3)))]
        return " returning " + ", ".join(self.expressions.make(inner, one, dice.choice((0, 0, 1))) for one in wanted)

    def written(self, table: Table) -> list[TableColumn]:
        able = [one for one in table.columns if one.writable]
        some = [one for one in able if one.name in ("id", "v") or self.dice.random() < 0.6]
        return some or able

    def insert(self, types: list[str] | None = None) -> str:
        dice = self.dice
        table, alias = self.target()
        columns = self.written(table)
        names = ", ".join(one.name for one in columns)
        wanted = [one.type for one in columns]
        overriding = self.one_of("", " overriding system value", " overriding user value")
        roll = dice.random()
        if roll < 0.5:
            rows = [
                "("
                + ", ".join(
                    "default" if dice.random() < 0.06 else self.expressions.make(Level(), one, 1) for one in wanted
                )
                + ")"
                for _ in range(dice.choice((1, 1, 1, 2)))
            ]
            body = f"({names}){overriding} values {', '.join(rows)}"
        elif roll < 0.92:
            body = f"({names}){overriding} {self.select(None, wanted, 1)}"
        else:
            body = "default values"
        conflict = ""
        if table.keys and dice.random() < 0.45:
            key = dice.choice(table.keys)
            conflict = f" on conflict ({', '.join(key)}) do "
            if dice.random() < 0.3:
                conflict = self.one_of(conflict, " on conflict do ") + "nothing"
            else:
                level = self.of_table(table, alias)
                level.columns += [Output(f"excluded.{one.name}", one.type) for one in table.columns]
                where = f" where {self.condition(level, 1)}" if dice.random() < 0.3 else ""
                conflict += f"update set {self.assignments(table, level)}{where}"
        returning = self.returning(self.of_table(table, alias), types, old=True)
        return f"insert into {table.name} as {alias} {body}{conflict}{returning}"

    def assignments(self, table: Table, level: Level) -> str:
        dice = self.dice
        able = [one for one in table.columns if one.writable and one.name != "id"] or table.columns[:1]
        chosen = dice.sample(able, min(len(able), dice.choice((1, 2))))
        if len(chosen) == 2 and dice.random() < 0.2:
            row = ", ".join(self.expressions.make(level, one.type, 1) for one in chosen)
            return f"({', '.join(one.name for one in chosen)}) = row ({row})"
        return ", ".join(
            f"{one.name} = {'default' if dice.random() < 0.05 else self.expressions.make(level, one.type, 1)}"
            for one in chosen
        )

    def update(self, types: list[str] | None = None) -> str:
        dice = self.dice
        table, alias = self.target()
        level = self.of_table(table, alias)
        source = ""
        if dice.random() < 0.3:
            other = self.join_tree(None, dice.choice((0, 1)), 1)
            source = f" from {other.text}"
            level = Level(level.columns + other.columns, level.wholes + other.wholes)
        sets = self.assignments(table, level)
        where = f" where {self.condition(level, 1)}" if dice.random() < 0.8 else ""
        return f"update {table.name} as {alias} set {sets}{source}{where}{self.returning(level, types, old=True)}"

    def delete(self, types: list[str] | None = None) -> str:
        dice = self.dice
        table, alias = self.target()
        level = self.of_table(table, alias)
        source = ""
        if dice.random() < 0.3:
            other = self.join_tree(None, dice.choice((0, 1)), 1)
            source = f" using {other.text}"
            level = Level(level.columns + other.columns, level.wholes + other.wholes)
        where = f" where {self.condition(level, 1)}" if dice.random() < 0.8 else ""
        return f"delete from {table.name} as {alias}{source}{where}{self.returning(level, types, old=True)}"

    def merge(self, types: list[str] | None = None) -> str:
        dice = self.dice
        table, alias = self.target()
        target = self.of_table(table, alias)
        other = self.item(None, 1)
        both = Level(target.columns + other.columns, target.wholes + other.wholes)
        on = self.join_condition(Level(other.columns), Level(target.columns), replace(both, queries=False), "join")
        clauses = []
        for _ in range(dice.choice((1, 2, 2, 3))):
            kind = self.one_of("matched", "matched", "not matched", "not matched by source")
            level = {"matched": both, "not matched": Level(other.columns, other.wholes)}.get(kind, target)
            extra = f" and {self.condition(replace(level, queries=False), 1)}" if dice.random() < 0.3 else ""
            if kind == "not matched":
                columns = self.written(table)
                row = ", ".join(self.expressions.make(level, one.type, 1) for one in columns)
                action = self.one_of(
                    f"insert ({', '.join(one.name for one in columns)}) values ({row})",
                    "insert default values",
                    "do nothing",
                )
            else:
                action = self.one_of(f"update set {self.assignments(table, level)}", "delete", "do nothing")
            clauses.append(f"when {kind}{extra} then {action}")
        level = replace(both, merge=True)
        text = f"merge into {table.name} as {alias} using {other.text} on {on} {' '.join(clauses)}"
        return text + self.returning(level, types, old=True)
