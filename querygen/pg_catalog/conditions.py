"""The names that PL/pgSQL has for SQLSTATEs: `conditions()` reads them, `of_errcodes` makes the TSV.

Source: `errcodes.txt`, which every server has in its share directory; plerrcodes.h is made of it, too.
`python -m querygen.pg_catalog.conditions SHARE/errcodes.txt > querygen/pg_catalog/18/conditions.tsv` writes the file.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

from querygen.pg_catalog.load import DATA, NEWEST_MAJOR

_FIELDS = 4  # SQLSTATE, kind, macro, the condition's name; a line without a name has no condition


@cache
def conditions() -> dict[str, frozenset[str]]:
    """The SQLSTATEs of a condition's name: a few names have two."""
    found: dict[str, set[str]] = defaultdict(set)
    text = (DATA / str(NEWEST_MAJOR) / "conditions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[2:]:
        name, code = line.split("\t")
        found[name].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


def of_errcodes(text: str) -> str:
    """The TSV's text. A success is no condition."""
    rows = ["# Condition names of PL/pgSQL and their SQLSTATEs, of PostgreSQL 18's errcodes.txt", "condname\tsqlstate"]
    for line in text.splitlines():
        words = line.split()
        if len(words) == _FIELDS and not line.startswith(("#", "Section:")) and words[1] in ("E", "W"):
            rows.append(f"{words[3]}\t{words[0]}")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(of_errcodes(Path(sys.argv[1]).read_text(encoding="utf-8")))
