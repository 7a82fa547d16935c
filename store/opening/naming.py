"""How a file is called in a sentence: names are content, and may hold anything."""

from __future__ import annotations

import os
from pathlib import Path

SHOWN_CHARS = 120


def shown(path: Path) -> str:
    """The name of a file for a sentence: one line, cut if long, what cannot be shown replaced, always valid Unicode."""
    name = os.fsencode(path.name or path).decode("utf-8", "replace")
    name = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
    return name if len(name) <= SHOWN_CHARS else name[: SHOWN_CHARS - 1] + "…"
