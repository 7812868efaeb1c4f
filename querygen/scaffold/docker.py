"""`querygen init --docker`: a compose file for those who prefer their PostgreSQL in a container.

Takes the folder of a project; writes `compose.yaml`, and to `.env.local` what both Docker and the program read. The URL
has the form that `querygen db start` writes.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from querygen.config import UNREADABLE
from querygen.diagnostics import DiagnosticError, error
from querygen.server.development import ignore_in_git

if TYPE_CHECKING:
    from pathlib import Path

_COMPOSE = """\
# PostgreSQL for development: `docker compose up --wait`. Its password is in .env.local, which git does not see.
services:
  db:
    image: postgres:{version}
    env_file: .env.local
    ports:
      - "127.0.0.1:{port}:5432"
    volumes:
      - db:{folder}
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres -d $$POSTGRES_DB"]
      interval: 1s
      timeout: 3s
      retries: 60

volumes:
  db:
"""


def write_docker(root: Path, *, pg_version: int, port: int) -> list[Path]:
    """Write the two files; `DiagnosticError` where one of them says something else already."""
    compose, env = root / "compose.yaml", root / ".env.local"
    for name in ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"):
        if (root / name).exists():
            raise _refused(f"{name} exists already", "Add a service for PostgreSQL to it by hand.")
    text = env.read_text(encoding="utf-8") if env.exists() else ""
    if re.search(r"^\s*(?:export\s+)?(?:DATABASE_URL|POSTGRES_\w+)\s*=", text, re.MULTILINE):
        raise _refused(".env.local names a database already", "Remove DATABASE_URL and POSTGRES_… from it first.")
    name = (re.sub(r"[^a-z0-9]+", "_", root.resolve().name.lower()).strip("_") or "app")[:50] + "_dev"
    password = secrets.token_urlsafe(24)
    # The image of PostgreSQL 18 keeps its data in a folder by version, one level higher than those before it.
    folder = "/var/lib/postgresql" if pg_version >= 18 else "/var/lib/postgresql/data"
    compose.write_text(_COMPOSE.format(version=pg_version, port=port, folder=folder), encoding="utf-8")
    if text and not text.endswith("\n"):
        text += "\n"
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/{name}"
    env.touch(mode=0o600)
    env.write_text(
        f"{text}DATABASE_URL='{url}'\nPOSTGRES_PASSWORD='{password}'\nPOSTGRES_DB='{name}'\n", encoding="utf-8"
    )
    ignore_in_git(root, ".env.local")
    return [compose, env]


def _refused(message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(error(UNREADABLE, message, hint=hint))
