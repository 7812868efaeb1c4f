"""sqlc-gen-python's example programs: their tests pass with our code and psycopg.

Nothing of them is changed but `tests/conftest.py` and `dbtest/migrations.py`, which open the connection.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from querygen.pipeline import generate
from querygen.write import write_files
from tests.pg_fixtures import PgDatabase
from tests.querier.mirror import needs_mirror, unpack
from tests.querier.test_sqlc_gen_python import EXAMPLES, config_of, entries

HERE = Path(__file__).parent
TESTS = ("tests/test_authors.py", "tests/test_booktest.py", "tests/test_ondeck.py")


@needs_mirror
def test_the_examples_run(pg_database: PgDatabase, tmp_path: Path) -> None:
    folder = unpack(tmp_path) / "examples"
    for name, entry in zip(EXAMPLES, entries(folder / "sqlc.yaml"), strict=True):
        config = config_of(folder, entry)
        result = generate(config)
        assert not result.diagnostics
        # sqlc's own files, which are there, are taken the place of.
        written = write_files(config.out_path, result.files, check=False)
        assert "models.py" in written.changed, name
    source = folder / "src"
    shutil.copy(HERE / "example_conftest.py", source / "tests" / "conftest.py")
    shutil.copy(HERE / "example_migrations.py", source / "dbtest" / "migrations.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *TESTS],
        cwd=source,
        env=os.environ | {"EXAMPLES_DSN": pg_database()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"\b4 passed\b", done.stdout), done.stdout
