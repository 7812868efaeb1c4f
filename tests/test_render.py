"""Rendering and writing, without a server: names, clashes, refusals, the SQL that is sent, the files."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from pydantic import BaseModel

from querygen.diagnostics import DiagnosticError
from querygen.render import naming
from querygen.render.files import MARK, OutputFile
from querygen.render.layout import docstring, quoted, triple_quoted
from querygen.render.options import RenderOptions
from querygen.render.render import environment, render, render_package
from querygen.render.sql_text import constant, with_casts
from querygen.singular import singular
from querygen.write import write_files
from tests.generated.making import add_enum, add_table, make_query, new_catalog, star

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery

DEFAULT = RenderOptions()


def files_of(queries: list[AnalyzedQuery], catalog: Catalog, options: RenderOptions = DEFAULT) -> dict[str, str]:
    return {file.path: file.text for file in render(queries, catalog, options)}


def refusal(queries: list[AnalyzedQuery], catalog: Catalog, options: RenderOptions = DEFAULT) -> DiagnosticError:
    with pytest.raises(DiagnosticError) as refused:
        render(queries, catalog, options)
    return refused.value


# ---------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users", "user"),
        ("user_accounts", "user_account"),
        ("people", "person"),
        ("statuses", "status"),
        ("status", "status"),
        ("news", "news"),
        ("data", "data"),
        ("user_metadata", "user_metadata"),
        ("caches", "cache"),
        ("addresses", "address"),
        ("categories", "category"),
        ("UserAccounts", "UserAccount"),
        ("analyses", "analysis"),
        ("s", "s"),
        ("os", "os"),
        ("größen", "größen"),
    ],
)
def test_singular(name: str, expected: str) -> None:
    assert singular(name) == expected


def test_words_of_a_name_in_any_style() -> None:
    assert [naming.snake(one) for one in ("GetHTTPUser", "getUser", "get_user", "Get2", "List-All")] == [
        "get_http_user",
        "get_user",
        "get_user",
        "get2",
        "list_all",
    ]
    assert [naming.camel(one) for one in ("user_account", "APIKey", "a b", "userRole")] == [
        "UserAccount",
        "ApiKey",
        "AB",
        "UserRole",
    ]


def test_fields_never_hide_what_pydantic_needs() -> None:
    hidden = {name for name in dir(BaseModel) if not name.startswith("_")} | {"mro", "register"}
    assert hidden <= naming.MODEL_ATTRIBUTES
    assert naming.field_names(["id", "id", "class", "json", "_x", "?column?", "1st", "a b", ""]) == [
        "id",
        "id_2",
        "class_",
        "json_",
        "x",
        "column",
        "column_1st",
        "a_b",
        "column_2",
    ]


def test_enum_members() -> None:
    labels = ["sad", "Sad", "o'k", "", "+", "-", "1st", "in progress", "camelCase", "語"]
    assert naming.member_names(labels) == [
        "SAD",
        "SAD_2",
        "O_K",
        "EMPTY",
        "VALUE",
        "VALUE_2",
        "VALUE_1ST",
        "IN_PROGRESS",
        "CAMEL_CASE",
        "語",
    ]


def test_reserved_names_are_those_that_the_modules_import() -> None:
    from tests.generated.everything import everything

    catalog, queries = everything()
    for path, text in files_of(queries, catalog).items():
        if path in ("_row.py", "_types.py", "_cursors.py", "models.py") or not path.endswith(".py"):
            continue
        for names in re.findall(r"^from (?:psycopg|typing|pydantic|collections)\S* import (.*)$", text, re.MULTILINE):
            for name in names.strip("()").split(", "):
                if name:
                    assert name in naming.RESERVED_CLASSES | naming.RESERVED_FUNCTIONS, name


# ---------------------------------------------------------------------- clashes


def test_tables_of_one_class_name_are_told_apart() -> None:
    catalog = new_catalog()
    add_enum(catalog, "role", "a")
    add_table(catalog, "roles", "id int4")
    add_table(catalog, "user", "id int4")
    add_table(catalog, "users", "id int4")
    add_table(catalog, "users", "id int4", schema="auth")
    add_table(catalog, "connection", "id int4")
    models = files_of([], catalog)["models.py"]
    assert re.findall(r"^class (\w+)", models, re.MULTILINE) == [
        "Role",
        "Roles",
        "User",
        "Users",
        "AuthUser",
        "ConnectionRow",
    ]


def test_classes_that_cannot_be_told_apart_are_reported() -> None:
    catalog = new_catalog()
    add_table(catalog, "foo_bar", "id int4")
    add_table(catalog, "fooBar", "id int4")
    problem = refusal([], catalog).diagnostic
    assert (problem.code, problem.message) == (
        "QG201",
        '"public.foo_bar" and "public.fooBar" would both be the class "FooBar"',
    )
    renamed = RenderOptions(rename={"public.fooBar": "Other", "foo_bar.id": "key"})
    models = files_of([], catalog, renamed)["models.py"]
    assert "class Other(Row):" in models
    assert "    key: int | None" in models


def test_singular_exceptions() -> None:
    catalog = new_catalog()
    add_table(catalog, "user_settings", "id int4")
    add_table(catalog, "users", "id int4")
    options = RenderOptions(singular_exceptions=frozenset({"settings", "users"}))
    assert re.findall(r"^class (\w+)", files_of([], catalog, options)["models.py"], re.MULTILINE) == [
        "UserSettings",
        "Users",
    ]


def test_every_problem_is_told() -> None:
    catalog = new_catalog()
    queries = [
        make_query(catalog, "GetX", "one", "SELECT 1", [], ["x int4!"]),
        make_query(catalog, "get_x", "one", "SELECT 1", [], ["x int4!"]),
        make_query(catalog, "Import", "one", "SELECT 1", [], ["x int4!"]),
        make_query(catalog, "Copy", "copyfrom", "INSERT INTO t VALUES (1)"),
        make_query(catalog, "Nothing", "many", "DELETE"),
        make_query(catalog, "Odd", "many", "SELECT", [], ["x anyelement"]),
        make_query(catalog, "Fine", "many", "SELECT", [], ["x int4"]),
    ]
    rendered = render_package(queries, catalog, DEFAULT)
    assert rendered.files == ()
    assert [(one.code, one.message) for one in rendered.diagnostics] == [
        ("QG201", 'queries "GetX" and "get_x" would both be the function "get_x"'),
        ("QG202", 'query "Import" would be the Python keyword "import"'),
        ("QG206", 'query "Copy" cannot be :copyfrom: it has no parameters'),
        ("QG203", 'query "Nothing" is :many, but its statement returns no columns'),
        ("0A000", 'query "Odd": querygen does not yet generate code for values of type anyelement (column "x")'),
    ]
    assert all(one.span is not None for one in rendered.diagnostics)


def test_two_files_of_one_module() -> None:
    catalog = new_catalog()
    queries = [
        make_query(catalog, "A", "exec", "SELECT 1", path="queries/x-y.sql"),
        make_query(catalog, "B", "exec", "SELECT 1", path="queries/b/x_y.sql"),
    ]
    assert '"queries/x-y.sql" and "queries/b/x_y.sql" would both be' in refusal(queries, catalog).diagnostic.message


def test_row_names() -> None:
    catalog = new_catalog()
    table = add_table(catalog, "users", "id int4!", "name text")
    same = {"row": "Pair"}
    first = make_query(catalog, "A", "many", "SELECT 1", [], ["a int4!", "b text"], annotations=same)
    second = make_query(catalog, "B", "one", "SELECT 1", [], ["a int4!", "b text"], annotations=same)
    third = make_query(catalog, "C", "one", "SELECT 1", [], ["a int4!", "b text!"], annotations=same)
    text = files_of([first, second], catalog)["users.py"]
    assert text.count("class Pair(Row):") == 1
    assert "-> Pair | None:" in text
    problem = refusal([first, third], catalog).diagnostic
    assert problem.message == (
        'query "C" does not fit the row class "Pair" of query "A": "b: str" is "b: str | None" there'
    )
    named = make_query(catalog, "D", "many", "SELECT 1", [], star(table), annotations={"row": "User"})
    assert "-> list[User]:" in files_of([named], catalog)["users.py"]
    bad = make_query(catalog, "E", "many", "SELECT 1", [], ["a int4"], annotations={"row": "class"})
    assert refusal([bad], catalog).diagnostic.code == "QG204"


# ---------------------------------------------------------------------- sharing


def test_a_row_of_a_table_is_of_its_class() -> None:
    catalog = new_catalog()
    table = add_table(catalog, "users", "id int4!", "name text")
    add_table(catalog, "tags", "id int4!", "label text")
    columns = star(table)
    proved = [columns[0], msgspec.structs.replace(columns[1], nullable=False)]
    queries = [
        make_query(catalog, "Whole", "many", "SELECT *", [], columns),
        make_query(catalog, "Proved", "many", "SELECT *", [], proved),
        make_query(catalog, "Outer", "many", "SELECT *", [], star(table, nullable=True)),
        make_query(catalog, "SetOperation", "many", "SELECT", [], ["id int4!", "label text"]),
        make_query(catalog, "Part", "many", "SELECT", [], [columns[0], "x int4"]),
    ]
    text = files_of(queries, catalog)["users.py"]
    assert re.findall(r"def (\w+)\(conn.* -> list\[(\w+)\]", text) == [
        ("whole", "User"),
        ("proved", "User"),
        ("outer", "OuterRow"),
        ("set_operation", "Tag"),
        ("part", "PartRow"),
    ]


def test_unused_classes_can_be_left_out() -> None:
    catalog = new_catalog()
    add_enum(catalog, "mood", "a")
    add_enum(catalog, "size", "a")
    table = add_table(catalog, "users", "id int4!", "mood mood")
    add_table(catalog, "pets", "id int4!", "size size")
    query = make_query(catalog, "All", "many", "SELECT *", [], star(table))
    models = files_of([query], catalog, RenderOptions(omit_unused=True))["models.py"]
    assert re.findall(r"^class (\w+)", models, re.MULTILINE) == ["Mood", "User"]


# ---------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT $1", "SELECT $1::date"),
        ("SELECT $1::text, $1 :: text", "SELECT $1::text, $1 :: text"),
        (
            "SELECT '$1', \"$1\", $$ $1 $$, -- $1\n $1 /* $1 */",
            "SELECT '$1', \"$1\", $$ $1 $$, -- $1\n $1::date /* $1 */",
        ),
        ("SELECT $1[1], $1 .f", "SELECT ($1::date)[1], ($1::date) .f"),
        ("FETCH FIRST $1 ROWS", "FETCH FIRST ($1::date) ROWS"),
        ("SELECT $1, $10, $2", "SELECT $1::date, $10, $2"),
    ],
)
def test_casts(sql: str, expected: str) -> None:
    assert with_casts(sql, {1: "date"}) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a", 'a "b"', "it's", 'it\'s "x"', "\\", "a\nb", "\t\r\x00\x1f\x7f\xa0\u2028\U000e0001", "é語", '"""', "'''"],
)
def test_literals_mean_the_text(text: str) -> None:
    assert eval(quoted(text)) == text  # noqa: S307
    assert eval(triple_quoted(text)) == text  # noqa: S307
    assert eval(triple_quoted(text * 50 + " " + text * 50)) == text * 50 + " " + text * 50  # noqa: S307
    assert text.isprintable() or "\r" not in quoted(text)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT '" + "x " * 100 + "'",
        "SELECT 1,\n  2 -- é\\\n" + "FROM t, " * 40,
        'SELECT """x""" \n FROM "t"',
        "SELECT 'a\r\nb'\r\nFROM t\r\n",
        "SELECT\n    '\n\tx',\n    1" + "\t, 2" * 40,
    ],
)
def test_constants_mean_the_sql(sql: str) -> None:
    names: dict[str, str] = {"Final": "str"}
    exec("\n".join(constant("X", sql)), names)  # noqa: S102
    outside = sql.replace("'\r\n", "'\n").replace("t\r\n", "t\n").strip()
    assert names["X"].strip() == outside
    assert all(len(line) <= 88 for line in "\n".join(constant("X", sql)).split("\n"))


def test_docstrings() -> None:
    assert docstring("", "    ") == []
    assert docstring('say "x"', "    ") == ['    """say "x" """']
    assert docstring('"x" is', "    ") == ['    """ "x" is"""']
    assert docstring("a\n  b  \n\n\tc\n\n", "") == ['"""a', "b", "", "      c", '"""']
    for text in ('a """ b \\ c', "x" * 100, "word " * 60, "a\n\n    code\n  text", 'ends with \\"""'):
        for indent in ("", "    "):
            lines = docstring(text, indent)
            assert eval("\n".join(lines)).split() == text.split()  # noqa: S307
            assert all(len(line) <= 88 or " " not in line.strip() for line in lines)


def test_nothing_of_this_machine_is_written() -> None:
    catalog = new_catalog()
    query = make_query(catalog, "A", "exec", "SELECT 1", path="/home/someone/project/users.sql")
    texts = files_of([query], catalog)
    assert not any("/home" in text for text in texts.values())
    assert texts == files_of([query], catalog)
    assert all(text.startswith(MARK) for path, text in texts.items() if path.endswith(".py"))


# ---------------------------------------------------------------------- write


def ours(text: str) -> str:
    return f"{MARK}\n{text}\n"


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "generated"
    files = [OutputFile("a.py", ours("a")), OutputFile("aio/b.py", ours("b")), OutputFile("py.typed", "")]
    assert write_files(out, files, check=False).changed == ("a.py", "aio/b.py", "py.typed")
    os.utime(out / "a.py", ns=(1, 1))
    again = write_files(out, [files[0], OutputFile("aio/b.py", ours("c")), files[2]], check=False)
    assert (again.changed, again.unchanged, again.removed) == (("aio/b.py",), ("a.py", "py.typed"), ())
    assert (out / "a.py").stat().st_mtime_ns == 1
    assert sorted(path.name for path in out.rglob("*")) == ["a.py", "aio", "b.py", "py.typed"]
    assert (out / "a.py").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_only_our_orphans_are_removed(tmp_path: Path) -> None:
    for name, text in {
        "old.py": ours("x"),
        "mine.py": "x = 1\n",
        "aio/old.py": ours("x"),
        "deep/er/old.py": ours("x"),
        "old.txt": ours("x"),
        "binary.py": "\x00",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    result = write_files(tmp_path, [OutputFile("a.py", ours("a"))], check=False)
    assert result.removed == ("old.py", "aio/old.py")
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["a.py", "binary.py", "deep/er/old.py", "mine.py", "old.txt"]
    assert not (tmp_path / "aio").exists()


def test_check_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(ours("x"))
    (tmp_path / "a.py").write_text(ours("a\nb"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    files = [OutputFile("a.py", ours("a\nc")), OutputFile("new.py", ours("n"))]
    result = write_files(tmp_path, files, check=True)
    assert (result.changed, result.removed) == (("a.py", "new.py"), ("old.py",))
    assert "-b\n+c\n" in result.diff
    assert "--- /dev/null\n" in result.diff
    assert "+++ /dev/null\n" in result.diff
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    write_files(tmp_path, files, check=False)
    assert write_files(tmp_path, files, check=True).diff == ""


@pytest.mark.parametrize("content", [b"mine = 1\n", b"\xff\xfe"])
def test_foreign_files_are_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.py").write_bytes(content)
    with pytest.raises(DiagnosticError) as refused:
        write_files(tmp_path, [OutputFile("a.py", ours("a")), OutputFile("b.py", ours("b"))], check=False)
    assert refused.value.diagnostic.code == "QG006"
    assert "b.py" in refused.value.diagnostic.message
    assert not (tmp_path / "a.py").exists()
    assert (tmp_path / "b.py").read_bytes() == content


def test_what_stands_in_the_way(tmp_path: Path) -> None:
    files = [OutputFile("a.py", ours("a"))]
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "a.py").mkdir(parents=True)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "a.py").symlink_to("nowhere")
    for name in ("file", "folder", "link"):
        with pytest.raises(DiagnosticError) as refused:
            write_files(tmp_path / name, files, check=False)
        assert refused.value.diagnostic.code == "QG006"
    with pytest.raises(DiagnosticError) as refused:
        write_files(tmp_path / "file" / "below", files, check=False)
    assert refused.value.diagnostic.code == "QG007"
    assert not list(tmp_path.rglob("*.tmp"))


def test_an_empty_file_is_nobody_s(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "py.typed").write_text("partial\n")
    result = write_files(tmp_path, [OutputFile("__init__.py", ours("a")), OutputFile("py.typed", "")], check=False)
    assert (result.changed, result.unchanged) == (("__init__.py",), ("py.typed",))


def test_indentation_is_of_one_kind() -> None:
    assert constant("X", "SELECT\n\t1,\n    2,\n \t 3\nFROM '\n\t'") == [
        'X: Final = """\\\nSELECT\n    1,\n    2,\n     3\nFROM \'\n\t\'\n"""'
    ]


# ---------------------------------------------------------------------- whole packages

CASES = Path(__file__).parent / "cases" / "generate"


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_cases(name: str, update: bool) -> None:
    """From SQL to text; `--update` rewrites the expectations."""
    from querygen.config import Config
    from querygen.pipeline import generate

    result = generate(Config(CASES / name, schema=("schema.sql",), queries=("queries.sql",)))
    assert [one.message for one in result.diagnostics] == []
    expected = CASES / name / "expected"
    fixed = {"_row.py", "_types.py", "_cursors.py", "__init__.py", "aio/__init__.py"}
    files = [file for file in result.files if file.path not in fixed]
    if update:
        write_files(expected, files, check=False)
    assert write_files(expected, files, check=True).diff == ""


def test_compiled_templates_are_kept_and_never_stale(tmp_path: Path) -> None:
    folder, kept = tmp_path / "templates", tmp_path / "kept"
    folder.mkdir()
    written = folder / "one.j2"

    def text(where: Path | None) -> str:
        return environment(folder, where).get_template("one.j2").render(name="x")

    written.write_text("{{ name }} 1\n")
    assert text(kept) == "x 1\n"
    (file,) = kept.iterdir()
    first = file.stat().st_mtime_ns
    assert text(kept) == text(None) == "x 1\n"
    assert file.stat().st_mtime_ns == first  # it was read, not made again
    written.write_text("{{ name }} 2\n")
    assert text(kept) == "x 2\n"
    assert list(kept.iterdir()) == [file]
    assert file.stat().st_mtime_ns > first
    for size in range(0, file.stat().st_size, 7):
        file.write_bytes(file.read_bytes()[:size])
        assert text(kept) == "x 2\n"


def test_templates_need_no_folder_to_write_in(tmp_path: Path) -> None:
    (tmp_path / "one.j2").write_text("1\n")
    no_folder = tmp_path / "one.j2" / "kept"
    assert environment(tmp_path, no_folder).get_template("one.j2").render() == "1\n"
