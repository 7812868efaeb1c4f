"""LIKE in CREATE TABLE: the columns of another relation, and with INCLUDING what belongs to them.

Mirrors `parse_utilcmd.c: transformTableLikeClause, expandTableLikeClause`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.catalog import ddl_constraint, ddl_index, ddl_names, ddl_sequence
from querygen.catalog.ddl_names import where
from querygen.catalog.objects import Column
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.ddl_table import TableElements
    from querygen.catalog.objects import Relation
    from querygen.sql.nodes import ast

# TableLikeOption (parsenodes.h)
COMMENTS, CONSTRAINTS, DEFAULTS, GENERATED, IDENTITY, INDEXES = 1 << 0, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6


def add_columns(state: DdlState, elements: TableElements, node: ast.TableLikeClause) -> None:
    """transformTableLikeClause: the columns with their NOT NULLs; the rest waits until the table is there."""
    from querygen.catalog.ddl_table import NotNull

    source = ddl_names.get_relation(state, node.relation)
    if source.kind not in "rvmcpf":
        message = f'relation "{source.name}" is invalid in LIKE clause'
        raise PgError("42809", message, where(node.relation))
    options = node.options or 0
    for column in source.live_columns:
        if any(one.name == column.name for one in elements.columns):
            raise PgError("42701", f'column "{column.name}" specified more than once')
        keep_default = bool(options & (GENERATED if column.generated else DEFAULTS))
        copy = Column(
            column.name,
            len(elements.columns) + 1,
            column.type_oid,
            column.typmod,
            has_default=column.has_default and keep_default,
            default_sql=column.default_sql if keep_default else None,
            default_expr=column.default_expr if keep_default else None,
            generated=column.generated if keep_default else "",
            collation=column.collation,
            attcollation=column.attcollation,
            dimensions=column.dimensions,
            comment=column.comment if options & COMMENTS else None,
            span=state.span(where(node.relation), len(node.relation.relname)),
        )
        if column.identity and options & IDENTITY:
            sequence = ddl_sequence.generate(
                state, elements.name, elements.namespace, column.name, column.type_oid, (), elements.persistence
            )
            copy = replace(copy, identity=column.identity)
            elements.sequences.append((column.name, sequence, True))
        elements.columns.append(copy)
    for constraint in source.constraints:
        if constraint.kind == "n":
            elements.not_nulls.append(
                NotNull(constraint.columns[0], constraint.name, constraint.no_inherit, constraint.validated)
            )
    elements.likes.append((node, source))


def expand(state: DdlState, relation: Relation, node: ast.TableLikeClause, source: Relation) -> Relation:
    """expandTableLikeClause: CHECK constraints and indexes."""
    options = node.options or 0
    catalog = state.catalog
    if options & CONSTRAINTS:
        for constraint in source.constraints:
            if constraint.kind == "c":
                old = ddl_constraint.find_constraint(relation, constraint.name)
                if old is not None and old.is_local:  # one that is only inherited is merged with
                    ddl_constraint.check_free(relation, constraint.name)
                copy = replace(
                    constraint,
                    inherit_count=0,
                    is_local=True,
                    validated=constraint.enforced,
                    comment=constraint.comment if options & COMMENTS else None,
                )
                relation = ddl_constraint.with_copied_check(state, relation, copy)
        catalog.put_relation(relation)
    if options & INDEXES:
        for index in catalog.indexes_of(source.oid):
            owner = None if index.constraint is None else ddl_constraint.find_constraint(source, index.constraint)
            spec = ddl_index.spec_of_index(index, owner)
            if options & COMMENTS:
                spec = replace(spec, comment=index.comment)
            ddl_index.define_index(state, catalog.relation(relation.oid), spec)
    return catalog.relation(relation.oid)
