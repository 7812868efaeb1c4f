"""The clauses of a query: the one module of `parse_clause.c` that others import.

What is defined here is who is the target of INSERT, UPDATE, DELETE and MERGE. FROM is in `clause_from.py` and
`clause_function.py`, WHERE and LIMIT in `clause_where.py`, GROUP BY in `clause_group.py`, ORDER BY, DISTINCT and
ON CONFLICT in `clause_sort.py`, WINDOW in `window.py`; their functions are offered here under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze import relation
from querygen.analyze.clause_from import transform_from_clause
from querygen.analyze.clause_group import transform_group_clause
from querygen.analyze.clause_sort import (
    add_target_to_group_list,
    add_target_to_sort_list,
    assign_sort_group_ref,
    find_targetlist_entry_sql92,
    find_targetlist_entry_sql99,
    get_sortgroupclause_tle,
    get_sortgroupref_tle,
    target_is_in_sort_list,
    transform_distinct_clause,
    transform_distinct_on_clause,
    transform_on_conflict_arbiter,
    transform_sort_clause,
)
from querygen.analyze.clause_where import transform_limit_clause, transform_where_clause
from querygen.analyze.window import transform_window_definitions

if TYPE_CHECKING:
    from querygen.analyze.state import ParseState
    from querygen.sql.nodes import ast

__all__ = [
    "add_target_to_group_list",
    "add_target_to_sort_list",
    "assign_sort_group_ref",
    "find_targetlist_entry_sql92",
    "find_targetlist_entry_sql99",
    "get_sortgroupclause_tle",
    "get_sortgroupref_tle",
    "set_target_table",
    "target_is_in_sort_list",
    "transform_distinct_clause",
    "transform_distinct_on_clause",
    "transform_from_clause",
    "transform_group_clause",
    "transform_limit_clause",
    "transform_on_conflict_arbiter",
    "transform_sort_clause",
    "transform_where_clause",
    "transform_window_definitions",
]


def set_target_table(ps: ParseState, target: ast.RangeVar, inh: bool, also_source: bool) -> int:
    """parse_clause.c: setTargetTable — the table that a statement changes; gives its range table index.

    `also_source`: its columns can be referred to by name (UPDATE, DELETE, MERGE).
    """
    ps.p_target_relation = relation.parser_open_table(ps, target)
    alias = relation.make_alias(target.alias)
    item = relation.add_range_table_entry_for_relation(ps, ps.p_target_relation, alias, inh, False)
    ps.p_target_nsitem = item
    if also_source:
        relation.add_ns_item_to_query(ps, item, True, True, True)
    return item.p_rtindex
