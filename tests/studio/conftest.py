"""A project and a database with hostile names and values, and the studio over them: in process, or for a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from querygen.config import Config
from querygen.config_file import read_config
from querygen.runner.commands import Place
from querygen.runner.history import Table
from querygen.scaffold.init import init_project
from querygen.server.database import connect, create_database, drop_database, load_sql
from querygen.server.embedded import EmbeddedServer
from querygen.studio.app import application
from querygen.studio.connections import Connections
from querygen.studio.guard import Keys
from querygen.studio.project import Projects
from querygen.studio.view import Database, Studio

PORT = 7433
ORIGIN = f"http://127.0.0.1:{PORT}"
HTML = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
RTL = "\u202egnp.exe \u0627\u0644\u0639\u0631\u0628\u064a\u0629"
NAME = 'Robert\'); DROP TABLE "user";--<b>'

SCHEMA = f"""
create domain short as varchar(3);
create type mood as enum ('good', 'it''s <b>bad</b>');
create table every (
  id int primary key, flag boolean, amount numeric(10,2), note text, code varchar(5), document json, settings jsonb,
  numbers int[], words text[], span int4range, bytes bytea, mood mood, day date, nick short,
  twice int generated always as (id * 2) stored, made timestamptz default now()
);
create table "{NAME.replace('"', '""')}" ("a""b" int primary key, "{HTML.replace('"', '""')}" text);
create table keyless (word text, number int);
create table part (id int, region text, primary key (id, region)) partition by list (region);
create table part_eu partition of part for values in ('eu');
create table node (id int primary key, parent int references node, rank int);
create index on node (rank);
create table pair (a int, b int, primary key (a, b));
create table pairing (id int primary key, a int, b int, foreign key (a, b) references pair on delete cascade);
"""
QUERIES = """
-- name: ListEvery :many
-- @param word a part of the note
SELECT every.id, every.note FROM every
JOIN node ON node.id = every.id AND qg.when(with_node)
WHERE every.note LIKE qg.optional(word) AND every.mood = qg.optional(mood) AND every.id = ANY(@ids::int[])
ORDER BY qg.sort(every.id);

-- name: FindSettings :many
SELECT id, settings FROM every WHERE settings @> @part::jsonb AND note IS NOT DISTINCT FROM sqlc.narg(note);

-- name: SliceOfNodes :many
SELECT * FROM node WHERE id IN (sqlc.slice(ids)) ORDER BY rank;

-- name: ChangeNote :execrows
UPDATE every SET note = @note WHERE id = @id;

-- name: TypesOfEvery :many
SELECT id, mood, nick, code, ROW(1, 2) AS both FROM every WHERE id = 1;

-- name: NodeWithParent :many
SELECT qg.embed(node), qg.embed(parent) FROM node JOIN node AS parent ON parent.id = node.parent
WHERE node.id = @id;

-- name: Numbers :many
SELECT i, repeat('x', 10) AS word FROM generate_series(1, @most::int) AS i;
"""


def insert_hostile(dsn: str) -> None:
    with connect(dsn) as conn:
        conn.execute(
            "insert into every (id, flag, amount, note, code, document, settings, numbers, words, span, bytes, mood,"
            " day, nick) values (1, true, 1.5, %s, 'abc', '{\"a\":  1}', '{\"b\": [1, 2]}', '{1,NULL,3}', %s, '[1,5)',"
            " '\\xdeadbeef', 'it''s <b>bad</b>', 'infinity', 'abc'), (2, null, null, null, null, null, null, null,"
            " null, null, null, null, null, null), (3, false, 0, %s, '', '\"\"', 'null', '{}', '{}', 'empty', '',"
            " 'good', '0044-03-15 BC', '')",
            (HTML, ["a b", 'c"d', "", "NULL"], RTL),
        )
        conn.execute("insert into every (id, note) values (4, repeat('huge ', 200000))")
        table = NAME.replace('"', '""')
        column = HTML.replace('"', '""')
        text = f'insert into "{table}" ("a""b", "{column}") values (1, $1)'
        conn.execute("select 1")
        conn.execute(text.replace("$1", "'" + NAME.replace("'", "''") + "'").encode())
        conn.execute("insert into keyless select 'w' || i, i from generate_series(1, 120) i")
        conn.execute("insert into part values (1, 'eu'), (2, 'eu')")
        conn.execute("insert into node select i, nullif(i / 2, 0), case when i % 5 > 0 then i % 7 end"
                     " from generate_series(1, 130) i")  # fmt: skip
        conn.execute("insert into pair values (1, 2); insert into pairing values (1, 1, 2), (2, 1, 2), (3, null, 2)")
        conn.execute(
            """insert into "user" (id, email, name, role) values
            ('00000000-0000-0000-0000-000000000001', 'ada@example.org', 'Ada', 'admin'),
            ('00000000-0000-0000-0000-000000000002', 'bob@example.org', 'Bob', 'member')"""
        )
        conn.execute(
            "insert into session (token, user_id, expires_at) values"
            " ('t1', '00000000-0000-0000-0000-000000000001', '2100-01-01')"
        )
        conn.execute("analyze")


@pytest.fixture(scope="session")
def studio_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project with more tables and queries."""
    folder = tmp_path_factory.mktemp("studio")
    init_project(folder)
    (folder / "schema" / "60_every.sql").write_text(SCHEMA)
    (folder / "queries" / "every.sql").write_text(QUERIES)
    migrations = folder / "migrations"
    migrations.mkdir(exist_ok=True)
    (migrations / "20260101000000_first.sql").write_text("CREATE TABLE first (id bigint PRIMARY KEY);\n")
    (migrations / "20260102000000_second.sql").write_text("ALTER TABLE first DROP COLUMN id;\n")
    return folder


@pytest.fixture(scope="session")
def studio_template(pg_server: EmbeddedServer, studio_folder: Path) -> Iterator[str]:
    """The database of the project; tests get copies of it."""
    dsn = create_database(pg_server, "studio_template")
    for path in sorted((studio_folder / "schema").glob("*.sql")):
        load_sql(dsn, path.read_text())
    insert_hostile(dsn)
    yield "studio_template"
    drop_database(pg_server, "studio_template")


@pytest.fixture
def studio_dsn(pg_database: Callable[..., str], studio_template: str) -> str:
    return pg_database(template=studio_template)


@pytest.fixture(scope="session")
def shared_dsn(pg_server: EmbeddedServer, studio_template: str) -> Iterator[str]:
    """A copy for the tests that only read."""
    yield create_database(pg_server, "studio_shared", studio_template)
    drop_database(pg_server, "studio_shared")


def make_studio(config: Config, dsn: str | None, *, write: bool = False, told: Any = None) -> Studio:
    database = None
    if dsn is not None:
        place = Place(config.root / config.migrations, dsn, Table("querygen", "migration"))
        database = Database(Connections(dsn, write=write, timeout_ms=5000), place, "the test's database")
    return Studio(Projects(config), database, "no database is named", write, Keys(told or (lambda _token: None)))


def url_of(studio: Studio) -> str:
    assert studio.database is not None
    return studio.database.place.url


class Visitor(TestClient):
    """A browser that was let in: it has the cookie, and sends what a form sends."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(application(studio, PORT), base_url=ORIGIN, follow_redirects=True)
        self.studio = studio
        self.cookies.set(f"querygen_studio_{PORT}", studio.keys.cookie)

    def submit(self, path: str, **form: str) -> Any:
        """A form of a page of ours."""
        fields = {"csrf": self.studio.keys.form, **{name.replace("__", "."): text for name, text in form.items()}}
        return self.post(path, data=fields, headers={"origin": ORIGIN})


@pytest.fixture(scope="session")
def reader(studio_folder: Path, shared_dsn: str) -> Iterator[Visitor]:
    """A visitor of a studio that only reads."""
    studio = make_studio(read_config(studio_folder), shared_dsn)
    yield Visitor(studio)
    assert studio.database is not None
    studio.database.connections.close()


@pytest.fixture
def writer(studio_folder: Path, studio_dsn: str) -> Iterator[Visitor]:
    """A visitor of a studio that may write, over a database of the test's own."""
    studio = make_studio(read_config(studio_folder), studio_dsn, write=True)
    yield Visitor(studio)
    assert studio.database is not None
    studio.database.connections.close()


class Served:
    """A studio that listens, for a real browser."""

    def __init__(self, studio: Studio) -> None:
        import socket

        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(32)
        self.studio = studio
        self.port: int = listener.getsockname()[1]
        settings = uvicorn.Config(application(studio, self.port), log_level="error", access_log=False, lifespan="off")
        self.server = uvicorn.Server(settings)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self.thread.start()
        end = time.monotonic() + 10
        while not self.server.started:
            assert time.monotonic() < end
            time.sleep(0.01)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        if self.studio.database is not None:
            self.studio.database.connections.close()
