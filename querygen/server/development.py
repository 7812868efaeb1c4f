"""The project's own PostgreSQL: data under `.querygen/db`, on 127.0.0.1, with a port and a password that stay the same.

Takes the folder of a project; starts, finds and stops the server that belongs to it. The server outlives the command
that starts it. What a killed command leaves is found by the next: the server by its data folder's postmaster.pid, a
half-made data folder by its name.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from querygen.server.binaries import find_binaries, server_user, usable_binaries
from querygen.server.claims import base_folder, end_server, give, server_pid
from querygen.server.cluster import (
    LOOPBACK,
    SUPERUSER,
    Plan,
    free_port,
    initdb,
    launch,
    prepare_data,
    write_access_rules,
)
from querygen.server.database import connect
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from querygen.server.binaries import ServerUser

FOLDER: Final = ".querygen"
_INITDB_PATIENCE: Final = 15.0
_PATIENCE: Final = 60.0  # seconds for another `db` command


class Kept(Struct, frozen=True):
    """What `server.json` remembers."""

    port: int
    password: str
    database: str


class DevelopmentServer(Struct, frozen=True):
    """The project's server, running or not. `pid` is None where it is not."""

    data_dir: Path
    kept: Kept
    pid: int | None

    def url(self, database: str | None = None) -> str:
        """How to reach a database of it; without a name, the project's."""
        name, password = quote(database or self.kept.database, safe=""), quote(self.kept.password, safe="")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.kept.port}/{name}"


def find(root: Path) -> DevelopmentServer | None:
    """The project's server; None where it never had one."""
    folder = root / FOLDER / "db"
    kept = _read(folder)
    if kept is None:
        return None
    data = (folder / "data").resolve()
    return DevelopmentServer(data, kept, server_pid(data))


def start(root: Path) -> tuple[DevelopmentServer, bool]:
    """Start the project's server, made if it is the first time. False: it was running."""
    folder = root / FOLDER / "db"
    user = server_user(None)
    _make_folders(root, folder, user)
    with _alone(folder):
        kept = _read(folder) or _new(folder, root)
        data = (folder / "data").resolve()
        if (pid := server_pid(data)) is not None:
            server = DevelopmentServer(data, kept, pid)
            _ensure_database(server)
            return server, False
        return _start(folder, data, kept, user), True


def stop(root: Path) -> bool:
    """Stop it; false where it did not run."""
    folder = root / FOLDER / "db"
    if not folder.is_dir():
        return False
    with _alone(folder):
        data = (folder / "data").resolve()
        running = server_pid(data) is not None
        end_server(data)
        _sweep(folder)
        return running


def is_development(url: str) -> str | None:
    """None for a database that may be emptied; else why it is not one.

    It has to be on this machine, and `dev`, `development`, `test` or `local` has to be a word of its name.
    """
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(url)
    host = str(given.get("host") or given.get("hostaddr") or os.environ.get("PGHOST") or "")
    if host and not host.startswith("/") and host not in ("localhost", "::1") and not host.startswith("127."):
        return f"{host} is not this machine"
    name = str(given.get("dbname") or os.environ.get("PGDATABASE") or given.get("user") or "")
    if not re.search(r"(?:^|[^a-z])(?:dev|development|tests?|local)(?:[^a-z]|$)", name.lower()):
        return f'"{name}" is not named as a database for development (such as app_dev)'
    return None


# ---------------------------------------------------------------- what is kept


def _make_folders(root: Path, folder: Path, user: ServerUser | None) -> None:
    own = root / FOLDER
    own.mkdir(exist_ok=True)
    ignore = own / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    folder.mkdir(mode=0o711 if user else 0o700, exist_ok=True)
    run = folder / "run"
    run.mkdir(mode=0o700, exist_ok=True)
    give(run, user)


def _read(folder: Path) -> Kept | None:
    path = folder / "server.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        hint = "restore it, or remove the folder to begin with an empty server"
        raise ServerError(f"{path} cannot be read", hint) from None


def _new(folder: Path, root: Path) -> Kept:
    name = re.sub(r"[^a-z0-9]+", "_", root.resolve().name.lower()).strip("_") or "app"
    kept = Kept(free_port(), secrets.token_urlsafe(24), f"{name[:50]}_dev")
    _write(folder, kept)
    return kept


def _write(folder: Path, kept: Kept) -> None:
    """Whole or not at all, and for nobody else to read."""
    fresh = folder / f"server.{secrets.token_hex(4)}"
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as stream:
        stream.write(msgspec.json.encode(kept))
    fresh.replace(folder / "server.json")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One `db` command at a time. The lock ends with the process, however that ends."""
    import fcntl

    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > end:
                    raise ServerError("another `querygen db` command is at work on this server") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(file)


def _sweep(folder: Path) -> None:
    """What a killed start left of a data folder that it was making. Its initdb may still be writing: then once more."""
    end = time.monotonic() + _INITDB_PATIENCE
    for half_made in folder.glob("data.*"):
        while half_made.exists() and time.monotonic() < end:
            shutil.rmtree(half_made, ignore_errors=True)
            time.sleep(0.05)


# ---------------------------------------------------------------- start


def _start(folder: Path, data: Path, kept: Kept, user: ServerUser | None) -> DevelopmentServer:
    binaries = usable_binaries(find_binaries(), user, base_folder(user))
    run = folder / "run"
    for stale in run.iterdir():
        stale.unlink()
    _sweep(folder)
    if not (data / "PG_VERSION").exists():
        fresh = folder.resolve() / f"data.{secrets.token_hex(4)}"
        prepare_data(fresh, user, binaries)
        initdb(Plan(binaries, user, run, fresh, {}), throwaway=False, password=kept.password)
        if data.exists():
            data.rmdir()  # an empty one at most: PostgreSQL's data has PG_VERSION
        fresh.rename(data)
    prepare_data(data, user, binaries)
    write_access_rules(run / "pg_hba.conf", user, tcp=True)
    plan = Plan(binaries, user, run.resolve(), data, {}, sockets=False)
    processes: list[subprocess.Popen[bytes]] = []
    for _ in range(5):
        try:
            pid = launch(plan, processes.append, kept.port, LOOPBACK, _PATIENCE)
            break
        except ServerError as problem:
            if "could not create any TCP/IP sockets" not in problem.message:
                raise
            # Somebody else has the port by now. The new one is written down before anything listens on it.
            kept = replace(kept, port=free_port())
            _write(folder, kept)
    else:
        raise ServerError("no port is free for the server")
    for process in processes:
        process.returncode = 0  # it is meant to outlive us: nothing is left to wait for
    server = DevelopmentServer(data, kept, pid)
    try:
        _ensure_database(server)
    except BaseException:
        end_server(data)
        raise
    return server


def _ensure_database(server: DevelopmentServer) -> None:
    """Make the project's database, unless it is there. The session of a killed command may still be making it."""
    from psycopg import errors, sql

    name = server.kept.database
    end = time.monotonic() + _PATIENCE
    with connect(server.url("postgres")) as conn:
        while not conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            try:
                conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except (errors.DuplicateDatabase, errors.UniqueViolation):
                return
            except errors.ObjectInUse:  # template1, by that session
                if time.monotonic() > end:
                    raise ServerError("the server's template database is in use", "end its other sessions") from None
                time.sleep(0.1)


# ---------------------------------------------------------------- .env.local


def write_env(root: Path, url: str, ours: str | None = None) -> str | None:
    """Put DATABASE_URL into `.env.local`, and that file out of git's sight. Why it was not done, else None.

    A URL that somebody else wrote there stays, unless it begins as `ours`: a local one of querygen's.
    """
    from dotenv import dotenv_values, set_key

    path = root / ".env.local"
    before = dotenv_values(path).get("DATABASE_URL") if path.is_file() else None
    if before == url:
        return None
    if before and not (ours and before.startswith(ours)):
        return ".env.local names another database already, and was left as it is"
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    set_key(path, "DATABASE_URL", url, quote_mode="always")
    ignore_in_git(root, ".env.local")
    return None


def ignore_in_git(root: Path, name: str) -> None:
    """Add a line to .gitignore, unless it is there."""
    path = root / ".gitignore"
    text = path.read_text() if path.exists() else ""
    if name in (line.strip().removeprefix("/") for line in text.splitlines()):
        return
    if text and not text.endswith("\n"):
        text += "\n"
    path.write_text(f"{text}{name}\n")


def local_prefix() -> str:
    """How the URLs begin that this module writes."""
    return f"postgresql://{SUPERUSER}:"
