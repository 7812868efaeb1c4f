"""An UPDATE of a table with updated_at says when: SET updated_at = now().

A trigger before UPDATE that does it for every statement is as good; then nothing is to be written in queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.nodes import RangeTblEntry
from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.analyze.nodes import Query
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.lint.rule import QuerySubject


def check(subject: QuerySubject) -> Iterator[Finding]:
    for query in _queries(subject.query.query):
        if query.commandType != enums.CmdType.CMD_UPDATE or not query.resultRelation:
            continue
        entry = query.rtable[query.resultRelation - 1]
        table = subject.catalog.find_relation(entry.relid) if isinstance(entry, RangeTblEntry) else None
        column = table.by_name.get("updated_at") if table is not None else None
        if table is None or column is None or column.generated or _has_trigger(table, subject.catalog):
            continue
        if all(target.resno != column.attnum for target in query.targetList if not target.resjunk):
            message = f"{subject.query.name} changes {table.name} and leaves updated_at as it was"
            yield Finding(message, subject.query.raw.name_span, "Write SET updated_at = now(), or let a trigger do it.")


def _queries(query: Query | None) -> Iterator[Query]:
    """The statement, and those of its WITH."""
    if query is None:
        return
    yield query
    for cte in query.cteList:
        yield from _queries(cte.ctequery)


def _has_trigger(table: Relation, catalog: Catalog) -> bool:
    """Whether a trigger for each row, before UPDATE, speaks of updated_at: in its function or its arguments."""
    for trigger in table.triggers:
        if trigger.row_level and trigger.timing == "before" and "update" in trigger.events:
            body = catalog.function_body(trigger.function_oid)
            arguments = [one.sval for one in (trigger.raw.args or ())] if trigger.raw is not None else []
            if "updated_at" in ((body.body if body else "") or "") or "updated_at" in arguments:
                return True
    return False


RULE = Rule("update-sets-updated-at", Scope.QUERY, check)
