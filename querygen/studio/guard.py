"""Who may ask: one browser of this machine's user, through this very address. ASGI middleware.

Takes every request before the pages do. It needs the right Host (a name that an attacker's DNS points at 127.0.0.1 has
another), the cookie that the printed URL was exchanged for, and of a POST the right Origin and the form's own token.
Answers carry headers that keep other sites from framing, reading or scripting the pages.
"""

from __future__ import annotations

import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY: Final = 16 * 1024 * 1024
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": a form's Origin would be "null" then.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")

# The cookie is SameSite=Strict: after a redirect from another site's link it would not be sent, after this it is.
_ENTER: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>querygen studio</title>'
    '<link rel="icon" href="/static/icon.svg"><meta http-equiv="refresh" content="0;url=/">'
    '<p>Opening <a href="/">querygen studio</a>.</p></html>'
)
_STRANGER: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>querygen studio</title><link rel="icon" href="/static/icon.svg">'
    '<link rel="stylesheet" href="/static/app.css">'
    '<main class="stranger"><h1>This browser is not let in yet</h1>'
    "<p>Open the address that <code>querygen studio</code> printed last in its terminal. "
    "It works once; after each use the terminal shows a new one.</p></main></html>"
)


class Keys:
    """The secrets of one run: the token of the URL, good for one use, the cookie's value and the forms' token."""

    def __init__(self, told: Callable[[str], None] = lambda _token: None) -> None:
        self.token = secrets.token_urlsafe(24)
        self.cookie = secrets.token_urlsafe(32)
        self.form = secrets.token_urlsafe(32)
        self._told = told

    def exchange(self, token: str) -> bool:
        """Whether the token is the one of the URL; it is replaced then, and `told` of the new one."""
        if not _same(token, self.token):
            return False
        self.token = secrets.token_urlsafe(24)
        self._told(self.token)
        return True


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


class Guard:
    """`port` is part of the Host, of the Origin and of the cookie's name: cookies are not kept apart by port."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app = app
        self._keys = keys
        self._hosts = frozenset(f"{name}:{port}" for name in LOOPBACK_NAMES)
        self._cookie = f"querygen_studio_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        if scope["method"] != "POST":
            await self._app(scope, receive, send_guarded)
            return
        body = await _body(receive)
        if body is None:
            await PlainTextResponse("The form is too large.", 413)(scope, receive, send_guarded)
            return
        if not self._form_is_ours(body):
            text = "The form is not of this run of the studio: reload its page."
            await PlainTextResponse(text, 403)(scope, receive, send_guarded)
            return
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return PlainTextResponse("This is a local page: open it as http://127.0.0.1.", 421)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("No such method.", 405)
        path = scope["path"]
        if path.startswith("/static/") and scope["method"] != "POST":
            return None  # the same for everybody, and the page for strangers needs it
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") and path != "/enter":
            return PlainTextResponse("Other sites may not ask.", 403)
        if path == "/enter":
            return self._enter(scope)
        if not self._is_known(headers):
            return HTMLResponse(_STRANGER, 403)
        if scope["method"] == "POST" and headers.get("origin") != f"http://{hosts[0]}":
            return PlainTextResponse("The form comes from elsewhere.", 403)
        return None

    def _enter(self, scope: Scope) -> Response:
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if self._is_known(Headers(scope=scope)):
            return HTMLResponse(_ENTER)
        if scope["method"] != "GET" or not self._keys.exchange(token):
            return HTMLResponse(_STRANGER, 403)
        response = HTMLResponse(_ENTER)
        response.set_cookie(self._cookie, self._keys.cookie, httponly=True, samesite="strict", path="/")
        return response

    def _is_known(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return self._cookie in cookies and _same(cookies[self._cookie].value, self._keys.cookie)

    def _form_is_ours(self, body: bytes) -> bool:
        try:
            given = parse_qs(body.decode(), max_num_fields=10_000).get("csrf", [""])
        except (UnicodeDecodeError, ValueError):
            return False
        return len(given) == 1 and _same(given[0], self._keys.form)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
