"""Statements of kinds that no corpus has: PostgreSQL's tree and ours are the same, or the refusals are.

A file of `unseen/` is a schema, the line `-- statements`, and statements that end in a semicolon at a line's end. The
schema is read by the DDL fold on our side and by the server on its own. A line `-- extension NAME` asks for the
extension, `-- search_path a, b` for a path.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from querygen.catalog.ddl import build_catalog
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.server.embedded import create_database, drop_database
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from tests.differential import nodetree
from tests.differential.tree_server import Server, disagreement, our_answer

if TYPE_CHECKING:
    from querygen.server.embedded import EmbeddedServer

FOLDER = Path(__file__).parent / "unseen"
FILES = sorted(FOLDER.glob("*.sql"))


def statements_of(text: str) -> list[str]:
    parts = re.split(r";[ ]*(?:--[^\n]*)?\n", text)
    return [one for part in parts if (one := re.sub(r"\A(?:\s*--[^\n]*\n)*", "", part).strip())]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_unseen(pg_server: EmbeddedServer, file: Path) -> None:
    schema, _, rest = file.read_text(encoding="utf-8").partition("-- statements\n")
    assert rest, "the file has no statements"
    parsed, problems = parse_schema_file(SourceFile("schema.sql", schema))
    path = re.search(r"^-- search_path (.*)$", schema, re.MULTILINE)
    names = tuple(name.strip().strip('"') for name in path[1].split(",")) if path else ("public",)
    catalog, more = build_catalog(parsed, load_folder(builtin_folder(18)), search_path=names)
    assert not [*problems, *more]
    name = f"unseen_{file.stem}"
    dsn = create_database(pg_server, name)
    try:
        server = Server(dsn)
        server.load((schema,), forgiving=False)  # in the session that is asked, whose temporary tables are its own
        server.set_search_path(names)
        comparison = nodetree.Comparison()
        wrong = [
            f"{statement}\n  {found}"
            for statement in statements_of(rest)
            if (found := disagreement(comparison, our_answer(catalog, statement), server.answer(statement)))
        ]
        server.close()
    finally:
        drop_database(pg_server, name)
    assert not wrong, "\n".join(["", *wrong])
