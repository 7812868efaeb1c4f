"""How long a package of 300 models and 500 functions takes to import: generated, by hand, and with eager pydantic.

Takes a folder to write in; gives the CPU seconds of each, the packages in turn, each import in a process of its own.
psycopg and pydantic are loaded, and one model is built, before the clock starts: both ways need them. What they brought
is hidden from the garbage collector: it would look at all of that once during one import and not during the next.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.modules import NotGeneratedError, build, query_modules

if TYPE_CHECKING:
    from pathlib import Path

MODELS = 300
FUNCTIONS = 500
FUNCTIONS_IN_MODULE = 25

BY_HAND, EAGER, GENERATED = "by hand", "eager pydantic", "querygen"

TABLE = """CREATE TABLE thing{n} (
    id bigint PRIMARY KEY,
    owner_id bigint NOT NULL,
    name text NOT NULL,
    email text,
    amount numeric(12, 2) NOT NULL,
    active boolean NOT NULL,
    uid uuid NOT NULL,
    created timestamptz NOT NULL
);
"""
COLUMNS = "id, owner_id, name, email, amount, active, uid, created"

MODEL = """class Thing{n}({base}):
    id: int
    owner_id: int
    name: str
    email: str | None
    amount: decimal.Decimal
    active: bool
    uid: uuid.UUID
    created: datetime.datetime
"""
MODELS_HEAD = """import datetime
import decimal
import uuid

from pydantic import BaseModel{names}
"""
ROW = """

class Row(BaseModel):
    model_config = ConfigDict(defer_build=True)

    @property
    def model_fields_set(self) -> set[str]:
        return set(self.__pydantic_fields_set__)
"""
HAND_HEAD = """from typing import Any, Final

from psycopg import Connection, RawCursor
from psycopg.types.numeric import Int8
from pydantic import BaseModel

from .models import {names}

new_object = object.__new__
set_dict: Final = BaseModel.__dict__["__dict__"].__set__
set_fields: Final = BaseModel.__dict__["__pydantic_fields_set__"].__set__
set_extra: Final = BaseModel.__dict__["__pydantic_extra__"].__set__
set_private: Final = BaseModel.__dict__["__pydantic_private__"].__set__
"""
HAND_ROW = """
THING{n}_FIELDS: Final = {{"id", "owner_id", "name", "email", "amount", "active", "uid", "created"}}


def _thing{n}(values: Any) -> Thing{n}:
    id, owner_id, name, email, amount, active, uid, created = values
    row = new_object(Thing{n})
    set_dict(
        row,
        {{
            "id": id,
            "owner_id": owner_id,
            "name": name,
            "email": email,
            "amount": amount,
            "active": active,
            "uid": uid,
            "created": created,
        }},
    )
    set_fields(row, THING{n}_FIELDS)
    set_extra(row, None)
    set_private(row, None)
    return row


def thing{n}_row(_cursor: Any) -> Any:
    return _thing{n}
"""
HAND_FUNCTION = '''
SELECT{f}: Final = "SELECT {columns} FROM thing{n} WHERE {where}"


def {name}(conn: Connection[Any], *, id: int) -> {result}:
    """Return what has this id."""
    return RawCursor(conn, row_factory=thing{n}_row).execute(SELECT{f}, (Int8(id),)).{fetch}()
'''
EAGER_HEAD = """from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from .models import {names}
"""
EAGER_FUNCTION = '''
SELECT{f} = "SELECT {columns} FROM thing{n} WHERE {where}"


def {name}(conn: Connection[Any], *, id: int) -> {result}:
    """Return what has this id."""
    return conn.cursor(row_factory=class_row(Thing{n})).execute(SELECT{f}, (id,)).{fetch}()
'''

CLOCK = """
import datetime, decimal, enum, gc, importlib, sys, time, uuid
import psycopg, psycopg.rows, psycopg.types.json
from psycopg.types.array import ListBinaryDumper
from pydantic import BaseModel, ConfigDict
class First(BaseModel):
    id: int
    created: datetime.datetime
    amount: decimal.Decimal | None
First(id=1, created=datetime.datetime.now(), amount=None)
gc.collect()
gc.freeze()
started = time.process_time()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(time.process_time() - started)
"""


Rounds = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """CPU seconds of each round, by contestant; `missing` says why there is no generated package."""

    models: Rounds
    everything: Rounds
    missing: str | None = None


def median(rounds: Rounds, name: str) -> float:
    return statistics.median(rounds[name])


def ratio(rounds: Rounds, name: str) -> float:
    return statistics.median(mine / eager for mine, eager in zip(rounds[name], rounds[EAGER], strict=True))


def _table(function: int) -> int:
    return function % MODELS


def modules() -> list[tuple[str, range]]:
    starts = range(0, FUNCTIONS, FUNCTIONS_IN_MODULE)
    return [(f"things{start:03d}", range(start, start + FUNCTIONS_IN_MODULE)) for start in starts]


def _write_sql(folder: Path) -> tuple[Path, Path]:
    schema, queries = folder / "schema.sql", folder / "queries"
    schema.write_text("\n".join(TABLE.format(n=n) for n in range(MODELS)))
    queries.mkdir()
    for module, functions in modules():
        texts = [
            f"-- name: {'List' if f % 2 else 'Get'}Thing{f} :{'many' if f % 2 else 'one'}\n"
            f"SELECT {COLUMNS} FROM thing{_table(f)} WHERE {'owner_id' if f % 2 else 'id'} = @id;\n"
            for f in functions
        ]
        (queries / f"{module}.sql").write_text("\n".join(texts))
    return schema, queries


def _write_package(folder: Path, *, eager: bool) -> list[str]:
    """A package as one would write it by hand, in the shape of by_hand.py or with pydantic as it comes."""
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    base = "BaseModel" if eager else "Row"
    models = [MODELS_HEAD.format(names="" if eager else ", ConfigDict")]
    if not eager:
        models.append(ROW)
    models += ["\n\n" + MODEL.format(n=n, base=base) for n in range(MODELS)]
    (folder / "models.py").write_text("".join(models))
    for module, functions in modules():
        tables = sorted({_table(f) for f in functions})
        names = ", ".join(f"Thing{n}" for n in tables)
        parts = [(EAGER_HEAD if eager else HAND_HEAD).format(names=names)]
        if not eager:
            parts += [HAND_ROW.format(n=n) for n in tables]
        for f in functions:
            n = _table(f)
            parts.append(
                (EAGER_FUNCTION if eager else HAND_FUNCTION).format(
                    f=f,
                    n=n,
                    columns=COLUMNS,
                    name=f"list_thing{f}" if f % 2 else f"get_thing{f}",
                    where=("owner_id = " if f % 2 else "id = ") + ("%s" if eager else "$1"),
                    result=f"list[Thing{n}]" if f % 2 else f"Thing{n} | None",
                    fetch="fetchall" if f % 2 else "fetchone",
                )
            )
        (folder / f"{module}.py").write_text("\n".join(parts))
    return [f"{folder.name}.{module}" for module in ("models", *(name for name, _ in modules()))]


def _import(folder: Path, modules: list[str]) -> float:
    # From compiled files, as in an installation, whatever this environment says of them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", CLOCK, *modules],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"cannot import {modules[0]}:\n{done.stderr}")
    return float(done.stdout)


def run(folder: Path, rounds: int) -> ImportFigures:
    packages = {
        EAGER: _write_package(folder / "eager", eager=True),
        BY_HAND: _write_package(folder / "deferred", eager=False),
    }
    missing = None
    try:
        schema, queries = _write_sql(folder)
        out = build(folder, schema, [queries], "generated")
    except NotGeneratedError as problem:
        missing = str(problem)
    else:
        packages[GENERATED] = [f"generated.{name}" for name in query_modules(out)]
    for names in packages.values():
        _import(folder, names)  # compiles
    figures = ImportFigures({name: [] for name in packages}, {name: [] for name in packages}, missing)
    for _ in range(rounds):
        for name, names in packages.items():
            figures.models[name].append(_import(folder, [one for one in names if one.endswith(".models")]))
            figures.everything[name].append(_import(folder, names))
    return figures
