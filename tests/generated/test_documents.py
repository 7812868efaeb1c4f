"""docs/dynamic.md, docs/nested.md and docs/relational.md are programs: their SQL is built, their Python is run."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from querygen.scaffold.init import example_files
from tests.generated.project import project
from tests.pg_fixtures import PgDatabase

ROOT = Path(__file__).parent.parent.parent
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SCHEMA = "\n".join(text for name, text in sorted(example_files().items()) if name.startswith("schema/"))
ROWS = """
INSERT INTO "user" (id, email, name, role, created_at) VALUES
    ('00000000-0000-0000-0000-000000000001', 'ada@example.org', 'Ada', 'admin', '2024-01-01 00:00:00+00'),
    ('00000000-0000-0000-0000-000000000002', 'bob@example.org', 'Bob', 'guest', '2024-01-02 00:00:00+00'),
    ('00000000-0000-0000-0000-000000000003', 'cy@example.org', 'Cy', 'guest', '2024-01-03 00:00:00+00');
INSERT INTO session (token, user_id, created_at, expires_at)
SELECT token, id::uuid, timestamptz '2024-02-01 00:00:00+00' + days * interval '1 day',
    timestamptz '2024-02-01 00:00:00+00' + (days + 2) * interval '1 day'
FROM (VALUES ('a1', '00000000-0000-0000-0000-000000000001', 0), ('a2', '00000000-0000-0000-0000-000000000001', 5),
    ('b1', '00000000-0000-0000-0000-000000000002', 1)) AS v (token, id, days);
INSERT INTO account (user_id, provider, provider_account_id) VALUES
    ('00000000-0000-0000-0000-000000000001', 'google', '1'), ('00000000-0000-0000-0000-000000000001', 'github', '1'),
    ('00000000-0000-0000-0000-000000000002', 'github', '2');
INSERT INTO audit_log (user_id, action, created_at) VALUES
    ('00000000-0000-0000-0000-000000000001', 'a2', '2024-02-06 00:00:00+00'),
    ('00000000-0000-0000-0000-000000000001', 'a2', '2024-02-07 00:00:00+00'),
    ('00000000-0000-0000-0000-000000000002', 'sign in', '2024-02-02 12:00:00+00');
"""


def snippets(document: str, language: str) -> list[str]:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return [match[2] for match in _FENCE.finditer(text) if match[1] == language]


def _line(document: str, snippet: str) -> int:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return text[: text.index(snippet)].count("\n")


@pytest.mark.parametrize("document", ["dynamic.md", "nested.md"])
def test_the_programs_of_a_document(document: str, tmp_path: Path, pg_database: PgDatabase) -> None:
    with (
        project(tmp_path, SCHEMA, "\n".join(snippets(document, "sql"))) as load,
        psycopg.connect(pg_database(SCHEMA + ROWS), autocommit=True) as conn,
    ):
        conn.execute("SET TIME ZONE 'UTC'")
        names: dict[str, Any] = {**vars(load("models")), **vars(load("queries")), "conn": conn}
        programs = snippets(document, "python")
        for program in programs:
            exec(compile("\n" * _line(document, program) + program, f"docs/{document}", "exec"), names)  # noqa: S102  it is our own
        assert len(programs) >= 3


def test_queries_of_relations_are_the_example_s() -> None:
    """Every query of the page stands in queries/relations.sql, word for word."""
    text = (ROOT / "queries" / "relations.sql").read_text(encoding="utf-8")
    shown = snippets("relational.md", "sql")
    assert len(shown) == text.count("-- name:")
    assert not [one for one in shown if one.strip() not in text]


def test_both_forms_give_the_same(pg_database: PgDatabase) -> None:
    relations = importlib.import_module("generated.relations")
    with psycopg.connect(pg_database(SCHEMA + ROWS), autocommit=True) as conn:
        conn.execute("SET TIME ZONE 'UTC'")
        joined = [one.model_dump() for one in relations.users_with_sessions(conn)]
        assert joined == [one.model_dump() for one in relations.users_with_sessions_json(conn)]
        assert [len(one["sessions"]) for one in joined] == [2, 1, 0]
        for user in joined:
            one = relations.user_sign_ins(conn, id=user["u"]["id"]).model_dump()
            other = relations.user_sign_ins_json(conn, id=user["u"]["id"]).model_dump()
            assert all(account.pop("user_id") == user["u"]["id"] for account in one["accounts"])
            assert one == other
        deep = [one.model_dump() for one in relations.user_activity(conn)]
        other = [one.model_dump() for one in relations.user_activity_json(conn)]
        for user in deep:
            user["sessions"] = [{key: one[key] for key in ("token", "entries")} for one in user["sessions"]]
        assert deep == other
        assert [len(one["entries"]) for one in deep[0]["sessions"]] == [0, 2]


def test_the_other_reads(pg_database: PgDatabase) -> None:
    relations = importlib.import_module("generated.relations")
    models = importlib.import_module("generated.models")
    with psycopg.connect(pg_database(SCHEMA + ROWS), autocommit=True) as conn:
        conn.execute("SET TIME ZONE 'UTC'")
        last = [one.last_session and one.last_session.token for one in relations.users_with_last_session(conn)]
        assert last == ["a2", "b1", None]
        assert relations.users_with_last_session(conn) == relations.users_with_last_session_distinct(conn)
        (now,) = conn.execute("SELECT timestamptz '2024-02-03 12:00:00+00'").fetchone() or (None,)
        signed_in = relations.users_signed_in(conn, now=now)
        assert [(one.u.name, [session.token for session in one.sessions]) for one in signed_in] == [
            ("Ada", ["a2"]),
            ("Bob", ["b1"]),
        ]
        assert [one.u.name for one in relations.users_signed_in(conn, now=now, role=models.UserRole.GUEST)] == ["Bob"]
        counts = [(one.sessions, one.accounts) for one in relations.users_with_counts(conn)]
        assert counts == [(2, 2), (1, 1), (0, 0)]
        assert [one.name for one in relations.users_of_provider(conn, provider="google")] == ["Ada"]
        assert len(relations.users_of_provider(conn)) == 3
