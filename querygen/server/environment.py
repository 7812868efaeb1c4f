"""DATABASE_URL where it is not in the environment: `.env.local`, then `.env`, of a project's folder.

Takes the folder, gives the URL or None. The files are read by python-dotenv; nothing is put into the environment.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from querygen.server.database import resolve_database_url
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILES: Final = (".env.local", ".env")
_OR_CORRECT: Final = ", or correct host and port in DATABASE_URL"


def project_url(root: Path, given: str | None, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The URL that a command works on, and who names it: the command line, the environment, a file of the project."""
    if given is not None:
        return named_url(given, "--database-url"), "--database-url"
    if url := resolve_database_url(None, environ):
        return url, "the environment"
    return database_url_of(root), ".env.local or .env"


def named_url(given: str | None, option: str) -> str | None:
    """The URL that an option was given; None without the option. An empty one is a variable that is not set."""
    if given is None:
        return None
    if not given.strip():
        hint = "It looks like postgresql://user:password@host:5432/database; is the variable set that it comes from?"
        raise ServerError(f"{option} is empty", hint, "database url")
    with told_of(option):
        return resolve_database_url(given, {})


@contextmanager
def told_of(option: str) -> Iterator[None]:
    """What is said of DATABASE_URL where that is not what names the server, said of the option that does."""
    try:
        yield
    except ServerError as problem:
        hint = problem.hint.replace(", correct DATABASE_URL, or unset it to use the embedded server", _OR_CORRECT)
        if "invalid port number" in problem.message:
            hint = "Correct the port in DATABASE_URL: it is a number from 1 to 65535."
        message = problem.message.replace("the database URL is", f"{option} is")
        raise ServerError(message, hint.replace("DATABASE_URL", option), problem.about) from None


def database_url_of(folder: Path) -> str | None:
    """The URL that the project's own files name; `ServerError` where it is not one."""
    from dotenv import dotenv_values

    for name in FILES:
        path = folder / name
        if path.is_file() and (url := dotenv_values(path).get("DATABASE_URL")):
            return resolve_database_url(url, {})
    return None
