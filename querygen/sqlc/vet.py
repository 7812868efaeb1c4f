"""`sqlc vet`: the rules of a configuration, asked of every query.

Takes a `SqlcProject`, analysed query sets and a way to a server; gives diagnostics. A rule is `sqlc/db-prepare`, or an
expression in CEL over `query`, `config` and `postgresql.explain` that is true where the rule is broken. Mirrors sqlc's
internal/cmd/vet.go; `-- @sqlc-vet-disable` above a query takes it out. CEL is cel-python's (the extra `vet`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from querygen.diagnostics import Diagnostic, Severity, error
from querygen.pipeline import FailedQuery
from querygen.server.errors import ServerError
from querygen.sqlc.read import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.ir import AnalyzedQuery
    from querygen.pipeline import Analysis
    from querygen.sqlc.project import SqlcProject
    from querygen.sqlc.read import LocatedSet

RULE_BROKEN: Final = "QG362"
BAD_RULE: Final = "QG363"
NO_CEL: Final = "QG069"

DB_PREPARE: Final = "sqlc/db-prepare"
_DISABLE: Final = "sqlc-vet-disable"
_HAS: Final = re.compile(r"\bhas\s*\(")
# What a plan says nothing of is a zero in sqlc's messages; `has` tells the two apart.
_WORDS: Final = (
    "node_type", "parent_relationship", "relation_name", "schema", "alias", "join_type", "hash_cond", "index_name",
    "scan_direction", "index_cond",
)  # fmt: skip
_PLAN: Final[dict[str, Any]] = {
    **dict.fromkeys(_WORDS, ""),
    **dict.fromkeys(("parallel_aware", "async_capable", "inner_unique"), False),
    **dict.fromkeys(("startup_cost", "total_cost"), 0.0),
    **dict.fromkeys(("plan_rows", "plan_width"), 0),
    **{key: [] for key in ("output", "plans", "sort_key")},
}


class Server(Protocol):
    """What rules ask of a database that has the schema."""

    def prepare_problem(self, sql: str) -> str | None: ...

    def explain(self, sql: str) -> dict[str, Any]: ...


def needs_server(project: SqlcProject, one: LocatedSet) -> bool:
    """Whether a rule of the query set asks a database."""
    texts = {rule.name: rule.rule for rule in project.rules}
    return any(name == DB_PREPARE or "postgresql.explain" in texts.get(name, "") for name in one.value.rules)


def check_rules(project: SqlcProject) -> dict[str, Callable[[dict[str, Any]], bool]]:
    """The rules of the configuration, ready to be asked; raises DiagnosticError where one means nothing."""
    known = {DB_PREPARE, *(rule.name for rule in project.rules)}
    for one in project.file.sets:
        for number, name in enumerate(one.value.rules):
            if name not in known:
                place = (*one.place, "rules", number)
                hint = did_you_mean(name, known, "rules")
                raise project.file.stop(BAD_RULE, place, f'there is no rule named "{name}"', hint)
    used = {name for one in project.file.sets for name in one.value.rules}
    found: dict[str, Callable[[dict[str, Any]], bool]] = {}
    for number, rule in enumerate(project.rules):
        place = ("rules", number)
        if not rule.name:
            raise project.file.stop(BAD_RULE, place, "a rule has no name")
        if rule.name in found or rule.name == DB_PREPARE:
            raise project.file.stop(BAD_RULE, place, f'there are two rules named "{rule.name}"')
        if not rule.rule:
            raise project.file.stop(BAD_RULE, place, f'the rule "{rule.name}" has no expression')
        if rule.name in used:
            found[rule.name] = _program(project, number)
    return found


def _program(project: SqlcProject, number: int) -> Callable[[dict[str, Any]], bool]:
    rule = project.rules[number]
    place = ("rules", number, "rule")
    try:
        import celpy
        from celpy.adapter import json_to_cel
        from celpy.celparser import CELParseError
        from celpy.evaluation import CELEvalError
    except ImportError:
        hint = 'Install it: pip install "querygen[vet]".'
        message = f'the rule "{rule.name}" is written in CEL, which needs cel-python'
        raise project.file.stop(NO_CEL, place, message, hint) from None
    environment = celpy.Environment()
    try:
        program = environment.program(environment.compile(rule.rule), functions=_functions())
    except CELParseError as problem:
        said = str(problem.args[0]).splitlines()[0]
        raise project.file.stop(BAD_RULE, place, f'the rule "{rule.name}" is no CEL: {said}') from None

    def ask(values: dict[str, Any]) -> bool:
        try:
            answer = program.evaluate({name: json_to_cel(one) for name, one in values.items()})
        except CELEvalError as problem:
            message = f'the rule "{rule.name}" cannot be answered: {problem.args[0]}'
            raise project.file.stop(BAD_RULE, place, message) from None
        if not isinstance(answer, (bool, celpy.celtypes.BoolType)):
            raise project.file.stop(BAD_RULE, place, f'the rule "{rule.name}" is neither true nor false')
        return bool(answer)

    return ask


def _functions() -> dict[str, Callable[..., Any]]:
    """CEL's extension for strings, as far as rules use it."""
    from celpy.celtypes import IntType, ListType, StringType

    return {
        "lowerAscii": lambda text: StringType(text.lower()),
        "upperAscii": lambda text: StringType(text.upper()),
        "trim": lambda text: StringType(text.strip()),
        "replace": lambda text, old, new: StringType(text.replace(old, new)),
        "indexOf": lambda text, part: IntType(text.find(part)),
        "lastIndexOf": lambda text, part: IntType(text.rfind(part)),
        "charAt": lambda text, place: StringType(text[int(place) : int(place) + 1]),
        "substring": lambda text, start, end=None: StringType(text[int(start) : None if end is None else int(end)]),
        "split": lambda text, separator: ListType([StringType(one) for one in text.split(separator)]),
        "join": lambda parts, separator="": StringType(separator.join(parts)),
    }


def vet_set(
    project: SqlcProject,
    one: LocatedSet,
    analysis: Analysis,
    programs: dict[str, Callable[[dict[str, Any]], bool]],
    server: Server | None,
) -> list[Diagnostic]:
    """Every rule of a query set, asked of each of its queries."""
    schema, queries = one.value.schema, one.value.queries
    config = {
        "version": project.file.version,
        "engine": one.value.engine,
        "schema": [schema] if isinstance(schema, str) else schema,
        "queries": [queries] if isinstance(queries, str) else queries,
    }
    found: list[Diagnostic] = []
    for query in analysis.queries:
        if not isinstance(query, FailedQuery):
            found += _vet_query(project, one, query, config, programs, server)
    return found


def _vet_query(
    project: SqlcProject,
    one: LocatedSet,
    query: AnalyzedQuery,
    config: dict[str, Any],
    programs: dict[str, Callable[[dict[str, Any]], bool]],
    server: Server | None,
) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    disabled = query.raw.annotations.get(_DISABLE)
    left_out = set((disabled or "").split())
    if disabled is not None and not left_out:
        return found
    for name in sorted(left_out - set(one.value.rules)):
        message = f'@sqlc-vet-disable names the rule "{name}", which {one.label} has not'
        found.append(error(BAD_RULE, message, query.raw.name_span, did_you_mean(name, one.value.rules, "rules")))
    values: dict[str, Any] = {
        "config": config,
        "query": {
            "sql": query.sql,
            "name": query.raw.name,
            "cmd": query.raw.command.value,
            "params": [{"number": param.number} for param in query.params],
        },
    }
    texts = {rule.name: rule for rule in project.rules}
    plan: dict[str, Any] | None = None
    for name in one.value.rules:
        if name in left_out:
            continue
        try:
            if name == DB_PREPARE:
                problem = server.prepare_problem(query.sql) if server else "there is no database to ask"
                if problem is not None:
                    found.append(_broken(query, name, problem))
                continue
            if "postgresql.explain" in texts[name].rule:
                if plan is None:
                    plan = server.explain(query.sql) if server else {}
                values["postgresql"] = {"explain": _message(plan, whole=not _HAS.search(texts[name].rule))}
        except ServerError as stop:
            found.append(_broken(query, name, stop.message))
            continue
        if programs[name](values):
            found.append(_broken(query, name, texts[name].message))
    return found


def _broken(query: AnalyzedQuery, rule: str, message: str) -> Diagnostic:
    told = f'query "{query.raw.name}" breaks the rule {rule}' + (f": {message}" if message else "")
    return Diagnostic(RULE_BROKEN, Severity.ERROR, told, query.raw.name_span)


def _message(plan: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """EXPLAIN's JSON under the names of sqlc's messages: "Total Cost" is total_cost."""
    named: dict[str, Any] = {}
    for key, value in plan.items():
        if isinstance(value, dict):
            value = _message(value, whole=whole)
        elif isinstance(value, list):
            value = [_message(one, whole=whole) if isinstance(one, dict) else one for one in value]
        named[re.sub(r"[ -]+", "_", key.lower())] = value
    return {**_PLAN, **named} if whole and "node_type" in named else named
