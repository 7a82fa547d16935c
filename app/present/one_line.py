"""One line of hostile text for a label, a cell or a tool tip. Pure, any thread.

Stored texts may hold line breaks, control characters, and marks that turn the direction of everything behind them. In
a list those would make one row deceive about the next; here each becomes a sign that can be seen.
"""

from __future__ import annotations

import html
import re

from app.present.safe_text import SUSPECT, visible_mark

LIMIT_CHARS = 500
_SPACES = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029 ]+")


def one_line(text: str, limit_chars: int = LIMIT_CHARS) -> str:
    """The text on one line, cut at a limit, with control and direction marks made visible."""
    cut = text if len(text) <= limit_chars else text[:limit_chars] + "…"
    if cut.isprintable():
        return cut
    return SUSPECT.sub(visible_mark, _SPACES.sub(" ", cut)).strip()


def as_tip(text: str) -> str:
    """Text for a tool tip, as text: Qt would take what looks like HTML for HTML, and fetch what it names."""
    return f'<p style="white-space:pre-wrap">{html.escape(text)}</p>' if text else ""
