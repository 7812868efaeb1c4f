"""The plugin as sqlc starts it: the files are those of `querygen build`, and what is wrong is one message."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.pipeline import generate
from querygen.plugin.main import answer
from querygen.plugin.messages import _message, read_request
from querygen.write import write_files
from tests.querier.mirror import needs_mirror, unpack
from tests.querier.test_sqlc_gen_python import DATA, EXAMPLES, FOLDERS, config_of, entries

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "cases" / "plugin"
FORMATS = ("protobuf", "json")


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, of this checkout."""
    script = tmp_path_factory.mktemp("bin") / "querygen-sqlc-plugin"
    program = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom querygen.plugin.main import main\nmain()\n"
    script.write_text(f"#!{sys.executable}\n{program}")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def sqlc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("sqlc", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert found is not None, "the extra `dev` has it"
    return subprocess.run([found, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def generate_with_sqlc(folder: Path, plugin: Path, sql: list[dict[str, Any]], form: str = "protobuf") -> None:
    process = {"cmd": str(plugin)} | ({"format": form} if form == "json" else {})
    for entry in sql:
        entry["codegen"][0]["plugin"] = "py"
    text = json.dumps({"version": "2", "plugins": [{"name": "py", "process": process}], "sql": sql})
    (folder / "sqlc.json").write_text(text)
    (folder / "sqlc.yaml").unlink(missing_ok=True)
    done = sqlc(folder, "generate")
    assert done.returncode == 0, done.stderr


def assert_the_same(config: Config) -> None:
    result = generate(config)
    assert not [one.message for one in result.diagnostics]
    assert write_files(config.out_path, result.files, check=True).diff == ""


def own_entry(options: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"schema": "schema.sql", "queries": "queries.sql", "engine": "postgresql"}
    return entry | {"codegen": [{"out": "generated", "options": options}]}


# ---------------------------------------------------------------------------------------------- the same files


@needs_mirror
@pytest.mark.parametrize("form", FORMATS)
def test_the_examples_of_sqlc_gen_python(plugin: Path, tmp_path: Path, form: str) -> None:
    folder = unpack(tmp_path) / "examples"
    sql = entries(folder / "sqlc.yaml")
    generate_with_sqlc(folder, plugin, sql, form)
    assert len(sql) == len(EXAMPLES)
    for entry in sql:
        assert_the_same(config_of(folder, entry))


@needs_mirror
@pytest.mark.parametrize("name", FOLDERS)
def test_the_test_data_of_sqlc_gen_python(plugin: Path, tmp_path: Path, name: str) -> None:
    folder = unpack(tmp_path) / DATA / name
    sql = entries(folder / "sqlc.yaml")
    generate_with_sqlc(folder, plugin, sql)
    assert_the_same(config_of(folder, sql[0]))


QUERIER: dict[str, Any] = {"package": "generated", "emit_sync_querier": True, "emit_async_querier": True}
STYLES: dict[str, dict[str, Any]] = {
    "querier": QUERIER,
    "pydantic": QUERIER | {"emit_pydantic_models": True, "emit_str_enum": True, "query_parameter_limit": 1},
    "functions": {"style": "functions"},
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_own_examples(plugin: Path, tmp_path: Path, style: str, form: str) -> None:
    shutil.copytree(CASES / "same", tmp_path, dirs_exist_ok=True)
    options = STYLES[style]
    generate_with_sqlc(tmp_path, plugin, [own_entry(options)], form)
    config = Config(tmp_path, schema=("schema.sql",), queries=("queries.sql",), style="querier")
    assert_the_same(replace(config, **options))
    assert {path.name for path in (tmp_path / "generated").rglob("*.py")} >= {"models.py", "queries.py"}


@pytest.mark.parametrize("style", ["querier", "functions"])
def test_what_a_request_lacks(plugin: Path, tmp_path: Path, style: str, update: bool) -> None:
    """Functions, keys, domains: sqlc's word is taken, and the documentation says so."""
    shutil.copytree(CASES / "lacking", tmp_path, dirs_exist_ok=True)
    generate_with_sqlc(tmp_path, plugin, [own_entry(STYLES[style])])
    for name in ("models.py", "queries.py"):
        text = (tmp_path / "generated" / name).read_text()
        expected = CASES / "lacking" / f"expected_{style}" / name
        if update:
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(text)
        assert text == expected.read_text()


def test_sqlc_diff_has_nothing_to_say(plugin: Path, tmp_path: Path) -> None:
    shutil.copytree(CASES / "same", tmp_path, dirs_exist_ok=True)
    generate_with_sqlc(tmp_path, plugin, [own_entry(QUERIER)])
    done = sqlc(tmp_path, "diff")
    assert (done.returncode, done.stdout) == (0, "")
    (tmp_path / "generated" / "queries.py").write_text("x = 1\n")
    assert sqlc(tmp_path, "diff").returncode != 0


# ---------------------------------------------------------------------------------------------- what is wrong


def request(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "settings": {"version": "2", "engine": "postgresql"},
        "catalog": {"default_schema": "public", "schemas": [{"name": "public", "tables": []}]},
        "queries": [{"text": "SELECT 1", "name": "One", "cmd": ":one", "filename": "queries.sql"}],
        "sqlc_version": "v1.31.1",
        "plugin_options": "eyJlbWl0X3N5bmNfcXVlcmllciI6dHJ1ZX0=",
    }
    return whole | changes


def refusal(tmp_path: Path, data: bytes | dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(DiagnosticError) as refused:
        answer(data if isinstance(data, bytes) else json.dumps(data).encode(), tmp_path)
    return refused.value.diagnostic.code, refused.value.diagnostic.message


def test_a_small_request(tmp_path: Path) -> None:
    response, told = answer(json.dumps(request()).encode(), tmp_path)
    assert not told
    assert [one["name"] for one in json.loads(response)["files"]] == ["models.py", "queries.py"]


@pytest.mark.parametrize("data", [b"", b" \n", b"\x00\xff garbage", b"{", b"[1]", b'{"queries": 1}', b"# yaml: no"])
def test_what_is_no_request(tmp_path: Path, data: bytes) -> None:
    code, message = refusal(tmp_path, data)
    assert code in ("QG080", "QG081")
    assert "\n" not in message


def test_a_request_of_an_older_sqlc(tmp_path: Path) -> None:
    code, message = refusal(tmp_path, request(sqlc_version="v1.16.0"))
    assert (code, message) == ("QG081", "sqlc v1.16.0 is too old: its requests lack what is needed")
    without = request()
    del without["sqlc_version"]
    assert refusal(tmp_path, without)[0] == "QG081"
    assert refusal(tmp_path, {"sqlc_version": "v1.31.1"})[0] == "QG081"


def test_fields_that_an_older_sqlc_does_not_send(tmp_path: Path) -> None:
    older = request(sqlc_version="v1.20.0", plugin_options=None, global_options=None)
    older["queries"][0] |= {"params": None, "parameters": [], "insert_into_table": None, "columns": None}
    response, told = answer(json.dumps(older).encode(), tmp_path)
    assert json.loads(response)["files"]
    assert [one.code for one in told] == ["QG242"]  # no querier is asked for


def test_fields_of_a_newer_sqlc_are_skipped(tmp_path: Path) -> None:
    newer = request(something={"new": [1]})
    newer["catalog"]["schemas"][0]["domains"] = [{"name": "email"}]
    assert answer(json.dumps(newer).encode(), tmp_path) == answer(json.dumps(request()).encode(), tmp_path)
    binary = _message("GenerateRequest")()
    binary.settings.engine = "postgresql"
    binary.sqlc_version = "v1.31.1"
    assert read_request(binary.SerializeToString() + b"\xfa\x07\x01x").sqlc_version == "v1.31.1"


@pytest.mark.parametrize("engine", ["mysql", "sqlite", ""])
def test_another_engine(tmp_path: Path, engine: str) -> None:
    code, message = refusal(tmp_path, request(settings={"version": "2", "engine": engine}))
    assert code == "QG082"
    assert f'"{engine or "none"}"' in message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (b'{"emit_sync_queriers": true}', "options.emit_sync_queriers: unknown option emit_sync_queriers"),
        (b'{"emit_sync_querier": "yes"}', "options.emit_sync_querier: emit_sync_querier must be true or false"),
        (
            b'{"query_parameter_limit": 1.5}',
            "options.query_parameter_limit: query_parameter_limit must be a whole number",
        ),
        (b"[]", "the options of the plugin are no mapping"),
    ],
)
def test_options_that_mean_nothing(tmp_path: Path, options: bytes, message: str) -> None:
    import base64

    refused = refusal(tmp_path, request(plugin_options=base64.b64encode(options).decode()))
    assert refused == ("QG084", message)


def test_a_query_that_postgresql_refuses(tmp_path: Path) -> None:
    bad = request()
    bad["queries"][0]["text"] = "SELECT 1 + true"
    code, message = refusal(tmp_path, bad)
    assert (code, message) == ("42883", 'queries.sql, query "One": operator does not exist: integer + boolean')


def test_sqlc_shows_the_message(plugin: Path, tmp_path: Path) -> None:
    shutil.copytree(CASES / "same", tmp_path, dirs_exist_ok=True)
    with pytest.raises(AssertionError) as failed:
        generate_with_sqlc(tmp_path, plugin, [own_entry({"nonsense": 1})])
    assert "error[QG084]: options.nonsense: unknown option nonsense" in str(failed.value)
    assert "Traceback" not in str(failed.value)


def test_without_protobuf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.startswith("google")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    code, message = refusal(tmp_path, b"\x0a\x00")
    assert (code, message) == ("QG083", "sqlc speaks its binary format, which needs the protobuf library")


def test_it_is_a_program_of_its_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"]["querygen-sqlc-plugin"] == "querygen.plugin.main:main"
    assert any(one.startswith("protobuf") for one in project["optional-dependencies"]["sqlc"])
