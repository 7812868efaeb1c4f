"""`querygen catalog dump`: a server's catalogue, or that of its extensions, into a folder of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.pg_catalog.dump import dump_catalog
from querygen.pg_catalog.load import extension_folder
from querygen.server.database import connect
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def dump_to_folder(url: str, extensions: Sequence[str], folder: Path) -> list[Path]:
    """Write TSV files below `folder`; returns them. Without extensions PostgreSQL's own catalogue is dumped.

    Raises ServerError if the server cannot be reached or an extension is not installed in the database.
    """
    with connect(url) as conn:
        conn.execute("SET search_path = pg_catalog")
        if not extensions:
            return dump_catalog(conn, folder)
        installed = {name for (name,) in conn.execute("SELECT extname FROM pg_extension").fetchall()}
        if missing := [name for name in extensions if name not in installed]:
            hint = f'Run `CREATE EXTENSION "{missing[0]}"` there first.'
            raise ServerError(f"not installed in this database: {', '.join(missing)}", hint)
        return [path for name in extensions for path in dump_catalog(conn, extension_folder(name, folder), name)]
