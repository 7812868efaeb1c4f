"""What sqlc takes and PostgreSQL refuses, in a build from a configuration of sqlc: told as a warning, where it is safe.

Takes an `Analysis` with refused queries and a way to analyse again; gives the best analysis. Two things are taken:

* a function that no schema file makes (`strict_function_checks` is false), where the place of the call says what it
  returns: PostgreSQL's own complaint about a stand-in of a type that fits nowhere names the type that is wanted;
* a literal such as `'/* schema */jobs_id_seq'::regclass`, whose comment the program replaces before it sends the query:
  it is analysed without the comment and stays in the code as it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec import structs

from querygen.diagnostics import warning
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from querygen.sql.scan import tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from querygen.diagnostics import Diagnostic
    from querygen.ir import AnalyzedQuery, RawQuery
    from querygen.sql.parse import RawStmt

MISSING_FUNCTION: Final = "QG360"
REPLACED_COMMENT: Final = "QG361"

_UNDEFINED_FUNCTION: Final = "42883"
_INVALID_NAME: Final = "42602"
_MESSAGE: Final = re.compile(r"function ([\w.\"]+)\(([^=]*)\) does not exist$")
_STAND_IN: Final = "pg_lsn"  # nothing casts it to another type
_NUMBER: Final = r"(?:smallint|integer|bigint|numeric|real|double precision)"
# What PostgreSQL says of the stand-in where something else is wanted. An operator says it where both sides are alike.
_WANTED: Final = tuple(
    re.compile(pattern.replace("STAND_IN", _STAND_IN))
    for pattern in (
        r"must be (?:of )?type (.+), not (?:of )?type STAND_IN$",
        r"is of type (.+) but expression is of type STAND_IN$",
        r" types (?:STAND_IN and )?(.+?)(?: and STAND_IN)? cannot be matched$",
        r"cannot cast type STAND_IN to (.+)$",
        r"operator does not exist: STAND_IN (?:[<>=]|<=|>=|<>) (.+)$",
        r"operator does not exist: (.+) (?:[<>=]|<=|>=|<>) STAND_IN$",
        rf"operator does not exist: STAND_IN [-+*/] ({_NUMBER})$",
        rf"operator does not exist: ({_NUMBER}) [-+*/] STAND_IN$",
    )
)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the next analysis takes for granted: functions as signature → type, and names of queries with comments."""

    functions: dict[str, str] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()

    def statements(self) -> list[RawStmt]:
        """The functions as a schema file."""
        text = "".join(
            f"CREATE FUNCTION {signature} RETURNS {returns} IMMUTABLE LANGUAGE sql RETURN NULL::{returns};\n"
            for signature, returns in self.functions.items()
        )
        return parse_schema_file(SourceFile("functions that no schema file makes", text))[0] if text else []

    def prepared(self, raw: RawQuery) -> RawQuery:
        """The query as it is analysed."""
        return structs.replace(raw, sql=_without_comments(raw.sql)) if raw.name in self.replaced else raw

    def restored(self, analyzed: AnalyzedQuery, raw: RawQuery) -> AnalyzedQuery:
        """The analysed query with its text as it was written."""
        if analyzed.raw is raw:
            return analyzed
        sql = analyzed.sql
        for start, end in _literals(raw.sql):
            sql = sql.replace(analyzed.raw.sql[start:end], raw.sql[start:end])
        return structs.replace(analyzed, raw=raw, sql=sql)


def settle(
    refused: list[tuple[RawQuery, Diagnostic]],
    again: Callable[[Allowance], list[tuple[RawQuery, Diagnostic]]],
) -> tuple[Allowance, list[Diagnostic]]:
    """What has to be taken so that as many of the refused queries as can be are analysed, and the warnings for it.

    `again` analyses the refused queries anew and gives those that are refused then.
    """
    allowance = Allowance()
    warnings: list[Diagnostic] = []
    given_up: set[str] = set()
    for _ in range(_ROUNDS):
        replaced = {raw.name: problem for raw, problem in refused if _has_comment(raw, problem)}
        replaced = {name: problem for name, problem in replaced.items() if name not in allowance.replaced}
        missing = [
            (raw.name, problem.span.start, signature, problem)
            for raw, problem in refused
            if problem.span is not None
            and (signature := _missing_function(problem)) is not None
            and signature not in allowance.functions
            and signature not in given_up
        ]
        if not replaced and not missing:
            break
        warnings += [
            warning(
                REPLACED_COMMENT,
                f"PostgreSQL refuses this literal as it stands ({problem.message})",
                problem.span,
                "Put a name in the place of its comment before the query is sent.",
            )
            for problem in replaced.values()
        ]
        names = allowance.replaced | replaced.keys()
        probes = {**allowance.functions, **{signature: _STAND_IN for _, _, signature, _ in missing}}
        wanted: dict[tuple[str, int | None], str] = {}
        for raw, problem in again(Allowance(probes, names)):
            returns = _wanted(problem.message)
            if returns is not None and problem.span is not None:
                wanted[raw.name, problem.span.start] = returns
                wanted[raw.name, None] = returns
        called = {signature.partition("(")[0] for _, _, signature, _ in missing}
        at_once = {raw.name: [name for name in called if name in raw.sql] for raw, _ in refused}
        found = dict(allowance.functions)
        for query, place, signature, problem in missing:
            returns = wanted.get((query, place))
            if returns is None and len(at_once[query]) == 1:  # PostgreSQL points at what stands beside the call
                returns = wanted.get((query, None))
            if returns is not None and signature not in found:
                found[signature] = returns
                message = f"no schema file makes the function {signature}: it is taken to return {returns}"
                hint = "Put its CREATE FUNCTION into a schema file, or set strict_function_checks to refuse the query."
                warnings.append(warning(MISSING_FUNCTION, message, problem.span, hint))
        given_up |= {signature for _, _, signature, _ in missing} - found.keys()
        allowance = Allowance(found, names)
        refused = again(allowance)
    return allowance, warnings


def _wanted(message: str) -> str | None:
    """The type that stands where the stand-in is refused."""
    found = (pattern.search(message) for pattern in _WANTED)
    return next((match[1] for match in found if match is not None), None)


def _missing_function(problem: Diagnostic) -> str | None:
    """The signature of the function that is not there, as CREATE FUNCTION writes it."""
    match = _MESSAGE.match(problem.message)
    if match is None or problem.code != _UNDEFINED_FUNCTION:
        return None
    arguments = ", ".join("text" if one.strip() == "unknown" else one.strip() for one in match[2].split(","))
    return f"{match[1]}({arguments})"


def _has_comment(raw: RawQuery, problem: Diagnostic) -> bool:
    if problem.code != _INVALID_NAME or problem.span is None:
        return False
    text = problem.span.source.text[problem.span.start : problem.span.start + len(raw.sql)]
    return any(start == 0 and _COMMENT.search(text, start, end) for start, end in _literals(text))


def _literals(sql: str) -> Iterable[tuple[int, int]]:
    return ((start, end) for kind, start, end in tokenize(sql) if kind == "string" and sql[start] == "'")


def _without_comments(sql: str) -> str:
    """The text with blanks for the comments that stand in literals: offsets stay what they are."""
    pieces: list[str] = []
    position = 0
    for start, end in _literals(sql):
        pieces += [sql[position:start], _COMMENT.sub(lambda match: " " * len(match[0]), sql[start:end])]
        position = end
    return "".join([*pieces, sql[position:]])
