"""The files of the project as they are now: analysed, generated, and who uses what. Read again when a file changes.

Takes a `Config`; gives a `Project`, the same one for as long as no file differs. Nothing here needs a database.
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity
from querygen.pipeline import Analysis, FailedQuery, analyze, render
from querygen.render.naming import snake
from querygen.sql.parse import expand_paths
from querygen.studio.uses import Use, uses_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.objects import Relation
    from querygen.config import Config
    from querygen.ir import AnalyzedQuery
    from querygen.pg_catalog.rows import Oid
    from querygen.render.files import OutputFile

_SOURCE: Final = re.compile(r"from (?P<name>.+)\.$")
Signature = tuple[tuple[str, int, int], ...]


class QueryUse(Struct, frozen=True):
    """A query and how it uses a column or table; `views` are those through which it does."""

    query: str
    hows: tuple[str, ...]
    views: tuple[str, ...] = ()


class Project(Struct, frozen=True, dict=True):
    """What the files say. `signature` tells one state of them from another."""

    config: Config
    analysis: Analysis
    signature: Signature

    @cached_property
    def queries(self) -> dict[str, AnalyzedQuery | FailedQuery]:
        return {one.raw.name: one for one in self.analysis.queries}

    @cached_property
    def files(self) -> dict[str, list[AnalyzedQuery | FailedQuery]]:
        """The queries by file, in the order of the files."""
        found: dict[str, list[AnalyzedQuery | FailedQuery]] = defaultdict(list)
        for one in self.analysis.queries:
            found[one.raw.source.path].append(one)
        return dict(found)

    @cached_property
    def tables(self) -> tuple[Relation, ...]:
        """Tables and views by schema and name; sequences, indexes and types are not among them."""
        catalog = self.analysis.catalog
        found = [one for one in catalog.relations() if one.kind in "rpvmf" and one.persistence != "t"]
        return tuple(sorted(found, key=lambda one: (catalog.namespace_name(one.namespace), one.name)))

    def table(self, schema: str, name: str) -> Relation | None:
        catalog = self.analysis.catalog
        return next(
            (one for one in self.tables if one.name == name and catalog.namespace_name(one.namespace) == schema), None
        )

    @cached_property
    def uses(self) -> dict[str, frozenset[Use]]:
        """Of each query that was analysed: what it uses."""
        return {
            one.raw.name: uses_of(one.query, self.analysis.catalog)
            for one in self.analysis.queries
            if not isinstance(one, FailedQuery)
        }

    @cached_property
    def _users(self) -> dict[tuple[Oid, int], list[QueryUse]]:
        found: dict[tuple[Oid, int], list[QueryUse]] = defaultdict(list)
        catalog = self.analysis.catalog
        for name, uses in self.uses.items():
            by_column: dict[tuple[Oid, int], list[Use]] = defaultdict(list)
            for use in uses:
                by_column[use.relation, use.column].append(use)
            for place, here in by_column.items():
                hows = tuple(sorted({one.how.value for one in here}))
                direct = any(not one.via for one in here)
                views = () if direct else tuple(sorted({catalog.relation(one.via).name for one in here}))
                found[place].append(QueryUse(name, hows, views))
        return found

    def users(self, relation: Oid, column: int = 0) -> list[QueryUse]:
        """The queries that use a column (0: the table)."""
        return self._users.get((relation, column), [])

    @cached_property
    def generated(self) -> dict[str, OutputFile]:
        """The module of each query file, as `querygen build` would write it now; none while anything is wrong."""
        if self.analysis.failed:
            return {}
        found: dict[str, OutputFile] = {}
        for config in self.config.targets or (self.config,):
            queries = [one for one in self._analyzed() if not config.file or self._belongs(one, config)]
            rendered = render(queries, self.analysis.catalog, config)
            by_name = {one.raw.source.path.rpartition("/")[2]: one.raw.source.path for one in queries}
            for file in rendered.files:
                match = _SOURCE.search(file.text.partition("\n")[0])
                path = by_name.get(match["name"]) if match and not file.path.startswith("aio/") else None
                if path is not None:
                    found.setdefault(path, file)
        return found

    def _analyzed(self) -> Iterator[AnalyzedQuery]:
        for one in self.analysis.queries:
            if not isinstance(one, FailedQuery):
                yield one

    def _belongs(self, query: AnalyzedQuery, config: Config) -> bool:
        """Whether a query is of a package, where there are several."""
        if not self.config.targets:
            return True
        from querygen.source import display_path

        return query.raw.source.path in {display_path(path) for path in expand_paths(config.queries, config.root)}

    def function_of(self, query: AnalyzedQuery) -> str:
        """The part of the generated module that is about a query: its function, then what the function is made with."""
        file = self.generated.get(query.raw.source.path)
        return "" if file is None else _function(file.text, snake(query.name))

    @property
    def errors(self) -> list[Diagnostic]:
        return [one for one in self.analysis.diagnostics if one.severity is Severity.ERROR]


_BLOCKS: Final = re.compile(r"\n\n\n(?=\S)")


def _function(text: str, name: str) -> str:
    """The blocks of a module that are about one function: what begins with its name, first, or its constant's."""
    constant = name.upper()
    called = re.compile(rf"(?:async )?def {re.escape(name)}_?\(")
    helps = re.compile(rf"def {re.escape(name)}_sql\w*\(|{re.escape(constant)}(?:_SORT)?: ")
    blocks = [block.rstrip() for block in _BLOCKS.split(text)]
    return "\n\n\n".join([block for one in (called, helps) for block in blocks if one.match(block)])


def _analyzed(config: Config) -> Analysis:
    """All that an analysis makes stays: collecting would look through it again and again, a quarter of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return analyze(config)
    finally:
        if collecting:
            gc.enable()


class Projects:
    """The project, analysed once for each state of its files."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = Lock()
        self._current: Project | None = None

    @property
    def config(self) -> Config:
        return self._config

    def current(self) -> Project:
        """What the files say now."""
        with self._lock:
            signature = self._signature()
            if self._current is None or self._current.signature != signature:
                self._current = Project(self._config, _analyzed(self._config), signature)
            return self._current

    def _signature(self) -> Signature:
        found = []
        for paths in (self._config.schema, self._config.queries):
            try:
                files = expand_paths(paths, self._config.root)
            except (DiagnosticError, DiagnosticErrors):
                continue  # analysis says what is wrong with them
            for path in files:
                try:
                    status = path.stat()
                except OSError:
                    continue
                found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)
