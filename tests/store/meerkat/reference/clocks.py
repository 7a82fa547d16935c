"""Clocks that give known times, as those had from which the recorded outcomes come."""

from __future__ import annotations

from itertools import count

from store.meerkat.reference.times import Clock

NANOS = 123_456_789
"""Behind each second of the recorded outcomes."""


def ticking(first_s: int) -> Clock:
    """A clock that goes on by one second each time it is asked."""
    seconds = count(first_s)
    return lambda: next(seconds) * 1_000_000_000 + NANOS
