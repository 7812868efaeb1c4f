"""How sqlc-gen-python names things: models, enums, their members, methods.

Takes names of the database and of queries; gives names of Python. Mirrors sqlc-gen-python's internal/gen.go (modelName,
methodName, pyEnumValueName) and internal/inflection, and the rules of jinzhu/inflection 1.0.0 that it uses. Singular
forms in the functions style come from a better library; here they are what a project's code already says, mistakes
included ("drives" is a `Drife`).
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from querygen.render import naming

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_UNCOUNTABLE: Final = frozenset(
    "equipment information rice money species series fish sheep jeans police".split()  # noqa: SIM905
)
_IRREGULAR: Final = (
    ("people", "person"),
    ("men", "man"),
    ("children", "child"),
    ("sexes", "sex"),
    ("moves", "move"),
    ("mombies", "mombie"),
)
# The first that fits is used. A group that is kept is the rule's only one.
_RULES: Final = (
    (r"(database)s$", r"\1"),
    (r"(quiz)zes$", r"\1"),
    (r"(matr)ices$", r"\1ix"),
    (r"(vert|ind)ices$", r"\1ex"),
    (r"^(ox)en", r"\1"),
    (r"(alias|status)(?:es)?$", r"\1"),
    (r"(octop|vir)(?:us|i)$", r"\1us"),
    (r"^(a)x[ie]s$", r"\1xis"),
    (r"(cris|test)(?:is|es)$", r"\1is"),
    (r"(shoe)s$", r"\1"),
    (r"(o)es$", r"\1"),
    (r"(bus)(?:es)?$", r"\1"),
    (r"^(m|l)ice$", r"\1ouse"),
    (r"(x|ch|ss|sh)es$", r"\1"),
    (r"(c)ookies$", r"\1ookie"),
    (r"(m)ovies$", r"\1ovie"),
    (r"(s)eries$", r"\1eries"),
    (r"([^aeiouy]|qu)ies$", r"\1y"),
    (r"([lr])ves$", r"\1f"),
    (r"(tive)s$", r"\1"),
    (r"(hive)s$", r"\1"),
    (r"([^f])ves$", r"\1fe"),
    (r"(^analy)(?:sis|ses)$", r"\1sis"),
    (r"(analy|ba|diagno|parenthe|progno|synop|the)(?:sis|ses)$", r"\1sis"),
    (r"([ti])a$", r"\1um"),
    (r"(n)ews$", r"\1ews"),
    (r"(ss)$", r"\1"),
    (r"()s$", r"\1"),
)
_KEPT: Final = ("campus", "meta")  # which the rules get wrong, as sqlc knows


@cache
def _compiled() -> list[tuple[re.Pattern[str], str]]:
    rules: list[tuple[re.Pattern[str], str]] = []
    for plural, singular in _IRREGULAR:
        forms = ((plural.upper(), singular.upper()), (plural.title(), singular.title()), (plural, singular))
        rules += [(re.compile(find + "$"), into) for find, into in forms]
    for find, into in _RULES:
        # "NEWS" keeps its capitals, "News" and "news" are one case.
        upper = find.replace("(?:", "\0").upper().replace("\0", "(?:")
        rules.append((re.compile(upper), into.upper()))
        rules.append((re.compile(find, re.IGNORECASE), into))
    return rules


def singular(name: str, exclusions: Collection[str] = ()) -> str:
    """inflection.Singular: the rules look at the end of the whole name."""
    lower = name.lower()
    if lower in _KEPT or lower in _UNCOUNTABLE or any(lower == one.lower() for one in exclusions):
        return name
    for pattern, into in _compiled():
        if pattern.search(name):
            return pattern.sub(into, name, count=1)
    return name


def model_name(name: str) -> str:
    """modelName: user_accounts → UserAccounts; `snake_case` words get a capital, the rest stays."""
    return identifier("".join(_title(part) for part in name.split("_")), "Model")


def _title(part: str) -> str:
    """strings.Title"""
    return re.sub(r"(?<![\w'])\w", lambda match: match.group().upper(), part)


def method_name(name: str) -> str:
    """methodName: GetHTTPUser → get_http_user."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def member_names(labels: Iterable[str]) -> list[str]:
    """pyEnumValueName, and where it gives no name, or one twice, a name of our own."""
    names: list[str] = []
    for label in labels:
        name = re.sub(r"[^a-zA-Z0-9_]+", "", re.sub(r"[-:/]", "_", label)).upper()
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            name = f"VALUE_{name.strip('_')}".rstrip("_")
        names.append(naming.unique(name, names))
    return names


def identifier(name: str, otherwise: str, *, underscore: bool = False) -> str:
    """The name itself wherever Python takes it. `underscore`: it may begin with one, too."""
    if underscore and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__"):
        return unicodedata.normalize("NFKC", name)
    return naming.identifier(name, otherwise)
