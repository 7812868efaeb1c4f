"""Which of PostgreSQL's own functions never give NULL for arguments that are not NULL: the reader of `never_null.tsv`.

Takes a function's oid, gives a `NeverNull` or None. A function that is not listed may give NULL, and a user's function
always may. A row of the file is `name(type,…)`, then a tab and the reason; in the signature

* `?` after a type: this argument may itself be NULL;
* `!` at the end: an aggregate that gives a value over no rows, too; any other listed aggregate needs one row;
* `'text'` in place of a type: the row holds only for this constant;
* `.column` at the end: of a set-returning function's columns only this one.

A listed set-returning function is one whose rows are never NULL, whatever its arguments. No C file: PostgreSQL does not
keep this knowledge anywhere but in the functions themselves.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.analyze.typename import format_type
from querygen.catalog.catalog import PG_CATALOG
from querygen.pg_catalog.load import NEWEST_MAJOR, builtin_folder
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID

if TYPE_CHECKING:
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


FILE = "never_null.tsv"


class NeverNull(Struct, frozen=True):
    """One row. `optional` says of each argument whether it may be NULL; the last one stands for all that follow."""

    optional: tuple[bool, ...]
    over_no_rows: bool
    reason: str

    def may_be_null(self, argument: int) -> bool:
        """May the argument (from 0) be NULL although the result is not?"""
        return bool(self.optional) and self.optional[min(argument, len(self.optional) - 1)]


@cache
def read_never_null(folder: Path) -> dict[str, NeverNull]:
    """The rows of the file of one PostgreSQL version, by signature without its marks of arguments and rows."""
    rows: dict[str, NeverNull] = {}
    for line in (folder / FILE).read_text(encoding="utf-8").splitlines()[2:]:
        signature, reason = line.split("\t")
        name, _, rest = signature.partition("(")
        types, _, tail = rest.rpartition(")")
        arguments = types.split(",") if types else []
        plain = ",".join(argument.removesuffix("?") for argument in arguments)
        optional = tuple(argument.endswith("?") for argument in arguments)
        rows[f"{name}({plain}){tail.removeprefix('!')}"] = NeverNull(optional, tail == "!", reason)
    return rows


def _rows(catalog: Catalog) -> dict[str, NeverNull]:
    """The catalog's own file, or 18's: a function that an older server shares with 18 gives NULL where 18's does."""
    own = catalog.data.folder
    return read_never_null(own if (own / FILE).exists() else builtin_folder(NEWEST_MAJOR))


_SIGNATURES: dict[Oid, str | None] = {}  # PostgreSQL's own oids mean the same in every catalog


def _signature(catalog: Catalog, funcid: Oid) -> str | None:
    if funcid not in _SIGNATURES:
        row = catalog.proc(funcid)
        types = ",".join(format_type(catalog, oid, only_pg_catalog=True) for oid in row.proargtypes)
        _SIGNATURES[funcid] = f"{row.proname}({types})" if row.pronamespace == PG_CATALOG else None
    return _SIGNATURES[funcid]


def never_null(catalog: Catalog, funcid: Oid, constant: str | None = None) -> NeverNull | None:
    """The row of a function; `constant` is its first argument where that is a literal."""
    if not 0 < funcid < FIRST_NORMAL_OBJECT_ID or (signature := _signature(catalog, funcid)) is None:
        return None
    rows = _rows(catalog)
    found = rows.get(signature)
    if found is None and constant is not None:
        name, _, types = signature.partition("(")
        found = rows.get(f"{name}('{constant.lower()}',{types.partition(',')[2]}")
    return found


def never_null_column(catalog: Catalog, funcid: Oid, column: str) -> NeverNull | None:
    """The row of a set-returning function, or of this one of its columns."""
    found = never_null(catalog, funcid)
    if found is None and 0 < funcid < FIRST_NORMAL_OBJECT_ID:
        found = _rows(catalog).get(f"{_signature(catalog, funcid)}.{column}")
    return found
