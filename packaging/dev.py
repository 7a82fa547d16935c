#!/usr/bin/env python3
"""The one door for developers: sets up what is missing, then runs, tests, checks, measures, draws or bundles Burrow.

Standard library only, and written so that an old Python gets as far as the sentence that says it is too old.
"""

from __future__ import annotations

import sys

OLDEST_PYTHON = (3, 11)

USAGE = """usage: python3 packaging/dev.py COMMAND [ARGS]

  run [ARGS]                       start Burrow on the demo library, or with ARGS as `burrow ARGS`
  test [--slow] [ARGS]             run the tests, or with --slow the slow ones; ARGS go to pytest
  check                            ruff (lint and format) and mypy
  bench [NAME ...] [--json FILE]   measure, and write BENCHMARKS.md when everything was measured
  bench mutants                    try 100,000 damaged stores, which takes long
  shots                            draw the README's pictures
  bundle                           build dist/burrow, which runs without Python installed
  setup                            only set up: .venv with burrow in it, and system libraries
"""


def too_old(version: tuple[int, ...], executable: str) -> str | None:
    """The sentence for a Python that is too old, None for one that will do."""
    if version >= OLDEST_PYTHON:
        return None
    found = ".".join(map(str, version))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return f"Burrow needs Python {wanted} or newer, and {executable} is {found}: start this with a newer one."


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    if sentence := too_old(sys.version_info[:2], sys.executable):
        print(sentence, file=sys.stderr)
        return 2
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return 0 if arguments else 2

    # Not at the top: these need a Python that is new enough.
    import dev_commands
    from dev_system import SetupError

    command = dev_commands.COMMANDS.get(arguments[0])
    if command is None:
        print(f"dev.py has no command {arguments[0]!r}.\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
