"""What `querygen describe` shows on a terminal: a table for each query, by rich. Takes an `Analysis`, prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from querygen.describe import text_rows
from querygen.explain import rows_reason
from querygen.pipeline import Analysis, FailedQuery

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery


def print_tables(analysis: Analysis, name: str | None = None, *, why: bool = False) -> None:
    """Print the queries of an analysis, or the one called `name`, to standard output."""
    console = Console(highlight=False)
    for query in analysis.queries:
        raw = query.raw
        if name is not None and raw.name != name:
            continue
        place = f"{raw.source.path}:{raw.name_span.line}"
        console.print(f"[bold]{escape(raw.name)}[/] :{raw.command.value}  [dim]{escape(place)}[/]")
        if isinstance(query, FailedQuery):
            console.print(f"  [red]refused[/] [{query.problem.code}] {escape(query.problem.message)}\n")
            continue
        console.print(_table(query, analysis.catalog, why))
        if query.columns:
            count = f"{query.cardinality.value} row{'s' if query.cardinality == 'many' else ''}"
            reason = f": {escape(rows_reason(query, analysis.catalog)[2])}" if why else ""
            console.print(f"  [dim]{count}{reason}[/]")
        console.print()


def _table(query: AnalyzedQuery, catalog: Catalog, why: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for mark, label, type_name, null, reason in text_rows(query, catalog):
        cells = [f"  [dim]{mark}[/]", escape(label), f"[cyan]{escape(type_name)}[/]", f"[yellow]{null}[/]"]
        table.add_row(*cells, f"[dim]{escape(reason)}[/]" if why else "")
    return table
