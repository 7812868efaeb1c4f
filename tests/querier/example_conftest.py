"""conftest.py for sqlc-gen-python's examples, on psycopg: the fixtures that its tests ask for, of the same names.

Its test files name SQLAlchemy's connections in annotations, and nothing else of it: the names are all that is needed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

_async = SimpleNamespace(AsyncConnection=psycopg.AsyncConnection)
_sqlalchemy = SimpleNamespace(
    engine=SimpleNamespace(Connection=psycopg.Connection), ext=SimpleNamespace(asyncio=_async), __path__=[]
)
_modules: Any = sys.modules
_modules |= {"sqlalchemy": _sqlalchemy, "sqlalchemy.ext": _sqlalchemy.ext, "sqlalchemy.ext.asyncio": _async}

_SCHEMA = "sqltest"
_loop = asyncio.new_event_loop()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "asyncio: a coroutine")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine."""
    if not asyncio.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    _loop.run_until_complete(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture
def db() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(os.environ["EXAMPLES_DSN"], autocommit=True) as conn:
        conn.execute(f"CREATE SCHEMA {_SCHEMA}")
        conn.execute(f"SET search_path TO {_SCHEMA}")
        yield conn
        conn.execute(f"DROP SCHEMA {_SCHEMA} CASCADE")


@pytest.fixture
def async_db() -> Iterator[psycopg.AsyncConnection[Any]]:
    conn = _loop.run_until_complete(psycopg.AsyncConnection.connect(os.environ["EXAMPLES_DSN"], autocommit=True))
    _loop.run_until_complete(conn.execute(f"CREATE SCHEMA {_SCHEMA}"))
    _loop.run_until_complete(conn.execute(f"SET search_path TO {_SCHEMA}"))
    yield conn
    _loop.run_until_complete(conn.execute(f"DROP SCHEMA {_SCHEMA} CASCADE"))
    _loop.run_until_complete(conn.close())
