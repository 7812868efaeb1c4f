"""Most changes of a column's type rewrite the table and its indexes while nobody can read or write.

Not those that only widen: varchar(10) to varchar(20) or text, numeric(8, 2) to numeric(10, 2), time(3) to time.
For the others add a column of the new type, fill it in batches, and put it in the old one's place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import typename_type_id_and_mod
from querygen.diagnostics import PgError
from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.lint.rule import MigrationSubject

_TEXT, _VARCHAR, _NUMERIC, _VARBIT = 25, 1043, 1700, 1562
_TIMES = (1083, 1114, 1184, 1186, 1266)


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, command in subject.alterations():
        if command.subtype != enums.AlterTableType.AT_AlterColumnType:
            continue
        if not _only_widens(subject.before(), statement.relation, command):
            message = (
                f"changing the type of {command.name} rewrites all of {statement.relation.relname} while it is locked"
            )
            hint = "Add a column of the new type, fill it in batches, and drop the old one."
            yield Finding(message, item.span(), hint)


def _only_widens(catalog: Catalog, table: Any, command: Any) -> bool:
    """Whether the old values are the new ones as they stand on disk (ATColumnChangeRequiresRewrite, tablecmds.c)."""
    oid = catalog.relation_oid(table.relname, table.schemaname)
    column = catalog.relation(oid).by_name.get(command.name) if oid is not None else None
    if column is None or command.def_.raw_default is not None:
        return False
    try:
        new, typmod = typename_type_id_and_mod(None, catalog, command.def_.typeName)
    except PgError:
        return False
    old, before = column.type_oid, column.typmod
    if new == old:
        if before == typmod or typmod == -1:
            return True
        if old in (_VARCHAR, _VARBIT):
            return -1 < before <= typmod
        if old == _NUMERIC:
            return before > -1 and (before - 4) & 0xFFFF == (typmod - 4) & 0xFFFF and before <= typmod
        return old in _TIMES and -1 < before <= typmod
    return (old, new, typmod) in ((_VARCHAR, _TEXT, -1), (_TEXT, _VARCHAR, -1))


RULE = Rule("changing-column-type", Scope.MIGRATION, check)
