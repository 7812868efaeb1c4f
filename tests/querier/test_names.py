"""Names that the database or a query's text does not give, compared with those of the real sqlc."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path

from querygen.config import Config, catalog_folder, extension_bases
from querygen.plugin.messages import Request, read_request
from querygen.plugin.queries import analyze_request
from querygen.render.querier_model import Schema, build_methods
from querygen.render.querier_names import member_names, method_name, model_name, singular
from querygen.render.querier_options import QuerierOptions
from tests.querier.test_plugin import CASES, sqlc

TABLES = """
leaves chassis zombies drives feet campuses campus meta news series databases buses bus statuses status aliases data
my_data media criteria people men women children sexes moves boxes matches wishes passes process glasses quizzes
matrices vertices indices indexes oxen axes crises tests octopi viruses houses mice lice shoes heroes cookies movies
cities monkeys halves wolves knives hives natives analyses theses bases parentheses diagnoses UserAccounts sms addresses
shelves sheep time uptimes money rice caches saves valves olives archives user_settings gas lens biographies bonuses
corpora schemas pizza delta oxenfurt synopses prognoses old_news metadata_items
""".split()  # noqa: SIM905
SCHEMA = """
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, bio text, born date, home int);
CREATE TABLE places (place int PRIMARY KEY, town text);
CREATE TABLE towns (size int);
CREATE TABLE ships (captain text);
"""
DUMP = "import sys\nopen('request.json', 'wb').write(sys.stdin.buffer.read())\nsys.stdout.write('{}')\n"


def test_singular_forms_are_those_of_sqlc(tmp_path: Path) -> None:
    """sqlc's generator for Go makes singular forms in the same way."""
    tables = [f'CREATE TABLE "{name}" (number_{number} int);' for number, name in enumerate(TABLES)]
    (tmp_path / "schema.sql").write_text("\n".join(tables))
    (tmp_path / "queries.sql").write_text("-- name: Nothing :exec\nSELECT 1;\n")
    entry = {"schema": "schema.sql", "queries": "queries.sql", "engine": "postgresql"}
    go = {"gen": {"go": {"package": "db", "out": "db"}}}
    (tmp_path / "sqlc.json").write_text(json.dumps({"version": "2", "sql": [entry | go]}))
    done = sqlc(tmp_path, "generate")
    # Where two tables are one struct, sqlc prints the file instead of writing it.
    text = done.stdout if done.returncode else (tmp_path / "db" / "models.go").read_text()
    made = {int(number): name for name, number in re.findall(r"type +(\w+) *struct \{\s+Number(\d+)\b", text)}
    assert len(made) == len(TABLES)
    ours = {number: model_name(singular(name)) for number, name in enumerate(TABLES)}
    assert {TABLES[number]: name for number, name in ours.items()} == {TABLES[one]: made[one] for one in sorted(made)}


def test_exclusions() -> None:
    assert singular("Exclusions", ["exclusions"]) == "Exclusions"
    assert [singular(one) for one in ("CHILDREN", "Children", "NEWS", "BOXES")] == ["CHILD", "Child", "NEWS", "BOX"]


def test_other_names() -> None:
    assert [method_name(one) for one in ("GetHTTPUser", "getUserByID", "list_all", "Get2")] == [
        "get_http_user",
        "get_user_by_id",
        "list_all",
        "get2",
    ]
    assert [model_name(one) for one in ("user_accounts", "_a__b", "userRole", "class", "2fa", "")] == [
        "UserAccounts",
        "AB",
        "UserRole",
        "Class",
        "Model_2fa",
        "Model",
    ]
    labels = ["op!en", "so-so", "a:b/c", "1st", "", "+", "in progress", "IN", "größe"]
    assert member_names(labels) == [
        "OPEN",
        "SO_SO",
        "A_B_C",
        "VALUE_1ST",
        "VALUE",
        "VALUE_2",
        "INPROGRESS",
        "IN",
        "GRE",
    ]


def requested(folder: Path) -> Request:
    """What sqlc hands to a plugin for the queries of the case."""
    (folder / "schema.sql").write_text(SCHEMA)
    (folder / "queries.sql").write_text((CASES / "names.sql").read_text())
    script = folder / "dump"
    script.write_text(f"#!{sys.executable}\n{DUMP}")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    plugins = [{"name": "py", "process": {"cmd": str(script), "format": "json"}}]
    entry = {"schema": "schema.sql", "queries": "queries.sql", "engine": "postgresql"}
    entry |= {"codegen": [{"plugin": "py", "out": "db"}]}
    (folder / "sqlc.json").write_text(json.dumps({"version": "2", "plugins": plugins, "sql": [entry]}))
    done = sqlc(folder, "generate")
    assert done.returncode == 0, done.stderr
    return read_request((folder / "request.json").read_bytes())


def test_names_of_parameters_and_columns_are_those_of_sqlc(tmp_path: Path) -> None:
    request = requested(tmp_path)
    config = Config(tmp_path)
    analyzed = analyze_request(request, catalog_folder(config), extension_bases(config))
    assert not analyzed.diagnostics
    methods = build_methods(analyzed.queries, Schema(analyzed.known.catalog, QuerierOptions()), [])
    ours = {one.query.name: one for one in methods}
    assert len(ours) == len(request.queries)
    for query in request.queries:
        method = ours[query.name]
        params = [(one.column.name if one.column else "") or f"dollar_{one.number}" for one in query.params]
        assert [one.column for one in method.params] == params, query.name
        fields = method.row.fields if method.row else (method.value,) if method.value else ()
        columns = [one.name or f"column_{number + 1}" for number, one in enumerate(query.columns)]
        assert [one.column for one in fields if one] == columns, query.name
