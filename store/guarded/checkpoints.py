"""The places on the way of a change at which a process may die; whoever tests that hears of each one."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class Checkpoint(StrEnum):
    """A place on the way of a change, in their order."""

    BEGUN = "begun"
    """The receipt is recorded; nothing is done yet."""

    COPYING = "copying"
    """The copy of the whole store is written, not checked yet, and not recorded."""

    COPIED = "copied"
    """The copy of the whole store is checked and recorded."""

    INTENDED = "intended"
    """The image of a session is on the disk; its transaction is open."""

    COMMITTED = "committed"
    """A session was written into the store, rows and files."""

    VERIFIED = "verified"
    """It was read again and found as planned; that is not recorded yet."""

    CLOSING = "closing"
    """Every session is through; the receipt is not closed."""

    CLOSED = "closed"
    """The receipt is closed."""


Checkpoints: TypeAlias = Callable[[Checkpoint], None]
"""Called at each place, on the thread that works."""


def pass_by(_checkpoint: Checkpoint) -> None:
    """What a program that is no test does at a checkpoint."""
