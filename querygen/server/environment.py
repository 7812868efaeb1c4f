"""DATABASE_URL where it is not in the environment: `.env.local`, then `.env`, of a project's folder.

Takes the folder, gives the URL or None. The files are read by python-dotenv; nothing is put into the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.server.database import resolve_database_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES: Final = (".env.local", ".env")


def project_url(root: Path, given: str | None, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The URL that a command works on, and who names it: the command line, the environment, a file of the project."""
    if given:
        return resolve_database_url(given, {}), "--database-url"
    if url := resolve_database_url(None, environ):
        return url, "the environment"
    return database_url_of(root), ".env.local or .env"


def database_url_of(folder: Path) -> str | None:
    """The URL that the project's own files name; `ServerError` where it is not one."""
    from dotenv import dotenv_values

    for name in FILES:
        path = folder / name
        if path.is_file() and (url := dotenv_values(path).get("DATABASE_URL")):
            return resolve_database_url(url, {})
    return None
