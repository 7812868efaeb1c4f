"""What a page is made of: the studio of one run, one browser's request, templates, and errors as pages.

Takes a function `(Ask) -> Response`, gives an endpoint: the function runs in a thread, is measured, and whatever goes
wrong becomes a page that says what and what to do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

import psycopg
from msgspec import Struct, field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, internal_error
from querygen.server.database import hide_password
from querygen.server.errors import ServerError
from querygen.studio.browse import Refused
from querygen.studio.connections import Connections, Spent, spent
from querygen.studio.highlight import python_html, sql_html

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from jinja2 import Environment
    from starlette.requests import Request

    from querygen.config import Config
    from querygen.runner.commands import Place
    from querygen.studio.changes import Change, Trial
    from querygen.studio.guard import Keys
    from querygen.studio.project import Project, Projects

SECTIONS: Final = (
    ("schema", "/schema", "Schema"),
    ("diagram", "/diagram", "Diagram"),
    ("data", "/data", "Data"),
    ("queries", "/queries", "Queries"),
    ("migrations", "/migrations", "Migrations"),
    ("findings", "/findings", "Findings"),
)


class Database(Struct, frozen=True):
    """Where rows are. `label` is how it may be shown: no password."""

    connections: Connections
    place: Place
    label: str


class Staged(Struct):
    """Changes that wait to be committed, with what their last trial run did."""

    changes: list[Change] = field(default_factory=list)
    trial: Trial | None = None
    lock: Lock = field(default_factory=Lock)


class Studio(Struct, frozen=True):
    """One run of `querygen studio`."""

    projects: Projects
    database: Database | None
    missing: str  # why there is no database
    write: bool
    keys: Keys
    staged: Staged = field(default_factory=Staged)
    notices: list[str] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)  # what was found out on demand: verify, lint

    @property
    def config(self) -> Config:
        return self.projects.config


class NotFound(Exception):  # noqa: N818
    """There is no such page; the text says what is not there."""


class NoDatabase(Exception):  # noqa: N818
    """The page is about rows, and no database is named."""


class Ask(Struct, frozen=True, dict=True):
    """A request as the pages see it. `form`: the last value of every name; `query`: the same of the address."""

    studio: Studio
    request: Request
    form: Mapping[str, str]

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    def listed(self, name: str) -> list[str]:
        """All values of a name of the address."""
        return self.request.query_params.getlist(name)

    @cached_property
    def project(self) -> Project:
        """What the files say; the same for all of a page."""
        return self.studio.projects.current()

    @property
    def database(self) -> Database:
        if self.studio.database is None:
            raise NoDatabase(self.studio.missing)
        return self.studio.database

    def page(self, template: str, title: str, section: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A template, filled in. The notices of what was done before are shown once."""
        studio = self.studio
        notices = studio.notices[:]
        studio.notices.clear()
        text = (
            environment()
            .get_template(f"{template}.html.j2")
            .render(
                title=title,
                section=section,
                sections=SECTIONS,
                notices=notices,
                write=studio.write,
                csrf=studio.keys.form,
                staged=len(studio.staged.changes),
                database=studio.database.label if studio.database else None,
                project_name=studio.config.root.resolve().name,
                search=self.query.get("q", "") if section == "search" else "",
                spent=spent.get(),
                **context,
            )
        )
        return HTMLResponse(text, status)


def to(path: str, **query: str | None) -> str:
    """An address of the studio; what is None is left out."""
    given = [(name, value) for name, value in query.items() if value is not None]
    return f"{path}?{urlencode(given)}" if given else path


def goto(path: str) -> Response:
    """Answer a form: the browser loads a page, which reloading does not send the form for again."""
    return RedirectResponse(path, 303)


@cache
def environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("querygen.studio"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(to=to, sql_html=sql_html, python_html=python_html)
    made.filters.update(many=many, size=size, about=about)
    return made


def many(count: int, one: str, several: str = "") -> str:
    """`1 row`, `2 rows`"""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def size(count: int) -> str:
    """Bytes as people read them."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1024:
            return f"{value:.0f} {unit}"
        value /= 1024
    return f"{value:.1f} TB"


def about(count: int) -> str:
    """An estimate as people read it; -1 is no estimate."""
    if count < 0:
        return "?"
    if count < 1000:
        return str(count)
    if count < 1_000_000:
        return f"{count / 1000:.3g} k"
    return f"{count / 1_000_000:.3g} M"


Answer = Callable[[Ask], Response]


def endpoint(studio: Studio, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """The function as Starlette calls it."""

    async def respond(request: Request) -> Response:
        form: dict[str, str] = {}
        if request.method == "POST":
            body = await request.body()
            form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10_000))
        return await run_in_threadpool(_answered, answer, Ask(studio, request, form))

    return respond


def _answered(answer: Answer, ask: Ask) -> Response:
    cost = Spent()
    spent.set(cost)
    started = time.thread_time()
    response = _tried(answer, ask)
    used = (time.thread_time() - started) * 1000
    response.headers["Server-Timing"] = (
        f'sql;dur={cost.seconds * 1000:.2f};desc="{cost.statements} statements", cpu;dur={used:.2f}'
    )
    return response


def _tried(answer: Answer, ask: Ask) -> Response:
    try:
        return answer(ask)
    except NotFound as problem:
        return _sorry(ask, 404, "Not found", str(problem))
    except Refused as problem:
        return _sorry(ask, 400, "This cannot be shown", str(problem))
    except NoDatabase as problem:
        hint = (
            "Start a server of the project's own with `querygen db start`, or set DATABASE_URL in .env.local;"
            " then start the studio again."
        )
        return _sorry(ask, 503, "No database", f"{problem}. Schema, queries and findings need none.", hint)
    except ServerError as problem:
        return _sorry(ask, 503, "The database does not answer", problem.message, problem.hint)
    except DiagnosticError as problem:
        return _diagnostics(ask, [problem.diagnostic])
    except DiagnosticErrors as problem:
        return _diagnostics(ask, problem.diagnostics)
    except psycopg.Error as problem:
        return _database_error(ask, problem)
    except Exception as problem:
        if os.environ.get("QUERYGEN_TRACEBACK"):
            raise
        return _diagnostics(ask, [internal_error(problem)], 500)


def _sorry(ask: Ask, status: int, title: str, message: str, hint: str = "") -> Response:
    section = next((one for one in SECTIONS if ask.request.url.path.startswith(one[1])), None)
    _, back, name = section or ("", "", "")
    return ask.page("sorry", title, "", status, message=hide_password(message), hint=hint, back=back, back_name=name)


def _diagnostics(ask: Ask, found: list[Diagnostic], status: int = 422) -> Response:
    first = found[0]
    return _sorry(ask, status, "Something is wrong", first.message, first.hint or "")


def _database_error(ask: Ask, problem: psycopg.Error) -> Response:
    said = problem.diag
    message = said.message_primary or str(problem).splitlines()[0]
    hint = said.message_hint or ""
    if said.sqlstate == "57014":
        hint = "It took longer than --statement-timeout allows: filter by a column that has an index."
    return _sorry(ask, 422, "PostgreSQL refuses", message + (f" ({said.sqlstate})" if said.sqlstate else ""), hint)
