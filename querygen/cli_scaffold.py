"""`querygen scaffold`: a query file for a table, for its user to own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from querygen.cli import PathText, project_config, queries_option, schema_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@schema_option
@queries_option
@click.option("--to", "target", type=PathText, help="The file to write; default: TABLE.sql beside the other queries.")
@click.argument("table")
def scaffold(schema: tuple[str, ...], queries: tuple[str, ...], target: Path | None, table: str) -> None:
    """Write queries for TABLE into a file of its own: get, list, page, create, change, upsert, delete.

    The file is yours: it is written once and never touched again.
    """
    from querygen.scaffold.table import scaffold_table

    written = scaffold_table(project_config(schema, queries), table, target)
    click.echo(f"  wrote {written.path}: {', '.join(written.queries)}")
    if written.left_out:
        click.echo(f"  left out, for there are queries of these names: {', '.join(written.left_out)}")
