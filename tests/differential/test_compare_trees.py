"""The command that compares whole trees over folders of SQL; with QUERYGEN_CORPORA over those (a folder of corpora)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.differential.compare_trees import compare

CORPORA = os.environ.get("QUERYGEN_CORPORA")

SCHEMA = """
create table book (id int primary key, title text not null);
create table page (book int references book, number int, primary key (book, number));
"""
QUERIES = """
-- name: titles :many
select title, count(number) from book left join page on book = id group by id;

-- name: no_such :many
select nope from book;

-- name: shown :many
show timezone;
"""


def test_every_query_is_counted(tmp_path: Path) -> None:
    case = tmp_path / "corpus" / "books"
    case.mkdir(parents=True)
    (case / "schema.sql").write_text(SCHEMA, encoding="utf-8")
    (case / "queries.sql").write_text(QUERIES, encoding="utf-8")
    count = compare([tmp_path])
    assert (count.equal, count.different, count.both_refuse) == (1, [], 1)
    assert count.left_out == {"a utility statement": 1}


@pytest.mark.exhaustive
@pytest.mark.skipif(CORPORA is None, reason="QUERYGEN_CORPORA names no folder")
def test_trees_of_the_corpora_are_equal() -> None:
    count = compare([Path(CORPORA or ".")])
    print(f"{count.equal} of {count.compared} trees are equal")
    assert count.compared
    assert count.different == []
