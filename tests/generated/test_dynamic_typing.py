"""The code of dynamic queries and folded rows against ruff, mypy and pyright; and what they say of wrong calls."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from querygen.render.options import RenderOptions
from querygen.write import write_files
from tests.generated import test_dynamic, test_nested
from tests.generated.project import rendered
from tests.generated.test_typing import check_with_ruff, run

if TYPE_CHECKING:
    from pathlib import Path

LONG = """
-- name: SearchWithNamesThatAreLongerThanLines :many
SELECT id, title, note, score, created, 'costs $1 and %s and {x}' AS "a $2"
FROM item AS the_item_that_is_searched
WHERE the_item_that_is_searched.title = qg.optional(the_title_of_the_item_that_is_searched_for)
  AND the_item_that_is_searched.note = qg.optional(the_note_of_the_item_that_is_searched_for_and_that_is_very_long)
  AND (score, author_id) IN (SELECT qg.optional(scores)::int4, 4::int8)
ORDER BY qg.sort(the_item_that_is_searched.created, the_item_that_is_searched.title, id) NULLS FIRST;

-- name: ChangeWithNamesThatAreLongerThanLines :exec
-- patch: ChangeOfAnItemWithANameThatIsLong
UPDATE item SET
\ttitle = qg.optional(the_title_of_the_item_that_is_to_be_changed),
\tnote = qg.optional(the_note_of_the_item_that_is_to_be_changed_and_that_is_long),
\tscore = (SELECT max(i.score) FROM item AS i WHERE i.id > qg.optional(least) AND i.id < qg.optional(score))
WHERE id = @id AND 'it''s' <> '"';

-- name: ListedWithItems :many
SELECT a.id, qg.embed_many(i) AS items_of_the_author_with_a_long_name
FROM author AS a LEFT JOIN item AS i ON i.author_id = a.id
JOIN tag AS t ON t.item_id = i.id AND qg.when(with_tags_of_the_items_of_the_author_with_a_long_name)
ORDER BY a.id;
"""
WRONG = """
from psycopg import Connection
from {package} import queries
from {package}._changes import UNSET

def right(conn: Connection) -> None:
    queries.search(conn, sort=("-score", "id"), limit=3)
    queries.search(conn, title=UNSET)
    queries.page(conn, after=None, size=1)
    queries.change(conn, id=1, note=None)

def wrong(conn: Connection, text: str) -> None:
    queries.search(conn, sort=("title",))  # wrong
    queries.search(conn, sort=(text,))  # wrong
    queries.search(conn, kind="post")  # wrong
    queries.search(conn, title=None)  # wrong
    queries.page(conn, after=(1, 2), size=1)  # wrong
    queries.change(conn, id=1, title=None)  # wrong
    queries.change(conn, id=UNSET)  # wrong
    queries.change_patched(conn, id=1, patch=queries.ItemChange(score=1))  # wrong
    conn.execute(text)  # pyright alone
    conn.execute(queries.page_sql(after=True))
"""


def test_the_tools_have_nothing_to_say(tmp_path: Path) -> None:
    options = {
        "plain": RenderOptions(sql_tags={"application": "it's"}, insert_models=True),
        "validated": RenderOptions(validate_rows=True),
    }
    cases = {
        "dynamic": (test_dynamic.SCHEMA, test_dynamic.QUERIES + LONG),
        "nested": (test_nested.SCHEMA, test_nested.QUERIES),
    }
    packages = []
    for name, (schema, queries) in cases.items():
        for kind, chosen in options.items():
            packages.append(f"{name}_{kind}")
            write_files(tmp_path / packages[-1], rendered(tmp_path, schema, queries, chosen), check=False)
    check_with_ruff(tmp_path, "--ignore", "E501")  # a name can be longer than a line
    run(tmp_path, "mypy", "--strict", "--python-version", "3.11", "--cache-dir", "mypy_cache", *packages)
    (tmp_path / "wrong.py").write_text(WRONG.format(package=packages[0]))
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "include": packages}))
    run(tmp_path, "pyright", "--pythonpath", sys.executable)
    expected = {number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# wrong")}
    command = [sys.executable, "-m", "mypy", "--cache-dir", "mypy_cache", "wrong.py"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert {int(one) for one in re.findall(r"^wrong.py:(\d+): error", told, re.MULTILINE)} == expected, told
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "wrong.py"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    alone = next(number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# pyright alone"))
    assert {int(one) for one in re.findall(r"wrong.py:(\d+):\d+ - error", told)} == {*expected, alone}, told
