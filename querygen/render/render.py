"""Print: the view-model through the templates, as files.

Takes the analysed queries, the catalog and the options; gives `OutputFile`s. Jinja is loaded here, and only here.
"""

from __future__ import annotations

import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final

from querygen.diagnostics import Diagnostic, DiagnosticError, Severity
from querygen.render.files import MARK, OutputFile
from querygen.render.model import build_package

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment, Template
    from jinja2.bccache import Bucket

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.render.options import RenderOptions


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of a package; none when anything is wrong."""

    files: tuple[OutputFile, ...]
    diagnostics: tuple[Diagnostic, ...]


_TEMPLATES: Final = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    # Where Python would keep what a module beside the templates compiles to: PYTHONPYCACHEPREFIX is heard.
    kept = Path(cache_from_source(str(_TEMPLATES / "templates.py"))).parent
    return environment(_TEMPLATES, None if sys.dont_write_bytecode else kept)


def environment(folder: Path, kept: Path | None) -> Environment:
    """The templates of a folder. What they compile to is kept in the other one, as Python does with modules.

    Jinja takes it only for a template of the same text, and it is named after what else it depends on. To compile
    the templates takes a thirtieth of a build of 500 queries.
    """
    from pickle import UnpicklingError

    import jinja2
    from jinja2 import compiler

    class Bytecode(jinja2.FileSystemBytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            try:
                super().load_bytecode(bucket)
            except (OSError, EOFError, ValueError, UnpicklingError):
                bucket.reset()  # it is damaged, so it is compiled again

        def dump_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):  # so it is where nothing can be written
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # noqa: S701  Python is printed, not HTML
    )
    found.globals["mark"] = MARK
    if kept is not None:
        by = Path(compiler.__file__).stat()
        how = (by.st_size, by.st_mtime_ns, found.trim_blocks, found.lstrip_blocks, found.keep_trailing_newline)
        found.bytecode_cache = Bytecode(str(kept), f"{zlib.crc32(repr(how).encode()):08x}-%s.jinja")
    return found


@cache
def template(name: str) -> Template:
    """A template by the name of its file, compiled once."""
    found: Template = _environment().get_template(name)
    return found


def render_package(queries: Sequence[AnalyzedQuery], catalog: Catalog, options: RenderOptions) -> Rendered:
    """All files of the generated package, or everything that is wrong with it."""
    try:
        package = build_package(queries, catalog, options)
    except DiagnosticError as refused:
        return Rendered((), (refused.diagnostic,))
    if any(one.severity is Severity.ERROR for one in package.diagnostics):
        return Rendered((), package.diagnostics)
    schema = "the database schema"
    files = [
        OutputFile("__init__.py", template("__init__.py.j2").render(source=schema)),
        OutputFile("py.typed", ""),
        OutputFile("_row.py", template("_row.py.j2").render(validate=options.validate_rows)),
    ]
    files += [OutputFile(f"{one}.py", template(f"{one}.py.j2").render()) for one in sorted(package.helpers)]
    if options.pool_module:
        files.append(OutputFile("db.py", template("db.py.j2").render(is_async=options.emit_async)))
    if options.emit_async:
        files.append(OutputFile("aio/__init__.py", template("__init__.py.j2").render(source=schema)))
    module = template("module.py.j2")
    files += [OutputFile(one.path, module.render(module=one)) for one in package.modules]
    return Rendered(tuple(files), package.diagnostics)


def render(queries: Sequence[AnalyzedQuery], catalog: Catalog, options: RenderOptions) -> list[OutputFile]:
    """The files of the generated package. Raises DiagnosticError with the first thing that is wrong."""
    rendered = render_package(queries, catalog, options)
    for one in rendered.diagnostics:
        if one.severity is Severity.ERROR:
            raise DiagnosticError(one)
    return list(rendered.files)
