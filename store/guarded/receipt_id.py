"""Ids of receipts: UUIDs of version 7, so that they sort by time (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
import uuid


def new_receipt_id(at_ms: int) -> str:
    """A new id.

    Args:
        at_ms: milliseconds since 1970, UTC.
    """
    number = (at_ms & (1 << 48) - 1) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))
