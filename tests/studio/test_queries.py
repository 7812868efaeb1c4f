"""Queries: files beside their Python, typed forms, runs that are taken back or kept, plans."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from querygen.config_file import read_config
from querygen.pipeline import FailedQuery
from querygen.server.database import connect
from querygen.studio import plan
from querygen.studio.execution import MAX_ROWS
from tests.studio.conftest import Visitor, make_studio, url_of


def cells(text: str) -> list[list[str]]:
    """The rows of the result."""
    grid = re.search(r'<table class="grid">.*?<tbody>(.*?)</tbody>', text, re.DOTALL)
    if grid is None:
        return []
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", grid[1], re.DOTALL)
    ]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", text)))


def run(visitor: Visitor, name: str, **form: str) -> Any:
    return visitor.submit("/queries/run", n=name, **form)


def test_every_query_is_listed_and_has_a_page(reader: Visitor) -> None:
    listed = reader.get("/queries").text
    project = reader.studio.projects.current()
    assert len(project.queries) > 20
    for name in project.queries:
        assert name in listed
        page = reader.get(f"/queries/query?n={name}")
        assert page.status_code == 200
        assert "def " in plain(page.text)
    assert reader.get("/queries/query?n=Nothing").status_code == 404
    assert "no parameters" in reader.get("/queries/query?n=CountUsers").text


def test_a_file_stands_beside_its_python(reader: Visitor) -> None:
    project = reader.studio.projects.current()
    for path in project.files:
        text = plain(reader.get("/queries/file", params={"f": path}).text)
        assert f"from {Path(path).name}" in text
    assert reader.get("/queries/file?f=/etc/passwd").status_code == 404


def test_the_python_is_what_build_writes(reader: Visitor) -> None:
    from querygen.pipeline import generate

    project = reader.studio.projects.current()
    written = {one.path: one.text for one in generate(project.config).files}
    assert len(project.generated) == len(project.files)
    for file in project.generated.values():
        assert written[file.path] == file.text


def test_no_row_is_told_as_no_row(reader: Visitor) -> None:
    text = plain(run(reader, "GetUserByEmail", v__1="nobody", action="run").text)
    assert "0 rows in" in text
    assert "No row fits." in text


def test_the_form_knows_types(reader: Visitor) -> None:
    page = reader.get("/queries/query?n=ListEvery").text
    assert re.search(r'data-editor="list".*?<label for="v.\d">.*?ids', page, re.DOTALL)
    assert '<option value="it&#39;s &lt;b&gt;bad&lt;/b&gt;">' in page
    assert 'name="flag.with_node"' in page
    assert '<select id="sort" name="sort"><option selected>id</option><option>-id</option>' in page
    assert "a part of the note" in page
    assert page.count(">nothing, leave it out<") == 2
    assert 'data-editor="json"' in reader.get("/queries/query?n=FindSettings").text


def test_optional_parts_flags_lists_and_order(reader: Visitor) -> None:
    project = reader.studio.projects.current()
    query = project.queries["ListEvery"]
    assert not isinstance(query, FailedQuery)
    numbers = {one.name: str(one.number) for one in query.params}
    ids, word, mood = numbers["ids"], numbers["word"], numbers["mood"]

    def ask(**form: str) -> list[str]:
        answer = run(
            reader, "ListEvery", **{f"v__{ids}": "{1,2,3}", f"m__{word}": "unset", f"m__{mood}": "unset"} | form
        )
        assert answer.status_code == 200
        return [row[0] for row in cells(answer.text)]

    assert ask() == ["1", "2", "3"]
    assert ask(sort="-id") == ["3", "2", "1"]
    assert ask(**{f"m__{mood}": "value", f"v__{mood}": "good"}) == ["3"]
    assert ask(**{f"v__{ids}": "{2}"}) == ["2"]
    assert ask(flag__with_node="on") == ["1", "2", "3"]
    assert [row[0] for row in cells(run(reader, "SliceOfNodes", v__1="{3,4,5}").text)] == ["3", "4", "5"]
    assert cells(run(reader, "SliceOfNodes", v__1="{}").text) == []


def heads(text: str) -> list[str]:
    """The columns of the result with their types."""
    grid = text.partition('<table class="grid">')[2].partition("</thead>")[0]
    return [plain(one).strip() for one in re.findall(r'<th scope="col">(.*?)</th>', grid)]


def test_types_of_a_result_have_their_names(reader: Visitor) -> None:
    answer = run(reader, "TypesOfEvery")
    assert heads(answer.text) == ["id integer", "mood mood", "nick short", "code character varying(5)", "both record"]


def test_columns_of_embeds_say_whose_they_are(reader: Visitor) -> None:
    names = ["node.id", "node.parent", "node.rank", "parent.id", "parent.parent", "parent.rank"]
    assert heads(run(reader, "NodeWithParent", v__1="4").text) == [f"{one} integer" for one in names]
    listed = plain(reader.get("/queries/query?n=NodeWithParent").text).partition("Columns of the result")[2]
    assert all(one in listed for one in names)


def test_the_function_that_one_calls_stands_first(reader: Visitor) -> None:
    project = reader.studio.projects.current()
    query = project.queries["ListEvery"]
    assert not isinstance(query, FailedQuery)
    shown = project.function_of(query)
    assert shown.startswith("def list_every(")
    assert "def list_every_sql(" in shown


def test_a_run_is_shown_by_get(writer: Visitor) -> None:
    """Loading its page again, or coming back to it, changes nothing a second time."""
    answer = run(writer, "ChangeNote", v__1="kept", m__1="value", v__2="2", action="commit")
    assert answer.history[0].status_code == 303
    assert answer.request.method == "GET"
    with connect(url_of(writer.studio)) as conn:
        conn.execute("update every set note = 'other' where id = 2")
        again = writer.get(str(answer.request.url))
        assert "Committed." in again.text
        assert conn.execute("select note from every where id = 2").fetchall() == [("other",)]
    for _ in range(10):
        run(writer, "Numbers", v__1="1")
    assert "not kept any more" in writer.get(str(answer.request.url)).text
    assert len(writer.studio.kept["runs"]) == 10


def test_json_and_null(reader: Visitor) -> None:
    found = run(reader, "FindSettings", v__1='{"b": [2]}', m__2="null")
    assert cells(found.text) == []
    everything = run(reader, "FindSettings", v__1="null", m__2="value", v__2="x")
    assert cells(everything.text) == []
    wrong = run(reader, "FindSettings", v__1="{", m__2="null")
    assert "invalid input syntax for type json" in wrong.text


def test_what_is_given_stays_in_the_form(reader: Visitor) -> None:
    answer = run(reader, "ListUsers", v__1="member", v__2="7", v__3="0")
    assert '<option value="member" selected>' in answer.text
    assert 'value="7"' in answer.text


def test_a_long_result_is_broken_off(reader: Visitor) -> None:
    answer = run(reader, "Numbers", v__1="300000")
    assert len(cells(answer.text)) == MAX_ROWS
    assert f"The first {MAX_ROWS} are shown" in answer.text
    assert len(cells(run(reader, "Numbers", v__1="3").text)) == 3


def test_a_change_is_taken_back_unless_it_is_to_be_kept(writer: Visitor) -> None:
    assert writer.studio.database is not None

    def notes() -> list[Any]:
        with connect(url_of(writer.studio)) as conn:
            return conn.execute("select note from every where id = 2").fetchall()

    answer = run(writer, "ChangeNote", v__1="kept", m__1="value", v__2="2")
    assert "1 row affected" in plain(answer.text)
    assert "Taken back: nothing was changed." in answer.text
    assert notes() == [(None,)]
    measured = run(writer, "ChangeNote", v__1="kept", m__1="value", v__2="2", measure="on")
    assert "measured: planning" in measured.text
    assert notes() == [(None,)]
    run(writer, "ChangeNote", v__1="kept", m__1="value", v__2="2", action="plan")
    assert notes() == [(None,)]
    kept = run(writer, "ChangeNote", v__1="kept", m__1="value", v__2="2", action="commit")
    assert "Committed." in kept.text
    assert notes() == [("kept",)]


def test_a_studio_that_reads_runs_no_change(reader: Visitor) -> None:
    answer = run(reader, "ChangeNote", v__1="x", m__1="value", v__2="2")
    assert "cannot execute UPDATE in a read-only transaction" in answer.text
    assert "--write" in answer.text
    assert run(reader, "ChangeNote", v__1="x", m__1="value", v__2="2", action="commit").status_code == 400


@pytest.mark.parametrize("name", ["Nothing", ""])
def test_a_query_that_is_not_there_does_not_run(reader: Visitor, name: str) -> None:
    assert run(reader, name).status_code == 404


def test_nul_in_an_argument_is_told(reader: Visitor) -> None:
    answer = run(reader, "ListUsers", v__1="member", v__2="\0", v__3="0")
    assert "NUL" in answer.text


def test_a_query_with_an_error_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "querygen.toml").write_text("")
    (tmp_path / "schema").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "schema" / "a.sql").write_text("create table a (id int primary key);")
    (tmp_path / "queries" / "a.sql").write_text("-- name: Bad :many\nselect nothing from a;\n")
    visitor = Visitor(make_studio(read_config(tmp_path), None))
    page = visitor.get("/queries/query?n=Bad")
    assert page.status_code == 200
    assert "does not exist" in html.unescape(page.text)
    for path in ("/", "/schema", "/queries", "/findings"):
        assert "1 error" in plain(visitor.get(path).text) or "does not exist" in html.unescape(visitor.get(path).text)
    assert (
        "Nothing is generated"
        in visitor.get("/queries/file", params={"f": next(iter(visitor.studio.projects.current().files))}).text
    )
    assert run(visitor, "Bad").status_code == 400
    # The next request sees what the user has mended.
    (tmp_path / "queries" / "a.sql").write_text("-- name: Bad :many\nselect id from a;\n")
    assert "does not exist" not in visitor.get("/queries/query?n=Bad").text
    assert visitor.get("/data").status_code == 503


# ---------------------------------------------------------------- the picture of a plan


def node(kind: str, cost: float, rows: float, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Node Type": kind, "Total Cost": cost, "Plan Rows": rows, "Plans": list(children), **more}


def test_a_plan_is_a_tree_without_overlaps() -> None:
    tree = node(
        "Sort",
        100,
        10,
        node("Hash Join", 90, 10, node("Seq Scan", 50, 5), node("Hash", 20, 5, node("Seq Scan", 19, 5))),
    )
    drawn = plan.picture({"Plan": tree})
    assert [one.title for one in drawn.nodes] == ["Sort", "Hash Join", "Seq Scan", "Hash", "Seq Scan"]
    places = [(one.x, one.y) for one in drawn.nodes]
    assert len(set(places)) == len(places)
    assert len(drawn.lines) == 4
    assert [round(one.share, 2) for one in drawn.nodes] == [0.1, 0.2, 0.5, 0.01, 0.19]


def test_an_estimate_that_is_far_off_is_marked() -> None:
    far = node("Seq Scan", 10, 1, **{"Actual Total Time": 5.0, "Actual Rows": 500, "Actual Loops": 1})
    assert plan.picture({"Plan": far}).nodes[0].off
    near = node("Seq Scan", 10, 400, **{"Actual Total Time": 5.0, "Actual Rows": 500, "Actual Loops": 1})
    assert not plan.picture({"Plan": near}).nodes[0].off
    few = node("Seq Scan", 10, 500, **{"Actual Total Time": 5.0, "Actual Rows": 5, "Actual Loops": 1})
    assert plan.picture({"Plan": few}).nodes[0].off
    first = node("Limit", 10, 5, few, **{"Actual Total Time": 5.0, "Actual Rows": 5, "Actual Loops": 1})
    assert not any(one.off for one in plan.picture({"Plan": first}).nodes)
