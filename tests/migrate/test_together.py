"""Two schemas loaded together are what each is by itself; they are not where the order of statements may matter."""

from __future__ import annotations

import pytest

from querygen.migrate.diff import diff
from querygen.migrate.read import read_model
from querygen.migrate.together import load_both
from querygen.source import SourceFile
from tests.migrate.test_pairs import CASES, NAMES, SETTING, loaded, printed

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


# What differs, and what both have behind it → is what both have shared?
DIFFERS = {
    "a table": (("CREATE TABLE a (x int);", "CREATE TABLE a (x int, y text);"), "CREATE INDEX ON a (x);", True),
    "what waits for it": (("", "CREATE TABLE a (x int);"), "", True),
    "a view of it": (("CREATE TABLE a (x int);", "CREATE TABLE a (x bigint);"), "CREATE VIEW v AS TABLE a;", True),
    "a foreign key to it": (
        ("CREATE TABLE a (x int PRIMARY KEY);", "CREATE TABLE a (x int PRIMARY KEY, y int);"),
        "CREATE TABLE b (x int REFERENCES a);",
        True,
    ),
    "a name that is made up": (
        ("CREATE TABLE a (x int); CREATE INDEX b_x_idx ON a (x);", "CREATE TABLE a (x int);"),
        "CREATE TABLE b (x int); CREATE INDEX ON b (x);",
        False,
    ),
    "two names that are made up": (
        ("CREATE TABLE a (b_c int); CREATE INDEX ON a (b_c);", "CREATE TABLE a (b_c int);"),
        "CREATE TABLE a_b (c int); CREATE INDEX ON a_b (c);",
        False,
    ),
    "a column that is added": (
        ("CREATE VIEW v AS TABLE shared_0;", "CREATE VIEW v AS SELECT id FROM shared_0;"),
        "ALTER TABLE shared_0 ADD y int;",
        False,
    ),
    "a function": (
        ("", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN 1;"),
        "CREATE FUNCTION f(numeric) RETURNS text LANGUAGE sql RETURN 'x'; CREATE VIEW v AS SELECT f(1);",
        False,
    ),
    "a comment that comes again": (
        ("COMMENT ON TABLE shared_1 IS 'x';", "COMMENT ON TABLE shared_1 IS 'y';"),
        "COMMENT ON TABLE public.shared_1 IS 'z';",
        False,
    ),
    "a search path": (
        ("", "CREATE TABLE a (x int);"),
        "CREATE SCHEMA s; SET search_path = s; CREATE TABLE b (x int);",
        False,
    ),
    "a sequence by its name": (
        ("CREATE TABLE a (x serial);", "CREATE TABLE a (x serial, y int);"),
        "CREATE TABLE b (x int DEFAULT nextval('a_x_seq'));",
        False,
    ),
}


@pytest.mark.parametrize("what", DIFFERS)
def test_both_are_what_they_are_alone(what: str) -> None:
    differs, common, shared = DIFFERS[what]
    texts = [BLOCK + one + "\n" + common for one in differs]
    together = load_both(*([SourceFile("schema.sql", text)] for text in texts), SETTING)
    for one, text in zip(together, texts, strict=True):
        mine, theirs = read_model(one.state)[0].objects, read_model(loaded(text).state)[0].objects
        assert {key: (_said(found.attrs), found.needs) for key, found in mine.items()} == {
            key: (_said(found.attrs), found.needs) for key, found in theirs.items()
        }
    assert (together[0].family is not None) is shared


def _said(attrs: dict[str, object]) -> dict[str, object]:
    """Without what names objects by their oids."""
    return {key: value for key, value in attrs.items() if key != "_oid"}
