"""Two schemas loaded together are what each is by itself; they are not where the order of statements may matter."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from querygen.migrate.common import common
from querygen.migrate.diff import diff
from querygen.migrate.load import load, parse
from querygen.migrate.read import read_model
from querygen.migrate.together import load_both
from querygen.source import SourceFile
from tests.migrate.test_pairs import CASES, NAMES, SETTING, loaded, printed

if TYPE_CHECKING:
    from querygen.migrate.load import Loaded

# More than half of both, so that it is shared.
BLOCK = "".join(
    f"""CREATE TABLE shared_{number} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent bigint REFERENCES shared_{max(number - 1, 0)},
    name varchar(20) DEFAULT 'x' CHECK (length(name) > 2),
    tags text[]
);
CREATE INDEX ON shared_{number} (lower(name)) WHERE tags IS NOT NULL;
CREATE VIEW seen_{number} AS SELECT s.*, p.name AS other FROM shared_{number} s JOIN shared_0 p ON p.id = s.parent;
COMMENT ON TABLE shared_{number} IS 'number {number}';
"""
    for number in range(12)
)


@pytest.mark.parametrize("name", NAMES)
def test_the_diff_is_the_same(name: str) -> None:
    texts = [(CASES / name / f"{one}.sql").read_text() for one in ("old", "new")]
    for one, other in (texts, reversed(texts)):
        files = [[SourceFile("a.sql", BLOCK), SourceFile("b.sql", text)] for text in (one, other)]
        assert not load_both(*files, SETTING)[0].errors
        alone = printed(diff(loaded(BLOCK + one), loaded(BLOCK + other)))
        assert printed(diff(*load_both(*files, SETTING))) == alone


# What both begin with, what differs, what both have behind it → how many statements behind are carried out for both;
# None: each is loaded by itself.
DIFFERS: dict[str, tuple[str, tuple[str, str], str, int | None]] = {
    "a table": ("", ("CREATE TABLE a (x int);", "CREATE TABLE a (x int, y text);"), "CREATE TABLE b (x int);", 1),
    "its index": ("", ("CREATE TABLE a (x int);", "CREATE TABLE a (x int, y text);"), "CREATE INDEX ON a (x);", 0),
    "a view of it": ("", ("CREATE TABLE a (x int);", "CREATE TABLE a (x bigint);"), "CREATE VIEW v AS TABLE a;", 0),
    "a foreign key to it": (
        "",
        ("CREATE TABLE a (x int PRIMARY KEY);", "CREATE TABLE a (x int PRIMARY KEY, y int);"),
        "CREATE TABLE b (x int REFERENCES a);",
        1,
    ),
    "what waits for it": (
        "",
        ("", "CREATE VIEW w AS TABLE z;"),
        "CREATE TABLE z (x int); CREATE TABLE y (x int);",
        None,
    ),
    "a name that is made up": (
        "",
        ("CREATE TABLE a (x int); CREATE INDEX b_x_idx ON a (x);", "CREATE TABLE a (x int);"),
        "CREATE TABLE b (x int); CREATE INDEX ON b (x);",
        0,
    ),
    "two names that are made up": (
        "",
        ("CREATE TABLE a (b_c int); CREATE INDEX ON a (b_c);", "CREATE TABLE a (b_c int);"),
        "CREATE TABLE a_b (c int); CREATE INDEX ON a_b (c);",
        None,
    ),
    "a column that is added": (
        "",
        ("CREATE VIEW v AS TABLE shared_0;", "CREATE VIEW v AS SELECT id FROM shared_0;"),
        "ALTER TABLE shared_0 ADD y int;",
        0,
    ),
    "a function": (
        "",
        ("", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN 1;"),
        "CREATE FUNCTION f(numeric) RETURNS text LANGUAGE sql RETURN 'x'; CREATE VIEW v AS SELECT f(1);",
        0,
    ),
    "a function behind what calls one of its name": (
        "CREATE FUNCTION f(bigint) RETURNS text LANGUAGE sql RETURN 'x';",
        ("", "CREATE VIEW v AS SELECT f(1);"),
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN 1; CREATE TABLE b (x int);",
        1,
    ),
    "an operator": (
        (
            "CREATE FUNCTION f(bigint, text) RETURNS text LANGUAGE sql RETURN 'x';"
            "CREATE FUNCTION f(int, text) RETURNS text LANGUAGE sql RETURN 'y';"
            "CREATE OPERATOR ### (LEFTARG = bigint, RIGHTARG = text, FUNCTION = f);"
        ),
        ("", "CREATE VIEW v AS SELECT 1 ### 'x'::text AS y;"),
        "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = text, FUNCTION = f);",
        0,
    ),
    "a cast": (
        (
            "CREATE FUNCTION f(int) RETURNS text LANGUAGE sql RETURN 'x';"
            "CREATE FUNCTION g(shared_0) RETURNS int LANGUAGE sql RETURN 1;"
        ),
        ("", "CREATE VIEW v AS SELECT f(1) AS y;"),
        "CREATE CAST (shared_0 AS int) WITH FUNCTION g(shared_0) AS IMPLICIT;",
        0,
    ),
    "a key that a grouping rests on": (
        "CREATE TABLE k (id int NOT NULL, name text);",
        ("", "CREATE INDEX other ON shared_1 (id);"),
        "ALTER TABLE k ADD PRIMARY KEY (id); CREATE VIEW v AS SELECT id, name FROM k GROUP BY id;",
        2,
    ),
    "a comment that comes again": (
        "",
        ("COMMENT ON TABLE shared_1 IS 'x';", "COMMENT ON TABLE shared_1 IS 'y';"),
        "COMMENT ON TABLE public.shared_1 IS 'z';",
        0,
    ),
    "a comment on two lines": (
        "",
        ("COMMENT ON TABLE shared_1 IS 'x';", "COMMENT ON TABLE shared_1 IS 'y';"),
        "comment on\ntable\n  shared_1 IS 'z';",
        0,
    ),
    "a search path": ("", ("", "CREATE TABLE a (x int);"), "CREATE SCHEMA s; SET search_path = s; TABLE b;", None),
    "a sequence by its name": (
        "",
        ("CREATE TABLE a (x serial);", "CREATE TABLE a (x serial, y int);"),
        "CREATE TABLE b (x int DEFAULT nextval('a_x_seq'));",
        0,
    ),
    "a comment on a name that was made up": (
        "",
        ("CREATE TABLE a (x int UNIQUE);", "CREATE TABLE a (x int UNIQUE, y int);"),
        "COMMENT ON INDEX a_x_key IS 'x';",
        0,
    ),
    "an index of a partitioned table": (
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1);",
        ("", "CREATE INDEX pi ON p (a);"),
        "CREATE INDEX ci ON c (a);",
        0,
    ),
    "a constraint of a partitioned table": (
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1);",
        ("", "ALTER TABLE p ADD CHECK (a > 0);"),
        "ALTER TABLE c ADD CONSTRAINT p_a_check CHECK (a > 0);",
        0,
    ),
    "an heir": (
        "CREATE TABLE p (a int); CREATE TABLE c (a int); ALTER TABLE c INHERIT p;",
        ("", "ALTER TABLE p ADD CHECK (a > 0);"),
        "ALTER TABLE c ADD CHECK (a > 1);",
        0,
    ),
    "a second index": ("", ("", "CREATE INDEX ON shared_0 (name);"), "CREATE INDEX ON shared_0 (name);", 0),
    "a second check": (
        "CREATE TABLE a (x int);",
        ("", "ALTER TABLE a ADD CHECK (x > 0);"),
        "CREATE TABLE b (x int); ALTER TABLE a ADD CHECK (x > 0);",
        None,
    ),
    "a relation that hides another": (
        "",
        ("", "CREATE VIEW v AS TABLE shared_0;"),
        "CREATE TEMP TABLE shared_0 (x int); CREATE TABLE b (x int);",
        0,
    ),
}


def outcome(found: Loaded) -> object:
    """The model and the errors."""
    errors = sorted((one.code or "", one.message) for one in found.errors)
    if errors:
        return errors
    objects, problems = read_model(found.state)
    return {key: (_said(one.attrs), one.needs, one.parent) for key, one in objects.objects.items()}, problems


def moved(*texts: str) -> int:
    parsed = [parse([SourceFile("schema.sql", text)]) for text in texts]
    split = common(parsed[0][0], parsed[1][0])
    return 0 if split is None else len(split.moved)


@pytest.mark.parametrize("what", DIFFERS)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_both_are_what_they_are_alone(what: str, turned: bool) -> None:
    first, differs, behind, count = DIFFERS[what]
    texts = [BLOCK + first + one + "\n" + behind for one in (differs[::-1] if turned else differs)]
    alone = [load([SourceFile("schema.sql", text)], SETTING) for text in texts]
    together = load_both(*([SourceFile("schema.sql", text)] for text in texts), SETTING)
    for one, other in zip(together, alone, strict=True):
        assert outcome(one) == outcome(other)
    assert (together[0].family is not None) is (count is not None and not any(one.errors for one in alone))
    if together[0].family is not None:
        assert moved(*texts) == count


def test_a_second_table_is_an_error_in_both() -> None:
    texts = [BLOCK + "CREATE TABLE g (x int);", BLOCK + "CREATE TABLE g (x int); CREATE TABLE g (x int);"]
    together = load_both(*([SourceFile("schema.sql", text)] for text in texts), SETTING)
    assert [[error.code for error in one.errors] for one in together] == [[], ["42P07"]]


# Statements in which much hangs on much: names that are made up, functions and what calls them, tables and heirs.
BASE = (
    "CREATE TABLE a (id int PRIMARY KEY, x int UNIQUE);",
    "CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, CHECK (id > 0));",
    "CREATE TABLE d (x int);",
    "CREATE FUNCTION f(bigint) RETURNS text LANGUAGE sql RETURN 'x';",
)
MORE = (
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN 1;",
    "CREATE VIEW v AS SELECT f(1);",
    "CREATE VIEW w AS SELECT * FROM a;",
    "CREATE VIEW u AS SELECT f(id) AS y FROM b;",
    "CREATE VIEW g AS SELECT x, f(x) FROM d GROUP BY x;",
    "CREATE INDEX ON a (x);",
    "CREATE INDEX ON b (a_id);",
    "CREATE INDEX a_x_idx ON b (id);",
    "ALTER TABLE b ADD CHECK (id > 0);",
    "ALTER TABLE b ADD CHECK (a_id > 0);",
    "ALTER TABLE d ADD PRIMARY KEY (x);",
    "CREATE TABLE a_x (key int);",
    "CREATE TABLE k (x int REFERENCES a, y int REFERENCES b);",
    "CREATE TABLE c () INHERITS (a);",
    "CREATE TYPE e AS ENUM ('x', 'y');",
    "CREATE TABLE i (y text, z int UNIQUE);",
    "COMMENT ON TABLE a IS 'x';",
    "comment on\ntable a is 'y';",
    "COMMENT ON COLUMN b.id IS 'x';",
    "ALTER TABLE a ADD y int;",
)
SEEN: Counter[str] = Counter()


@st.composite
def scripts(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two scripts of which the second is the first with statements left out, added, said twice or in another order."""
    one = [*BASE, *draw(st.lists(st.sampled_from(MORE), min_size=2, max_size=7, unique=True))]
    other = list(one)
    for _edit in range(draw(st.integers(1, 3))):
        place = draw(st.integers(draw(st.sampled_from([0, len(BASE)])), len(other)))
        match draw(st.sampled_from(["add", "add", "add", "leave out", "twice", "shuffle"])):
            case "add":
                other.insert(place, draw(st.sampled_from(MORE)))
            case "leave out":
                del other[place : place + 1]
            case "twice":
                other += other[place : place + 1]
            case "shuffle":
                other[4:] = draw(st.permutations(other[4:]))
    return one, other


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts())
def _any_two_scripts(both: tuple[list[str], list[str]]) -> None:
    texts = ["\n".join(one) for one in both]
    alone = [load([SourceFile("schema.sql", text)], SETTING) for text in texts]
    together = load_both(*([SourceFile("schema.sql", text)] for text in texts), SETTING)
    for one, other in zip(together, alone, strict=True):
        assert outcome(one) == outcome(other)
    shared = together[0].family is not None
    SEEN["pairs"] += 1
    SEEN["shared"] += shared
    SEEN["moved"] += bool(shared and moved(*texts))


def test_any_two_scripts() -> None:
    """Models and errors are those of loading alone; and enough of the pairs are really loaded together."""
    SEEN.clear()
    _any_two_scripts()
    assert SEEN["shared"] > SEEN["pairs"] / 10, SEEN
    assert SEEN["moved"] > SEEN["pairs"] / 50, SEEN


def _said(attrs: dict[str, object]) -> dict[str, object]:
    """Without what names objects by their oids."""
    return {key: value for key, value in attrs.items() if key != "_oid"}
