"""The program `querygen-sqlc-plugin`: a request on standard input, the generated files on standard output.

sqlc starts it with nothing in the environment but its own version, and gives the name of its method as the argument.
An error is one message on standard error and the exit code 1; sqlc shows it.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from querygen.config import Config, catalog_folder, check_config, extension_bases
from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, error, internal_error
from querygen.diagnostics_render import render_text
from querygen.plugin.messages import is_json, read_request, write_response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.plugin.messages import Request

OLD_SQLC: Final = "QG081"
OTHER_ENGINE: Final = "QG082"
BAD_OPTIONS: Final = "QG084"

OLDEST: Final = (1, 20)  # since then a request says which columns are embedded and which parameters are slices
_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)")


def answer(data: bytes, root: Path) -> tuple[bytes, list[Diagnostic]]:
    """The response to a request, and what is to be said of it. Raises DiagnosticError."""
    request = read_request(data)
    _check(request)
    config = _config(request, root)
    from querygen.pipeline import render
    from querygen.plugin.queries import analyze_request

    analyzed = analyze_request(
        request,
        catalog_folder(config),
        extension_bases(config),
        config.search_path,
        sqlc_names=config.style == "querier",
    )
    told = list(analyzed.diagnostics)
    _stop_at_errors(told)
    rendered = render(analyzed.queries, analyzed.known.catalog, _shown_as_any(config, analyzed.known.opaque))
    told += [_without_place(one) for one in rendered.diagnostics]
    _stop_at_errors(told)
    return write_response(sorted(rendered.files), as_json=is_json(data)), told


def _stop_at_errors(diagnostics: Iterable[Diagnostic]) -> None:
    wrong = [one for one in diagnostics if one.severity is Severity.ERROR]
    if not wrong:
        return
    first, others = wrong[0], wrong[1:]
    # sqlc has one place for a message: all that is wrong stands in it.
    message = "\n".join([first.message, *(f"{one.message} [{one.code}]" for one in others)])
    raise DiagnosticError(Diagnostic(first.code, Severity.ERROR, message, None, first.hint, first.detail))


def _without_place(one: Diagnostic) -> Diagnostic:
    return Diagnostic(one.code, one.severity, one.message, None, one.hint, one.detail)


def _check(request: Request) -> None:
    """Refuse what was not sent by a sqlc that says enough, or is of another database."""
    version = _VERSION.match(request.sqlc_version)
    if version is None or request.settings is None:
        message = "the request says nothing of the sqlc that sent it"
        raise DiagnosticError(error(OLD_SQLC, message, hint=f"Use sqlc {OLDEST[0]}.{OLDEST[1]} or later."))
    if (int(version[1]), int(version[2])) < OLDEST:
        message = f"sqlc {request.sqlc_version} is too old: its requests lack what is needed"
        raise DiagnosticError(error(OLD_SQLC, message, hint=f"Use sqlc {OLDEST[0]}.{OLDEST[1]} or later."))
    if request.settings.engine != "postgresql":
        engine = request.settings.engine or "none"
        message = f'the engine is "{engine}": querygen writes code for PostgreSQL only'
        raise DiagnosticError(error(OTHER_ENGINE, message, hint="Set engine: postgresql, or use another plugin."))


def _config(request: Request, root: Path) -> Config:
    """The options of the plugin as a configuration."""
    from msgspec import DecodeError, json

    from querygen.sqlc.options import OptionError, read_options

    try:
        options = json.decode(request.plugin_options) if request.plugin_options.strip() else {}
    except DecodeError as problem:
        raise DiagnosticError(error(BAD_OPTIONS, f"the options of the plugin are not JSON: {problem}")) from None
    if not isinstance(options, dict):
        raise DiagnosticError(error(BAD_OPTIONS, "the options of the plugin are no mapping"))
    try:
        settings = read_options(options, "querygen")
    except OptionError as problem:
        place = ".".join(str(one) for one in problem.place)
        message = f"options.{place}: {problem.message}" if place else problem.message
        raise DiagnosticError(error(BAD_OPTIONS, message, hint=problem.hint)) from None
    return check_config(replace(Config(root), **settings.values))


def _shown_as_any(config: Config, opaque: Iterable[str]) -> Config:
    """Types of which the request has the name only are what psycopg gives, unless the options say more."""
    from querygen.config import Override

    said = {one.type for one in config.overrides}
    added = tuple(Override("typing.Any", type=one) for one in sorted(opaque) if one not in said)
    return replace(config, overrides=(*config.overrides, *added))


def main() -> None:
    """Run the plugin. No traceback leaves it."""
    gc.disable()  # what is made lives until the end
    if sys.argv[1:2] == ["--version"]:
        from querygen import __version__

        sys.stdout.write(f"querygen-sqlc-plugin {__version__}\n")
        return
    try:
        response, told = answer(b"" if sys.stdin.isatty() else sys.stdin.buffer.read(), Path.cwd())
    except DiagnosticError as refused:
        sys.exit(_told(refused.diagnostic))
    except Exception as problem:
        if os.environ.get("QUERYGEN_TRACEBACK"):
            raise
        sys.exit(_told(internal_error(problem)))
    for one in told:
        _told(one)
    sys.stdout.buffer.write(response)
    sys.stdout.flush()


def _told(diagnostic: Diagnostic) -> int:
    sys.stderr.write(render_text(diagnostic) + "\n")
    return 1


if __name__ == "__main__":
    main()
