"""Rows: pages by key, filters, every type shown and edited, and changes that are tried, taken back and committed."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from querygen.server.database import connect, load_sql
from querygen.studio.browse import PAGE
from tests.studio.conftest import HTML, NAME, RTL, Visitor


def links(text: str) -> dict[str, str]:
    """The addresses of the pages' navigation by their text."""
    navigation = re.search(r'<nav class="pages".*?</nav>', text, re.DOTALL)
    assert navigation is not None
    found = re.findall(r'<a class="button"[^>]*href="([^"]+)"[^>]*>([^<]+)</a>', navigation[0])
    return {name: html.unescape(address) for address, name in found}


def keys(text: str) -> list[Any]:
    """The keys of the rows of a page, in their order."""
    found = re.findall(r'data-entry href="/data/row\?([^"]+)"', text)
    return [json.loads(parse_qs(html.unescape(one))["key"][0]) for one in found]


def walk(visitor: Visitor, address: str, step: str = "Next") -> list[Any]:
    """All keys from a page on."""
    found: list[Any] = []
    while True:
        answer = visitor.get(address)
        assert answer.status_code == 200, answer.text
        found.append(keys(answer.text))
        if step not in links(answer.text):
            return found
        address = links(answer.text)[step]


def rows(dsn: str, statement: str) -> list[Any]:
    with connect(dsn) as conn:
        return conn.execute(statement.encode()).fetchall()


def dsn_of(visitor: Visitor) -> str:
    assert visitor.studio.database is not None
    return visitor.studio.database.place.url


# ---------------------------------------------------------------- pages of rows


@pytest.mark.parametrize(
    "query", ["", "&sort=rank", "&sort=rank&desc=1", "&sort=id&desc=1", "&c=parent&o=gt&v=3&sort=rank"]
)
def test_pages_by_key_give_every_row_once(reader: Visitor, query: str) -> None:
    """Also where the sort column has NULLs and repeats itself; and back again the same pages."""
    condition = "where parent > 3" if "parent" in query else ""
    direction = "desc" if "desc" in query else ""
    order = f"rank {direction} nulls last, id {direction}" if "rank" in query else f"id {direction}"
    if "rank" in query and direction:
        # Rows without a rank are a section of their own, in the direction of the others.
        order = "rank is null, rank desc, id desc"
    expected = [[str(one)] for (one,) in rows(dsn_of(reader), f"select id from node {condition} order by {order}")]
    pages = walk(reader, f"/data/table?s=public&t=node{query}")
    assert [key for page in pages for key in page] == expected
    assert [len(page) for page in pages[:-1]] == [PAGE] * (len(pages) - 1)
    last = f"/data/table?s=public&t=node{query}"
    while "Next" in (found := links(reader.get(last).text)):
        last = found["Next"]
    back = walk(reader, last, "Previous")
    assert back == pages[::-1]


def test_a_table_without_a_key_is_read_by_place(reader: Visitor) -> None:
    pages = walk(reader, "/data/table?s=public&t=keyless")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({tuple(key) for page in pages for key in page}) == 120


def test_partitioned_tables_and_views_are_shown(reader: Visitor) -> None:
    assert walk(reader, "/data/table?s=public&t=part") == [[["1", "eu"], ["2", "eu"]]]
    answer = reader.get("/data/table?s=public&t=active_user")
    assert "ada@example.org" in answer.text
    assert keys(answer.text) == []


@pytest.mark.parametrize(
    ("column", "operator", "value", "found"),
    [
        ("id", "eq", "2", ["2"]),
        ("id", "ne", "2", ["1", "3", "4"]),
        ("amount", "ge", "1.5", ["1"]),
        ("note", "null", "", ["2"]),
        ("note", "set", "", ["1", "3", "4"]),
        ("note", "has", "ONERROR", ["1"]),
        ("note", "starts", "huge", ["4"]),
        ("settings", "holds", '{"b": [2]}', ["1"]),
        ("numbers", "holds", "{3}", ["1"]),
        ("span", "holds", "[2,3]", ["1"]),
        ("document", "eq", '{"a":  1}', ["1"]),
        ("mood", "eq", "it's <b>bad</b>", ["1"]),
        ("note", "eq", "'; drop table every; --", []),
    ],
)
def test_filters(reader: Visitor, column: str, operator: str, value: str, found: list[str]) -> None:
    query = urlencode({"s": "public", "t": "every", "c": column, "o": operator, "v": value})
    assert walk(reader, f"/data/table?{query}") == [[[one] for one in found]]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("c=id&o=eq&v=abc", "invalid input syntax for type integer"),
        ("c=nothing&o=eq&v=1", "there is no column"),
        ("c=id&o=drop&v=1", "there is no filter"),
        ("c=note&o=holds&v=x", "operator does not exist"),
        ("sort=note", "leads no index"),
        ("after=nonsense", "address of this page is broken"),
        ("after=[false]", "of another order"),
        ("after=[false,{}]", "of another order"),
        ("c=note&o=eq&v=%00", "NUL"),
    ],
)
def test_what_makes_no_sense_is_told(reader: Visitor, query: str, told: str) -> None:
    answer = reader.get(f"/data/table?s=public&t=every&{query}")
    assert answer.status_code in (400, 422)
    assert told in html.unescape(answer.text)


@pytest.mark.parametrize("query", ["t=nothing", "s=pg_catalog&t=nothing", "t=", "t=%00", "s=public&t=every%27%3B--"])
def test_a_table_that_is_not_there(reader: Visitor, query: str) -> None:
    assert reader.get(f"/data/table?{query}").status_code == 404


@pytest.mark.parametrize("key", ["", "nonsense", "[]", '["9"]', "[1]", '["1","2"]', '["\\u0000"]'])
def test_a_row_that_is_not_there(reader: Visitor, key: str) -> None:
    assert reader.get("/data/row", params={"s": "public", "t": "every", "key": key}).status_code == 404


def test_every_type_is_shown_as_what_it_is(reader: Visitor) -> None:
    text = html.unescape(reader.get("/data/row", params={"s": "public", "t": "every", "key": '["1"]'}).text)
    for shown in (
        "true",
        "1.50",
        "[1,5)",
        "\\xdeadbeef",
        "infinity",
        '{"a":  1}',
        "{1,NULL,3}",
        '{"a b","c\\"d","","NULL"}',
    ):
        assert shown in text
    text = html.unescape(reader.get("/data/row", params={"s": "public", "t": "every", "key": '["3"]'}).text)
    assert "0044-03-15 BC" in text
    assert RTL in text


def test_hostile_names_and_values_are_text(reader: Visitor) -> None:
    for path in (
        "/data",
        f"/data/table?{urlencode({'s': 'public', 't': NAME})}",
        "/data/table?s=public&t=every",
        f"/schema/table?{urlencode({'s': 'public', 't': NAME})}",
        "/schema",
        "/diagram",
        "/diagram.svg",
        f"/search?{urlencode({'q': HTML})}",
        "/queries/query?n=ListEvery",
    ):
        answer = reader.get(path)
        assert answer.status_code == 200, path
        assert "<script>document" not in answer.text
        assert "<img src=x" not in answer.text
        assert "<b>bad" not in answer.text
    assert NAME in html.unescape(reader.get("/data").text)
    row = reader.get("/data/row", params={"s": "public", "t": NAME, "key": '["1"]'})
    assert row.status_code == 200
    assert NAME in html.unescape(row.text)


def test_huge_values_are_cut_in_lists_and_whole_as_files(reader: Visitor) -> None:
    listed = reader.get("/data/table?s=public&t=every")
    assert len(listed.text) < 60_000
    row = reader.get("/data/row", params={"s": "public", "t": "every", "key": '["4"]'})
    assert "976.6 kB" in row.text or "977 kB" in row.text
    assert len(row.text) < 60_000
    whole = reader.get("/data/cell", params={"s": "public", "t": "every", "key": '["4"]', "column": "note"})
    assert whole.text == "huge " * 200_000
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    data = reader.get("/data/cell", params={"s": "public", "t": "every", "key": '["1"]', "column": "bytes"})
    assert data.content == b"\xde\xad\xbe\xef"
    assert data.headers["content-disposition"].startswith("attachment")


def test_foreign_keys_lead_both_ways(reader: Visitor) -> None:
    row = reader.get("/data/row", params={"s": "public", "t": "pairing", "key": '["1"]'})
    there = re.search(r'href="(/data/table\?[^"]*t=pair&amp;[^"]*)"', row.text)
    assert there is not None
    assert walk(reader, html.unescape(there[1])) == [[["1", "2"]]]
    back = reader.get("/data/row", params={"s": "public", "t": "pair", "key": '["1", "2"]'})
    here = re.search(r'href="(/data/table\?[^"]*t=pairing&amp;[^"]*)"', back.text)
    assert here is not None
    assert walk(reader, html.unescape(here[1])) == [[["1"], ["2"]]]
    none = reader.get("/data/row", params={"s": "public", "t": "pairing", "key": '["3"]'})
    assert "NULL" in none.text
    cell = re.search(
        r'<a href="(/data/table\?[^"]*t=user[^"]*)" title="user">', reader.get("/data/table?t=session").text
    )
    assert cell is not None
    assert len(walk(reader, html.unescape(cell[1]))[0]) == 1


# ---------------------------------------------------------------- changes


def form_of(text: str) -> dict[str, str]:
    """The hidden fields of a row's form."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(key|version)" value="([^"]*)"', text)
    }


def edit(visitor: Visitor, key: str, table: str = "every", **form: str) -> Any:
    page = visitor.get("/data/row", params={"s": "public", "t": table, "key": key})
    return visitor.submit(f"/data/update?s=public&t={table}", **form_of(page.text), **form)


def note(visitor: Visitor, number: int = 1) -> Any:
    return rows(dsn_of(visitor), f"select note from every where id = {number}")[0][0]


def test_an_edit_is_shown_as_sql_taken_back_and_committed(writer: Visitor) -> None:
    shown = edit(writer, '["1"]', v__4="It's new", m__4="value")
    text = re.sub(r"<[^>]+>", "", shown.text)
    text = html.unescape(text)
    assert 'UPDATE "public"."every"' in text
    assert "SET \"note\" = 'It''s new'::text" in text
    assert "WHERE \"id\" = '1'::integer AND xmin = '" in text
    assert "1 row changed" in re.sub(r"\s+", " ", text)
    assert note(writer) == HTML
    back = writer.submit("/changes/discard", which="all")
    assert "the database is as it was" in back.text
    assert writer.studio.staged.changes == []
    assert note(writer) == HTML
    edit(writer, '["1"]', v__4="It's new", m__4="value")
    done = writer.submit("/changes/commit", count="1")
    assert "Committed: 1 change." in done.text
    assert "new" in done.text
    assert note(writer) == "It's new"


def test_only_what_differs_is_sent(writer: Visitor) -> None:
    """A form sends every field; what PostgreSQL computes is not even looked at."""
    edit(writer, '["1"]', v__1="1", v__3="2", v__4=HTML, v__15="9")
    assert [given.column for one in writer.studio.staged.changes for given in one.values] == ["amount"]


def test_a_jsonb_that_is_as_it_was_is_not_sent(writer: Visitor) -> None:
    page = writer.get("/data/row", params={"s": "public", "t": "every", "key": '["1"]'})
    area = re.search(r'<textarea id="v.7"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert area is not None
    answer = edit(writer, '["1"]', v__7=html.unescape(area[1]).replace("\n", "\r\n"))
    assert "Nothing was changed" in answer.text


# The number of a column, mode and text of its field, and what is found in the row afterwards.
EDITS = [
    (2, "value", "false", "flag::text", "false"),
    (3, "value", "12.345", "amount::text", "12.35"),
    (4, "value", "", "note", ""),
    (4, "null", "ignored", "note is null", True),
    (4, "value", HTML + RTL, "note", HTML + RTL),
    (4, "value", "a\\b'c\r\nd", "note", "a\\b'c\nd"),
    (6, "value", '{"a":   [1]}', "document::text", '{"a":   [1]}'),
    (7, "value", "null", "settings::text", "null"),
    (8, "value", "{4,NULL}", "numbers::text", "{4,NULL}"),
    (9, "value", '{"x y",NULL,""}', "words::text", '{"x y",NULL,""}'),
    (10, "value", "empty", "span::text", "empty"),
    (11, "value", "\\x00ff", "bytes::text", "\\x00ff"),
    (12, "value", "good", "mood::text", "good"),
    (13, "value", "-infinity", "day::text", "-infinity"),
]
REFUSED = [
    (3, "abc", "invalid input syntax for type numeric"),
    (5, "too long", "value too long for type character varying(5)"),
    (14, "long", "value too long for type character varying(3)"),
    (8, "{1", "malformed array literal"),
    (12, "great", "invalid input value for enum"),
    (1, "2", "duplicate key value violates unique constraint"),
]


def test_every_type_is_edited_as_what_it_is(writer: Visitor) -> None:
    for number, mode, value, expression, found in EDITS:
        answer = edit(writer, '["1"]', **{f"v__{number}": value, f"m__{number}": mode})
        assert "not committed yet" in answer.text, value
        writer.submit("/changes/commit", count="1")
        assert rows(dsn_of(writer), f"select {expression} from every where id = 1") == [(found,)]


def test_what_postgresql_refuses_is_told_and_cannot_be_committed(writer: Visitor) -> None:
    """Also what is too long, which a cast would cut."""
    for number, value, told in REFUSED:
        answer = edit(writer, '["1"]', **{f"v__{number}": value, f"m__{number}": "value"})
        assert told in html.unescape(answer.text)
        assert "disabled" in answer.text
        again = writer.submit("/changes/commit", count="1")
        assert "Nothing was committed" in again.text
        assert note(writer) == HTML
        writer.submit("/changes/discard", which="all")


def test_nul_is_refused(writer: Visitor) -> None:
    answer = edit(writer, '["1"]', v__4="a\0b", m__4="value")
    assert answer.status_code == 400
    assert "NUL" in answer.text
    assert writer.studio.staged.changes == []


def test_what_somebody_else_changed_is_not_overwritten(writer: Visitor) -> None:
    edit(writer, '["1"]', v__4="mine", m__4="value")
    rows(dsn_of(writer), "update every set note = 'theirs' where id = 1 returning 1")
    answer = writer.submit("/changes/commit", count="1")
    assert "somebody changed or deleted it" in answer.text
    assert note(writer) == "theirs"


def test_a_stale_form_is_refused(writer: Visitor) -> None:
    page = writer.get("/data/row", params={"s": "public", "t": "every", "key": '["1"]'})
    rows(dsn_of(writer), "update every set note = 'theirs' where id = 1 returning 1")
    answer = writer.submit("/data/update?s=public&t=every", **form_of(page.text), v__4="mine")
    assert answer.status_code == 400
    assert "changed meanwhile" in answer.text


def test_changes_are_gathered_and_committed_together(writer: Visitor) -> None:
    edit(writer, '["1"]', v__4="one", m__4="value")
    edit(writer, '["1"]', v__3="7", m__3="value")
    edit(writer, '["2"]', v__4="two", m__4="value")
    assert len(writer.studio.staged.changes) == 2
    stale = writer.submit("/changes/commit", count="1")
    assert "look at it again" in stale.text
    writer.submit("/changes/discard", which="1")
    assert "Committed" in writer.submit("/changes/commit", count="1").text
    assert rows(dsn_of(writer), "select note, amount::text from every where id < 3 order by id") == [
        ("one", "7.00"),
        (None, None),
    ]


def test_a_change_that_waits_can_be_edited_again(writer: Visitor) -> None:
    """The form shows it; what is put back to what it was is no change any more."""
    answer = edit(writer, '["1"]', v__5="much too long", m__5="value", v__4="kept", m__4="value")
    again = re.search(r'href="([^"]*)">Edit again<', answer.text)
    assert again is not None
    assert "much too long" in writer.get(html.unescape(again[1])).text
    edit(writer, '["1"]', v__5="abc", m__5="value")
    assert [[given.column for given in one.values] for one in writer.studio.staged.changes] == [["note"]]
    assert "Nothing was changed" in edit(writer, '["1"]', v__4=HTML, m__4="value").text
    assert writer.studio.staged.changes == []


def test_insert_with_defaults_and_a_key_that_postgresql_makes(writer: Visitor) -> None:
    assert "identity" not in writer.get("/data/new?s=public&t=audit_log").text
    answer = writer.submit(
        "/data/insert?s=public&t=audit_log",
        m__2="null",
        v__3="signed in",
        m__4="value",
        v__4='{"a": 1}',
        m__5="default",
    )
    assert "INSERT INTO" in re.sub(r"<[^>]+>", "", answer.text)
    assert rows(dsn_of(writer), "select count(*) from audit_log") == [(0,)]
    done = writer.submit("/changes/commit", count="1")
    assert "Committed" in done.text
    assert "A row of" in done.text
    assert rows(dsn_of(writer), "select action, detail::text from audit_log") == [("signed in", '{"a": 1}')]


def test_a_refused_insertion_is_edited_again(writer: Visitor) -> None:
    """What was typed is in the form, and the row takes the place of the refused one."""
    writer.submit("/data/insert?s=public&t=node", v__1="5000", m__2="null", m__3="null")
    refused = writer.submit("/data/insert?s=public&t=node", v__1="5001", m__2="value", v__2="9999", m__3="null")
    text = html.unescape(re.sub(r"<[^>]+>", "", refused.text))
    assert "PostgreSQL refuses change 2:" in text
    assert "2. Insert into node" in text
    assert "xmin" not in text
    address = [html.unescape(one) for one in re.findall(r'href="([^"]*)">Edit again<', refused.text)][1]
    form = writer.get(address)
    assert 'value="5001"' in form.text
    assert 'value="9999"' in form.text
    mark = re.search(r'name="again" value="([^"]+)"', form.text)
    assert mark is not None
    good = writer.submit(
        "/data/insert?s=public&t=node", v__1="5001", m__2="value", v__2="1", m__3="null", again=mark[1]
    )
    assert "A trial run worked" in good.text
    assert len(writer.studio.staged.changes) == 2
    assert "Committed: 2 changes" in writer.submit("/changes/commit", count="2").text
    assert rows(dsn_of(writer), "select id, parent from node where id >= 5000 order by id") == [(5000, None), (5001, 1)]


def test_a_refused_change_of_several_is_named_by_its_number(writer: Visitor) -> None:
    writer.submit("/data/insert?s=public&t=node", v__1="1", m__2="null", m__3="null")
    several = writer.submit("/data/insert?s=public&t=node", v__1="6000", m__2="null", m__3="null")
    assert "refuses change 1:" in several.text
    assert re.search(r'<li class="failed">\s*<div class="title"><h2><span class="dim">1\.</span>', several.text)


def test_what_a_new_row_needs_is_marked(writer: Visitor) -> None:
    load_sql(
        dsn_of(writer),
        "create table needs (id int primary key, must text not null, may text, node int references node)",
    )
    form = writer.get("/data/new?s=public&t=needs").text
    assert form.count(">required<") == 2
    assert re.search(r'refers to <a href="/data/table\?s=public&amp;t=node"[^>]*><bdi>node.id</bdi>', form)
    offered = re.findall(r'<option value="(\d+)"></option>', form)
    assert offered == [str(one) for one in range(1, 101)]
    assert "offers the first 100" in form
    given = {"v__1": "1", "m__3": "null", "m__4": "value", "v__4": "7"}
    left = writer.submit("/data/insert?s=public&t=needs", **given, m__2="value", v__2="")
    assert left.status_code == 422
    assert "choose the empty text" in left.text
    assert 'value="7"' in left.text
    assert writer.studio.staged.changes == []
    assert "A trial run worked" in writer.submit("/data/insert?s=public&t=needs", **given, m__2="empty").text
    writer.submit("/changes/commit", count="1")
    assert rows(dsn_of(writer), "select must, may, node from needs") == [("", None, 7)]


def test_taking_back_one_of_two_says_that_one_waits(writer: Visitor) -> None:
    edit(writer, '["1"]', v__4="one", m__4="value")
    edit(writer, '["2"]', v__4="two", m__4="value")
    text = writer.submit("/changes/discard", which="0").text
    assert "the database is as it was" not in text
    assert "1 other change still waits, not committed yet" in text


def test_delete_tells_what_goes_with_it(writer: Visitor) -> None:
    page = writer.get("/data/row", params={"s": "public", "t": "pair", "key": '["1", "2"]'})
    answer = writer.submit("/data/delete?s=public&t=pair", **form_of(page.text))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))
    assert "DELETE FROM" in text
    assert "pairing −2 rows" in text
    assert "a b 1 2 DELETE FROM" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)).replace('" ', '"')
    writer.submit("/changes/commit", count="1")
    assert rows(dsn_of(writer), "select count(*) from pairing") == [(1,)]


def test_a_row_without_a_key_is_changed_by_its_place(writer: Visitor) -> None:
    first = keys(writer.get("/data/table?s=public&t=keyless").text)[0]
    edit(writer, json.dumps(first), "keyless", v__1="changed", m__1="value")
    assert "Committed" in writer.submit("/changes/commit", count="1").text
    assert rows(dsn_of(writer), "select number from keyless where word = 'changed'") == [(1,)]


def test_without_write_nothing_can_be_changed(reader: Visitor) -> None:
    page = reader.get("/data/row", params={"s": "public", "t": "every", "key": '["1"]'})
    assert "<textarea" not in page.text
    assert "only reads" in page.text
    for path in ("/data/update", "/data/insert", "/data/delete", "/changes/commit"):
        answer = reader.submit(f"{path}?s=public&t=every", key='["1"]', version="1")
        assert answer.status_code == 400
        assert "--write" in answer.text
    assert reader.studio.database is not None
    with reader.studio.database.connections.connection() as conn:
        assert conn.execute("show default_transaction_read_only").fetchone() == ("on",)


def test_what_takes_too_long_is_broken_off(writer: Visitor) -> None:
    load_sql(dsn_of(writer), "create view slow as select pg_sleep(60) is null as waited")
    assert writer.studio.database is not None
    with writer.studio.database.connections.connection() as conn:
        conn.execute("set statement_timeout = '50ms'")
    answer = writer.get("/data/table?s=public&t=slow")
    assert answer.status_code == 422
    assert "longer than --statement-timeout" in answer.text


def test_a_server_that_went_away_is_found_again(writer: Visitor) -> None:
    assert writer.get("/data").status_code == 200
    with connect(dsn_of(writer)) as conn:
        conn.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'querygen studio'"
        )
    assert writer.get("/data").status_code == 200


def test_addresses_are_local(reader: Visitor) -> None:
    text = reader.get("/data/table?s=public&t=node&sort=rank").text
    for address in re.findall(r'(?:href|action|src)="([^"]*)"', text):
        assert urlsplit(address).netloc == ""


def test_a_small_table_is_sorted_by_any_column(writer: Visitor) -> None:
    """Page by page, NULLs last; a large table, or one with long values, only where an index gives the order."""
    load_sql(dsn_of(writer), "create table heap (id int primary key, label text, weight int, document json);")
    load_sql(
        dsn_of(writer),
        "insert into heap select i, 'l' || i % 7, nullif(i % 11, 3), '{}' from generate_series(1, 120) i",
    )
    seen: list[str] = []
    address: str | None = "/data/table?s=public&t=heap&sort=weight&desc=1"
    while address is not None:
        text = writer.get(address).text
        seen += [one[0] for one in keys(text)]
        following = re.search(r'rel="next" href="([^"]*)"', text)
        address = html.unescape(following[1]) if following else None
    wanted = "select array_agg(id::text order by weight desc nulls last, id desc) from heap"
    assert seen == rows(dsn_of(writer), wanted)[0][0]
    assert "sort=document" not in text
    load_sql(dsn_of(writer), "insert into heap select i, repeat('x', 200) from generate_series(1000, 12000) i")
    assert "leads no index" in writer.get("/data/table?s=public&t=heap&sort=weight").text


def test_a_filter_without_a_column_says_so(reader: Visitor) -> None:
    answer = reader.get("/data/table", params={"s": "public", "t": "node", "c": "", "o": "eq", "v": "7"})
    assert "choose the column" in answer.text
    assert 'value="7"' in answer.text
    assert (
        "rows here" in reader.get("/data/table", params={"s": "public", "t": "node", "c": "", "o": "eq", "v": ""}).text
    )
