"""A column with a volatile default, a stored generated column and an identity column rewrite the whole table.

The table can be neither read nor written meanwhile. A default that is the same for all rows (a constant, now()) is free
since PostgreSQL 11. Otherwise add the column without a default, set the default for rows to come, and fill the others
piece by piece:

    ALTER TABLE account ADD COLUMN token uuid;
    ALTER TABLE account ALTER COLUMN token SET DEFAULT gen_random_uuid();
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.lint.rule import Finding, Rule, Scope, added_columns, column_constraint, is_serial
from querygen.sql.nodes import Node, ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.lint.rule import MigrationSubject

_KIND = enums.ConstrType


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, column in added_columns(subject):
        default = column_constraint(column, _KIND.CONSTR_DEFAULT)
        generated = column_constraint(column, _KIND.CONSTR_GENERATED)
        stored = generated is not None and generated.generated_kind == "s"
        identity = column_constraint(column, _KIND.CONSTR_IDENTITY) is not None
        if stored or identity or is_serial(column) or (default and _volatile(default.raw_expr, subject.before())):
            message = f"adding {column.colname} rewrites all of {statement.relation.relname} while it is locked"
            hint = "Add the column without a value, SET DEFAULT afterwards, and fill the rows in batches."
            yield Finding(message, item.span(column.location), hint)


def _volatile(expression: Any, catalog: Catalog) -> bool:
    """Whether any function that it calls by this name is volatile."""
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FuncCall):
            names = [part.sval for part in node.funcname]
            schema = names[-2] if len(names) > 1 else None
            if any(proc.provolatile == "v" for proc in catalog.procs_named(names[-1], schema)):
                return True
        if isinstance(node, Node):
            pending += [getattr(node, name) for name in node]
        elif isinstance(node, tuple | list):
            pending += node
    return False


RULE = Rule("adding-field-with-default", Scope.MIGRATION, check)
