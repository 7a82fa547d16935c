"""The exit codes of the command line, which scripts rely on."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    WELL = 0
    FAULTS = 1
    """It ran and found faults."""
    UNUSABLE = 2
    """Wrong usage, or the path cannot be opened."""
    REFUSED = 3
    """An action was refused, and nothing was changed."""

    INTERRUPTED = 130
