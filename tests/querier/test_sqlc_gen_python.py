"""sqlc-gen-python's own test data and examples: we offer what its files offer, name by name, type by type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from querygen.config import Config
from querygen.pipeline import generate
from tests.querier.api import Api, read_api
from tests.querier.mirror import needs_mirror, unpack

pytestmark = needs_mirror

DATA = "internal/endtoend/testdata"
# Folders of its test data with Python files, and of its examples.
FOLDERS = (
    "emit_pydantic_models",
    "emit_str_enum",
    "exec_result",
    "exec_rows",
    "inflection_exclude_table_names",
    "query_parameter_limit_two",
    "query_parameter_limit_undefined",
    "query_parameter_limit_zero",
)
EXAMPLES = ("authors", "booktest", "jets", "ondeck")
KINDS = ("dataclasses", "pydantic")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(tmp_path_factory.mktemp("sqlc-gen-python"))


def entries(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text())["sql"]
    return found


def config_of(folder: Path, entry: dict[str, Any]) -> Config:
    """The configuration of one query set."""
    options = dict(entry["codegen"][0]["options"])
    if names := options.get("inflection_exclude_table_names"):
        options["inflection_exclude_table_names"] = tuple(names)
    out = entry["codegen"][0]["out"]
    config = Config(folder, schema=(entry["schema"],), queries=(entry["queries"],), out=out, style="querier")
    return replace(config, **options)


def test_every_folder_is_compared(mirror: Path) -> None:
    assert sorted(one.parent.name for one in (mirror / DATA).glob("*/sqlc.yaml")) == sorted(
        (*FOLDERS, "query_parameter_no_limit")
    )
    assert len(entries(mirror / "examples" / "sqlc.yaml")) == len(EXAMPLES)


def offered(files: dict[str, str], *, pydantic: bool) -> dict[str, Api]:
    """What the files offer; classes of rows as if they all were of one kind."""
    found = {name: read_api(text) for name, text in files.items() if not name.startswith("_")}
    for api in found.values():
        for _, one in api.classes:
            if pydantic and one.bases == ["pydantic.BaseModel"]:
                one.bases, one.decorators = [], ["dataclasses.dataclass()"]
    return found


def compare(folder: Path, entry: dict[str, Any], kind: str) -> None:
    config = replace(config_of(folder, entry), emit_pydantic_models=kind == "pydantic")
    result = generate(config)
    assert not result.diagnostics
    ours = {file.path: file.text for file in result.files}
    theirs = {path.name: path.read_text() for path in config.out_path.glob("*.py") if path.name != "__init__.py"}
    was_pydantic = "pydantic.BaseModel" in theirs["models.py"]
    assert offered(ours, pydantic=kind == "pydantic") == offered(theirs, pydantic=was_pydantic)
    if (kind == "pydantic") is was_pydantic:  # no kind is taken for the other
        assert offered(ours, pydantic=False) == offered(theirs, pydantic=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FOLDERS)
def test_test_data(mirror: Path, name: str, kind: str) -> None:
    folder = mirror / DATA / name
    (entry,) = entries(folder / "sqlc.yaml")
    compare(folder, entry, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=EXAMPLES)
def test_examples(mirror: Path, number: int, kind: str) -> None:
    folder = mirror / "examples"
    compare(folder, entries(folder / "sqlc.yaml")[number], kind)


def test_the_limit_that_is_refused(mirror: Path) -> None:
    folder = mirror / DATA / "query_parameter_no_limit"
    (entry,) = entries(folder / "sqlc.yaml")
    (problem,) = generate(config_of(folder, entry)).diagnostics
    assert "invalid query parameter limit" in (folder / "stderr.txt").read_text()
    assert problem.message == "invalid query parameter limit: -1"
