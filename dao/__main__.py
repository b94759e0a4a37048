"""`python -m dao`: the same as the command `dao`."""

from __future__ import annotations

import sys

from dao.cli import main

if __name__ == "__main__":
    sys.exit(main())
