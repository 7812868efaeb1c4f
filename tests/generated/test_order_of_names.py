"""The names of an import and of `__all__`, in an order that ruff leaves as it is."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

from querygen.render.naming import export_key, import_key

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("Team", "Teams", "With", "API", "Key", "Row", "team", "teams", "_with", "_", "key", "2", "10", "A", "b", "URL")


def test_ruff_leaves_the_names_in_their_order(tmp_path: Path) -> None:
    choose = random.Random(22)  # noqa: S311  names, no secrets
    names = {"".join(choose.choices(PARTS, k=choose.randint(1, 4))) for _ in range(400)}
    names = {name for name in names if name.isidentifier()} | {"GetTeamWithTierRow", "GetTeamsWithTierRow"}
    imported = "".join(f"    {name},\n" for name in sorted(names, key=import_key))
    listed = "".join(f'    "{name}",\n' for name in sorted(names, key=export_key))
    (tmp_path / "names.py").write_text(f"from there import (\n{imported})\n\n__all__ = [\n{listed}]\n")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--diff", "--select", "I,RUF022", "names.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
