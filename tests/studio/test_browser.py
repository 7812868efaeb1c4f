"""What only a browser shows: that pages hold together, keys, lists and ranges taken apart, the diagram, the policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from querygen.config_file import read_config
from querygen.server.database import connect
from querygen.studio.app import READING
from tests.studio.conftest import HTML, NAME, RTL, Served, make_studio, url_of

pytestmark = pytest.mark.chromium
CHROMIUM = "/usr/bin/chromium"

PAGES = {
    **{path: path for path in READING if not path.startswith("/diagram.") and path != "/data/cell"},
    "/schema/table": "/schema/table?s=public&t=user",
    "/search": "/search?q=user",
    "/data/table": "/data/table?s=public&t=every",
    "/data/row": "/data/row?" + urlencode({"s": "public", "t": "every", "key": '["1"]'}),
    "/data/new": "/data/new?s=public&t=every",
    "/queries/file": "",  # its address holds a path
    "/queries/query": "/queries/query?n=ListEvery",
    "hostile table": "/data/table?" + urlencode({"s": "public", "t": NAME}),
    "hostile columns": "/schema/table?" + urlencode({"s": "public", "t": NAME}),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Root's Chromium has no sandbox; the tests visit only themselves.
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Tab:
    """A page of a browser that was let in, and what it complained of."""

    def __init__(self, context: BrowserContext, served: Served) -> None:
        self.served = served
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))

    def enter(self) -> Tab:
        self.page.goto(f"{self.served.origin}/enter?token={self.served.studio.keys.token}")
        self.page.wait_for_url(f"{self.served.origin}/")
        return self

    def open(self, path: str) -> Page:
        self.page.goto(self.served.origin + path)
        return self.page


@pytest.fixture(scope="module")
def read_only(studio_folder: Path, shared_dsn: str) -> Iterator[Served]:
    served = Served(make_studio(read_config(studio_folder), shared_dsn, write=True))
    yield served
    served.stop()


@pytest.fixture
def served(studio_folder: Path, studio_dsn: str) -> Iterator[Served]:
    served = Served(make_studio(read_config(studio_folder), studio_dsn, write=True))
    yield served
    served.stop()


@pytest.fixture
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Tab]]:
    contexts: list[BrowserContext] = []

    def make(served: Served, **options: Any) -> Tab:
        contexts.append(browser.new_context(**options))
        return Tab(contexts[-1], served).enter()

    yield make
    for context in contexts:
        context.close()


def unfit(page: Page) -> list[tuple[str, list[str]]]:
    """What axe has against a page: labels, contrast, roles."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize(
    ("options", "thorough"),
    [
        ({"color_scheme": "light", "viewport": {"width": 1300, "height": 800}}, True),
        ({"color_scheme": "dark", "viewport": {"width": 1300, "height": 800}}, False),
        ({"color_scheme": "light", "viewport": {"width": 390, "height": 800}}, False),
        ({"color_scheme": "dark", "viewport": {"width": 390, "height": 800}}, True),
    ],
    ids=["light and wide", "dark and wide", "light and narrow", "dark and narrow"],
)
def test_every_page_holds_together(
    read_only: Served, tab: Callable[..., Tab], options: dict[str, object], thorough: bool
) -> None:
    """No complaint of the browser (a script that fails, what the policy blocks) or of axe; nothing too wide."""
    one = tab(read_only, **options)
    file = next(iter(read_only.studio.projects.current().files))
    addresses = {**PAGES, "/queries/file": "/queries/file?" + urlencode({"f": file})}
    for name, address in addresses.items():
        page = one.open(address)
        assert page.locator("h1").count() == 1, name
        assert page.title() != "taken", name
        assert page.locator("main").inner_text().strip(), name
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} is {wider} pixels too wide"
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(map(int, re.findall(r"\d+", background)[:3])) > 380
        assert light is (options["color_scheme"] == "light"), name
        if thorough:
            assert unfit(page) == [], name
    assert one.complaints == []


def test_a_row_is_edited_taken_back_edited_and_committed(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open("/data/table?s=public&t=every")
    page.get_by_role("link", name='Open row ["1"]').click()
    field = page.get_by_label("note", exact=True)
    assert field.input_value() == HTML
    field.fill("What I wrote\nin two lines")
    assert page.locator(".field.changed").count() == 1
    page.get_by_role("button", name="Preview the change").click()
    expect(page.locator("pre.code")).to_contain_text("UPDATE")
    expect(page.locator("pre.code")).to_contain_text("What I wrote")
    expect(page.locator(".badge")).to_have_text("1")
    page.get_by_role("button", name="Take back", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("the database is as it was")
    assert page.get_by_label("note", exact=True).input_value() == HTML
    page.get_by_label("note", exact=True).fill(RTL)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Commit 1 change").click()
    expect(page.locator(".notice")).to_contain_text("Committed: 1 change.")
    assert page.get_by_label("note", exact=True).input_value() == RTL
    with connect(url_of(served.studio)) as conn:
        assert conn.execute("select note from every where id = 1").fetchall() == [(RTL,)]
    assert one.complaints == []


def test_lists_ranges_and_null_are_edited_as_what_they_are(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open(PAGES["/data/row"])
    words = page.get_by_role("group", name="words: elements")
    elements = words.get_by_role("textbox")
    assert [elements.nth(number).input_value() for number in range(4)] == ["a b", 'c"d', "", "NULL"]
    elements.nth(0).fill("back\\slash, {comma}")
    words.locator("[type=checkbox]").nth(2).check()
    words.get_by_role("button", name="Remove this element").nth(3).click()
    words.get_by_role("button", name="Add an element").click()
    page.keyboard.type("last")
    page.get_by_label("span: upper bound", exact=True).fill("9")
    page.get_by_label("span: upper bound belongs to it").select_option("]")
    page.get_by_label("What to give for amount").select_option("null")
    assert not page.get_by_label("amount", exact=True).is_visible()
    page.get_by_label("mood", exact=True).select_option("good")
    page.get_by_label("numbers, element").nth(0).fill("8")
    page.get_by_label("bytes: take a file's bytes").set_input_files(
        {"name": "some.bin", "mimeType": "application/octet-stream", "buffer": b"\x00\x01\xff"}
    )
    expect(page.get_by_label("bytes", exact=True)).to_have_value("\\x0001ff")
    page.get_by_role("button", name="Preview the change").click()
    page.get_by_role("button", name="Commit 1 change").click()
    expect(page.locator(".notice")).to_contain_text("Committed")
    with connect(url_of(served.studio)) as conn:
        found = conn.execute(
            "select words, numbers, span::text, amount, mood::text, bytes, note from every where id = 1"
        )
        assert found.fetchall() == [
            (["back\\slash, {comma}", 'c"d', None, "last"], [8, None, 3], "[1,10)", None, "good", b"\x00\x01\xff", HTML)
        ]
    assert one.complaints == []


def test_null_becomes_a_value_in_one_step(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open("/data/row?" + urlencode({"s": "public", "t": "every", "key": '["2"]'}))
    assert not page.get_by_label("bytes: take a file's bytes").is_visible()
    page.get_by_role("button", name="Give a value for note").click()
    page.keyboard.type("typed at once")
    page.get_by_role("button", name="Give a value for numbers").press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/changes")
    expect(page.locator("pre.code")).to_contain_text("typed at once")
    page.get_by_role("button", name="Commit 1 change").click()
    with connect(url_of(served.studio)) as conn:
        found = conn.execute("select note, numbers, words from every where id = 2").fetchall()
    assert found == [("typed at once", [5], None)]
    assert one.complaints == []


def test_drift_is_asked_for_and_told(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open("/migrations")
    page.get_by_role("button", name="Compare the database").click()
    page.wait_for_url("**/migrations#drift", timeout=60_000)
    row = page.get_by_role("row").filter(has_text="table public.first is missing in the database")
    expect(row).to_contain_text("CREATE TABLE")
    page.get_by_text("All of that SQL").click()
    expect(page.locator("#drift details pre")).to_contain_text("DROP TABLE")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert unfit(page) == []
    assert one.complaints == []


def test_a_new_row_and_its_deletion(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open("/data/table?s=public&t=node")
    page.get_by_role("link", name="New row").click()
    page.get_by_label("id", exact=True).fill("1000")
    page.get_by_label("What to give for parent").select_option("value")
    page.get_by_label("parent", exact=True).fill("1")
    page.get_by_role("button", name="Preview the row").click()
    page.get_by_role("button", name="Commit 1 change").click()
    expect(page.locator("h1")).to_contain_text("A row of node")
    page.get_by_role("button", name="Preview deleting this row").click()
    expect(page.locator("pre.code")).to_contain_text("DELETE")
    page.get_by_role("button", name="Commit 1 change").click()
    expect(page.locator(".notice")).to_contain_text("Committed")
    assert one.complaints == []


def test_a_query_is_found_by_a_column_and_run(read_only: Served, tab: Callable[..., Tab]) -> None:
    """The way of somebody who wants to know who reads `email`: the slash, the word, the query, run."""
    one = tab(read_only)
    page = one.open("/")
    page.keyboard.press("/")
    page.keyboard.type("email")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="GetUserByEmail").first.click()
    page.get_by_label("email", exact=True).fill("ADA@example.org")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result")).to_contain_text("1 row")
    expect(page.locator("#result .grid")).to_contain_text("ada@example.org")
    assert page.locator("svg.plan .plan-box").count() >= 1
    expect(page.locator("#result")).to_be_focused()
    assert one.complaints == []


def test_all_who_use_a_column_are_one_step_from_the_search(read_only: Served, tab: Callable[..., Tab]) -> None:
    one = tab(read_only)
    page = one.open("/search?q=user.email")
    page.get_by_role("link", name="more").click()
    page.wait_for_url("**#column-email")
    row = page.locator("tr:target")
    expect(row.get_by_role("link", name="GetUserByEmail")).to_be_visible()
    assert page.get_by_role("link", name="GetSession").count() > 0
    assert one.complaints == []


def test_the_form_of_a_list_parameter(read_only: Served, tab: Callable[..., Tab]) -> None:
    one = tab(read_only)
    page = one.open("/queries/query?n=SliceOfNodes")
    for number in ("3", "5"):
        page.get_by_role("button", name="Add an element").click()
        page.keyboard.type(number)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result")).to_contain_text("2 rows")
    assert page.locator(".parts").get_by_role("textbox").nth(1).input_value() == "5"
    assert one.complaints == []


def test_keys(read_only: Served, tab: Callable[..., Tab]) -> None:
    one = tab(read_only)
    page = one.open("/schema")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("main [data-entry]").nth(1)
    expect(second).to_be_focused()
    address = second.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{read_only.origin}{address}")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"{read_only.origin}/data")
    page.keyboard.press("f")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{read_only.origin}/data/table?s=public&t=node")
    page.keyboard.press("n")
    page.wait_for_url("**after=**")
    assert one.complaints == []


def test_the_theme_is_chosen_and_kept(read_only: Served, tab: Callable[..., Tab]) -> None:
    one = tab(read_only, color_scheme="light")
    page = one.open("/")
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    page.get_by_role("button", name="Change between light and dark").click()
    assert page.evaluate(scheme) == "dark"
    page.goto(f"{read_only.origin}/schema")
    assert page.evaluate(scheme) == "dark"
    page.keyboard.press("t")
    assert page.evaluate(scheme) == "light"


def test_the_diagram_moves(read_only: Served, tab: Callable[..., Tab]) -> None:
    one = tab(read_only)
    page = one.open("/diagram?columns=all")
    view = "document.querySelector('#canvas svg').getAttribute('viewBox').split(' ').map(Number)"
    before = page.evaluate(view)
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + box["height"] - 80, steps=4)
    page.mouse.up()
    moved = page.evaluate(view)
    assert moved[0] < before[0]
    assert moved[1] > before[1]
    page.locator("#canvas").focus()
    page.keyboard.press("+")
    assert page.evaluate(view)[2] < moved[2]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("0")
    with page.expect_download() as download:
        page.get_by_role("link", name="SVG").click()
    assert download.value.suggested_filename == "schema.svg"
    page.get_by_label("Only tables with this in their name").fill("session")
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=session**")
    page.locator(".er a[data-table]").first.click()
    expect(page.locator("h1")).to_contain_text("session")
    assert one.complaints == []


def test_a_stranger_and_a_hostile_host(read_only: Served, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(f"{read_only.origin}/data")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_contain_text("not let in")
    context.close()
    connection = HTTPConnection("127.0.0.1", read_only.port, timeout=10)
    connection.request("GET", "/", headers={"Host": f"rebound.example:{read_only.port}"})
    assert connection.getresponse().status == 421
    connection.close()


def test_another_site_gets_nothing(read_only: Served, tab: Callable[..., Tab]) -> None:
    """A page of another origin, in a browser that was let in: it cannot send a form, read or frame."""
    one = tab(read_only)
    other = f"http://localhost:{read_only.port}"  # another site to the browser, though the same server
    page = one.page
    page.route("http://evil.example/*", lambda route: route.fulfill(body="<h1>evil</h1>", content_type="text/html"))
    page.goto("http://evil.example/")
    script = """async ([targets]) => {
      const asked = [{}, {method: 'POST', body: 'which=all'}, {mode: 'no-cors', credentials: 'include'}];
      const found = [];
      for (const target of targets)
        for (const options of asked) {
          const answer = fetch(target + '/changes', options);
          found.push(await answer.then((one) => one.type + one.status, () => 'refused'));
        }
      return found;
    }"""
    outcome = page.evaluate(script, [[read_only.origin, other]])
    assert len(outcome) == 6
    assert set(outcome) <= {"refused", "opaque0"}


def test_back_from_the_page_of_a_run_leads_to_the_run_before(read_only: Served, tab: Callable[..., Tab]) -> None:
    one = tab(read_only)
    page = one.open("/queries/query?n=Numbers")
    for most in ("2", "3"):
        page.get_by_label("most", exact=True).fill(most)
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator("#result")).to_contain_text(f"{most} rows")
    page.go_back()
    expect(page.locator("#result")).to_contain_text("2 rows")
    page.reload()
    expect(page.locator("#result")).to_contain_text("2 rows")
    assert one.complaints == []


def test_a_field_says_what_it_gives(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open("/queries/query?n=ListEvery")
    expect(page.get_by_role("button", name="Give a value for word")).to_have_text("It is left out. Give a value")
    page = one.open("/data/new?s=public&t=audit_log")
    action = page.get_by_label("action", exact=True)
    expect(action).to_have_attribute("required", "")
    page.get_by_label("What to give for action").select_option("empty")
    expect(page.get_by_role("button", name="Give a value for action")).to_have_text(
        "It is the empty text. Give a value"
    )
    page.get_by_role("button", name="Preview the row").click()
    page.wait_for_url("**/changes")
    assert unfit(page) == []
    assert one.complaints == []


def test_the_back_button_leaves_no_busy_button(served: Served, tab: Callable[..., Tab]) -> None:
    one = tab(served)
    page = one.open(PAGES["/data/row"])
    page.get_by_label("note", exact=True).fill("x")
    page.get_by_role("button", name="Preview the change").click()
    page.wait_for_url("**/changes")
    page.go_back()
    expect(page.get_by_role("button", name="Preview the change")).to_be_enabled()
