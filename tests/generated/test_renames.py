"""Names that the configuration gives: what cannot be one is refused with both names, at once and once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from querygen.render.renames import RenameErrors
from querygen.render.options import RenderOptions
from tests.generated.project import project, rendered

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('a');
CREATE TABLE k (id int4, nums int4[], "list" text, x_y text);
CREATE TABLE users (id int4, mood mood);
CREATE TABLE app.users (id int4);
"""
QUERIES = """
-- name: GetK :one
SELECT * FROM k;
-- name: GetUser :one
SELECT * FROM users;
"""


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("k", "class", "it is a Python keyword"),
        ("k", "None", "it is a Python keyword"),
        ("k", "a b", "it is no Python identifier"),
        ("k", "1x", "it is no Python identifier"),
        ("k", "", "the name is empty"),
        ("k", "_K", "it begins with an underscore"),
        ("k", "list", "generated code uses the name itself"),
        ("k", "Row", "generated code uses the name itself"),
        ("k", "Any", "generated code uses the name itself"),
        ("k", "Exception", "it is a name of Python's own"),
        ("k", "User", '"public.users" has that class already'),
        ("app.users", "K", '"public.k" has that class already'),
        ("mood", "K", '"public.k" has that class already'),
        ("k", "read_user", "it is the name of a function of models.py"),
        ("user", "Person", 'there is no table, type or column "user"'),
        ("k.nope", "a", 'there is no table, type or column "k.nope"'),
        ("k.id", "def", "it is a Python keyword"),
        ("k.id", "x y", "it is no Python identifier"),
        ("k.id", "_id", "it begins with an underscore"),
        ("k.id", "model_dump", "it is an attribute of every pydantic model"),
        ("k.id", "nums", 'the column "nums" of the table k has that name'),
        ("public.k.nums", "x_y", 'the column "x_y" of the table k has that name'),
        ("k.id", "list", 'the column "list" of the table k has that name'),
        ("users.id", "Mood", 'the class of the table users needs "Mood" for the types of its fields'),
    ],
)
def test_a_name_that_cannot_be_given(key: str, value: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(RenameErrors) as refused:
        rendered(tmp_path, SCHEMA, QUERIES, RenderOptions(rename={key: value}))
    [(where, problem)] = refused.value.problems
    assert (where, problem.code) == (key, "QG207")
    assert problem.message == f'cannot rename "{key}" to "{value}": {why}'
    assert problem.hint


def test_names_that_can_be_given(tmp_path: Path) -> None:
    rename = {"k": "get_user", "app.users": "Member", "mood": "Größe", "k.list": "things", "users.mood": "mood_now"}
    with project(tmp_path, SCHEMA, QUERIES, RenderOptions(rename=rename)) as load:
        models, queries = load("models"), load("queries")
        assert list(models.get_user.model_fields) == ["id", "nums", "things", "x_y"]
        assert list(models.User.model_fields) == ["id", "mood_now"]
        assert {"Member", "Größe"} <= set(vars(models))
        assert queries.get_user is models.get_user
        assert queries.get_user_.__annotations__["return"] == models.User | None


def test_one_key_for_two_schemas(tmp_path: Path) -> None:
    with project(tmp_path, SCHEMA, QUERIES, RenderOptions(rename={"users": "Person"})) as load:
        assert {"Person", "AppPerson"} <= set(vars(load("models")))
