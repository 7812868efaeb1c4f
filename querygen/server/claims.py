"""Which servers are ours: a private folder for each, and the end of those whose Python process was killed.

A claim is a folder `<temp>/querygen-<uid>/<id>` (the server's socket; the data of a throw-away server) beside a file
`<id>.json` on which its Python process holds a lock. The lock ends with the process, however that ends, so a file that
can be locked belongs to no one: the next start stops its server and removes its folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from querygen.server.binaries import ServerUser, can_enter
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOCKET_PATH_LIMIT = 103  # macOS; Linux allows 107 bytes
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT  # what PostgreSQL calls these shutdowns


@dataclass(frozen=True)
class Claim:
    """One server's private folder, and the open file whose lock says that it is in use."""

    folder: Path
    record: Path
    lock: int


# ---------------------------------------------------------------- folders


def base_folder(user: ServerUser | None) -> Path:
    """Our folder in the system's temporary one; if that is too long for sockets or closed to the user, in /tmp."""
    for base in _bases():
        longest = os.fsencode(base / "12345678" / ".s.PGSQL.65535")
        if len(longest) > _SOCKET_PATH_LIMIT or {",", "\n", '"'} & set(str(base)):
            continue
        with contextlib.suppress(OSError):
            base.mkdir(mode=0o700, exist_ok=True)
        if not _is_ours(base):
            continue
        # For root, the server's user passes through to its own folder, but cannot list.
        mode = 0o711 if user else 0o700
        if stat.S_IMODE(base.stat().st_mode) != mode:
            base.chmod(mode)
        if can_enter(user, base):
            return base
    raise ServerError("no temporary folder is fit for a server's socket", "set TMPDIR to a short path of your own")


def _bases() -> list[Path]:
    folders = dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"])  # noqa: S108 - what we make there is private
    return [Path(folder).resolve() / f"querygen-{os.geteuid()}" for folder in folders]


def _is_ours(base: Path) -> bool:
    """Others can write in a temporary folder: one that they made for us is not used."""
    try:
        status = base.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def give(path: Path, user: ServerUser | None) -> None:
    """Hand something that we made to the user who runs the server."""
    if user:
        os.chown(path, user.uid, user.gid, follow_symlinks=False)


# ---------------------------------------------------------------- claims


def claim(base: Path, user: ServerUser | None) -> Claim:
    """A new private folder, locked as ours."""
    while True:
        folder = base / secrets.token_hex(4)
        record = folder.with_suffix(".json")
        try:
            lock = os.open(record, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        # Another process's sweep may take the file between its creation and its lock.
        if _try_lock(lock) and os.fstat(lock).st_nlink:
            break
        os.close(lock)
    folder.mkdir(mode=0o700)
    give(folder, user)
    return Claim(folder, record, lock)


def describe(own: Claim, data_dir: Path) -> None:
    """Write down which data the server of this claim has, before it starts."""
    text = json.dumps({"owner": os.getpid(), "data_dir": str(data_dir)})
    os.pwrite(own.lock, text.encode(), 0)


def release(own: Claim) -> None:
    """Remove the folder, then the record: a folder without a record would never be found again."""
    shutil.rmtree(own.folder, ignore_errors=True)
    if not own.folder.exists():
        own.record.unlink(missing_ok=True)
    os.close(own.lock)


def _try_lock(file: int) -> bool:
    import fcntl  # Unix only, as is everything that starts a server

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# ---------------------------------------------------------------- orphans


def sweep() -> None:
    """Stop the servers whose Python process is gone, and remove their folders."""
    for base in _bases():
        if _is_ours(base):
            for record in base.glob("*.json"):
                _sweep_one(record)


def _sweep_one(record: Path) -> None:
    try:
        lock = os.open(record, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return  # its owner was quicker
    if not _try_lock(lock) or not os.fstat(lock).st_nlink:
        os.close(lock)
        return
    with contextlib.suppress(ValueError, KeyError, TypeError):
        end_server(Path(json.loads(os.pread(lock, 1 << 16, 0))["data_dir"]))
    release(Claim(record.with_suffix(""), record, lock))


def end_server(data_dir: Path) -> None:
    """Stop a server that is not our child, asking ever less politely."""
    pid = server_pid(data_dir)
    for demand, patience in ((_FAST, 20.0), (_IMMEDIATE, 5.0), (signal.SIGKILL, 5.0)):
        if pid is None or not is_server(pid, data_dir):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, demand)
        for _ in _ticks(patience):
            if not is_server(pid, data_dir):
                return


def server_pid(data_dir: Path) -> int | None:
    """The process that postmaster.pid names, if that is a server of this folder: a file may be stale, a pid reused."""
    try:
        pid = int((data_dir / "postmaster.pid").read_text(errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if is_server(pid, data_dir) else None


def is_server(pid: int, data_dir: Path) -> bool:
    """Whether the process is a PostgreSQL server which was started, as we do, with `-D data_dir`."""
    try:
        words = [os.fsdecode(word) for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
    except OSError:
        if Path("/proc/self/cmdline").exists():
            return False
        shown = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
        ).stdout
        return f"postgres -D {data_dir} " in shown
    return Path(words[0]).name == "postgres" and words[1:3] == ["-D", str(data_dir)]


def _ticks(seconds: float) -> Iterator[None]:
    """Come back every few milliseconds until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.005)
        yield
