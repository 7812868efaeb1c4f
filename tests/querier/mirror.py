"""A checkout of sqlc-gen-python: its test data and examples are compared with what we write, and are not committed."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

VARIABLE = "QUERYGEN_SQLC_GEN_PYTHON"
REASON = f"{VARIABLE} names no checkout of github.com/sqlc-dev/sqlc-gen-python (or its bare git directory)"


def is_there() -> bool:
    return bool(os.environ.get(VARIABLE))


needs_mirror = pytest.mark.skipif(not is_there(), reason=REASON)


def unpack(folder: Path) -> Path:
    """The files of the checkout, in a folder that a test may write to."""
    source = Path(os.environ[VARIABLE])
    is_bare = (source / "HEAD").exists()
    command = ["git", "--git-dir", str(source if is_bare else source / ".git"), "archive", "HEAD"]
    packed = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder
