"""The pictures of docs/studio.md, taken anew: the example project with some rows, in Debian's Chromium.

python benchmarks/studio_pictures.py [--out docs]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from querygen.scaffold.init import init_project
from querygen.server.database import connect, create_database, load_sql
from querygen.server.embedded import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROWS = """
insert into "user" (id, email, name, role, active, settings, created_at, updated_at)
select ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, lower(n) || i || '@example.org', n,
  (array['member', 'guest', 'admin'])[1 + i % 3]::user_role, i % 5 > 0,
  jsonb_build_object('theme', (array['dark', 'light'])[1 + i % 2], 'digest', i % 4 = 0),
  '2026-01-01 08:00+00'::timestamptz + i * interval '7 hours', '2026-02-01 08:00+00'::timestamptz + i * interval '1 day'
from generate_series(1, 180) i,
  lateral (select (array['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gil', 'Hana'])[1 + i % 8] as n);
insert into session (token, user_id, expires_at)
select md5(i::text), id, '2100-01-01'
from (select row_number() over (order by email) i, id from "user") u where i % 3 = 0;
insert into account (user_id, provider, provider_account_id)
select id, 'github', md5(email) from "user" where role <> 'guest';
insert into audit_log (user_id, action, detail)
select id, 'sign in', '{"from": "10.0.0.7"}' from "user" where active;
analyze;
drop index session_user_id_idx;
alter table audit_log alter action type varchar(80);
create table leftover (id bigint primary key);
"""
ROW = "/data/row?s=public&t=user&key=%5B%2200000000-0000-4000-8000-000000000007%22%5D"


def change(page: Page, origin: str) -> None:
    """An edit that waits to be committed."""
    page.goto(origin + ROW)
    page.get_by_label("name", exact=True).fill("Hana O'Neill")
    page.get_by_label("role", exact=True).select_option("admin")
    page.get_by_role("button", name="Preview the change").click()
    page.wait_for_url("**/changes")


def run(page: Page, origin: str) -> None:
    """A query that was run and measured."""
    page.goto(f"{origin}/queries/query?n=ListAuditLog")
    page.get_by_label("limit", exact=True).fill("4")
    page.get_by_label("measure each step").check()
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("svg.plan").wait_for()
    page.evaluate("scrollTo(0, document.querySelector('#result').offsetTop - 60)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs"))
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as name, running_server() as server:
        folder = Path(name) / "shop"
        init_project(folder)
        dsn = create_database(server, "shop_dev")
        for path in sorted((folder / "schema").glob("*.sql")):
            load_sql(dsn, path.read_text())
        load_sql(dsn, ROWS)
        with connect(dsn) as conn:
            conn.execute("alter database shop_dev set timezone = 'UTC'")
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
            take(process.stdout.readline().split()[-1], out)
        finally:
            process.terminate()
            process.wait(10)
    return 0


def take(address: str, out: Path) -> None:
    origin = address.partition("/enter")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1120, "height": 700}, color_scheme="light")
        page = context.new_page()
        page.goto(address)
        page.wait_for_url(f"{origin}/")
        page.goto(f"{origin}/schema/table?s=public&t=session")
        page.screenshot(path=out / "studio-table.png")
        run(page, origin)
        page.screenshot(path=out / "studio-query.png")
        page.goto(f"{origin}/migrations")
        page.get_by_role("button", name="Compare the database").click()
        page.wait_for_url("**#drift")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=out / "studio-drift.png")
        change(page, origin)
        page.screenshot(path=out / "studio-change.png")
        page.emulate_media(color_scheme="dark")
        page.goto(f"{origin}/data/table?s=public&t=user&sort=id")
        page.screenshot(path=out / "studio-rows.png")
        page.goto(f"{origin}/diagram?views=1")
        page.screenshot(path=out / "studio-diagram.png")
        browser.close()
    for path in sorted(out.glob("studio-*.png")):
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
