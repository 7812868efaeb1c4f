"""What messages call a clause, and which clauses forbid column references and subqueries.

Mirrors `parse_expr.c`: ParseExprKindName and the switches of transformColumnRef and transformSubLink.
"""

from __future__ import annotations

from typing import Final

from querygen.analyze.state import ExprKind as Kind

_NAMES: Final = {
    Kind.EXPR_KIND_NONE: "invalid expression context",
    Kind.EXPR_KIND_OTHER: "extension expression",
    Kind.EXPR_KIND_JOIN_ON: "JOIN/ON",
    Kind.EXPR_KIND_JOIN_USING: "JOIN/USING",
    Kind.EXPR_KIND_FROM_SUBSELECT: "sub-SELECT in FROM",
    Kind.EXPR_KIND_FROM_FUNCTION: "function in FROM",
    Kind.EXPR_KIND_WHERE: "WHERE",
    Kind.EXPR_KIND_POLICY: "POLICY",
    Kind.EXPR_KIND_HAVING: "HAVING",
    Kind.EXPR_KIND_FILTER: "FILTER",
    Kind.EXPR_KIND_WINDOW_PARTITION: "window PARTITION BY",
    Kind.EXPR_KIND_WINDOW_ORDER: "window ORDER BY",
    Kind.EXPR_KIND_WINDOW_FRAME_RANGE: "window RANGE",
    Kind.EXPR_KIND_WINDOW_FRAME_ROWS: "window ROWS",
    Kind.EXPR_KIND_WINDOW_FRAME_GROUPS: "window GROUPS",
    Kind.EXPR_KIND_SELECT_TARGET: "SELECT",
    Kind.EXPR_KIND_INSERT_TARGET: "INSERT",
    Kind.EXPR_KIND_UPDATE_SOURCE: "UPDATE",
    Kind.EXPR_KIND_UPDATE_TARGET: "UPDATE",
    Kind.EXPR_KIND_MERGE_WHEN: "MERGE WHEN",
    Kind.EXPR_KIND_GROUP_BY: "GROUP BY",
    Kind.EXPR_KIND_ORDER_BY: "ORDER BY",
    Kind.EXPR_KIND_DISTINCT_ON: "DISTINCT ON",
    Kind.EXPR_KIND_LIMIT: "LIMIT",
    Kind.EXPR_KIND_OFFSET: "OFFSET",
    Kind.EXPR_KIND_RETURNING: "RETURNING",
    Kind.EXPR_KIND_MERGE_RETURNING: "RETURNING",
    Kind.EXPR_KIND_VALUES: "VALUES",
    Kind.EXPR_KIND_VALUES_SINGLE: "VALUES",
    Kind.EXPR_KIND_CHECK_CONSTRAINT: "CHECK",
    Kind.EXPR_KIND_DOMAIN_CHECK: "CHECK",
    Kind.EXPR_KIND_COLUMN_DEFAULT: "DEFAULT",
    Kind.EXPR_KIND_FUNCTION_DEFAULT: "DEFAULT",
    Kind.EXPR_KIND_INDEX_EXPRESSION: "index expression",
    Kind.EXPR_KIND_INDEX_PREDICATE: "index predicate",
    Kind.EXPR_KIND_STATS_EXPRESSION: "statistics expression",
    Kind.EXPR_KIND_ALTER_COL_TRANSFORM: "USING",
    Kind.EXPR_KIND_EXECUTE_PARAMETER: "EXECUTE",
    Kind.EXPR_KIND_TRIGGER_WHEN: "WHEN",
    Kind.EXPR_KIND_PARTITION_BOUND: "partition bound",
    Kind.EXPR_KIND_PARTITION_EXPRESSION: "PARTITION BY",
    Kind.EXPR_KIND_CALL_ARGUMENT: "CALL",
    Kind.EXPR_KIND_COPY_WHERE: "WHERE",
    Kind.EXPR_KIND_GENERATED_COLUMN: "GENERATED AS",
    Kind.EXPR_KIND_CYCLE_MARK: "CYCLE",
}

COLUMN_REFS_FORBIDDEN: Final = {
    Kind.EXPR_KIND_COLUMN_DEFAULT: "cannot use column reference in DEFAULT expression",
    Kind.EXPR_KIND_PARTITION_BOUND: "cannot use column reference in partition bound expression",
}

SUBLINKS_FORBIDDEN: Final = {
    Kind.EXPR_KIND_CHECK_CONSTRAINT: "cannot use subquery in check constraint",
    Kind.EXPR_KIND_DOMAIN_CHECK: "cannot use subquery in check constraint",
    Kind.EXPR_KIND_COLUMN_DEFAULT: "cannot use subquery in DEFAULT expression",
    Kind.EXPR_KIND_FUNCTION_DEFAULT: "cannot use subquery in DEFAULT expression",
    Kind.EXPR_KIND_INDEX_EXPRESSION: "cannot use subquery in index expression",
    Kind.EXPR_KIND_INDEX_PREDICATE: "cannot use subquery in index predicate",
    Kind.EXPR_KIND_STATS_EXPRESSION: "cannot use subquery in statistics expression",
    Kind.EXPR_KIND_ALTER_COL_TRANSFORM: "cannot use subquery in transform expression",
    Kind.EXPR_KIND_EXECUTE_PARAMETER: "cannot use subquery in EXECUTE parameter",
    Kind.EXPR_KIND_TRIGGER_WHEN: "cannot use subquery in trigger WHEN condition",
    Kind.EXPR_KIND_PARTITION_BOUND: "cannot use subquery in partition bound",
    Kind.EXPR_KIND_PARTITION_EXPRESSION: "cannot use subquery in partition key expression",
    Kind.EXPR_KIND_CALL_ARGUMENT: "cannot use subquery in CALL argument",
    Kind.EXPR_KIND_COPY_WHERE: "cannot use subquery in COPY FROM WHERE condition",
    Kind.EXPR_KIND_GENERATED_COLUMN: "cannot use subquery in column generation expression",
}


def parse_expr_kind_name(kind: Kind) -> str:
    """parse_expr.c: ParseExprKindName"""
    return _NAMES[kind]
