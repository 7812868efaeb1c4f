"""The studio as an ASGI application: which address is which page.

Takes a `Studio`, gives the application with its guard around it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from querygen.studio import data_pages, other_pages, query_pages, schema_pages
from querygen.studio.guard import Guard
from querygen.studio.view import NotFound, endpoint

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from querygen.studio.view import Answer, Ask, Studio

READING: Final[dict[str, Answer]] = {
    "/": schema_pages.home,
    "/schema": schema_pages.schema,
    "/schema/table": schema_pages.table,
    "/diagram": schema_pages.diagram_page,
    "/diagram.svg": schema_pages.diagram_svg,
    "/diagram.mmd": schema_pages.diagram_mermaid,
    "/search": schema_pages.search,
    "/data": data_pages.data,
    "/data/table": data_pages.table,
    "/data/row": data_pages.row,
    "/data/new": data_pages.new,
    "/data/cell": data_pages.cell,
    "/changes": data_pages.waiting,
    "/queries": query_pages.queries,
    "/queries/file": query_pages.file,
    "/queries/query": query_pages.query,
    "/migrations": other_pages.migrations,
    "/findings": other_pages.findings,
}
ACTING: Final[dict[str, Answer]] = {
    "/data/insert": data_pages.insert,
    "/data/update": data_pages.update,
    "/data/delete": data_pages.delete,
    "/changes/commit": data_pages.commit,
    "/changes/discard": data_pages.discard,
    "/queries/run": query_pages.run,
    "/findings/verify": other_pages.verify,
    "/migrations/compare": other_pages.compare,
}


def _nowhere(_ask: Ask) -> Response:
    raise NotFound("There is no such page.")


def application(studio: Studio, port: int) -> ASGIApp:
    """The whole of it, for a server or a test client that calls it under `127.0.0.1:port`."""
    routes: list[Route | Mount] = [
        Route(path, endpoint(studio, answer), methods=["GET"]) for path, answer in READING.items()
    ]
    routes += [Route(path, endpoint(studio, answer), methods=["POST"]) for path, answer in ACTING.items()]
    routes.append(Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")))
    nowhere = endpoint(studio, _nowhere)

    async def not_found(request: Request, _problem: Exception) -> Response:
        return await nowhere(request)

    return Guard(Starlette(routes=routes, exception_handlers={404: not_found}), studio.keys, port)
