"""Runs the rules over a project and sorts out what is ignored.

Takes subjects and the levels of the configuration; gives `Problem`s in the order of the files. A comment
`-- lint-ignore: rule reason` silences a rule for its own line, the line below its comment block, or, where a statement
begins there, that whole statement; `-- lint-ignore-file: rule reason` for the file. One that silences nothing is a
finding itself.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.lint import rules
from querygen.lint.rule import Finding, Level, Scope
from querygen.source import Span
from querygen.sql.scan import COMMENTS, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from querygen.lint.rule import MigrationSubject, QuerySubject, Rule, SchemaSubject
    from querygen.source import SourceFile

UNUSED_IGNORE: Final = "unused-ignore"
_IGNORE: Final = re.compile(
    r"(?:--|/\*)[ \t]*lint-ignore(?P<file>-file)?(?:[ \t]*:)?[ \t]*(?P<rule>[\w-]*)[ \t]*(?P<reason>.*)", re.IGNORECASE
)


class Problem(Struct, frozen=True):
    """A finding of a rule at the level that holds for it."""

    rule: str
    level: Level
    finding: Finding


class Ignore(Struct):
    """A comment that silences `rule` from line `first` to line `last`."""

    rule: str
    reason: str
    span: Span
    first: int
    last: int
    used: bool = False


def all_rules() -> dict[str, Rule]:
    """Every rule by name."""
    found = {}
    for module in pkgutil.iter_modules(rules.__path__):
        rule: Rule = importlib.import_module(f"{rules.__name__}.{module.name}").RULE
        found[rule.name] = rule
    return found


def explain(name: str) -> str | None:
    """What a rule's module says of it; None for a name that no rule has."""
    if name not in all_rules():
        return None
    return importlib.import_module(f"{rules.__name__}.{name.replace('-', '_')}").__doc__


def run(
    levels: Mapping[str, Level],
    *,
    schema: SchemaSubject | None = None,
    migrations: Iterable[MigrationSubject] = (),
    queries: Iterable[QuerySubject] = (),
    sources: Sequence[SourceFile] = (),
) -> list[Problem]:
    """Every problem that no comment silences. `sources`: the files whose comments count."""
    subjects: dict[Scope, list[object]] = {
        Scope.SCHEMA: [] if schema is None else [schema],
        Scope.MIGRATION: list(migrations),
        Scope.QUERY: list(queries),
    }
    known = all_rules()
    problems = []
    for rule in known.values():
        level = levels.get(rule.name, rule.level)
        if level is Level.OFF:
            continue
        for subject in subjects[rule.scope]:
            problems += [Problem(rule.name, level, finding) for finding in rule.check(subject)]
    ignores = {source.path: read_ignores(source) for source in sources}
    left = [one for one in problems if not _silenced(one, ignores)]
    level = levels.get(UNUSED_IGNORE, Level.WARNING)
    if level is not Level.OFF:
        looked = {rule.name for rule in known.values() if subjects[rule.scope]}
        for found in ignores.values():
            left += [Problem(UNUSED_IGNORE, level, one) for one in _idle(found, known, looked, levels)]
    return sorted(left, key=_place)


def _place(problem: Problem) -> tuple[str, int, str]:
    span = problem.finding.span
    return (span.source.path, span.start, problem.rule) if span else ("", 0, problem.rule)


def read_ignores(source: SourceFile) -> list[Ignore]:
    """The comments of a file that silence rules, each with the lines it is good for."""
    if "lint-ignore" not in source.text:
        return []
    text = source.text
    tokens = tokenize(text)
    found = []
    for number, (kind, start, end) in enumerate(tokens):
        match = _IGNORE.match(text, start, end) if kind in COMMENTS else None
        if match is None:
            continue
        line = source.line_column(start)[0]
        first, last = line, line
        alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        if match["file"]:
            first, last = 1, text.count("\n") + 1
        elif alone:
            first, last = _below(source, tokens, number)
        reason = match["reason"].removesuffix("*/").strip()
        found.append(Ignore(match["rule"].lower(), reason, Span(source, start, end), min(first, line), last))
    return found


def _below(source: SourceFile, tokens: list[tuple[str, int, int]], number: int) -> tuple[int, int]:
    """The lines of what a comment of its own line stands above: a statement where one begins, else one line."""
    code = [token for token in tokens if token[0] not in COMMENTS]
    after = next((token for token in tokens[number + 1 :] if token[0] not in COMMENTS), None)
    if after is None:
        line = source.line_column(tokens[number][1])[0]
        return line, line
    first = source.line_column(after[1])[0]
    position = code.index(after)
    text = source.text
    if position and text[code[position - 1][1]] != ";":
        return first, first
    end = next((token for token in code[position:] if text[token[1]] == ";"), code[-1])
    return first, source.line_column(end[1])[0]


def _silenced(problem: Problem, ignores: Mapping[str, list[Ignore]]) -> bool:
    span = problem.finding.span
    if span is None:
        return False
    line = span.line
    silenced = False
    for one in ignores.get(span.source.path, ()):
        if one.rule == problem.rule and one.first <= line <= one.last and one.reason:
            one.used = silenced = True
    return silenced


def _idle(
    ignores: Iterable[Ignore], known: Mapping[str, Rule], looked: set[str], levels: Mapping[str, Level]
) -> list[Finding]:
    """Comments that silence nothing, for one reason or another."""
    found = []
    for one in ignores:
        if one.rule not in known:
            near = difflib.get_close_matches(one.rule, known, 1)
            hint = f'Did you mean "{near[0]}"?' if near else "List them with `querygen lint --list`."
            found.append(Finding(f'there is no rule "{one.rule}"', one.span, hint))
        elif not one.reason:
            hint = f"Write why: -- lint-ignore: {one.rule} <reason>"
            found.append(Finding("a rule is silenced without a reason", one.span, hint))
        elif not one.used and one.rule in looked and levels.get(one.rule, known[one.rule].level) is not Level.OFF:
            found.append(Finding(f"{one.rule} finds nothing here", one.span, "Remove the comment."))
    return found
