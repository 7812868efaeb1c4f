"""What happens to a row when the one it refers to is deleted is a decision: write it down.

    user_id uuid NOT NULL REFERENCES "user" (id) ON DELETE CASCADE

CASCADE deletes it, too, SET NULL cuts the tie, RESTRICT and NO ACTION refuse the deletion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.scan import COMMENTS, iterate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject
    from querygen.source import Span


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        for constraint in table.constraints:
            if constraint.kind == "f" and constraint.span is not None and constraint.is_local:
                if constraint.on_delete == "a" and not _says_on_delete(constraint.span):
                    hint = "Write ON DELETE CASCADE, SET NULL, RESTRICT or NO ACTION."
                    yield Finding(f"{constraint.name} does not say what ON DELETE does", constraint.span, hint)


def _says_on_delete(span: Span) -> bool:
    """Whether ON DELETE stands between the constraint's first word and the end of its column or clause."""
    text = span.source.text
    depth, before = 0, ""
    for kind, start, end in iterate(text, span.start):
        if kind in COMMENTS:
            continue
        word = text[start:end].lower()
        if before == "on" and word == "delete":
            return True
        depth += (word == "(") - (word == ")")
        if depth < 0 or (depth == 0 and word in (",", ";")):
            return False
        before = word
    return False


RULE = Rule("foreign-key-on-delete", Scope.SCHEMA, check)
