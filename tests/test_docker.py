"""`querygen init --docker`: what it writes, and that it stands in nobody's way. No container is started."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from querygen.diagnostics import DiagnosticError
from querygen.scaffold.docker import write_docker
from querygen.server.development import is_development


@pytest.mark.parametrize(("version", "folder"), [(18, "/var/lib/postgresql"), (16, "/var/lib/postgresql/data")])
def test_files(tmp_path: Path, version: int, folder: str) -> None:
    compose, env = write_docker(tmp_path, pg_version=version, port=5544)
    service = yaml.safe_load(compose.read_text())["services"]["db"]
    assert service["image"] == f"postgres:{version}"
    assert service["ports"] == ["127.0.0.1:5544:5432"]
    assert service["volumes"] == [f"db:{folder}"]
    values = dotenv_values(env)
    password = values["POSTGRES_PASSWORD"]
    assert values["DATABASE_URL"] == f"postgresql://postgres:{password}@127.0.0.1:5544/{values['POSTGRES_DB']}"
    assert is_development(values["DATABASE_URL"]) is None
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert ".env.local" in (tmp_path / ".gitignore").read_text()
    assert password not in compose.read_text()


@pytest.mark.parametrize("name", ["compose.yaml", "docker-compose.yml"])
def test_another_compose_file_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("services: {}\n")
    with pytest.raises(DiagnosticError, match="exists already"):
        write_docker(tmp_path, pg_version=18, port=5432)
    assert not (tmp_path / ".env.local").exists()


def test_another_database_stays(tmp_path: Path) -> None:
    (tmp_path / ".env.local").write_text("DATABASE_URL=postgresql://app@db.example.org/shop\n")
    with pytest.raises(DiagnosticError, match="names a database already"):
        write_docker(tmp_path, pg_version=18, port=5432)
    assert not (tmp_path / "compose.yaml").exists()
