"""Codes of querygen's own: each means one thing, and each stands in the document."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
_NAMED = re.compile(r'^([A-Z_]+)(?:: Final)? = "(QG\d{3})"', re.MULTILINE)
_USED = re.compile(r'"(QG\d{3})"')


def sources() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in (ROOT / "querygen").rglob("*.py")}


def test_a_code_has_one_name() -> None:
    names = defaultdict(set)
    for text in sources().values():
        for name, code in _NAMED.findall(text):
            names[code].add(name)
    assert not {code: found for code, found in names.items() if len(found) > 1}


def test_every_code_stands_in_the_document() -> None:
    document = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    ranges = [(int(low), int(high or low)) for low, high in re.findall(r"QG(\d{3})(?: to QG(\d{3}))?", document)]
    used = {code for text in sources().values() for code in _USED.findall(text)}
    assert not [code for code in used if not any(low <= int(code[2:]) <= high for low, high in ranges)]
