"""What all tests share: `--update`, the servers, and the groups that need something only a distribution has."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

pytest_plugins = ["tests.pg_fixtures"]

# group → the program it needs; `.ci/run` installs them, a developer's machine may lack them
DISTRIBUTION_GROUPS = {
    "debian15": Path("/usr/lib/postgresql/15/bin/postgres"),
    "pgbouncer": Path("/usr/sbin/pgbouncer"),
    "chromium": Path("/usr/bin/chromium"),
}


def pytest_configure() -> None:
    # What a shell runs in its background is deaf to Ctrl-C, below nohup to a hangup, and so would be the programs that
    # tests interrupt.
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expectations of the case files")


def _missing() -> dict[str, Path]:
    return {
        group: program
        for group, program in DISTRIBUTION_GROUPS.items()
        if not program.exists() and shutil.which(program.name) != str(program)
    }


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = _missing()
    if not config.getoption("markexpr"):
        kept = [item for item in items if item.get_closest_marker("exhaustive") is None]
        left = [item for item in items if item.get_closest_marker("exhaustive") is not None]
        items[:] = kept
        config.hook.pytest_deselected(items=left)
    if os.environ.get("CI"):
        return  # there a missing program fails the tests that need it
    dropped = [item for item in items if any(item.get_closest_marker(group) for group in missing)]
    if dropped:
        items[:] = [item for item in items if item not in dropped]
        config.hook.pytest_deselected(items=dropped)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not os.environ.get("CI"):
        for group, program in _missing().items():
            terminalreporter.write_line(f"left out: tests of group {group}, which need {program}")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether `--update` was given: expectations are rewritten instead of compared."""
    return bool(request.config.getoption("--update"))
