"""Hostile text made safe to look at: nothing is executed, nothing is hidden. Pure; any thread.

Transcript text is data (architecture rule 13). Control characters and bidirectional overrides, which could make a
command read differently from what it did, become visible marks; escape sequences of terminals are taken out of tool
text. The results are what is shown, selected and copied, so each function is a pure function of its argument.
"""

from __future__ import annotations

import re

from store.values.controls import control_picture

_BIDI_MARKS = {
    0x202A: "[LRE]",
    0x202B: "[RLE]",
    0x202C: "[PDF]",
    0x202D: "[LRO]",
    0x202E: "[RLO]",
    0x2066: "[LRI]",
    0x2067: "[RLI]",
    0x2068: "[FSI]",
    0x2069: "[PDI]",
}

_TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: titles, links
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"  # two and three character sequences
)

SUSPECT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0\ufdd1\ufff9-\ufffc\ufffe\uffff]"
)
"""Characters that are not seen, or deceive; tabs and line ends are for the caller."""

_CODE_SUSPECT = re.compile("[\\u2028\\u2029]|" + SUSPECT.pattern)


def visible_mark(match: re.Match[str]) -> str:
    """What is shown for one character of SUSPECT."""
    point = ord(match.group())
    picture = _BIDI_MARKS.get(point) or control_picture(match.group())
    if picture:
        return picture
    if 0xD800 <= point <= 0xDFFF or point >= 0xFDD0:
        return "\ufffd"
    return f"[U+{point:04X}]"


def prose_text(text: str) -> str:
    """Text of a conversation with control characters and overrides made visible; line ends become "\\n"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").replace("\f", "\n")
    return SUSPECT.sub(visible_mark, text) if SUSPECT.search(text) else text


def tool_text(text: str) -> str:
    """Tool input, tool output or code: without terminal sequences, every other control character visible."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _TERMINAL.sub("", text)
    return _CODE_SUSPECT.sub(visible_mark, text) if _CODE_SUSPECT.search(text) else text


def stored_text(text: str) -> str:
    """Stored bytes decoded for the Raw panel: every character visible, none taken out."""
    text = text.replace("\r", "␍")
    return _CODE_SUSPECT.sub(visible_mark, text) if _CODE_SUSPECT.search(text) else text
