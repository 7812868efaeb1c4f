"""Configuration that means nothing: all of it is said at once, each with its line and column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from querygen.cli import cli
from querygen.config_file import read_config
from querygen.config_places import Place, places_of
from querygen.diagnostics import DiagnosticError, DiagnosticErrors

EVERYTHING = """\
# a comment with [brackets] = and "quotes"
top = 1
"quoted.key" = 'it''s'
dotted . name = 1979-05-27 07:32:00 # two tokens
text = \"\"\"
[not.a.table]
key = \\"\"\" still text
\"\"\"\"\"
raw = '''C:\\ [x] 'quoted' '''''
list = [ 1, "a]", [2, 3], # comment ]
  { inner = "}", deep.er = { x = [ { y = 1 } ] } },
]
empty = {}

[table.sub]
a = +1_000.5e-3
b.c = true
[[overrides]]
type = "int4"
[[overrides]]
python = "str"
[overrides.more]
z = 1
[[overrides.list]]
q = 1
["a b".'c.d']
ä = 1
"""


def flat(value: Any, above: Place = ()) -> dict[Place, Any]:
    """Every place of a document but its root."""
    found: dict[Place, Any] = {}
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        found |= {(*above, key): one, **flat(one, (*above, key))}
    return found


def test_every_key_has_its_place() -> None:
    text = EVERYTHING.replace("'it''s'", "'it is'").replace("ä", '"ä"')
    places = places_of(text)
    assert places.keys() == flat(tomllib.loads(text)).keys()
    shown = {place: text[start:end] for place, (start, end) in places.items()}
    assert shown["quoted.key",] == '"quoted.key"'
    assert shown["dotted", "name"] == "dotted . name"
    assert shown["list", 1] == '"a]"'
    assert shown["list", 3, "deep", "er", "x", 0, "y"] == "y"
    assert shown["overrides", 1] == "[[overrides]]"
    assert shown["overrides", 1, "python"] == "python"
    assert shown["overrides", 1, "list", 0, "q"] == "q"


@pytest.mark.parametrize(
    ("config", "places"),
    [
        ("schem = []\nstyle = 3\n", [(1, 1, "unknown key schem"), (2, 1, "style must be a string")]),
        ("\npg_version = 7\nout = 'a-b'\n", [(2, 1, "there is no catalog of"), (3, 1, '"a-b" cannot be')]),
        (
            "overrides = [\n  {type = 'int4', python = 'foo('},\n  {column = 3, query = 'x'}]\n",
            [(2, 19, "overrides[0].python: "), (3, 4, "overrides[1].column must be a string")],
        ),
        ("[[overrides]]\n[[overrides]]\npythn = 'x'\n", [(1, 1, "overrides[0] has no python"), (3, 1, "unknown")]),
        ("catalogs = [\n  'there',\n  'nowhere'\n]\n", [(3, 3, 'catalogs names "nowhere"')]),
    ],
)
def test_all_that_is_wrong_is_said_with_its_place(
    config: str, places: list[tuple[int, int, str]], tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "querygen.toml").write_text(config)
    with pytest.raises(DiagnosticErrors) as refused:
        read_config(tmp_path)
    found = [(one.span.line, one.span.column, one.message) for one in refused.value.diagnostics if one.span]
    assert len(found) == len(places)
    for (line, column, message), (seen_line, seen_column, seen) in zip(places, found, strict=True):
        assert (seen_line, seen_column) == (line, column)
        assert seen.startswith(message)


def test_a_table_of_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.querygen]\nemit_sync = 1\nlintt = {}\n")
    with pytest.raises(DiagnosticErrors) as refused:
        read_config(tmp_path)
    found = [(one.span and one.span.line, one.message) for one in refused.value.diagnostics]
    assert found == [(4, "emit_sync must be true or false"), (5, "unknown key tool.querygen.lintt")]


@pytest.mark.parametrize(
    ("config", "line", "column"),
    [("a = [1,\n", 1, 8), ("x = 1\na = = 2\n", 2, 5), ("[a\n", 1, 3), ("a = 1\na = 2", 2, 6)],
)
def test_what_is_no_toml(config: str, line: int, column: int, tmp_path: Path) -> None:
    (tmp_path / "querygen.toml").write_text(config)
    with pytest.raises(DiagnosticError) as refused:
        read_config(tmp_path)
    span = refused.value.diagnostic.span
    assert span
    assert (span.line, span.column) == (line, column)


def test_names_and_types_of_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the schema tells wrong has its place, too; of several targets that of the one that says it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (id int);\n")
    (tmp_path / "queries.sql").write_text("-- name: A :many\nSELECT id FROM t;\n")
    (tmp_path / "querygen.toml").write_text(
        "schema = 'schema.sql'\nsearch_path = ['pubic', 'public']\n"
        "[[targets]]\nout = 'a'\nqueries = 'queries.sql'\nrename = {t = 'class', foo = 'Foo'}\n"
        "[[targets]]\nout = 'b'\nqueries = 'queries.sql'\noverrides = [{type = 'nix', python = 'str'}]\n"
    )
    done = CliRunner().invoke(cli, ["build"])
    assert done.exit_code == 1
    assert re.findall(r"\[(\w+)\].*\n *--> querygen.toml:(\d+:\d+)", done.output) == [
        ("QG002", "2:16"),
        ("QG207", "6:11"),
        ("QG207", "6:24"),
        ("QG210", "10:14"),
    ]


def test_files_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "querygen.toml").write_text("schema = ['a.sql',\n  'b']\nqueries = 'q/*.sql'\n")
    done = CliRunner().invoke(cli, ["build"])
    assert isinstance(done.exception, SystemExit)
    assert re.findall(r"\[(\w+)\].*\n *--> querygen.toml:(\d+:\d+)", done.output) == [
        ("QG131", "1:11"),
        ("QG131", "2:3"),
    ]
    done = CliRunner().invoke(cli, ["build", "--schema", "c.sql", "--queries", "d.sql"])
    assert "error[QG131]: c.sql: there is no such file or folder" in done.output
    assert "-->" not in done.output
