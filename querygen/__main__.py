"""`python -m querygen` is the same as `querygen`."""

from __future__ import annotations

from querygen.cli import main

if __name__ == "__main__":
    main()
