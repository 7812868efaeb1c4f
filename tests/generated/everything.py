"""Packages for the type checkers and the formatter: one covers everything, one has names that fill the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.ir import AnalyzedQuery, Cardinality
from tests.generated.making import add_domain, add_enum, add_table, embed, make_query, new_catalog, star

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog

TYPES = (
    "bool",
    "bytea",
    "int2",
    "int4",
    "int8",
    "oid",
    "float4",
    "float8",
    "numeric",
    "text",
    "citext",
    "money",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "inet",
    "cidr",
    "json",
    "jsonb",
    "int4range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int8range",
    "int4multirange",
    "tstzmultirange",
    "mood",
    "positive",
    "label",
    "point",
    "bit",
    "xml",
    "tsvector",
)
COMMANDS = ("one", "one!", "many", "exec", "execrows", "execresult")


def everything() -> tuple[Catalog, list[AnalyzedQuery]]:
    """Every type as a column, an array and a parameter, nullable and not; every command over every kind of row."""
    catalog = new_catalog()
    add_enum(
        catalog, "mood", "sad", "o'k", "", "class", "Class", "1st", "語", "mro", 'a "quoted" \\ one', comment="How?"
    )
    add_enum(catalog, "empty")
    add_domain(catalog, "positive", "int4")
    add_domain(catalog, "label", "text")
    add_domain(catalog, "citext", "text")
    columns = [f"c{number} {name}" for number, name in enumerate(TYPES)]
    columns += [f"n{number} {name}!" for number, name in enumerate(TYPES)]
    columns += [f"a{number} {name}[]" for number, name in enumerate(TYPES)]
    columns += [f"b{number} {name}[]!" for number, name in enumerate(TYPES)]
    wide = add_table(catalog, "wide", *columns, comment='All "types" \\ of \'columns\' """here"""')
    odd = add_table(
        catalog,
        "odd ones",
        *(f"{name}\tint4" for name in ("class", "self", "cls", "values", "int", "str", "list", "json", "copy", "_x")),
        *(f"{name}\tdate!" for name in ("datetime", "date", "model_fields", "mro", "a b", "?column?", "1st", "é", "x")),
        comments={"x": 'A "comment" that is too long for the line on which its column stands, and has a \\ in it.'},
    )
    plain = add_table(catalog, "people", "id int8!", "name text", "mood mood!", "data jsonb")
    bare = add_table(catalog, "optional_things", "a int4", "b text")
    view = add_table(catalog, "connection", "id int8", "row text", kind="v")
    catalog.freeze()
    queries: list[AnalyzedQuery] = []

    def add(name: str, command: str, *args: object, **more: object) -> None:
        queries.append(make_query(catalog, name, command, *args, **more))  # type: ignore[arg-type]

    for command in COMMANDS:
        word = command.capitalize().replace("!", "Strict")
        sql = f"SELECT '{command}'"
        add(f"{word}Row", command, sql, ["id int8", "name text?"], star(plain))
        add(f"{word}Own", command, sql + "\nFROM x", ["id int8[]?"], ["id int8!", "mood mood", "moods mood[]!"])
        none = ["id int8"] if command.startswith("batch") else []
        add(f"{word}Scalar", command, sql, none, ["count int8!"], cardinality=Cardinality.ONE)
        add(f"{word}Maybe", command, sql, none, ["max int8"], cardinality=Cardinality.ONE)
        add(f"{word}Mood", command, sql, ["mood mood"], ["mood mood"])
        add(
            f"{word}Data", command, sql, ["data jsonb?"], ["data jsonb!"], doc="First line.\n\n  indented\nlast \\ line"
        )
        add(
            f"{word}Embed",
            command,
            sql,
            ["a int4", "conn int4", "cur text", "each int4[]", "Int4 int4", "self int4", "from int4", "1 int4"],
            [*star(plain), "total numeric", *star(bare, nullable=True), *star(wide, nullable=True)],
            embeds=(embed(plain, "p", 0), embed(bare, "b", 5, nullable=True), embed(wide, "class", 7, nullable=True)),
            param_docs={"a": "a number", "from": "where it begins"},
        )
    insert = "INSERT INTO people (a, b, c) VALUES ($1, $2, $3)"
    items = ["id int8", "mood mood?", "data jsonb?"]
    for command in ("copyfrom", "bulk", "batchexec"):
        add(f"Items{command}", command, insert, items, path="queries/items.sql")
        add(f"Item{command}", command, "INSERT INTO people (a) VALUES ($1)", ["data jsonb?"], path="queries/items.sql")
    add("ItemsBack", "bulk", insert + " RETURNING *", items, star(plain), path="queries/items.sql")
    add("ItemBack", "bulk", "UPDATE t SET a = $1", ["id int8"], ["id int8"], path="queries/items.sql")
    params = [column.replace("!", "") + ("" if "!" in column else "?") for column in columns if "bit" not in column]
    add("WriteWide", "exec", "INSERT", params, path="queries/wide ones.sql")
    add("ReadWide", "many", "SELECT *", [], star(wide), path="queries/wide ones.sql")
    add("ReadOdd", "many", "SELECT *", [], star(odd), path="queries/wide ones.sql")
    add("ReadView", "one!", "SELECT *", [], star(view), path="queries/wide ones.sql")
    for name in ("list", "FromJson", "datetime", "PersonRow", "NewRow", "Mood", "PEOPLE"):
        add(name, "many", "SELECT 1", [], ["x int4!", "x int4!", "y mood!"], path="queries/models.sql")
    shared = {"row": "Shared"}
    add("Shared1", "many", "SELECT 1", [], ["a int4!", "b json"], path="queries/a.sql", annotations=shared)
    add("Shared2", "one", "SELECT 2", [], ["a int4!", "b json"], path="queries/b.sql", annotations=shared)
    add("Only", "one", "SELECT 2", [], ["a int4!"], path="queries/b.sql", annotations={"row": "OnlyOne"})
    return catalog, queries


def long_names() -> tuple[Catalog, list[AnalyzedQuery]]:
    """Names of every length up to what a line holds, narrow and wide, and texts with what has to be escaped."""
    types = (
        "int8",
        "text",
        "mood",
        "mood[]",
        "jsonb",
        "int8[]",
        "timestamptz",
        "numeric",
        "inet",
        "tstzrange",
        "jsonb[]",
        "positive[]",
    )
    catalog = new_catalog()
    add_enum(catalog, "mood", "sad", "o'k", *("l" * n for n in range(30, 63, 4)), *("語" * n for n in range(8, 21, 3)))
    add_domain(catalog, "positive", "int4")
    queries = []
    for number, length in enumerate(range(2, 63, 3)):
        short = [f"a{place}" + "b" * (length - 2) for place in range(len(types))]
        columns = [
            f"{name} {kind}{'!' if (number + place) % 2 else ''}"
            for place, (name, kind) in enumerate(zip(short, types, strict=True))
        ]
        remarks = {short[0]: "c" * length + " d" * length, short[1]: f'say "{"x" * length}"'}
        one = add_table(catalog, f"tb{number}" + "x" * length, *columns, comments=remarks)
        wide_columns = [column.replace("b", "語") for column in columns[:3]]
        two = add_table(catalog, f"u{number}" + "é" * length, *wide_columns, comment="some long comment " * number)
        name = f"Q{number}" + "n" * length
        sql = "SELECT *,\n\t" + "x" * length + '\\\' """ ' * number + '\n FROM "t"'
        params = [
            f"{one} {kind}{'?' if place % 2 else ''}"
            for place, (one, kind) in enumerate(zip(short, types, strict=True))
        ]
        doc = 'doc "line" with \\ backslash and """ quotes ' * (number % 5)
        queries += [
            make_query(catalog, f"{name}A", "one", sql, params, star(one), doc=doc),
            make_query(
                catalog,
                f"{name}B",
                "many",
                "SELECT " + "col, " * length + " 'it''s' \"x\"",
                [],
                columns,
                doc='"quoted"' if number % 2 else 'ends with "q"',
            ),
            make_query(
                catalog, f"{name}C", "one!", f"SELECT '{'y' * length}'", params[:1], ["x " + types[number % 12]]
            ),
            make_query(
                catalog,
                f"{name}D",
                "many",
                f"SELECT '{'z ' * length}'",
                [params[number % 12].rstrip("?") + "?"],
                [f"x {types[(number + 3) % 12]}!"],
                param_docs={short[number % 12]: "what " * length},
            ),
            make_query(
                catalog,
                f"{name}E",
                "many",
                "SELECT",
                [],
                ["one int4", *star(two, nullable=True), *star(one)],
                embeds=(embed(two, "e" * length, 1, nullable=True), embed(one, "f", 4)),
            ),
            make_query(
                catalog,
                f"{name}F",
                "execrows",
                "DELETE FROM x",
                [f"p{place}{'m' * (length // 3)} {types[place % 12]}" for place in range(number)],
            ),
            make_query(
                catalog,
                f"{name}G",
                "exec",
                "DELETE FROM x",
                [f"p{place}{'m' * (length // 3)} {types[place % 12]}?" for place in range(number)],
                path=f"queries/{'w' * length}.sql",
            ),
        ]
    catalog.freeze()
    return catalog, queries
