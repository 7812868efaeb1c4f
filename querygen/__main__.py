"""The program's entry: `querygen` and `python -m querygen`.

Until the command line is imported, Ctrl-C ends the process as the shell would: there is nothing to tell yet, and a
traceback through imports would tell it.
"""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Run the command line."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # as `cli.py` does for all of a run: a sixth of the time that the imports below take
    from querygen.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


if __name__ == "__main__":
    main()
