"""Time `querygen migrate diff` and `migrate generate` beside `querygen build` of the same schema without queries.

    python benchmarks/migrate_speed.py [--tables 500] [--changed 5] [--rounds 5] [--one-file]

The schema has what a project's has: tables with keys, foreign keys, indexes, checks, comments and triggers, enums,
views and functions, ten tables to a file. A handful of tables changed since. `diff` compares two folders, `generate`
the history (the first migration made all tables) with the schema. The commands take turns, each in a process of its
own; printed are the medians of their processor time and the ratios to the build. The machine may be shared: only the
ratios mean something.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from build import program, run

PER_FILE = 10
START = """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE TYPE state AS ENUM ('draft', 'active', 'closed');
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
"""
TABLE = """
CREATE TABLE item_{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint{parent},
    code varchar(40) NOT NULL UNIQUE,
    name text NOT NULL,
    contact email,
    state state NOT NULL DEFAULT 'draft',
    amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    tags text[] NOT NULL DEFAULT '{{}}',
    data jsonb,{more}
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT item_{n}_closed CHECK (state <> 'closed' OR amount = 0)
);
CREATE INDEX item_{n}_parent ON item_{n} (parent_id);
CREATE INDEX item_{n}_name ON item_{n} (lower(name)) WHERE state = 'active';
CREATE TRIGGER item_{n}_touch BEFORE UPDATE ON item_{n} FOR EACH ROW EXECUTE FUNCTION touch();
COMMENT ON TABLE item_{n} IS 'The items of kind {n}';
COMMENT ON COLUMN item_{n}.amount IS 'In euros';
"""
VIEW = """
CREATE VIEW active_{n} AS
SELECT i.id, i.name, i.amount, p.name AS parent
FROM item_{n} i LEFT JOIN item_{m} p ON p.id = i.parent_id WHERE i.state = 'active';
"""
FUNCTION = """
CREATE FUNCTION total_{n}(of_parent bigint) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT coalesce(sum(amount), 0) FROM item_{n} WHERE parent_id = of_parent);
"""


def schema(tables: int, changed: int) -> list[str]:
    """The files. Every fifth table has a view, every tenth a function; `changed` tables, spread over all, differ."""
    step = tables // changed if changed else tables + 1
    texts = [START]
    for number in range(tables):
        if number % PER_FILE == 0:
            texts.append("")
        earlier = number // 2
        parent = "" if number == 0 else f" REFERENCES item_{earlier} (id) ON DELETE CASCADE"
        more = "\n    note text,\n    due date," if number % step == step - 1 else ""
        texts[-1] += TABLE.format(n=number, parent=parent, more=more)
        if number % 5 == 0:
            texts[-1] += VIEW.format(n=number, m=earlier)
        if number % 10 == 0:
            texts[-1] += FUNCTION.format(n=number)
    return texts


def write(folder: Path, texts: list[str], *, one_file: bool) -> None:
    folder.mkdir()
    for number, text in enumerate(["".join(texts)] if one_file else texts):
        (folder / f"{number:03}.sql").write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--changed", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one-file", action="store_true", help="the whole schema in one file")
    options = parser.parse_args()
    querygen = program("querygen")
    before, after = schema(options.tables, 0), schema(options.tables, options.changed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "before", before, one_file=options.one_file)
        write(folder / "schema", after, one_file=options.one_file)
        (folder / "querygen.toml").write_text("")
        (folder / "queries").mkdir()
        (folder / "queries" / "none.sql").write_text("")
        (folder / "first").mkdir()
        (folder / "first" / "20260101000000_start.sql").write_text("".join(before))
        commands = {
            "build": ([querygen, "build"], 0),
            "migrate diff": ([querygen, "migrate", "diff", "before", "schema"], 3),
            "migrate generate": ([querygen, "migrate", "generate", "--name", "next", "--no-proof"], 0),
            "the same, equal": ([querygen, "migrate", "diff", "schema", "schema"], 0),
        }
        times: dict[str, list[float]] = {label: [] for label in commands}
        for _round in range(options.rounds):
            for label, (command, code) in commands.items():
                shutil.rmtree(folder / "migrations", ignore_errors=True)
                shutil.copytree(folder / "first", folder / "migrations")
                used = resource.getrusage(resource.RUSAGE_CHILDREN)
                run(command, folder, "generated", code)
                now = resource.getrusage(resource.RUSAGE_CHILDREN)
                times[label].append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
    middle = {label: statistics.median(taken) for label, taken in times.items()}
    print(f"{options.tables} tables, {options.changed} changed, Python {sys.version.split()[0]}")
    for label, taken in middle.items():
        print(f"{label:>17} {taken:7.3f} s  {taken / middle['build']:5.2f}")


if __name__ == "__main__":
    main()
