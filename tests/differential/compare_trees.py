"""Compare analysed trees over folders of SQL: `python -m tests.differential.compare_trees FOLDER…`.

Each `schema.sql` with a `queries.sql` (annotated) beside it, at any depth, is a case. Its schema is loaded into a
database of the embedded server, statement by statement, and read by the DDL fold; then PostgreSQL's tree of each query
is compared with ours, node by node. Fields that are not compared are named in `nodetree`, each with its reason;
statements that are not are counted below the figure by what they are: utility statements, whose trees are raw, and what
the server refuses and we do not, for want of an extension or a role.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from querygen.config import Config
from querygen.pipeline import load_catalog, load_queries
from querygen.server.embedded import create_database, drop_database, running_server
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from tests.differential import nodetree
from tests.differential.tree_server import Refusal, Server, disagreement, our_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.diagnostics import Diagnostic
    from querygen.server.embedded import EmbeddedServer

DATABASE = "compare_trees"


class Count(Struct):
    """What came of the queries of one corpus."""

    equal: int = 0
    different: list[tuple[str, str]] = field(default_factory=list)  # which query, what is not the same
    both_refuse: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def compared(self) -> int:
        return self.equal + len(self.different)


def cases(folders: Iterable[Path]) -> Iterator[Path]:
    """The folders that hold a schema and queries."""
    for folder in folders:
        yield from sorted(one.parent for one in folder.rglob("queries.sql") if (one.parent / "schema.sql").exists())


def compare_case(server: EmbeddedServer, folder: Path, count: Count) -> None:
    """Compare every query of a case."""
    problems: list[Diagnostic] = []
    config = Config(root=folder, schema=("schema.sql",), queries=("queries.sql",))
    catalog = load_catalog(config, problems)
    queries = load_queries(config, catalog, problems)
    session = Server(create_database(server, DATABASE))
    try:
        schema = (folder / "schema.sql").read_text(encoding="utf-8")
        statements, _ = parse_schema_file(SourceFile("schema.sql", schema))
        session.load((statement.text for statement in statements), forgiving=True)
        session.set_search_path(catalog.search_path)
        comparison = nodetree.Comparison()
        for query in queries:
            theirs = session.answer(query.sql)
            ours = our_answer(catalog, query.sql)
            if isinstance(theirs, Refusal) and isinstance(ours, Refusal) and ours.code == theirs.code:
                count.both_refuse += 1
            elif isinstance(theirs, Refusal):
                count.left_out[f"the server refuses: {_shape(theirs.message)}"] += 1
            elif ours is None:
                count.left_out["a utility statement"] += 1
            elif found := disagreement(comparison, ours, theirs):
                count.different.append((f"{folder.name}: {query.name}", found))
            else:
                count.equal += 1
    finally:
        session.close()
        drop_database(server, DATABASE)


def _shape(message: str) -> str:
    return re.sub(r'"[^"]*"|\d+', "…", message)


def compare(folders: Iterable[Path]) -> Count:
    """Compare every query of every case below the folders."""
    count = Count()
    with running_server() as server:
        for folder in cases(folders):
            compare_case(server, folder, count)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=20, help="how many differences to print")
    options = parser.parse_args()
    count = compare(options.folders)
    for name, found in count.different[: options.show]:
        print(f"{name}\n    {found[:400]}")
    share = 100 * count.equal / count.compared if count.compared else 0.0
    print(f"{count.equal} of {count.compared} trees are equal ({share:.2f} %); {count.both_refuse} refused by both")
    for reason, number in count.left_out.most_common():
        print(f"  left out: {number:5}  {reason}")
    return 0 if count.compared and not count.different else 1


if __name__ == "__main__":
    sys.exit(main())
