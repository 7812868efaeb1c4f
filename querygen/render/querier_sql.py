"""The SQL of a querier's method, as sqlc would hand it to a plugin: without the lines that are comments.

Takes a statement's text; gives the text. Mirrors sqlc's internal/source: StripComments, but a line inside of a literal
is never a comment.
"""

from __future__ import annotations

from querygen.sql.scan import tokenize


def without_comment_lines(sql: str) -> str:
    """The text without comments that are lines of their own; hints (`/*+ … */`) stay."""
    pieces: list[str] = []
    done = 0
    for kind, start, end in tokenize(sql):
        if kind not in ("comment", "block") or (start and sql[start - 1] != "\n"):
            continue
        line_end = sql.find("\n", end)
        rest = sql[end : line_end if line_end >= 0 else len(sql)]
        if rest.strip() or (kind == "block" and ("\n" in sql[start:end] or sql.startswith("/*+", start))):
            continue
        pieces.append(sql[done:start])
        done = len(sql) if line_end < 0 else line_end + 1
    pieces.append(sql[done:])
    return "".join(pieces).strip()
