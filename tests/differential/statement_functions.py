"""Functions in FROM for generated statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.differential.statement_expressions import Level
from tests.differential.statement_schema import Table, TableColumn

if TYPE_CHECKING:
    from tests.differential.statement_generator import Source, Statements


def function_item(statements: Statements, outer: Level | None, alias: str, word: str) -> Source:
    """A set-returning function, one that gives one value, ROWS FROM, or JSON_TABLE."""
    dice = statements.dice
    level = replace(outer, sets=False, windows=False, aggregates=False) if outer is not None else Level()

    def make(type_name: str) -> str:
        return statements.expressions.make(level, type_name, 1)

    ordinality = " with ordinality" if dice.random() < 0.25 else ""
    calls: list[tuple[str, list[TableColumn]]] = [
        (f"unnest({make('int[]')})", [TableColumn("id", "int")]),
        (f"unnest({make('text[]')})", [TableColumn("a", "text")]),
        (f"unnest({make('int[]')}, {make('text[]')})", [TableColumn("id", "int"), TableColumn("a", "text")]),
        (f"generate_series(0, {make('int')})", [TableColumn("id", "int")]),
        (f"jsonb_array_elements_text({make('jsonb')})", [TableColumn("a", "text")]),
        (f"jsonb_each({make('jsonb')})", [TableColumn("a", "text"), TableColumn("b", "jsonb")]),
        (f"jsonb_each_text({make('jsonb')})", [TableColumn("a", "text"), TableColumn("b", "text")]),
        (f"regexp_split_to_table({make('text')}, 'a')", [TableColumn("a", "text")]),
        (f"string_to_table({make('text')}, 'a', 'b')", [TableColumn("a", "text")]),
        (f"f_rows({make('int')})", [TableColumn("id", "int"), TableColumn("a", "text")]),
        (f"f_set({make('int')})", [TableColumn("id", "int")]),
        (f"f_pair({make('int')})", [TableColumn("id", "int"), TableColumn("a", "text")]),
        (f"f_out({make('int')})", [TableColumn("id", "int"), TableColumn("a", "text")]),
        (f"f_strict({make('int')})", [TableColumn("id", "int")]),
        (f"abs({make('int')})", [TableColumn("id", "int")]),
        (
            f"rows from (unnest({make('int[]')}), generate_series(1, 2))",
            [TableColumn("id", "int"), TableColumn("v", "int")],
        ),
        (f"regexp_matches({make('text')}, '(a)(b)?', 'g')", [TableColumn("b", "text[]")]),
    ]
    call, columns = dice.choice(calls)
    if dice.random() < 0.15:
        path = statements.one_of("$[*]", "$", "$.*")
        nested = statements.one_of("", ", nested path '$.x[*]' columns (k for ordinality, b int path '$')")
        text = f"json_table({make('jsonb')}, '{path}' columns (id for ordinality, v int path '$.a'{nested}))"
        columns = [TableColumn("id", "int"), TableColumn("v", "int")]
        if nested:
            columns += [TableColumn("k", "int"), TableColumn("b", "int")]
        found = statements.named(Table(alias, columns), alias)
        return replace(found, text=f"{word}{text} as {alias}", wholes=[alias])
    if ordinality:
        columns = [*columns, TableColumn("n", "bigint")]
    found = statements.named(Table(alias, columns), alias)
    listed = ", ".join(one.name for one in columns)
    return replace(found, text=f"{word}{call}{ordinality} as {alias} ({listed})")
