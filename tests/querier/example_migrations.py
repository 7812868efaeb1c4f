"""dbtest/migrations.py for sqlc-gen-python's examples, on psycopg."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg


def apply_migrations(conn: psycopg.Connection[Any], paths: list[str]) -> None:
    for text in _texts(paths):
        conn.execute(text)


async def apply_migrations_async(conn: psycopg.AsyncConnection[Any], paths: list[str]) -> None:
    for text in _texts(paths):
        await conn.execute(text)


def _texts(paths: list[str]) -> list[bytes]:
    files: list[Path] = []
    for path in map(Path, paths):
        files += sorted(path.glob("*.sql")) if path.is_dir() else [path]
    return [file.read_bytes() for file in files]
