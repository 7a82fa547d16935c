"""One line of hostile text for a label, a cell or a tool tip. Pure, any thread.

Stored texts may hold line breaks, control characters, and marks that turn the direction of everything behind them. In
a list those would make one row deceive about the next; here each becomes a sign that can be seen.
"""

from __future__ import annotations

import html
import re

LIMIT_CHARS = 500
_CONTROL_PICTURES = 0x2400
_BIDI_NAMES = {
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029 ]+")


def one_line(text: str, limit_chars: int = LIMIT_CHARS) -> str:
    """The text on one line, cut at a limit, with control and direction marks made visible."""
    cut = text if len(text) <= limit_chars else text[:limit_chars] + "…"
    if cut.isprintable():
        return cut
    return _ODD.sub(_sign, _SPACES.sub(" ", cut)).strip()


def _sign(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "␡"
    name = _BIDI_NAMES.get(character)
    return f"[{name}]" if name else "\ufffd"


def as_tip(text: str) -> str:
    """Text for a tool tip, as text: Qt would take what looks like HTML for HTML, and fetch what it names."""
    return f'<p style="white-space:pre-wrap">{html.escape(text)}</p>' if text else ""
