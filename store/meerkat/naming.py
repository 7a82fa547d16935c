"""How what a store holds is called in a sentence: names are content, and may hold anything. Pure."""

from __future__ import annotations

import re
from typing import Final

MAX_SHOWN_CHARS: Final = 80
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(value: bytes | str | None, limit: int = MAX_SHOWN_CHARS) -> str:
    """One line of at most `limit` characters, without what could command a terminal; "" for nothing."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value or ""
    text = _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"
