"""Queriers from SQL to text, as data; and the tools of a user have nothing to say of the text."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from querygen.config_file import read_config
from querygen.pipeline import generate
from querygen.write import write_files

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "cases" / "querier"
NAMES = sorted(path.name for path in CASES.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_cases(name: str, update: bool) -> None:
    """`--update` rewrites the expectations."""
    config = read_config(CASES / name)
    result = generate(config)
    assert [one.message for one in result.diagnostics] == []
    if update:
        write_files(config.out_path, result.files, check=False)
    assert write_files(config.out_path, result.files, check=True).diff == ""


def run(folder: Path, *command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The expectations of all cases, each a package of its own in one folder."""
    folder = tmp_path_factory.mktemp("queriers")
    for name in NAMES:
        shutil.copytree(CASES / name / "expected", folder / f"of_{name}")
        (folder / f"of_{name}" / "__init__.py").touch()
        for file in (folder / f"of_{name}").glob("*.py"):
            file.write_text(file.read_text().replace("from expected import", f"from of_{name} import"))
    return folder


def test_ruff_has_nothing_to_say(written: Path) -> None:
    run(written, "ruff", "format", "--isolated", "--no-cache", "--diff", ".")
    run(written, "ruff", "check", "--isolated", "--no-cache", ".")
    # UP042 wants enum.StrEnum, which is for the user to choose: emit_str_enum.
    strict = ("--select", "E,F,I,UP,B", "--ignore", "UP042")
    run(written, "ruff", "check", "--isolated", "--no-cache", *strict, ".")


def test_the_type_checkers_have_nothing_to_say(written: Path) -> None:
    packages = [f"of_{name}" for name in NAMES]
    run(written, "mypy", "--strict", "--python-version", "3.11", "--cache-dir", "mypy_cache", *packages)
    (written / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "include": packages}))
    run(written, "pyright", "--pythonpath", sys.executable)
