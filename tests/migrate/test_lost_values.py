"""A value that an enum loses, and an attribute that a type loses, want to be allowed; a value may have been renamed."""

from __future__ import annotations

import pytest

from querygen.migrate.generate import Draft, draft
from querygen.migrate.push import plan_push
from querygen.source import SourceFile
from tests.migrate.test_pairs import SETTING, loaded

ENUM = "CREATE TYPE e AS ENUM ('a', 'b', 'c');\n"
TABLE = "CREATE TABLE t (e e);\n"


def drafted(old: str, new: str, *rename: str, allow_drop: bool = False) -> Draft:
    files = [SourceFile("1_start.sql", old)], [SourceFile("schema.sql", new)]
    return draft(*files, SETTING, rename=rename, allow_drop=allow_drop)


# Old and new → what is lost, as a refusal names it, and what may have been renamed.
LOSSES = {
    "two of two": (
        ENUM + TABLE,
        ENUM.replace("'b', 'c'", "'bb', 'd'") + TABLE,
        ["value b of type public.e", "value c of type public.e"],
        [],
    ),
    "one at the same place": (
        ENUM + TABLE,
        ENUM.replace("'b'", "'bb'") + TABLE,
        ["value b of type public.e"],
        ["public.e.b=public.e.bb"],
    ),
    "in front, and another comes": (
        ENUM + TABLE,
        ENUM.replace("'a'", "'A'").replace("'c'", "'c', 'd'") + TABLE,
        ["value a of type public.e"],
        ['public.e.a=public.e."A"'],
    ),
    "another place": (
        ENUM + TABLE,
        "CREATE TYPE e AS ENUM ('bb', 'a', 'c');" + TABLE,
        ["value b of type public.e"],
        [],
    ),
    "no column has the type": (ENUM, ENUM.replace("'b', ", ""), ["value b of type public.e"], []),
    "another order": (ENUM + TABLE, "CREATE TYPE e AS ENUM ('b', 'a', 'c');" + TABLE, [], []),
    "an attribute": (
        "CREATE TYPE k AS (a int, b int);",
        "CREATE TYPE k AS (a int);",
        ["attribute b of type public.k"],
        [],
    ),
}


@pytest.mark.parametrize("what", LOSSES)
def test_a_loss_wants_to_be_allowed(what: str) -> None:
    old, new, lost, options = LOSSES[what]
    from querygen.migrate.model import show

    made = drafted(old, new)
    assert [show(one.target) for one in made.refusals] == lost
    assert [one.option for one in made.candidates] == options
    pushed = plan_push(loaded(old), loaded(new))
    assert [show(target) for one in pushed.losing for target in one.loses] == lost
    assert [one.option for one in pushed.candidates] == options
    assert drafted(old, new, allow_drop=True).parts


def test_a_value_is_renamed() -> None:
    new = ENUM.replace("'b'", "'bb'") + TABLE
    (part,) = drafted(ENUM + TABLE, new, "public.e.b=public.e.bb").parts
    assert "ALTER TYPE public.e RENAME VALUE 'b' TO 'bb';" in part.up
    assert part.down is not None
    assert "ALTER TYPE public.e RENAME VALUE 'bb' TO 'b';" in part.down
    assert drafted(ENUM + TABLE, ENUM.replace("'b'", "'bb' -- @renamed from=b\n") + TABLE).parts == (part,)


def test_a_value_is_renamed_with_its_type() -> None:
    new = "CREATE TYPE f AS ENUM ('a', 'bb' /* @renamed from=b */, 'c'); -- @renamed from=e\nCREATE TABLE t (e f);\n"
    (part,) = drafted(ENUM + TABLE, new, "e=f").parts
    assert [line for line in part.up.splitlines() if line.startswith("ALTER")] == [
        "ALTER TYPE public.e RENAME TO f;",
        "ALTER TYPE public.f RENAME VALUE 'b' TO 'bb';",
    ]
    assert part.down is not None
    assert [line for line in part.down.splitlines() if line.startswith("ALTER")] == [
        "ALTER TYPE public.f RENAME TO e;",
        "ALTER TYPE public.e RENAME VALUE 'bb' TO 'b';",
    ]
