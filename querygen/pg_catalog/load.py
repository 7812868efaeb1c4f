"""TSV files of one PostgreSQL version → `Builtins`.

Rows are split when somebody asks for them: a build touches a few hundred of the 3,000 functions, and a start that reads
all of them would cost more than the analysis of a small project. Only the keys are indexed at once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from msgspec import Struct

from querygen.pg_catalog import rows
from querygen.pg_catalog.rows import (
    PgAggregate,
    PgAmop,
    PgAttribute,
    PgCast,
    PgClass,
    PgCollation,
    PgEnum,
    PgExtension,
    PgNamespace,
    PgOpclass,
    PgOperator,
    PgProc,
    PgRange,
    PgType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parent
NULL = "\\N"
NEWEST_MAJOR = 18  # whose grammar is the parser's and whose catalogue is in the wheel

CATALOGUES: dict[str, type[Any]] = {
    "pg_namespace": PgNamespace,
    "pg_type": PgType,
    "pg_proc": PgProc,
    "pg_operator": PgOperator,
    "pg_cast": PgCast,
    "pg_aggregate": PgAggregate,
    "pg_range": PgRange,
    "pg_opclass": PgOpclass,
    "pg_amop": PgAmop,
    "pg_collation": PgCollation,
    "pg_class": PgClass,
    "pg_attribute": PgAttribute,
    "pg_enum": PgEnum,
    "pg_extension": PgExtension,
}


def _oids(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split())) if text else ()


_READ: dict[Any, Callable[[str], Any]] = {
    int: int,
    str: str,
    bool: "t".__eq__,
    str | None: lambda text: None if text == NULL else text,
    tuple[int, ...]: _oids,
    tuple[int, ...] | None: lambda text: None if text == NULL else _oids(text),
    tuple[str, ...]: lambda text: tuple(text.split(",")) if text else (),
    tuple[str, ...] | None: lambda text: None if text == NULL else tuple(text.split(",")),
}


@cache
def row_reader(catalogue: str) -> Callable[[str], Any]:
    """A function from one line of a catalogue's TSV to a row of its class."""
    row_class = CATALOGUES[catalogue]
    hints = get_type_hints(row_class, vars(rows))
    readers = [_READ[hints[name]] for name in row_class.__struct_fields__]

    def read(line: str) -> Any:
        return row_class(*[reader(text) for reader, text in zip(readers, line.split("\t"), strict=True)])

    return read


class CatalogData(Struct, frozen=True):
    """The lines of the TSV files of one folder: catalogue name → lines without the two header lines."""

    folder: Path
    version: str  # first line of the files: which server was dumped
    lines: dict[str, list[str]]

    @property
    def major(self) -> int:
        """The major version of the server that was dumped; the newest where there are no files."""
        number = self.version.removeprefix("PostgreSQL ").split(".")[0].split(",")[0]
        return int(number) if number.isdecimal() else NEWEST_MAJOR

    def rows(self, catalogue: str) -> list[Any]:
        """All rows of a catalogue, read now."""
        read = row_reader(catalogue)
        return [read(line) for line in self.lines.get(catalogue, ())]


@cache
def load_folder(folder: Path) -> CatalogData:
    """Read the TSV files of a folder. A catalogue whose file is missing has no rows (extensions have few files)."""
    lines: dict[str, list[str]] = {}
    version = ""
    for name in CATALOGUES:
        path = folder / f"{name}.tsv"
        if path.exists():
            head, _columns, *rest = path.read_text(encoding="utf-8").split("\n")
            version = version or head.removeprefix("# ").split(" - ")[0]
            if rest and not rest[-1]:
                rest.pop()
            lines[name] = rest
    return CatalogData(folder, version, lines)


def builtin_folder(pg_version: int) -> Path:
    """Where the wheel keeps the catalogue of a major version."""
    return DATA / str(pg_version)


def extension_folder(name: str, base: Path) -> Path:
    """Where the catalogue rows of an extension are, below the folder of a version."""
    return base / "extensions" / name
