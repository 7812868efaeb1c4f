"""Every snippet of the documents is run: SQL is analysed, Python is compared or executed, commands are typed."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from querygen.cli import cli, main
from querygen.config import Config
from querygen.config_file import read_config
from querygen.pipeline import analyze
from querygen.scaffold.init import example_files, init_project
from tests.pg_fixtures import PgDatabase

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    document: Path
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.document.stem}-{self.line}"


def snippets(*languages: str) -> list[Snippet]:
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        found += [
            Snippet(document, match[1], match[2], text[: match.start()].count("\n") + 1)
            for match in _FENCE.finditer(text)
            if match[1] in languages
        ]
    return found


def test_every_language_of_a_snippet_is_tested() -> None:
    known = {"sql", "python", "console", "toml"}
    for document in DOCUMENTS:
        used = {match[1] for match in _FENCE.finditer(document.read_text(encoding="utf-8"))}
        assert used <= known, document


@pytest.mark.parametrize("snippet", snippets("sql"), ids=str)
def test_sql(snippet: Snippet, tmp_path: Path) -> None:
    """SQL is a query over the example's schema, or DDL: it analyses without a complaint."""
    init_project(tmp_path)
    query = tmp_path / "snippet.sql"
    query.write_text(snippet.text)
    analysis = analyze(Config(tmp_path, schema=("schema", "snippet.sql"), queries=("snippet.sql",)))
    assert not analysis.diagnostics
    assert "-- name:" not in snippet.text or analysis.queries


@pytest.mark.parametrize("snippet", snippets("toml"), ids=str)
def test_toml(snippet: Snippet, tmp_path: Path) -> None:
    (tmp_path / "querygen.toml").write_text(snippet.text)
    assert read_config(tmp_path).file is not None


@pytest.mark.parametrize("snippet", snippets("python"), ids=str)
def test_python_is_what_is_generated(snippet: Snippet) -> None:
    """A signature stands in generated/ word for word; a program names only what is there."""
    generated = {path.name: path.read_text() for path in (ROOT / "generated").glob("*.py")}
    if snippet.text.startswith(("def ", "async def ")):
        assert any(snippet.text.strip() in text for text in generated.values())
        return
    compile(snippet.text, str(snippet), "exec")
    for module, function in re.findall(r"\b(user|session|account|audit_log)\.(\w+)\(", snippet.text):
        assert f"def {function}(" in generated[f"{module}.py"]


@pytest.fixture
def enterable(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack
        monkeypatch.undo()


@pytest.mark.parametrize("snippet", snippets("console"), ids=str)
def test_commands(
    snippet: Snippet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pg_database: PgDatabase,
    enterable: ExitStack,
) -> None:
    """Commands of querygen run in a new example project, with an empty database; those of other programs exist."""
    monkeypatch.chdir(tmp_path)
    if "querygen db" in snippet.text:
        # Root's servers run as somebody else, who has to be able to enter.
        tmp_path = Path(enterable.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        tmp_path.chmod(0o755)
        monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", pg_database())
    for line in snippet.text.splitlines():
        program, *arguments = shlex.split(line.removeprefix("$ "))
        if program == "make":
            assert re.search(rf"^{arguments[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        elif program == "querygen" and arguments[:2] == ["catalog", "dump"]:
            options = {option for one in cli.commands["catalog"].commands["dump"].params for option in one.opts}  # type: ignore[attr-defined]
            assert {one for one in arguments if one.startswith("--")} <= options
        elif program == "querygen":
            if arguments != ["init"] and not (tmp_path / "querygen.toml").exists():
                init_project(tmp_path)
            monkeypatch.setattr(sys, "argv", [program, *arguments])
            with pytest.raises(SystemExit) as stop:
                main()
            assert stop.value.code == 0
        else:
            assert program == "pip"


def test_the_example_of_this_repository_is_what_init_writes() -> None:
    for name, text in example_files().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text


def test_configuration_document_names_every_key() -> None:
    from querygen.config import READERS

    document = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert not [key for key in READERS if f"`{key}`" not in document]
