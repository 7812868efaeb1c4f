"""The singular of a table's name, for the class of its rows and for lint.

Takes names, gives names. The forms come from the `pluralizer` library, which is loaded when the first plural is met.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# Words that the library gets wrong or that programmers use otherwise than grammarians.
_SINGULAR: Final = {
    "data": "data",
    "metadata": "metadata",
    "media": "media",
    "caches": "cache",
    "axes": "axis",
    "bases": "base",
    "basis": "basis",
    "lens": "lens",
    "lenses": "lens",
    "species": "species",
    "goods": "goods",
    "canvas": "canvas",
    "atlas": "atlas",
    "alias": "alias",
    "bias": "bias",
    "sms": "sms",
    "mms": "mms",
    "dns": "dns",
    "tls": "tls",
    "https": "https",
    "os": "os",
    "aws": "aws",
    "css": "css",
    "gps": "gps",
    "news": "news",
}


@cache
def _singular_word(word: str) -> str:
    known = _SINGULAR.get(word)
    if known is not None:
        return known
    if word.isascii() and word.isalpha():
        return _pluralizer()(word)
    return word


@cache
def _pluralizer() -> Callable[[str], str]:
    from pluralizer import Pluralizer

    make: Callable[[], Any] = Pluralizer  # its methods are not all annotated
    return cast("Callable[[str], str]", make().singular)


def singular(name: str, exceptions: Collection[str] = frozenset()) -> str:
    """The name with its last word in the singular: user_accounts → user_account; the exception "*" is every name."""
    if name in exceptions or "*" in exceptions:
        return name
    head, last = _split_last(name)
    if last.lower() in exceptions or len(last) < 3:
        return name
    found = _singular_word(last.lower())
    if found == last.lower():
        return name
    return head + (found.capitalize() if last[0].isupper() else found)


def _split_last(name: str) -> tuple[str, str]:
    start = name.rfind("_") + 1
    for place in range(len(name) - 1, start, -1):
        if name[place].isupper() and not name[place - 1].isupper():
            start = place
            break
    return name[:start], name[start:]
