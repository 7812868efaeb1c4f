"""Schema folders of migration tools: what is applied counts, what takes it back does not, and places stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from querygen.config import Config
from querygen.pipeline import analyze
from querygen.sql.migrations import blank_down_part
from querygen.sql.parse import expand_paths

UP = "CREATE TABLE t (a int);"
FILES = {
    "goose": f"-- +goose Up\n-- +goose StatementBegin\n{UP}\n-- +goose StatementEnd\n\n-- +goose Down\nDROP TABLE t;\n",
    "sql-migrate": f"-- +migrate Up\n{UP}\n\n-- +migrate Down\nDROP TABLE t;\n",
    "dbmate": f"-- migrate:up\n{UP}\n\n-- migrate:down\nDROP TABLE t;\n",
    "dbmate with options": f"-- migrate:up transaction:false\r\n{UP}\r\n-- migrate:down x:y\r\nDROP TABLE t;\r\n",
    "dbmate upside down": f"-- migrate:down\nDROP TABLE t;\n-- migrate:up\n{UP}\n",
    "tern": f"{UP}\n---- create above / drop below ----\nDROP TABLE t;\n",
    "atlas": f'-- Create "t" table\n{UP}\n',
    "atlas with checks": (
        f"-- atlas:txtar\n\n-- checks.sql --\nSELECT broken(;\n-- migration.sql --\n{UP}\n"
        "-- down.sql --\nDROP TABLE t;\n"
    ),
    "capitals": f"-- +GOOSE UP\n{UP}\n-- +GOOSE DOWN\nDROP TABLE t;\n",
}


@pytest.mark.parametrize("tool", FILES)
def test_the_up_part_is_the_schema(tool: str, tmp_path: Path) -> None:
    text = FILES[tool]
    blanked = blank_down_part(text)
    assert len(blanked) == len(text)
    assert blanked.count("\n") == text.count("\n")
    assert "DROP" not in blanked
    assert blanked.index(UP) == text.index(UP)
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001.sql").write_bytes(text.encode())
    (folder / "0002.sql").write_text(
        "-- +goose Up\nALTER TABLE t ADD b text NOT NULL;\n-- +goose Down\nALTER TABLE t DROP b;"
    )
    (tmp_path / "q.sql").write_text("-- name: Q :many\nSELECT * FROM t;\n")
    analysis = analyze(Config(tmp_path, schema=("migrations",), queries=("q.sql",)))
    assert not analysis.diagnostics
    assert [column.name for column in analysis.queries[0].columns] == ["a", "b"]


@pytest.mark.parametrize(
    "text", ["SELECT 'x\n-- + goose Down';", "--- migrate:down", " -- +goose Down", "-- migrate: nothing", UP]
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert blank_down_part(text) == text


def test_files_that_go_down_are_left_out_and_places_are_those_of_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "1_t.up.sql").write_text(f"-- first\n{UP}\n")
    (folder / "1_t.down.sql").write_text("DROP TABLE t;")
    (folder / "2_u.up.sql").write_text(
        "-- +goose Up\nCREATE TABLE u (a integr);\n-- +goose Down\nDROP TABLE nothing;\n"
    )
    (tmp_path / "q.sql").write_text("-- name: Q :many\nSELECT * FROM t;\n")
    for schema in ("migrations", "migrations/*.sql"):
        analysis = analyze(Config(tmp_path, schema=(schema,), queries=("q.sql",)))
        assert [one.code for one in analysis.diagnostics] == ["42704"]
        span = analysis.diagnostics[0].span
        assert span is not None
        assert (span.line, span.column) == (2, 19)
        assert span.source.line_text(4) == "DROP TABLE nothing;"


def test_files_that_go_down_beside_those_that_go_up(tmp_path: Path) -> None:
    names = ("1_t/up.sql", "1_t/down.sql", "2_u_up.sql", "2_u_down.sql", "3_v-down.sql", "3_v-up.sql", "4_down.sql")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(UP)
    found = [path.relative_to(tmp_path).as_posix() for path in expand_paths(["."], tmp_path)]
    assert found == ["1_t/up.sql", "2_u_up.sql", "3_v-up.sql", "4_down.sql"]
