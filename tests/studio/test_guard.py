"""Who may ask, and what an answer carries."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from querygen.cli import main
from querygen.cli_studio import _opened
from querygen.config_file import read_config
from querygen.studio.app import ACTING, READING, application
from querygen.studio.guard import MAX_BODY
from tests.studio.conftest import ORIGIN, PORT, Visitor, make_studio


def stranger(folder: Path, tokens: list[str] | None = None) -> tuple[TestClient, str]:
    studio = make_studio(read_config(folder), None, told=(tokens if tokens is not None else []).append)
    client = TestClient(application(studio, PORT), base_url=ORIGIN, follow_redirects=False)
    return client, studio.keys.token


@pytest.mark.parametrize("path", sorted(READING))
def test_without_the_cookie_there_is_no_page(studio_folder: Path, path: str) -> None:
    client, _ = stranger(studio_folder)
    answer = client.get(path)
    assert answer.status_code == 403
    assert "not let in" in answer.text


def test_the_token_is_good_once_and_the_terminal_gets_a_new_one(studio_folder: Path) -> None:
    told: list[str] = []
    client, token = stranger(studio_folder, told)
    assert client.get("/enter?token=wrong").status_code == 403
    answer = client.get(f"/enter?token={token}")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert f"querygen_studio_{PORT}=" in cookie
    assert token not in answer.text
    assert client.get("/schema").status_code == 200
    other = TestClient(client.app, base_url=ORIGIN)
    assert other.get(f"/enter?token={token}").status_code == 403
    assert len(told) == 1
    assert other.get(f"/enter?token={told[0]}").status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7433",
        "127.0.0.1",
        "127.0.0.1:7434",
        "127.0.0.1.evil.example:7433",
        "0.0.0.0:7433",
        "",
    ],
)
def test_another_host_is_refused(reader: Visitor, host: str) -> None:
    """What DNS rebinding comes with: the right address under another name."""
    for path in ("/", "/data", "/static/app.css", f"/enter?token={reader.studio.keys.token}"):
        answer = reader.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert "user" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:7433", "localhost:7433", "[::1]:7433"])
def test_the_names_of_this_machine_are_taken(studio_folder: Path, host: str) -> None:
    client, token = stranger(studio_folder)
    assert client.get(f"/enter?token={token}", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", sorted(ACTING))
def test_nothing_changes_by_get(reader: Visitor, path: str) -> None:
    assert reader.get(path).status_code in (404, 405)


@pytest.mark.parametrize("path", sorted(ACTING))
@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({"origin": "http://evil.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": f"http://localhost:{PORT}"}, True),
        ({}, True),
        ({"origin": ORIGIN, "sec-fetch-site": "cross-site"}, True),
        ({"origin": ORIGIN}, False),
    ],
    ids=["other origin", "null origin", "other name", "no origin", "cross-site", "no form token"],
)
def test_a_form_from_elsewhere_is_refused(reader: Visitor, path: str, headers: dict[str, str], form: bool) -> None:
    fields = {"csrf": reader.studio.keys.form if form else "guess"}
    assert reader.post(path, data=fields, headers=headers).status_code == 403


def test_other_methods_and_large_forms_are_refused(reader: Visitor) -> None:
    assert reader.put("/data").status_code == 405
    assert reader.delete("/data").status_code == 405
    assert reader.post("/queries/run", content=b"x" * (MAX_BODY + 1), headers={"origin": ORIGIN}).status_code == 413


@pytest.mark.parametrize("path", ["/", "/schema", "/nowhere", "/static/app.js", "/diagram.svg"])
def test_answers_keep_others_out(reader: Visitor, path: str) -> None:
    headers = reader.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


def test_pages_have_no_script_or_style_of_their_own(reader: Visitor) -> None:
    """What the policy would block anyway."""
    for path in READING:
        text = reader.get(path).text
        assert "<script>" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text


def test_the_password_is_shown_nowhere(studio_folder: Path) -> None:
    from querygen.studio.connections import label_of

    url = "postgresql://someone:s3cr3t@127.0.0.1:1/nothing?password=s3cr3t"
    assert "s3cr3t" not in label_of(url)
    assert label_of(url) == "nothing on 127.0.0.1:1"
    assert label_of("not a = url '") == "the database"
    visitor = Visitor(make_studio(read_config(studio_folder), url))
    for path in ("/", "/data", "/data/table?t=user", "/migrations", "/findings"):
        answer = visitor.get(path)
        assert "s3cr3t" not in answer.text
        assert "Traceback" not in answer.text
    assert visitor.get("/data").status_code == 503
    assert "does not answer" in visitor.get("/data").text


def test_the_command_listens_on_this_machine_only_and_ends_quietly(studio_folder: Path, shared_dsn: str) -> None:
    command = [sys.executable, "-m", "querygen", "studio", "--no-open", "--port", "0", "--database-url", shared_dsn]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=studio_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        found = re.fullmatch(
            r"querygen studio: http://127\.0\.0\.1:(\d+)/enter\?token=(\S+)\n", process.stdout.readline()
        )
        assert found is not None
        assert "database: " in process.stdout.readline()
        assert "read only" in process.stdout.readline()
        connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=20)
        connection.request("GET", f"/enter?token={found[2]}")
        answer = connection.getresponse()
        assert answer.status == 200
        assert "server" not in {name.lower() for name, _ in answer.getheaders()}
        connection.close()
    finally:
        process.send_signal(signal.SIGINT)
        out, problem = process.communicate(timeout=20)
    assert process.returncode == 0
    assert problem == ""
    assert "another browser: http" in out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="xdg-open is of Linux")
@pytest.mark.parametrize("display", ["", ":99"])
def test_what_looks_for_a_browser_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], display: str
) -> None:
    """Without a display nothing is started; what is started keeps its complaints to itself."""
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho complaint >&2\necho "$1" > {tmp_path}/asked\n')
    opener.chmod(0o755)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    if display:
        monkeypatch.setenv("DISPLAY", display)
    assert _opened("http://127.0.0.1:1/") is bool(display)
    end = time.monotonic() + 10
    while display and not (tmp_path / "asked").exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert (tmp_path / "asked").exists() is bool(display)
    assert "complaint" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (["--statement-timeout", "soon"], "QG642", 1),
        (["--port", "{taken}"], "QG641", 1),
        (["--database-url", "x"], "QG005", 2),
    ],
)
def test_usage(
    studio_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: str,
    status: int,
) -> None:
    monkeypatch.chdir(studio_folder)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["querygen", "studio", *(one.format(taken=port) for one in arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code == status
    assert code in capsys.readouterr().err
