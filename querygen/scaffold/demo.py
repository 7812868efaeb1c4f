"""`querygen demo`: build the example project, start a PostgreSQL, apply the schema, run the program over it.

The program is `project/demo.py`; it runs in a process of its own, as a user's program would.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from querygen.config import UNREADABLE, Config
from querygen.config_file import read_config
from querygen.diagnostics import DiagnosticError, error
from querygen.scaffold.init import PROJECT, init_project
from querygen.server.database import HasDsn, create_database, drop_database, load_sql, resolve_database_url
from querygen.server.embedded import running_server
from querygen.sql.parse import expand_paths

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class _GivenServer:
    """A server that the user named by URL, as `create_database` wants one."""

    given: str

    def dsn(self, database: str = "postgres") -> str:
        from psycopg.conninfo import make_conninfo

        return make_conninfo(self.given, dbname=database)


def run_demo(project: Path | None, database_url: str | None) -> int:
    """Run the demo; returns the exit code of the program, or 1 if the project does not build."""
    with ExitStack() as stack:
        if project is None:
            project = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="querygen-demo-")))
            init_project(project)
        config = read_config(project.absolute())
        if config.file is None:
            hint = "Make one with `querygen init`, or leave out --project."
            raise DiagnosticError(error(UNREADABLE, f"{project} is not a querygen project", hint=hint))
        click.echo("• building the example project")
        if not _build(config):
            return 1
        url = stack.enter_context(_database(database_url))
        click.echo("• applying the schema")
        for path in expand_paths(config.schema, config.root):
            load_sql(url, path.read_text(encoding="utf-8"))
        click.echo("• running a program over the generated functions\n")
        environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(config.root), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run([sys.executable, str(PROJECT / "demo.py")], env=environment, check=False).returncode


def _build(config: Config) -> bool:
    from querygen.cli import report
    from querygen.pipeline import generate
    from querygen.write import write_files

    result = generate(config)
    report(result.diagnostics)
    if result.analysis.failed:
        return False
    write_files(config.out_path, result.files, check=False)
    return True


@contextmanager
def _database(given: str | None) -> Iterator[str]:
    """A database for the demo alone: of the given server, or of an embedded one."""
    url = resolve_database_url(given, os.environ)
    name = f"querygen_demo_{os.getpid()}"
    with ExitStack() as stack:
        server: HasDsn
        if url is None:
            click.echo("• starting an embedded PostgreSQL")
            server = stack.enter_context(running_server())
        else:
            server = _GivenServer(url)
        dsn = create_database(server, name)
        stack.callback(drop_database, server, name)
        yield dsn
