"""PostgreSQL's printed trees (`debug_print_parse`) read into plain values, and our trees brought into the same form.

A node is a dict whose "" holds its upper-case name; a list is a list, a bitmapset a sorted list, NULL is None.
`Comparison` finds the first difference and its path. What is not looked at has a reason in `IGNORED` or `LEFT_OUT`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.analyze.nodes import Const, JsonTablePath, OnConflictExpr
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

BoolExprType = enums.BoolExprType
LimitOption = enums.LimitOption

_WORD = re.compile(
    r'[(){}\[\]]|"(?:[^\s(){}\\]|\\.)*"(?=[\s)}]|$)|(?:[^\s(){}\[\]"\\]|\\.)(?:[^\s(){}\[\]\\]|\\.)*', re.DOTALL
)
_INTEGER = re.compile(r"-?\d+")

# Fields of ours whose values are not compared, and why.
IGNORED = {
    "location": "PostgreSQL counts bytes here; the tests of errors look at places",
    "list_start": "a place",
    "list_end": "a place",
    "opfuncid": "0 in some printed trees, depending on what was asked of the node before",
    "constraintDeps": "what a view depends on",
    "arraytype": "no field of C: exprType() asks the catalogue",
}

# Fields of C that our nodes have not, and why. Any other that is missing is a difference.
LEFT_OUT = {
    **{name: why for name, why in IGNORED.items() if name != "arraytype"},
    "aggno": "the planner fills it",
    "aggtransno": "the planner fills it",
    "aggtranstype": "the planner fills it",
    "aggsplit": "the planner fills it",
    "aggpresorted": "the planner fills it",
    "cols": "the planner fills it",
    "updateColnos": "the planner fills it",
    "negfuncid": "the planner fills it",
    "hashfuncid": "the planner fills it",
    "runCondition": "the planner fills it",
    "funcparams": "the planner fills it",
    "querySource": "the rewriter's",
    "canSetTag": "the rewriter's",
    "securityQuals": "the rewriter's",
    "security_barrier": "the rewriter's",
    "withCheckOptions": "the rewriter's",
    "hasRowSecurity": "the rewriter's",
    "constlen": "how a value lies in memory",
    "constbyval": "how a value lies in memory",
    "rteperminfos": "permissions",
    "perminfoindex": "permissions",
    "rellockmode": "locks",
    "inRangeColl": "no type with in_range functions has collations",
    "stmt_location": "a place",
    "stmt_len": "a place",
    "cursor_param": "of WHERE CURRENT OF, for PL/pgSQL",
    "utilityStmt": "raw; utility statements are not compared",
    "value": "of a JSON_TABLE path: the text here, a jsonpath there",
}


def parse(text: str) -> Any:
    """The printed form of a node → a value."""
    words = iter(_WORD.findall(text))
    return _value(next(words), words)


def _value(word: str, words: Iterator[str]) -> Any:
    match word:
        case "{":
            return _node(words)
        case "(":
            return _list(words)
        case "<>":
            return None
        case "true":
            return True
        case "false":
            return False
    if word.startswith('"'):
        return _unescaped(word[1:-1])
    if _INTEGER.fullmatch(word):
        return int(word)
    return _unescaped(word)


def _list(words: Iterator[str]) -> list[Any]:
    result: list[Any] = []
    for number, word in enumerate(words):
        if word == ")":
            break
        if number == 0 and word in {"i", "o", "b", "x"}:  # integers, oids, a bitmapset; strings are in quotes
            continue
        result.append(_value(word, words))
    return result


def _unescaped(text: str) -> str:
    """A word without its backslashes; the server breaks lines at spaces, escaped ones too."""
    return re.sub(r"\\(.)", lambda match: " " if match[1] == "\n" else match[1], text, flags=re.DOTALL)


def _node(words: Iterator[str]) -> dict[str, Any]:
    node: dict[str, Any] = {"": next(words)}
    name = ""
    for word in words:
        if word == "}":
            break
        if word.startswith(":") and len(word) > 1:
            name = word[1:]
            node[name] = None
        elif word == "[":  # the bytes of a Const, after their number
            while next(words) != "]":
                pass
        else:
            node[name] = _value(word, words)
    if node[""] == "CONST":
        node.pop("constvalue", None)
    return node


def of_ours(value: Any) -> Any:
    """A node of `querygen.analyze.nodes` in the same form."""
    if isinstance(value, Const):
        return {
            "": "CONST",
            "consttype": value.consttype,
            "consttypmod": value.consttypmod,
            "constisnull": value.constisnull,
            "constcollid": value.constcollid,
        }
    if isinstance(value, BoolExprType):
        return {0: "and", 1: "or", 2: "not"}[value.value]
    if isinstance(value, LimitOption):  # libpg_query has a member more, for "nothing was said"
        return max(value.value - 1, 0)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Struct):
        node: dict[str, Any] = {"": type(value).__name__.upper()}
        for name in value.__struct_fields__:
            if name not in IGNORED:
                node[name] = of_ours(getattr(value, name))
        if isinstance(value, OnConflictExpr):  # a constraint has a name here and an oid there
            node["constraint"] = 0 if value.constraint is None else True
        if isinstance(value, JsonTablePath):
            del node["value"]
        return node
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [of_ours(one) for one in value]
    return value


class Comparison:
    """Compares trees of one database; the oids of its own objects are paired as they are met."""

    def __init__(self) -> None:
        self._pairs: dict[int, int] = {}

    def difference(self, ours: Any, theirs: Any, path: str = "") -> str | None:
        """The first place where the two are not the same, or None."""
        if ours in (None, [], "") and theirs in (None, [], ""):
            return None
        if isinstance(ours, dict) and isinstance(theirs, dict):
            if ours[""] != theirs[""]:
                return f"{path}: {ours['']} instead of {theirs['']}"
            for name, value in ours.items():
                if name in theirs and (found := self.difference(value, theirs[name], f"{path}/{name}")):
                    return found
            missing = next((name for name in theirs if name not in ours and name not in LEFT_OUT), None)
            return None if missing is None else f"{path}: {ours['']} has no {missing}"
        if isinstance(ours, list) and isinstance(theirs, list):
            if len(ours) != len(theirs):
                return f"{path}: {len(ours)} instead of {len(theirs)} entries: {ours} instead of {theirs}"
            for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                if found := self.difference(one, other, f"{path}[{number}]"):
                    return found
            return None
        if ours is True and path.endswith("/constraint"):
            return None if theirs else f"{path}: a constraint instead of none"
        if isinstance(ours, int) and isinstance(theirs, int) and ours != theirs:
            if ours >= FIRST_NORMAL_OBJECT_ID and theirs >= FIRST_NORMAL_OBJECT_ID:
                if self._pairs.setdefault(ours, theirs) == theirs:
                    return None
        if isinstance(theirs, bool) and isinstance(ours, str):  # a name that reads like a boolean
            theirs = str(theirs).lower()
        if ours == theirs or str(ours) == str(theirs):
            return None
        return f"{path}: {ours!r} instead of {theirs!r}"
