"""Pages about the files: tables, uses of columns, the diagram, migrations, findings, search."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from querygen.cli import cli
from querygen.config import Config
from querygen.config_file import read_config
from querygen.pipeline import FailedQuery, analyze
from querygen.runner import commands
from querygen.scaffold.init import init_project
from querygen.server.database import connect, load_sql
from querygen.studio import diagram
from querygen.studio.uses import uses_of
from tests.studio.conftest import NAME, Visitor, make_studio, url_of

SCHEMA = """
create table a (id int primary key, x int, y int, z int);
create table b (id int primary key, a_id int references a, w int);
create view v as select a.x, b.w from a join b on b.a_id = a.id where a.y > 0;
"""


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", text)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select x from a where y = 1", {"a reads", "a.x reads", "a.y finds by"}),
        ("select x as z from a order by z", {"a reads", "a.x reads", "a.x finds by"}),
        ("select x as o from a order by o", {"a reads", "a.x reads", "a.x finds by"}),
        ("select count(*) from a group by x", {"a reads", "a.x finds by"}),
        ("select y from a order by x", {"a reads", "a.y reads", "a.x finds by"}),
        (
            "select a.x from a join b on b.a_id = a.id",
            {"a reads", "b reads", "a.x reads", "a.id finds by", "b.a_id finds by"},
        ),
        (
            "select * from (a join b on a.id = b.a_id) as j(q, r, s, t, u, o, p) where j.r = 1",
            {"a reads", "b reads", "a.id finds by", "b.a_id finds by", "a.x finds by"}
            | {f"a.{one} reads" for one in ("id", "x", "y", "z")}
            | {f"b.{one} reads" for one in ("id", "a_id", "w")},
        ),
        (
            "select x, (select max(w) from b where b.a_id = a.id) from a",
            {"a reads", "a.x reads", "b reads", "b.w reads", "b.a_id finds by", "a.id finds by"},
        ),
        ("select a from a", {"a reads", "a.id reads", "a.x reads", "a.y reads", "a.z reads"}),
        ("with c as (select x from a) select x from c where x > 1", {"a reads", "a.x reads"}),
        (
            "insert into b (id, a_id) select id, y from a",
            {"b writes", "b.id writes", "b.a_id writes", "a reads", "a.id reads", "a.y reads"},
        ),
        (
            "update a set x = y where z = 1 returning id",
            {"a writes", "a.x writes", "a.y reads", "a.z finds by", "a.id reads"},
        ),
        ("delete from a where x = 1", {"a deletes", "a.x finds by"}),
        (
            "insert into a (id, x) values (1, 2) on conflict (id) do update set x = excluded.y where a.z > 1",
            {"a writes", "a.id writes", "a.x writes", "a.id finds by", "a.z finds by", "a.y reads"},
        ),
        (
            "merge into a using b on a.id = b.a_id when not matched then insert (id) values (b.id)",
            {"a writes", "a.id writes", "a.id finds by", "b reads", "b.a_id finds by", "b.id reads"},
        ),
        (
            "select x from v",
            {"v reads", "v.x reads", "a reads via v", "b reads via v", "a.x reads via v", "a.y finds by via v"}
            | {"b.a_id finds by via v", "a.id finds by via v"},
        ),
    ],
)  # fmt: skip
def test_what_a_query_uses(tmp_path: Path, query: str, expected: set[str]) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "schema" / "s.sql").write_text(SCHEMA)
    (tmp_path / "queries" / "q.sql").write_text(f"-- name: Q :exec\n{query};\n")
    analysis = analyze(Config(tmp_path))
    assert not analysis.failed
    catalog = analysis.catalog
    found = set()
    query_tree = analysis.queries[0]
    assert not isinstance(query_tree, FailedQuery)
    for use in uses_of(query_tree.query, catalog):
        relation = catalog.relation(use.relation)
        name = f"{relation.name}.{relation.columns[use.column - 1].name}" if use.column else relation.name
        found.add(f"{name} {use.how.value}" + (f" via {catalog.relation(use.via).name}" if use.via else ""))
    assert found == expected


def test_the_table_tells_who_uses_its_columns(reader: Visitor) -> None:
    text = reader.get("/schema/table?s=public&t=user").text
    row = re.search(r'<tr id="column-email">.*?</tr>', text, re.DOTALL)
    assert row is not None
    assert re.search(r"GetUserByEmail *finds by *reads", plain(row[0]))
    assert "through active_user" in plain(text)
    assert re.search(r"DeleteUser *deletes", plain(text))
    assert "A person who can sign in." in text
    assert "user_email_key" in text
    assert reader.get("/schema/table?s=public&t=nothing").status_code == 404
    assert reader.get("/schema/table").status_code == 404


def test_types_functions_and_views_are_shown(reader: Visitor, tmp_path: Path) -> None:
    text = html.unescape(reader.get("/schema").text)
    assert "it's <b>bad</b>" in text
    assert "character varying(3)" in text
    assert "materialized" not in text
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "a.sql").write_text(
        "create function twice(n int) returns int language sql as 'select n * 2';\n"
        "comment on function twice is 'two times';\n"
        "create type span as range (subtype = int4); create type two as (one int, other text);\n"
        "create materialized view m as select 1 as one;"
        "create domain money_of as char(3) not null check (value ~ '^[A-Z]+$');"
    )
    (tmp_path / "queries").mkdir()
    own = plain(Visitor(make_studio(Config(tmp_path), None)).get("/schema").text)
    domain = "character(3) not null check (value ~ '^[A-Z]+$')"
    for shown in (
        "twice",
        "n integer",
        "two times",
        "of integer",
        "one integer, other text",
        "materialized view",
        domain,
    ):
        assert shown in own
    definition = reader.get("/schema/table?s=public&t=active_user").text
    assert "LEFT" in definition


def test_an_empty_project_says_what_to_do(tmp_path: Path) -> None:
    for name in ("schema", "queries"):
        (tmp_path / name).mkdir()
    visitor = Visitor(make_studio(Config(tmp_path), None))
    for path, told in (
        ("/schema", "CREATE TABLE"),
        ("/queries", "-- name:"),
        ("/diagram", "no table yet"),
        ("/findings", "nothing to compare"),
        ("/migrations", "No database is named"),
        ("/search", "part of a name"),
        ("/changes", "No change waits"),
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert told in plain(answer.text), path


# ---------------------------------------------------------------- the diagram


def overlaps(one: Any, other: Any) -> bool:
    return bool(
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def chain(count: int) -> str:
    """Tables that refer to others in many ways, in circles and to themselves."""
    lines = [f"create table t{n} (id int primary key, a int, b int, c text);" for n in range(count)]
    lines += [f"alter table t{n} add foreign key (a) references t{n // 3};" for n in range(count)]
    lines += [f"alter table t{n} add foreign key (b) references t{(n * 7 + 1) % count};" for n in range(0, count, 4)]
    return "\n".join([*lines, "create table alone (id int);"])


@pytest.mark.parametrize("count", [1, 2, 10, 60])
def test_boxes_do_not_overlap_and_the_layout_is_the_same_again(tmp_path: Path, count: int) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "schema" / "s.sql").write_text(chain(count))
    catalog = analyze(Config(tmp_path)).catalog
    tables = catalog.relations()
    drawn = diagram.draw(catalog, [one for one in tables if one.kind == "r"])
    boxes = drawn.boxes
    assert not [(one.name, other.name) for n, one in enumerate(boxes) for other in boxes[:n] if overlaps(one, other)]
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawn.width
        assert box.y + box.height <= drawn.height
    assert drawn == diagram.draw(catalog, [one for one in tables if one.kind == "r"])
    assert len(drawn.edges) == count + len(range(0, count, 4))


def test_the_svg_is_a_file_of_its_own(reader: Visitor) -> None:
    answer = reader.get("/diagram.svg")
    assert answer.headers["content-disposition"] == 'attachment; filename="schema.svg"'
    root = ET.fromstring(answer.text)  # noqa: S314 - our own text
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "user" in texts
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_the_diagram_can_be_narrowed(reader: Visitor) -> None:
    def titles(query: str) -> set[str]:
        text = reader.get(f"/diagram?{query}").text
        return set(re.findall(r'class="er-title"[^>]*>([^<]*)<', text))

    assert titles("filter=sess") == {"session"}
    assert titles("s=public&t=session") == {"session", "user"}
    assert "active_user" not in titles("")
    assert "active_user" in titles("views=1")
    assert "No table has" in reader.get("/diagram?filter=nothing").text
    text = reader.get("/diagram?filter=every&columns=keys").text
    assert "amount" not in text


def test_mermaid(reader: Visitor) -> None:
    text = reader.get("/diagram.mmd?s=public&t=session").text
    assert text.startswith("erDiagram\n")
    assert re.search(r't\d\["session"\] \{', text)
    assert "text token PK" in text
    assert re.search(r't\d \|\|--o\{ t\d : "user_id"', text)
    everything = reader.get("/diagram.mmd").text
    for line in everything.splitlines()[1:]:
        word = r"[^\W\d][\w()\[\]-]*"
        column = rf'        {word} {word}( (PK|FK|UK)(, (PK|FK|UK))*)?( "[^"]*")?'
        table, end, link = r'    t\d+\["[^"]*"\] \{', r"    \}", r'    t\d+ (\|\||\|o)--o[|{] t\d+ : "[^"]*"'
        assert re.fullmatch(f"{column}|{table}|{end}|{link}", line), line


# ---------------------------------------------------------------- search, migrations, findings


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("email", ["user.email", "GetUserByEmail"]),
        ("user.email", ["user.email"]),
        ("sessions", ["ListUserSignIns"]),
        ("mood", ["every.mood", "enum"]),
        (NAME[:6], [NAME]),
        ("nothing at all", ["Nothing in the schema"]),
    ],
)
def test_search(reader: Visitor, words: str, found: list[str]) -> None:
    text = plain(reader.get("/search", params={"q": words}).text)
    for one in found:
        assert one in text


def test_migrations_are_shown_with_their_hazards(reader: Visitor) -> None:
    text = plain(reader.get("/migrations").text)
    assert "2 migrations pending" in text
    assert "20260102000000_second" in text
    assert "hazard" in text
    assert "DROP COLUMN" in text


TOUCH = """
create function touch() returns trigger language plpgsql as 'begin new.updated_at = now(); return new; end';
create trigger touched before update on session for each row execute function touch();
"""
PLANTED = """
alter table audit_log add extra int;
alter table session alter token type varchar(80);
alter table account alter provider drop not null;
alter table "user" alter active set default false;
alter table "user" drop constraint user_name_check;
alter table session drop constraint session_user_id_fkey;
alter table session add constraint session_user_id_fkey foreign key (user_id) references "user";
drop index session_user_id_idx;
create index by_name on "user" (name);
alter type user_role add value 'robot';
create or replace function touch() returns trigger language plpgsql as 'begin return new; end';
comment on table "user" is 'another';
create table stray (id int primary key);
drop trigger touched on session;
alter table account enable row level security;
"""


def drifted(writer: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    """What the page says, and what the command says."""
    monkeypatch.chdir(folder)
    told = CliRunner().invoke(cli, ["migrate", "drift", "--database-url", url_of(writer.studio)])
    return plain(writer.submit("/migrations/compare").text), [*told.stdout.splitlines(), *told.stderr.splitlines()]


@pytest.fixture
def migrated(tmp_path: Path, pg_database: Callable[..., str]) -> Iterator[Visitor]:
    """A studio over the example project, whose one migration was applied."""
    init_project(tmp_path)
    (tmp_path / "schema" / "60_touch.sql").write_text(TOUCH)
    migrations = tmp_path / "migrations"
    migrations.mkdir(exist_ok=True)
    text = "".join(path.read_text() for path in sorted((tmp_path / "schema").glob("*.sql")))
    (migrations / "1_first.sql").write_text(text)
    dsn = pg_database()
    studio = make_studio(read_config(tmp_path), dsn, write=True)
    assert studio.database is not None
    commands.up(studio.database.place, started=lambda *_given: None, told=lambda _text: None)
    yield Visitor(studio)
    studio.database.connections.close()


def test_drift_is_what_the_command_says(migrated: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is asked object by object" in plain(migrated.get("/migrations").text)
    page, told = drifted(migrated, tmp_path, monkeypatch)
    assert told == ["the database is what the migrations that it has say"]
    assert "The database is what the migrations that it has say." in page
    load_sql(url_of(migrated.studio), PLANTED)
    page, told = drifted(migrated, tmp_path, monkeypatch)
    assert len(told) == 14 + 1, "the last line is their number"
    for one in told:
        assert one in page, one
    shown, _, last = migrated.get("/migrations").text.partition("All of that SQL")
    undo = re.findall(r"<code>(.*?)</code>", last, re.DOTALL)
    on_rows = plain(shown)
    ran = html.unescape(re.sub(r"<[^>]+>", "", undo[0]))
    for one in re.sub(r"(?m)^(--.*|BEGIN;|COMMIT;)$", "", ran).split(";\n"):
        assert " ".join(one.split()).rstrip(";") in on_rows, one
    load_sql(url_of(migrated.studio), html.unescape(re.sub(r"<[^>]+>", "", undo[0])))
    page, told = drifted(migrated, tmp_path, monkeypatch)
    assert told == ["the database is what the migrations that it has say"]


ENUM = """
create type call_state as enum ('due', 'done');
create table port_call (id int primary key, state call_state not null default 'due', other text);
create index port_call_due on port_call (id) where state = 'due';
create view due_call as select id, state from port_call where state = 'due';
create view due_number as select id from due_call;
"""


def test_what_undoes_an_enum_stands_whole_on_its_row(
    migrated: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its columns and all that stands on them, with their hazards; what belongs to another difference does not."""
    (tmp_path / "migrations" / "2_calls.sql").write_text(ENUM)
    assert migrated.studio.database is not None
    commands.up(migrated.studio.database.place, started=lambda *_given: None, told=lambda _text: None)
    load_sql(url_of(migrated.studio), "alter type call_state add value 'lost'; create table stray (id int)")
    drifted(migrated, tmp_path, monkeypatch)
    rows = re.findall(r"<tr>(.*?)</tr>", migrated.get("/migrations").text.partition("<tbody>")[2], re.DOTALL)
    mine = [re.findall(r"<code>(.*?)</code>", row, re.DOTALL) for row in rows if "type public.call_state" in plain(row)]
    assert len(mine) == 1
    told = [plain(one) for one in mine[0]]
    for begin in (
        "ALTER TYPE public.call_state RENAME",
        "CREATE TYPE public.call_state",
        "ALTER TABLE public.port_call ALTER COLUMN state TYPE",
        "DROP VIEW public.due_call",
        "DROP VIEW public.due_number",
        "CREATE VIEW public.due_call",
        "CREATE VIEW public.due_number",
        "DROP INDEX public.port_call_due",
        "CREATE INDEX port_call_due",
        "DROP TYPE public.call_state__old",
    ):
        assert [one for one in told if one.startswith(begin)], (begin, told)
    assert not [one for one in told if "stray" in one]
    row = next(plain(row) for row in rows if "type public.call_state" in plain(row))
    assert "REWRITES_TABLE" in row
    assert "FAILS_ON_ROWS" in row


def test_findings_and_verify(writer: Visitor) -> None:
    text = plain(writer.get("/findings").text)
    assert "The schema and every query are understood." in text
    assert "singular-table-name" in text or "timestamps" in text
    answer = plain(writer.submit("/findings/verify").text)
    assert "The database agrees" in answer, answer[-600:]
    assert writer.studio.database is not None
    with connect(writer.studio.database.place.url) as conn:
        conn.execute("alter table session drop column created_at")
        conn.execute("create index stray on session (expires_at)")
    again = plain(writer.submit("/findings/verify").text)
    assert "the server does not take" in again
    assert "column public.session.created_at is missing in the database" in again
    assert "index public.stray is only in the database" in again


def test_a_migration_that_was_changed_is_told(writer: Visitor) -> None:
    assert writer.studio.database is not None
    with connect(writer.studio.database.place.url) as conn:
        from querygen.runner import history

        table = writer.studio.database.place.table
        history.create_table(conn, table)
        history.insert_row(conn, table, "20260101000000", "first", "0" * 64, history.APPLIED)
        history.insert_row(conn, table, "20250101000000", "lost", "0" * 64, history.APPLIED)
    text = plain(writer.get("/migrations").text)
    assert "was changed after it was applied" in text
    assert "has no file in the folder" in text
    assert "1 migration pending" in text


def test_a_page_that_is_not_there(reader: Visitor) -> None:
    answer = reader.get("/nothing")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
