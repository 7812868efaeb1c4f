"""The one exception of `querygen.server`: what went wrong with a server, and what to do about it."""

from __future__ import annotations


class ServerError(Exception):
    """A server that cannot be found, started or reached. The CLI prints it without a traceback."""

    def __init__(self, message: str, hint: str = "", about: str = "") -> None:
        """`about`: of a connection that failed, what it failed on (authentication, tls, host …); empty: not known."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.about = about

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message
