"""The generated code against the tools of its users: ruff's formatter and linter, mypy and pyright, all strict."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from querygen.render.options import RenderOptions
from querygen.render.render import render
from querygen.write import write_files
from tests.generated.everything import everything, long_names

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = {
    "default": RenderOptions(insert_models=True, pool_module=True, sql_tags={"application": "it's"}),
    "validated": RenderOptions(validate_rows=True, nullable_elements=True, omit_unused=True),
    "sync": RenderOptions(emit_async=False),
    "async": RenderOptions(emit_sync=False),
}


def run(folder: Path, *command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def check_with_ruff(folder: Path, *ignore: str) -> None:
    run(folder, "ruff", "format", "--isolated", "--no-cache", "--diff", ".")
    run(folder, "ruff", "check", "--isolated", "--no-cache", ".")
    run(folder, "ruff", "check", "--isolated", "--no-cache", "--select", "E,F,I,UP,B", *ignore, ".")


def test_the_tools_have_nothing_to_say(tmp_path: Path) -> None:
    catalog, queries = everything()
    for name, options in OPTIONS.items():
        write_files(tmp_path / f"generated_{name}", render(queries, catalog, options), check=False)
    check_with_ruff(tmp_path)
    packages = [f"generated_{name}" for name in OPTIONS]
    run(tmp_path, "mypy", "--strict", "--python-version", "3.11", "--cache-dir", "mypy_cache", *packages)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "include": packages[:2]}))
    run(tmp_path, "pyright", "--pythonpath", sys.executable)


@pytest.mark.parametrize("name", ["default", "validated"])
def test_lines_are_broken_as_the_formatter_breaks_them(name: str, tmp_path: Path) -> None:
    catalog, queries = long_names()
    write_files(tmp_path / "generated", render(queries, catalog, OPTIONS[name]), check=False)
    check_with_ruff(tmp_path, "--ignore", "E501")  # a name can be longer than a line


def test_the_modules_import_without_a_warning(tmp_path: Path) -> None:
    catalog, queries = everything()
    write_files(tmp_path / "generated", render(queries, catalog, RenderOptions()), check=False)
    program = """
import generated, generated.models, generated.users, generated.wide_ones, generated.models_queries
import generated.aio.users, sys
for row in vars(generated.models).values():
    if isinstance(row, type) and issubclass(row, generated.models.Row) and row is not generated.models.Row:
        row.model_rebuild()
        assert set(row.model_fields) and row.__doc__
assert not any(name.split(".")[0] in ("querygen", "jinja2") for name in sys.modules)
"""
    run(tmp_path, "compileall", "-q", "generated")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
