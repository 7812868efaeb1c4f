"""A data folder and the process that serves it: what initdb and pg_ctl do, without their shell command lines.

Takes a `Plan`, gives a running process that is ready. Whose server it is, and when it ends, is its caller's business
(`embedded.py`, `development.py`).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from querygen.server.binaries import Binaries, ServerUser, can_enter, run_as, server_environment
from querygen.server.claims import give, server_pid
from querygen.server.database import connect
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SUPERUSER = "postgres"
LOOPBACK = "127.0.0.1"
_SETTING = re.compile(r"[A-Za-z_][\w.]*")

Keep: TypeAlias = "Callable[[subprocess.Popen[bytes]], None]"

# What may be lost with the machine need not reach its disk.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Plan:
    """What is settled before a server starts."""

    binaries: Binaries
    user: ServerUser | None
    folder: Path
    data_dir: Path
    settings: Mapping[str, str]
    sockets: bool = True  # listen on a socket in `folder`; without, on TCP alone


def checked(options: Mapping[str, str]) -> Mapping[str, str]:
    """The same options, if their names can be settings."""
    for name in options:
        if not _SETTING.fullmatch(name):
            raise ServerError(f"{name!r} is not the name of a setting")
    return options


# ---------------------------------------------------------------- the data folder


def prepare_data(data: Path, user: ServerUser | None, binaries: Binaries) -> bool:
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


def initdb(plan: Plan, *, throwaway: bool, password: str | None = None) -> None:
    """Make the data of a server whose superuser has this password, or one that nobody knows."""
    command: list[str | Path] = [plan.binaries.program("initdb"), "-D", plan.data_dir, "-U", SUPERUSER, "-E", "UTF8"]
    command += ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"]
    # The host rules of initdb's pg_hba.conf need a password to start from; ours is set when TCP is asked for.
    command += [
        "--pwfile",
        write_private(plan.folder / "password", (password or secrets.token_urlsafe(24)) + "\n", plan.user),
    ]
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


def write_access_rules(path: Path, user: ServerUser | None, *, tcp: bool) -> None:
    """Our own pg_hba.conf, whatever the data folder's says: only the private socket is trusted."""
    rules = "local all all trust\n"
    if tcp:
        rules += f"host all all {LOOPBACK}/32 scram-sha-256\n"
    write_private(path, rules, user)


def write_private(path: Path, text: str, user: ServerUser | None) -> Path:
    """Write a new file that only the user of the server can read."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as stream:
        stream.write(text)
    give(path, user)
    return path


def control_path(dirs: Sequence[Path], folder: Path, user: ServerUser | None, binaries: Binaries) -> str:
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


def launch_on_tcp(plan: Plan, keep: Keep, port: int | None, timeout: float) -> tuple[int, int]:
    """Start on the given port, or on one that was free a moment ago: someone may take it, so try a few."""
    attempts = 1 if port else 5
    while True:
        attempts -= 1
        chosen = port or free_port()
        try:
            return launch(plan, keep, chosen, LOOPBACK, timeout), chosen
        except ServerError as error:
            if not attempts or "could not create any TCP/IP sockets" not in error.message:
                raise


def free_port() -> int:
    """A port of the loopback address that nobody listened at a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def launch(plan: Plan, keep: Keep, port: int, addresses: str, timeout: float) -> int:
    """Start the server and wait until it is ready: its process id. `keep` has the process as soon as there is one."""
    settings = {
        **plan.settings,
        "listen_addresses": addresses,
        "port": str(port),
        "unix_socket_directories": f'"{plan.folder}"'
        if plan.sockets
        else "",  # a list: quoted, a space or a comma is no separator
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
        process = subprocess.Popen(
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
        keep(process)
        if problem := wait_until_ready(process, plan.data_dir / "postmaster.pid", timeout):
            said = os.pread(log, 1 << 20, start).decode(errors="replace").strip()[-4000:]
            raise ServerError(f"the server {problem}: {said}", f"its log is server.log in {plan.data_dir}")
    finally:
        os.close(log)
    return process.pid


def wait_until_ready(process: subprocess.Popen[bytes], pid_file: Path, timeout: float) -> str:
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


def set_password(dsn: str, password: str) -> None:
    """Give the superuser a password."""
    from psycopg import sql

    with connect(dsn) as conn:
        # Hashed here, so that no log can hold it.
        hashed = conn.pgconn.encrypt_password(password.encode(), SUPERUSER.encode(), b"scram-sha-256").decode()
        role, secret = sql.Identifier(SUPERUSER), sql.Literal(hashed)
        conn.execute(sql.SQL("alter role {} password {}").format(role, secret))
