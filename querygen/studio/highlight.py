"""SQL and Python with colours: Pygments' tokens as HTML with classes, kept for texts that were seen before."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup


@cache
def _tools() -> tuple[Any, Any, Any]:
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers.python import PythonLexer
    from pygments.lexers.sql import PostgresLexer

    return HtmlFormatter(nowrap=True), PostgresLexer(stripnl=False), PythonLexer(stripnl=False)


@lru_cache(maxsize=512)
def sql_html(text: str) -> Markup:
    """SQL, escaped and marked up."""
    from pygments import highlight

    formatter, lexer, _ = _tools()
    return Markup(highlight(text, lexer, formatter))  # noqa: S704 - the formatter escapes


@lru_cache(maxsize=512)
def python_html(text: str) -> Markup:
    """Python, escaped and marked up."""
    from pygments import highlight

    formatter, _, lexer = _tools()
    return Markup(highlight(text, lexer, formatter))  # noqa: S704 - the formatter escapes
