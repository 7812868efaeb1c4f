"""What the pages of the studio cost on a database of 200 tables, one of them with a million rows.

    python benchmarks/studio.py [--rows N]

Makes a project and a database of its own on the embedded server, asks every page several times, and prints for each the
time in SQL (on the client's clock), the CPU time of the server process (all threads) and the size: the best and the
median of seven, and the first time. What else the machine does makes SQL slower by the clock, so that the best is what
counts. Exit code 1: a page costs more than is promised.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from querygen.server.database import connect, create_database, load_sql
from querygen.server.embedded import running_server

TABLES = 200
TIMES = 7
SQL_MS, CPU_MS = 25.0, 100.0
PATIENCE = 240.0


class Cost(NamedTuple):
    sql: float
    cpu: float
    size: int


def schema() -> str:
    """200 tables in groups, each referring to others of its group and to the large one."""
    parts = [
        "create type kind as enum ('a', 'b', 'c');",
        """create table event (id bigint generated always as identity primary key, kind kind not null,
        label text not null, score int, payload jsonb not null default '{}', tags text[] not null default '{}',
        created_at timestamptz not null default now());""",
        "create index event_score on event (score); create index event_label on event (label);",
    ]
    for number in range(1, TABLES):
        group = number - number % 20 or 1
        parent = f"table_{group:03}" if number != group else ""
        parts.append(
            f"create table table_{number:03} (id bigint generated always as identity primary key, name text not null,"
            f" kind kind not null default 'a', amount numeric(12, 2), event_id bigint references event (id)"
            + (f", parent_id bigint references {parent} (id)" if parent else "")
            + ", created_at timestamptz not null default now(), updated_at timestamptz not null default now());"
            f" create index on table_{number:03} (event_id);"
        )
    return "\n".join(parts)


def queries() -> dict[str, str]:
    """Three queries a table, in 40 files."""
    files: dict[str, list[str]] = {}
    for number in range(1, TABLES):
        table = f"table_{number:03}"
        files.setdefault(f"group_{number // 5:02}.sql", []).append(
            f"-- name: GetRow{number} :one\nSELECT * FROM {table} WHERE id = @id;\n\n"
            f"-- name: ListRows{number} :many\nSELECT t.id, t.name, e.label FROM {table} AS t"
            f" LEFT JOIN event AS e ON e.id = t.event_id WHERE t.kind = @kind ORDER BY t.name LIMIT @most;\n\n"
            f"-- name: Rename{number} :execrows\nUPDATE {table} SET name = @name, updated_at = now() WHERE id = @id;\n"
        )
    return {name: "\n".join(parts) for name, parts in files.items()}


def fill(dsn: str, rows: int) -> None:
    with connect(dsn) as conn:
        conn.execute(
            "insert into event (kind, label, score, payload, tags) select (array['a', 'b', 'c'])[1 + i %% 3]::kind,"
            " 'label ' || i, case when i %% 10 > 0 then i %% 1000 end, jsonb_build_object('number', i),"
            " array['tag ' || i %% 7] from generate_series(1, %s) i",
            (rows,),
        )
        for number in range(1, TABLES, 10):
            text = (
                f"insert into table_{number:03} (name, event_id) select 'row ' || i, i from generate_series(1, 500) i"
            )
            conn.execute(text.encode())
        conn.execute("analyze")


class Client:
    """Asks the pages, and reads from /proc what that cost the server."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/enter\?token=.*)", address)
        assert match is not None
        self.port = int(match[1])
        self.headers: dict[str, str] = {}
        answer, _ = self.send("GET", match[2])
        self.headers["Cookie"] = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def send(self, method: str, path: str, body: str | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(self.headers)
        if body is not None:
            headers |= {
                "Origin": f"http://127.0.0.1:{self.port}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text

    def cpu(self) -> float:
        """Milliseconds of CPU that the server has used so far: schedstat counts nanoseconds of each thread."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e6

    def cost(self, path: str, body: str | None = None) -> Cost:
        """Of a page, together with the form that leads to it."""
        before = self.cpu()
        answer, text = self.send("GET" if body is None else "POST", path, body)
        spent = sql_time(answer)
        if answer.status == 303:
            answer, text = self.send("GET", (answer.getheader("Location") or "").partition("#")[0])
            spent += sql_time(answer)
        assert answer.status == 200, f"{path}: {answer.status} {text[:300]!r}"
        return Cost(spent, self.cpu() - before, len(text))


def sql_time(answer: http.client.HTTPResponse) -> float:
    """Milliseconds that the server spent waiting for PostgreSQL."""
    match = re.search(r"sql;dur=([\d.]+)", answer.getheader("Server-Timing") or "")
    assert match is not None
    return float(match[1])


def pages(rows: int) -> dict[str, str]:
    """Every page, by what it shows."""

    def data(**more: str) -> str:
        return "/data/table?" + urlencode({"s": "public", "t": "event", **more})

    middle = str(rows // 2)
    return {
        "overview": "/",
        "schema": "/schema",
        "schema: a table": "/schema/table?s=public&t=event",
        "diagram": "/diagram",
        "diagram, filtered": "/diagram?filter=table_02",
        "diagram as SVG": "/diagram.svg",
        "diagram as Mermaid": "/diagram.mmd",
        "search": "/search?q=name",
        "data": "/data",
        "rows: first page": data(),
        "rows: in the middle": data(after=f'[false, "{middle}"]'),
        "rows: back from the middle": data(before=f'[false, "{middle}"]'),
        "rows: by an index": data(sort="label"),
        "rows: by an index, middle": data(sort="score", after=f'[false, "500", "{middle}"]'),
        "rows: by an index, NULLs": data(sort="score", after='[true, "10"]'),
        "rows: filtered by an index": data(c="label", o="eq", v=f"label {middle}"),
        "row": "/data/row?" + urlencode({"s": "public", "t": "event", "key": f'["{middle}"]'}),
        "new row": "/data/new?s=public&t=event",
        "changes": "/changes",
        "queries": "/queries",
        "a query file": "/queries/file?f=queries/group_05.sql",
        "a query": "/queries/query?n=ListRows21",
        "migrations": "/migrations",
        "findings": "/findings",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="studio-") as name, running_server() as server:
        folder = Path(name)
        (folder / "querygen.toml").write_text('schema = ["schema"]\nqueries = ["queries"]\n')
        for part in ("schema", "queries"):
            (folder / part).mkdir()
        (folder / "schema" / "schema.sql").write_text(schema())
        for file, text in queries().items():
            (folder / "queries" / file).write_text(text)
        dsn = create_database(server, "studio")
        load_sql(dsn, schema())
        fill(dsn, rows)
        started = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "querygen",
            "studio",
            "--no-open",
            "--write",
            "--port",
            "0",
            "--database-url",
            dsn,
        ]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            client = Client(process, address)
            print(f"{TABLES} tables, {rows:,} rows; first answer {time.perf_counter() - started:.2f} s after the start")
            return measure(client, rows)
        finally:
            process.terminate()
            process.wait(10)


def measure(client: Client, rows: int) -> int:
    print(f"{'':30}{'best':>9}{'':9}{'median':>9}{'':9}{'first':>9}")
    print(f"{'page':30}{'SQL ms':>9}{'CPU ms':>9}{'SQL ms':>9}{'CPU ms':>9}{'SQL ms':>9}{'CPU ms':>9}{'kB':>7}")
    end = time.monotonic() + PATIENCE
    too_much = []
    asked = pages(rows)
    _, form = client.send("GET", "/queries/query?n=ListRows21")
    token = re.search(rb'name="csrf" value="([^"]+)"', form)
    assert token is not None
    run = urlencode({"csrf": token[1].decode(), "n": "ListRows21", "v.1": "a", "v.2": "50"})
    for name, path in [*asked.items(), ("a query, run", "/queries/run")]:
        body = run if path == "/queries/run" else None
        first = client.cost(path, body)
        rest = [client.cost(path, body) for _ in range(TIMES) if time.monotonic() < end]
        columns = list(zip(*(rest or [first]), strict=True))
        found, usual = Cost(*map(min, columns)), Cost(*map(statistics.median, columns))
        numbers = (found.sql, found.cpu, usual.sql, usual.cpu, first.sql, first.cpu)
        print(f"{name:30}" + "".join(f"{one:9.1f}" for one in numbers) + f"{found.size / 1024:7.0f}")
        if found.sql > SQL_MS or found.cpu > CPU_MS:
            too_much.append(name)
    limits = f"{SQL_MS:.0f} ms of SQL and {CPU_MS:.0f} ms of CPU"
    print(f"more than {limits}: {', '.join(too_much)}" if too_much else f"no page costs more than {limits}")
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())
