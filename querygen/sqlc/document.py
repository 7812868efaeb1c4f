"""YAML and JSON with positions: a file → plain values, and where each of them stands.

Takes a path; gives a `Document`. PyYAML's node graph keeps a mark for every key and value, which its loaders throw
away; JSON is read by the same scanner, as sqlc does. Raises `DiagnosticError` (QG060) for what is no YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from querygen.diagnostics import DiagnosticError, error
from querygen.source import SourceFile, Span
from querygen.sql.parse import read_source

if TYPE_CHECKING:
    from pathlib import Path

BAD_DOCUMENT: Final = "QG060"

# Where a value stands: keys and indexes from the top, ("sql", 0, "schema").
Place = tuple[str | int, ...]

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_VALUES: Final = 100_000  # what aliases may unfold to


@dataclass(frozen=True, slots=True)
class Document:
    """A file's value, and the spans of its keys and values by place."""

    source: SourceFile
    value: Any
    keys: dict[Place, Span]
    values: dict[Place, Span]

    def span(self, place: Place) -> Span:
        """The value at a place, or the nearest thing around it that is in the file."""
        while place not in self.values:
            place = place[:-1]
        found = self.values[place]
        if "\n" in self.source.text[found.start : found.end]:  # a mapping, a list: its key is the better place
            return self.keys.get(place, Span(self.source, found.start, found.start + 1))
        return found

    def key_span(self, place: Place) -> Span:
        """The key at a place; of an element of a list, the element."""
        return self.keys[place] if place in self.keys else self.span(place)


def read_document(path: Path) -> Document:
    """Read a YAML or JSON file."""
    source = read_source(path)
    text = source.text
    if path.suffix == ".json":
        text = text.replace("\t", " ")  # YAML wants no tabs where JSON takes them, and JSON has none in strings
    return _Reader(source).read(text)


class _Reader:
    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.keys: dict[Place, Span] = {}
        self.values: dict[Place, Span] = {}
        self.open: set[int] = set()

    def read(self, text: str) -> Document:
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            value = None if node is None else self.build(loader, node, ())
        except yaml.MarkedYAMLError as problem:
            raise self.refusal(problem) from None
        except yaml.YAMLError as problem:
            raise self.stop(str(problem).splitlines()[0], Span(self.source, 0, 1)) from None
        finally:
            loader.dispose()
        self.values.setdefault((), Span(self.source, 0, 1))
        return Document(self.source, value, self.keys, self.values)

    def build(self, loader: Any, node: yaml.Node, place: Place) -> Any:
        span = Span(self.source, node.start_mark.index, max(node.end_mark.index, node.start_mark.index + 1))
        if id(node) in self.open:
            raise self.stop("a value holds itself", span)
        if len(self.values) > _MAX_VALUES:
            raise self.stop("there are more values than any configuration has", span)
        self.values[place] = span
        self.open.add(id(node))
        try:
            return self.build_inner(loader, node, place)
        finally:
            self.open.discard(id(node))

    def build_inner(self, loader: Any, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.MappingNode):
            own = [id(key) for key, _ in node.value]
            loader.flatten_mapping(node)
            found: dict[str, Any] = {}
            written: set[str] = set()
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else None
                span = Span(self.source, key.start_mark.index, max(key.end_mark.index, key.start_mark.index + 1))
                if name is None:
                    raise self.stop("a key must be a word", span)
                if name in written and id(key) in own:
                    raise self.stop(f'the key "{name}" is given twice', span, "Remove one of them.")
                if id(key) in own:
                    written.add(name)
                self.keys[(*place, name)] = span
                found[name] = self.build(loader, value, (*place, name))
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self.build(loader, one, (*place, number)) for number, one in enumerate(node.value)]
        return loader.construct_object(node)

    def refusal(self, problem: yaml.MarkedYAMLError) -> DiagnosticError:
        mark = problem.problem_mark or problem.context_mark
        said = problem.problem or problem.context or "this is no YAML"
        start = min(mark.index, max(len(self.source.text) - 1, 0)) if mark else 0
        hint = None
        if self.source.text[start : start + 1] == "\t":
            hint = "Indent with blanks: YAML takes no tabs."
        return self.stop(re.sub(r"\s+", " ", said), Span(self.source, start, start + 1), hint)

    def stop(self, message: str, span: Span, hint: str | None = None) -> DiagnosticError:
        kind = "JSON" if self.source.path.endswith(".json") else "YAML"
        return DiagnosticError(error(BAD_DOCUMENT, f"{self.source.path} is not valid {kind}: {message}", span, hint))
