"""Random expressions of a wanted type, from a grammar of templates.

`Expressions.make(level, type, depth)` gives the text of an expression that is valid at a query level. A template like
`coalesce({T}, {T})` names its parts by type; `{T}` is the wanted type, `{Q:int}` a query of one such column, `{over}` a
window. What is grouped knows only its groups and aggregates.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

BASE = {"pos": "int", "must": "int", "word": "text", "varchar(9)": "text"}

CONSTANTS = {
    "int": ("0", "1", "2", "3"),
    "bigint": ("0::bigint", "1::bigint", "2::bigint"),
    "text": ("'a'", "''", "'b'", "'1'"),
    "bool": ("true", "false"),
    "numeric": ("1.5", "0.0", "'NaN'::numeric"),
    "float8": ("1.5::float8", "0::float8", "'NaN'::float8"),
    "date": ("date '2020-01-01'", "date 'infinity'"),
    "timestamp": ("timestamp '2020-01-01'", "timestamp 'infinity'"),
    "timestamptz": ("timestamptz '2020-01-01 00:00+00'", "now()"),
    "jsonb": ("""'{"a": 1, "b": null}'::jsonb""", "'[1, null]'::jsonb", "'null'::jsonb", "'{}'::jsonb"),
    "json": ("""'{"a": 1, "b": null}'::json""", "'[1]'::json"),
    "int[]": ("'{1,2}'::int[]", "'{1,null}'::int[]", "'{}'::int[]"),
    "text[]": ("'{a,b}'::text[]", "'{a,null}'::text[]", "array[]::text[]"),
    "pair": ("(1, 'a')::pair", "(null, null)::pair", "'(2,)'::pair"),
    "mood": ("'sad'::mood", "'ok'::mood"),
    "int4range": ("'[1,3)'::int4range", "'empty'::int4range", "'(,2)'::int4range"),
    "uuid": ("'00000000-0000-0000-0000-000000000001'::uuid",),
    "bytea": (r"'\x01'::bytea", r"'\x'::bytea"),
    "interval": ("interval '1 day'", "interval '0'"),
}
COMPARABLE = ("int", "bigint", "text", "numeric", "float8", "date", "timestamp", "timestamptz", "mood", "uuid", "bytea")

# For every type.
GENERIC = (
    "coalesce({T}, {T})",
    "coalesce({T}, {C})",
    "coalesce({T}, {T}, {T})",
    "case when {bool} then {T} else {T} end",
    "case when {bool} then {T} end",
    "case when {S:T} is not null then {S:T} else {C} end",
    "case when {bool} then {T} when {bool} then {T} else {C} end",
    "case {int} when {int} then {T} when {int} then {C} else {T} end",
    "case {S:int} when 1 then {T} else {C} end",
    "({Q:T})",
    "({Q1:T})",
    "({T})",
)
COMPARED = ("nullif({T}, {T})", "greatest({T}, {T})", "least({T}, {T}, {C})", "nullif({T}, {C})")

OPERATIONS: dict[str, tuple[str, ...]] = {
    "int": (
        "{int} + {int}",
        "- {int}",
        "abs({int})",
        "length({text})",
        "{int} % 2",
        "f_int({int})",
        "f_strict({int})",
        "f_set({int})",
        "array_length({int[]}, 1)",
        "cardinality({int[]})",
        "({int[]})[{int}]",
        "(array[1, 2])[{int}]",
        "({pair}).a",
        "(f_out({int})).a",
        "({row}).f1",
        "{pos}::int",
        "({int})::pos::int",
        "({int})::must::int",
        "cast({text} as text)::int",
        "extract(year from {date})::int",
        "({bool})::int",
        "array_position({int[]}, {int})",
        "lower({int4range})",
        "({jsonb} ->> 'a')::int",
        "num_nulls({any}, {any})",
        "json_value({jsonb}, '$.a' returning int)",
        "json_value({jsonb}, '$.a' returning int default 3 on empty)",
        "strpos({text}, {text})",
        "coalesce({M:int}, {C})",
        "{bigint}::int",
        "unnest({int[]})",
        "generate_series(1, {int})",
        "regexp_count({text}, 'a')",
        "width_bucket({float8}, 0, 10, 3)",
        "bit_length({text})",
        "ascii({text})",
        "mod({int}, 2)",
        "coalesce(nullif({int}, 0), {C})",
    ),
    "bigint": ("{bigint} + {int}", "{int}::bigint", "abs({bigint})", "{bigint} * 2", "length({text})::bigint"),
    "text": (
        "lower({text})",
        "{text} || {text}",
        "concat({text}, {int})",
        "concat_ws('-', {text}, {text})",
        "{int}::text",
        "{date}::text",
        "{mood}::text",
        "substring({text} from 1 for 2)",
        "substring({text} from 'a(b)?')",
        "{jsonb} ->> 'a'",
        "{jsonb} ->> 'b'",
        "{jsonb} #>> array['a']",
        "({pair}).b",
        "({text[]})[1]",
        '{text} collate "C"',
        "format('%s', {int})",
        "split_part({text}, 'a', 1)",
        "replace({text}, 'a', 'b')",
        "trim({text})",
        "array_to_string({int[]}, ',')",
        "to_char({int}, '9')",
        "{uuid}::text",
        "({text})::varchar(3)",
        "json_value({jsonb}, '$.a')",
        "json_query({jsonb}, '$.a' returning text)",
        "regexp_replace({text}, 'a', 'b')",
        "(regexp_match({text}, 'a'))[1]",
        "nullif({text}, '')",
        "current_schema",
        "current_user::text",
        "{bool}::text",
        "string_to_table({text}, 'a')",
        "jsonb_typeof({jsonb})",
        "overlay({text} placing 'x' from 1)",
        "initcap({text})",
        "{word}::text",
        "md5({text})",
        "quote_nullable({text})",
        "quote_literal({text})",
        "'x' || {int}",
    ),
    "bool": (
        "{int} = {int}",
        "{S:int} = {C:int}",
        "{S:text} = {C:text}",
        "{int} > {int}",
        "{text} like 'a%'",
        "{text} = {text}",
        "{bool} and {bool}",
        "{bool} or {bool}",
        "not {bool}",
        "{any} is null",
        "{S:any} is not null",
        "{any} is not null",
        "{S:any} is not null and {bool}",
        "{S:any} is null or {bool}",
        "not ({S:any} is null)",
        "not ({S:any} is null or {bool})",
        "{bool} is true",
        "{bool} is not true",
        "({S:int} > 0) is true",
        "({S:int} > 0) is not false",
        "({S:int} > 0) is false",
        "({S:int} is null) is not true",
        "({S:int} > 0) is not unknown",
        "{bool} is unknown",
        "({S:int} > 0) is unknown",
        "(({S:int} > 0) is unknown) is false",
        "{int} is distinct from {int}",
        "{S:int} is not distinct from {C:int}",
        "{S:int} is not distinct from {int}",
        "{int} in ({C:int}, {int})",
        "{S:int} in (1, 2)",
        "{S:int} not in (1, 2)",
        "{int} = any ({int[]})",
        "{S:int} = any ({int[]})",
        "{S:int} <> all ({int[]})",
        "{S:int} = any (array[1, {int}])",
        "{int} <> all ({int[]})",
        "{int} > all (array[1, {int}])",
        "exists ({Q:any})",
        "not exists ({Q:any})",
        "{S:int} in ({Q:int})",
        "{int} in ({Q:int})",
        "{int} not in ({Q:int})",
        "{int} = any ({Q:int})",
        "{int} > all ({Q:int})",
        "({int}, {text}) = ({int}, {text})",
        "({int}, {text}) < ({int}, {text})",
        "({S:int}, {S:int}) < (2, 2)",
        "({S:int}, {text}) = (1, 'a')",
        "({int}, {text}) in ({Q:int,text})",
        "({int}, {text}) = ({Q:int,text})",
        "({int}, {int}) < ({Q1:int,int})",
        "({int}, {text}) is not null",
        "({S:int}, {S:text}) is not null",
        "({S:int}, {S:text}) is null",
        "({any}, {any}) is distinct from ({int}, {text})",
        "{pair} is not null",
        "{pair} is null",
        "{whole} is not null",
        "{whole} is null",
        "not ({whole} is null)",
        "{jsonb} ? 'a'",
        "{jsonb} @> {jsonb}",
        "{int[]} && {int[]}",
        "{int[]} = {int[]}",
        "{int} between {int} and {int}",
        "{S:int} between 0 and 2",
        "f_like({int}, {int})",
        "{int} === {int}",
        "{text} ~ 'a'",
        "({S:bool})",
        "not ({S:bool})",
        "coalesce({S:int} > 0, false)",
        "coalesce({bool}, false)",
        "coalesce({S:int} = 1, {S:int} = 2, false)",
        "{text} is json",
        "json_exists({jsonb}, '$.a')",
        "json_exists({jsonb}, '$.a' unknown on error)",
        "jsonb_path_exists({jsonb}, '$.a')",
        "starts_with({text}, 'a')",
        "{date} < {date}",
        "{date} = {timestamp}",
        "{int4range} @> {int}",
        "{bigint} = {int}",
        "{pair} = {pair}",
        "isempty({int4range})",
        "{int}::text = {text}",
        "f_strict({S:int}) = 1",
        "{S:T1} = {S:T1}",
        "{S:text[]} @> {text[]}",
        "case when {S:int} > 0 then true else {bool} end",
        "case when {bool} then {S:int} > 0 else false end",
        "nullif({bool}, false)",
    ),
    "numeric": ("{numeric} + {int}", "{int}::numeric", "round({numeric})", "{numeric} / 2", "trunc({numeric}, 1)"),
    "float8": ("{float8} * 2", "{int}::float8", "{numeric}::float8", "sqrt(abs({float8}))"),
    "date": ("{date} + 1", "{timestamp}::date", "current_date", "to_date('2020', 'YYYY')"),
    "timestamp": (
        "{date}::timestamp",
        "date_trunc('day', {timestamp})",
        "{timestamp} + interval '1 day'",
        "localtimestamp",
    ),
    "timestamptz": ("now()", "current_timestamp", "{timestamp} at time zone 'UTC'", "{timestamptz} + interval '1 day'"),
    "jsonb": (
        "{jsonb} -> 'a'",
        "{jsonb} || {jsonb}",
        "to_jsonb({any})",
        "jsonb_build_object('a', {any}, 'b', {any})",
        "jsonb_build_array({any}, {any})",
        "jsonb_strip_nulls({jsonb})",
        "{jsonb} - 'a'",
        "json_query({jsonb}, '$.a')",
        "json_object('a': {any} returning jsonb)",
        "jsonb_set({jsonb}, array['a'], {jsonb})",
        "{json}::jsonb",
        "({jsonb})['a']",
        "to_jsonb({whole})",
        "jsonb_array_elements({jsonb})",
    ),
    "json": (
        "row_to_json({whole})",
        "json_build_object('a', {any})",
        "json_object('a': {any})",
        "json_object('a': {int} absent on null)",
        "json_array({int}, {text})",
        "json_array({Q:int})",
        "json_scalar({int})",
        "json({text})",
        "{jsonb}::json",
        "to_json({text})",
    ),
    "int[]": (
        "array[{int}, {int}]",
        "array[{int}]",
        "array[array[{int}], array[{int}]]",
        "array[{int[]}, array[1, 2]]",
        "array({Q:int})",
        "{int[]} || {int}",
        "{int[]} || {int[]}",
        "array_append({int[]}, {int})",
        "array_prepend({int}, {int[]})",
        "array_remove({int[]}, null)",
        "array_remove({int[]}, {int})",
        "array_replace({int[]}, 1, {int})",
        "({int[]})[1:2]",
        "{text[]}::int[]",
        "array_cat({int[]}, {int[]})",
        "array_positions({int[]}, {int})",
        "array_reverse({int[]})",
    ),
    "text[]": (
        "array[{text}, {text}]",
        "array({Q:text})",
        "{int[]}::text[]",
        "string_to_array({text}, 'a')",
        "string_to_array({text}, 'a', 'b')",
        "regexp_match({text}, '(a)(b)?')",
        "regexp_split_to_array({text}, 'a')",
        "array[{text}]::varchar[]::text[]",
        "trim_array({text[]}, 0)",
    ),
    "pair": ("row({int}, {text})::pair", "({int}, {text})::pair", "f_pair({int})", "f_out({int})::text::pair"),
    "mood": ("'ok'::text::mood", "enum_last({mood})", "enum_first(null::mood)"),
    "int4range": ("int4range(1, {int})", "{int4range} * {int4range}", "{int4range} + '[1,2)'"),
    "uuid": ("gen_random_uuid()",),
    "bytea": ("convert_to({text}, 'UTF8')", "{bytea} || {bytea}"),
    "interval": (
        "make_interval(days => {int})",
        "{interval} * 2",
        "age({timestamp}, {timestamp})",
        "{timestamp} - {timestamp}",
    ),
}

AGGREGATES: dict[str, tuple[str, ...]] = {
    "bigint": (
        "count(*){f}",
        "count({any}){f}",
        "count(distinct {text}){f}",
        "sum({int}){f}",
        "regr_count({float8}, {float8}){f}",
        "rank({int}) within group (order by {int})",
    ),
    "int": (
        "max({int}){f}",
        "min({int}){f}",
        "any_value({int}){f}",
        "max({C}){f}",
        "f_max({int}){f}",
        "count({any})::int",
        "mode() within group (order by {int}){f}",
        "bit_and({int}){f}",
        "sum({int})::int",
    ),
    "text": (
        "max({text}){f}",
        "min({text}){f}",
        "string_agg({text}, ','){f}",
        "string_agg({text}, {text} order by {int}){f}",
    ),
    "bool": ("bool_and({bool}){f}", "bool_or({bool}){f}", "every({S:bool}){f}"),
    "numeric": ("avg({int}){f}", "sum({bigint}){f}", "sum({numeric}){f}"),
    "float8": (
        "avg({float8}){f}",
        "stddev({float8}){f}",
        "percentile_cont(0.5) within group (order by {float8}){f}",
        "corr({float8}, {float8}){f}",
        "percent_rank({int}) within group (order by {int})",
    ),
    "jsonb": ("jsonb_agg({any}){f}", "jsonb_object_agg('a', {any}){f}", "json_arrayagg({int} returning jsonb){f}"),
    "json": ("json_agg({any}){f}", "json_arrayagg({int}){f}", "json_objectagg('a': {int}){f}", "json_agg({whole}){f}"),
    "int[]": ("array_agg({int}){f}", "array_agg({int} order by {int}){f}", "array_agg({int}::must){f}"),
    "text[]": ("array_agg({text}){f}", "array_agg(distinct {text}){f}"),
    "date": ("max({date}){f}",),
    "timestamp": ("min({timestamp}){f}",),
    "int4range": ("range_intersect_agg({int4range}){f}",),
    "int4multirange": (),
}

WINDOWS: dict[str, tuple[str, ...]] = {
    "bigint": (
        "row_number() {over}",
        "rank() {over}",
        "dense_rank() {over}",
        "count(*) {over}",
        "count({any}) {over}",
        "sum({int}) {over}",
    ),
    "int": (
        "lag({int}) {over}",
        "lag({int}, 1, {int}) {over}",
        "lag({int}, {int}, {int}) {over}",
        "lead({int}, 1, {C}) {over}",
        "first_value({int}) {over}",
        "last_value({int}) {over}",
        "nth_value({int}, 2) {over}",
        "nth_value({int}, 1) {over}",
        "ntile(2) {over}",
        "ntile({int}) {over}",
        "max({int}) {over}",
        "max({int}) filter (where {bool}) {over}",
        "count({int}) filter (where {bool}) {over}",
        "sum(1) filter (where {bool}) {over}",
        "max(1) {over}",
        "first_value(1) {over}",
        "lag(1) {over}",
        "f_max({int}) {over}",
        "min({S:int}) {over}",
        "lead({int}) {over}",
    ),
    "float8": ("percent_rank() {over}", "cume_dist() {over}", "avg({float8}) {over}"),
    "text": ("string_agg({text}, ',') {over}", "first_value({text}) {over}", "max({text}) {over}"),
    "bool": ("bool_and({bool}) {over}", "first_value({bool}) {over}"),
    "int[]": ("array_agg({int}) {over}",),
    "jsonb": ("jsonb_agg({int}) {over}",),
    "numeric": ("avg({int}) {over}", "sum({numeric}) {over}"),
}

FRAMES = (
    "",
    "",
    "",
    "rows between unbounded preceding and current row",
    "rows between 1 preceding and 1 preceding",
    "rows between current row and unbounded following",
    "rows between 1 following and 2 following",
    "rows between 1 preceding and current row",
    "rows between 2 preceding and 1 following exclude current row",
    "rows between unbounded preceding and 1 preceding",
    "range between unbounded preceding and unbounded following exclude group",
    "range between unbounded preceding and unbounded following exclude ties",
    "range between current row and current row",
    "groups between 1 preceding and 1 following",
    "groups between 1 following and 1 following",
    "range between 1 preceding and 1 following",
    "range between 1 following and 2 following",
)

_SLOT = re.compile(r"\{([A-Za-z0-9_:,\[\]()-]+)\}")


@dataclass(frozen=True)
class Output:
    """Something that a scope offers: the text that names it, and its type."""

    text: str
    type: str


@dataclass
class Level:
    """A query level: what its expressions may name."""

    columns: list[Output] = field(default_factory=list)
    wholes: list[str] = field(default_factory=list)  # relations whose whole row may be named
    outer: Level | None = None
    grouped: list[Output] | None = None  # None: not grouped
    aggregates: bool = False
    windows: bool = False
    sets: bool = False  # set-returning functions are allowed
    window_names: tuple[str, ...] = ()
    queries: bool = True
    merge: bool = False

    def plain(self) -> Level:
        """The rows before they are grouped, as arguments of aggregates see them."""
        return replace(self, grouped=None, aggregates=False, windows=False, sets=False)


def base(type_name: str) -> str:
    return BASE.get(type_name, type_name)


class Expressions:
    """The generator's part for expressions; `query` makes a subquery of given column types."""

    def __init__(self, dice: random.Random, query: Callable[[Level, list[str], int, bool], str]) -> None:
        self.dice = dice
        self.query = query
        self.params: list[str] = []

    def make(self, level: Level, type_name: str, depth: int) -> str:
        dice = self.dice
        if type_name == "any":
            type_name = dice.choice(("int", "int", "text", "text", "bool", "jsonb", "date", "int[]", "pair"))
        if type_name in BASE and dice.random() < 0.7:
            return f"({self.make(level, BASE[type_name], depth)})::{type_name}"
        roll = dice.random()
        if depth <= 0 or roll < 0.3:
            return self.leaf(level, type_name)
        if level.windows and roll < 0.5 and type_name in WINDOWS:
            inner = replace(level, windows=False, sets=False)
            return self.fill(dice.choice(WINDOWS[type_name]), inner, type_name, depth - 1)
        if level.aggregates and (roll < 0.75 if level.grouped is None else roll < 0.6) and AGGREGATES.get(type_name):
            return self.fill(dice.choice(AGGREGATES[type_name]), level.plain(), type_name, depth - 1)
        templates = list(OPERATIONS.get(type_name, ()))
        if type_name in COMPARABLE:
            templates += COMPARED
        pick = dice.choice(GENERIC) if not templates or roll > 0.85 else dice.choice(templates)
        return self.fill(pick, level, type_name, depth - 1)

    def made(self, level: Level, type_name: str, depth: int) -> str:
        """An expression for the select list: rather one that does something."""
        templates = OPERATIONS.get(type_name)
        if depth <= 0 or templates is None or self.dice.random() < 0.4 or level.windows or level.grouped is not None:
            return self.make(level, type_name, depth)
        return self.fill(self.dice.choice(templates), level, type_name, depth - 1)

    def fill(self, template: str, level: Level, wanted: str, depth: int) -> str:
        if not level.sets and re.match(
            r"(f_set|unnest|generate_series|string_to_table|jsonb_array_elements)\(", template
        ):
            return self.leaf(level, wanted)
        if not level.queries and "{Q" in template:
            return self.leaf(level, wanted)
        inner = replace(level, sets=level.sets and self.dice.random() < 0.1)
        shared = self.dice.choice(COMPARABLE)
        text = _SLOT.sub(lambda slot: self.slot(slot[1], inner, wanted, shared, depth), template)
        return text if text.endswith(")") and text.startswith(("coalesce", "case")) else f"({text})"

    def slot(self, name: str, level: Level, wanted: str, shared: str, depth: int) -> str:
        dice = self.dice
        match name.split(":"):
            case ["T"]:
                return self.make(level, wanted, depth)
            case ["C"]:
                return dice.choice(CONSTANTS.get(base(wanted), (f"null::{wanted}",)))
            case ["C", type_name]:
                return self.constant(type_name)
            case ["S", type_name]:
                type_name = {"T": wanted, "T1": shared}.get(type_name, type_name)
                return self.column(level, type_name) or self.leaf(level, type_name)
            case ["Q", "T" | "int" | "text" as one] if (
                level.aggregates and AGGREGATES.get(wanted) and dice.random() < 0.3
            ):
                # An aggregate of the outer query.
                type_name = wanted if one == "T" else one
                made = self.fill(dice.choice(AGGREGATES[type_name]), level.plain(), type_name, 1)
                return f"select {made} from (values (1)) z"
            case ["Q", types]:
                return self.query(level, [wanted if one == "T" else one for one in types.split(",")], depth, False)
            case ["Q1", types]:
                return self.query(level, [wanted if one == "T" else one for one in types.split(",")], depth, True)
            case ["M", type_name]:
                return "max(1)" if level.aggregates and level.grouped is None else self.leaf(level, type_name)
            case ["f"]:
                return f" filter (where {self.make(level, 'bool', 1)})" if dice.random() < 0.3 else ""
            case ["over"]:
                return self.over(level, depth)
            case ["row"]:
                return f"({self.make(level, 'int', depth)}, {self.make(level, 'text', depth)})"
            case ["whole"]:
                if level.grouped is None and level.wholes:
                    return dice.choice(level.wholes)
                return self.leaf(level, "pair")
        return self.make(level, name, depth)

    def over(self, level: Level, depth: int) -> str:
        dice = self.dice
        if level.window_names and dice.random() < 0.3:
            return f"over {dice.choice(level.window_names)}"
        return f"over ({self.window(level, depth)})"

    def window(self, level: Level, depth: int) -> str:
        dice = self.dice
        plain = replace(level, windows=False, sets=False, queries=False)
        parts = []
        if dice.random() < 0.3:
            parts.append(f"partition by {self.leaf(plain, 'int')}")
        frame = dice.choice(FRAMES)
        if dice.random() < 0.6 or frame.startswith(("range between 1", "groups")):
            parts.append(f"order by {self.make(plain, 'int', min(depth, 1))}")
        return " ".join([*parts, frame]).strip()

    def leaf(self, level: Level, type_name: str) -> str:
        dice = self.dice
        roll = dice.random()
        if type_name == "any":
            type_name = dice.choice(("int", "text", "bool"))
        if type_name == "whole":
            type_name = "pair"
        if roll < 0.72:
            found = self.column(level, type_name)
            if found is not None:
                return found
        if level.merge and type_name == "text" and roll < 0.8:
            return "merge_action()"
        if roll > 0.95:
            return f"null::{type_name}"
        return self.constant(type_name)

    def constant(self, type_name: str) -> str:
        if type_name not in ("any", "interval") and self.dice.random() < 0.2 and len(self.params) < 4:
            self.params.append(type_name)
            return f"${len(self.params)}::{type_name}"
        own = CONSTANTS.get(base(type_name), ("null",))
        return self.dice.choice(own)

    def column(self, level: Level, type_name: str) -> str | None:
        """A column of this level, or now and then of one further out."""
        dice = self.dice
        if level.outer is not None and dice.random() < 0.3:
            found = self.column(level.outer, type_name)
            if found is not None:
                return found
        offered = level.columns if level.grouped is None else level.grouped
        fitting = [one for one in offered if type_name == "any" or base(one.type) == base(type_name)]
        if not fitting:
            if level.outer is not None:
                return self.column(level.outer, type_name)
            return None
        return dice.choice(fitting).text
