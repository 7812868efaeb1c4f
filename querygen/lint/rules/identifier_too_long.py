"""PostgreSQL cuts names after 63 bytes: two long names can become one, and a look-up by the whole name fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.source import Span
from querygen.sql.scan import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_NAMEDATALEN: Final = 64


def check(subject: MigrationSubject) -> Iterator[Finding]:
    text = subject.source.text
    for kind, start, end in tokenize(text):
        if kind in ("word", "name") and end - start >= _NAMEDATALEN // 4:
            name = text[start:end]
            name = name[1:-1].replace('""', '"') if kind == "name" else name
            if len(name.encode()) >= _NAMEDATALEN:
                cut = name.encode()[: _NAMEDATALEN - 1].decode(errors="ignore")
                yield Finding(f"this name is cut to {cut}", Span(subject.source, start, end), "Choose a shorter name.")


RULE = Rule("identifier-too-long", Scope.MIGRATION, check, Level.ERROR)
