"""`python -m store COMMAND …`: the command line where Qt is not installed."""

from __future__ import annotations

import sys

from store.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout, sys.stderr, sys.stdin))
