"""A subscription is never dropped to be made again: its slot, and what was not yet sent, would be gone."""

from __future__ import annotations

import pytest

from querygen.migrate.diff import diff
from tests.migrate.test_pairs import loaded, printed

OLD = "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION a;\n"

CHANGED = {
    "the connection": OLD.replace("dbname=x", "dbname=y"),
    "the publications": OLD.replace("PUBLICATION a", "PUBLICATION a, b"),
    "an option": OLD.replace("a;", "a WITH (binary);"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_change_is_refused(what: str) -> None:
    for one, other in ((OLD, CHANGED[what]), (CHANGED[what], OLD)):
        (refusal,) = diff(loaded(one), loaded(other)).refusals
        assert refusal.target == ("unit", "SUBSCRIPTION", "s")
        assert "slot" in refusal.reason
        assert "ALTER SUBSCRIPTION" in (refusal.hint or "")


def test_what_the_schema_alters_is_altered() -> None:
    """The way that the hint names: it leads there."""
    alter = "ALTER SUBSCRIPTION s SET PUBLICATION a, b;\n"
    assert printed(diff(loaded(OLD), loaded(OLD + alter))) == alter
    assert printed(diff(loaded(OLD + alter), loaded(OLD + alter))) == ""
