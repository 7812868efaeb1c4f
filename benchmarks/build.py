"""Time `querygen build` beside `sqlc generate` (gen: json), interleaved, on projects of growing size.

    python benchmarks/build.py [--sizes 10,100,500,2000] [--rounds 5]

Prints the median wall time of each and their ratio. The machine may be shared: only the ratios mean something.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLUMNS = """    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id bigint NOT NULL,
    name text NOT NULL,
    email varchar(255),
    amount numeric(12, 2) NOT NULL DEFAULT 0,
    data jsonb,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()"""

# One of each in turn: what a project's query files are made of.
QUERIES = (
    "-- name: Get{n} :one\nSELECT * FROM t{t} WHERE id = $1;",
    """-- name: List{n} :many
SELECT id, name, amount FROM t{t} WHERE active AND owner_id = $1 ORDER BY created_at LIMIT $2;""",
    """-- name: Join{n} :many
SELECT a.id, a.name, b.email, count(*) AS total
FROM t{t} a LEFT JOIN t{u} b ON b.owner_id = a.id
WHERE a.created_at > $1 GROUP BY a.id, a.name, b.email;""",
    "-- name: Create{n} :one\nINSERT INTO t{t} (owner_id, name, email, data) VALUES ($1, $2, $3, $4) RETURNING *;",
    "-- name: Update{n} :exec\nUPDATE t{t} SET name = $2, amount = amount + $3 WHERE id = $1;",
    "-- name: Delete{n} :execrows\nDELETE FROM t{t} WHERE owner_id = $1 AND NOT active;",
    """-- name: Sum{n} :many
WITH s AS (SELECT owner_id, sum(amount) AS total FROM t{t} GROUP BY owner_id)
SELECT s.owner_id, coalesce(s.total, 0) AS total, u.name FROM s JOIN t{u} u ON u.id = s.owner_id;""",
)
QUERIES_PER_FILE = 25
QUERIES_PER_TABLE = 10


def write_project(folder: Path, queries: int) -> None:
    """A project of so many queries over a tenth as many tables, configured for both tools."""
    tables = max(2, queries // QUERIES_PER_TABLE)
    (folder / "schema").mkdir()
    (folder / "queries").mkdir()
    ddl = "\n".join(f"CREATE TABLE t{t} (\n{COLUMNS}\n);" for t in range(tables))
    (folder / "schema" / "schema.sql").write_text(ddl)
    texts = [QUERIES[n % len(QUERIES)].format(n=n, t=n % tables, u=(n + 1) % tables) for n in range(queries)]
    for start in range(0, queries, QUERIES_PER_FILE):
        path = folder / "queries" / f"q{start:05d}.sql"
        path.write_text("\n\n".join(texts[start : start + QUERIES_PER_FILE]) + "\n")
    (folder / "querygen.toml").write_text("")
    entry = {
        "engine": "postgresql",
        "schema": "schema",
        "queries": "queries",
        "gen": {"json": {"out": "out", "filename": "out.json"}},
    }
    (folder / "sqlc.json").write_text(json.dumps({"version": "2", "sql": [entry]}))


def run(command: list[str], folder: Path, output: str, code: int = 0) -> float:
    """The wall time of one run that writes everything anew, and ends with the exit code."""
    shutil.rmtree(folder / output, ignore_errors=True)
    # An installed program has its bytecode beside it: without it, the start would be compilation.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    elapsed = time.perf_counter() - started
    if done.returncode != code:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr}{done.stdout}")
    return elapsed


def program(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,500,2000")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    ours, peer = program("querygen"), program("sqlc")
    print(f"{'queries':>8} {'querygen s':>11} {'sqlc s':>8} {'ratio':>6}")
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_project(folder, size)
            rounds = [
                (run([ours, "build"], folder, "generated"), run([peer, "generate"], folder, "out"))
                for _ in range(options.rounds)
            ]
        mine, theirs = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(f"{size:8d} {mine:11.3f} {theirs:8.3f} {mine / theirs:6.2f}", flush=True)


if __name__ == "__main__":
    main()
