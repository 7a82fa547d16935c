"""Ids of sessions: UUIDs of version 7, whose order is that of their making (formats/meerkat.md §2.1). Pure."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
"""Gives so many random bytes."""


def new_session_id(now_ms: int, random: RandomBytes = secrets.token_bytes) -> str:
    """Make an id of a session.

    Args:
        now_ms: milliseconds since 1970; 48 bits of it count.

    Returns:
        Its hyphenated text in small letters.
    """
    value = (now_ms & (1 << 48) - 1) << 80 | int.from_bytes(random(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
