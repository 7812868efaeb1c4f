"""Names are small letters, digits and underscores: nobody has to quote them, and Python writes them the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject

_SNAKE: Final = re.compile(r"[^\W\dA-Z][^\WA-Z]*", re.ASCII)


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for relation in subject.catalog.relations():
        if relation.kind not in "rpvmf" or relation.is_partition:
            continue
        if not _SNAKE.fullmatch(relation.name):
            yield Finding(f'"{relation.name}" is not in snake_case', relation.span, _hint(relation.name))
        for column in relation.live_columns if relation.kind in "rpf" else ():
            if not column.inherit_count and not _SNAKE.fullmatch(column.name):
                span = column.span or relation.span
                yield Finding(f'"{relation.name}.{column.name}" is not in snake_case', span, _hint(column.name))


def _hint(name: str) -> str:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z_]+", name)
    return f"Name it {'_'.join(parts).lower()}." if parts else "Use small letters, digits and underscores."


RULE = Rule("snake-case", Scope.SCHEMA, check)
