"""`querygen studio`: arguments in, a local web server that runs until it is interrupted.

Exit codes: 0 it was ended by Ctrl-C, 1 it cannot begin, 2 usage.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import shutil
import socket
import subprocess
import sys
from threading import Thread
from typing import TYPE_CHECKING

import click

from querygen.cli import project_config
from querygen.diagnostics import DiagnosticError, error

if TYPE_CHECKING:
    from querygen.studio.view import Database

NO_STUDIO = "QG640"  # the packages of the extra `studio` are not installed
NO_PORT = "QG641"  # the port is taken
BAD_TIMEOUT = "QG642"  # --statement-timeout is no time

DEFAULT_PORT = 7433
_UNITS = {"ms": 1, "s": 1000, "min": 60_000}


@click.command()
@click.option("--database-url", envvar="DATABASE_URL", metavar="URL", help="Default: DATABASE_URL, .env.local, .env.")
@click.option("--write", is_flag=True, help="Allow changes; each is shown as SQL before it is committed.")
@click.option("--port", type=click.IntRange(0, 65535), help=f"Default: {DEFAULT_PORT}, or a free one if it is taken.")
@click.option("--statement-timeout", default="10s", show_default=True, help="How long a statement may take.")
@click.option("--no-open", is_flag=True, help="Print the address, and do not open a browser.")
def studio(database_url: str | None, write: bool, port: int | None, statement_timeout: str, no_open: bool) -> None:
    """Show the schema, the data and the queries in a browser, on this machine only."""
    try:
        import starlette  # noqa: F401
        import uvicorn
    except ImportError:
        hint = "Install it: pip install 'querygen[studio]'."
        raise DiagnosticError(error(NO_STUDIO, "the studio's web server is not installed", hint=hint)) from None
    from querygen.studio.app import application
    from querygen.studio.guard import Keys
    from querygen.studio.project import Projects
    from querygen.studio.view import Studio

    config = project_config((), ())
    database, missing = _database(database_url, write=write, timeout_ms=_milliseconds(statement_timeout))
    listener = _listen(port)
    own = listener.getsockname()[1]

    def address(token: str) -> str:
        return f"http://127.0.0.1:{own}/enter?token={token}"

    keys = Keys(lambda token: click.echo(f"  another browser: {address(token)}"))
    projects = Projects(config)
    click.echo(f"querygen studio: {address(keys.token)}")
    click.echo(f"  database: {database.label if database else missing}")
    click.echo(f"  {'changes are allowed' if write else 'read only; --write allows changes'}; end it with Ctrl-C")
    served = Studio(projects, database, missing, write, keys)
    server = uvicorn.Server(
        uvicorn.Config(
            application(served, own),
            log_level="warning",
            access_log=False,  # the token is part of an address
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    if not no_open and not _opened(address(keys.token)):
        click.echo("  no browser was found: open the address in one")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            projects.current()  # while the browser starts: what it asks waits at the listener
            gc.enable()  # cli.py turned it off: what a command makes lives until it ends, but this one goes on
            server.run(sockets=[listener])
    finally:
        if database is not None:
            database.connections.close()


def _opened(address: str) -> bool:
    """Open a browser if there is one. On Linux what `xdg-open` says while it looks for one is kept off the terminal."""
    if not sys.platform.startswith("linux"):
        return click.launch(address) == 0
    opener = shutil.which("xdg-open")
    if opener is None or not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))):
        return False
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    Thread(target=subprocess.call, args=([opener, address],), kwargs=quiet, daemon=True).start()
    return True


def _database(database_url: str | None, *, write: bool, timeout_ms: int) -> tuple[Database | None, str]:
    """The database, or why there is none; that it does not answer is told by the pages that need it."""
    from querygen.cli_migrate import NO_URL, place_of
    from querygen.studio.connections import Connections, label_of
    from querygen.studio.view import Database

    try:
        place = place_of(database_url)
    except DiagnosticError as problem:
        if problem.diagnostic.code != NO_URL:
            raise
        return None, problem.diagnostic.message
    return Database(Connections(place.url, write=write, timeout_ms=timeout_ms), place, label_of(place.url)), ""


def _milliseconds(text: str) -> int:
    match = re.fullmatch(r"(\d{1,7})\s*(ms|s|min)?", text)
    if match is None:
        raise DiagnosticError(error(BAD_TIMEOUT, f'"{text}" is no time', hint="Write it as 10s, 500ms or 2min."))
    return int(match[1]) * _UNITS[match[2] or "ms"]


def _listen(port: int | None) -> socket.socket:
    """A socket of this machine only; without a wish, another port where the usual one is taken."""
    for candidate in (port,) if port is not None else (DEFAULT_PORT, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
        except OSError:
            listener.close()
            continue
        listener.listen(64)
        return listener
    hint = "Leave out --port, and a free one is taken."
    raise DiagnosticError(error(NO_PORT, f"port {port} of 127.0.0.1 is taken", hint=hint))
