"""Counting hits in messages that are stored plainly, without building what is shown of them. Pure; as app/present/find.

What is counted is the same as by `find.count_in` on the whole message: each text goes through the same functions; only
texts in which the needle cannot stand are passed by sooner.
"""

from __future__ import annotations

from app.present.find import Finder, shown_prose
from app.present.one_line import one_line
from app.present.safe_text import tool_text
from app.present.segments import LINE_LIMIT_CHARS, Prose
from app.present.show_message import TOOL_NAME_CHARS, text_pieces
from app.present.tool_text import tool_input
from store.values.message import MessageKind
from store.values.texts import PlainKind, PlainMessage, PlainPart


def count_plain(message: PlainMessage, finder: Finder) -> int:
    """How many hits are in a message."""
    total = 0
    for part in message.parts:
        if part.kind is PlainKind.CALL:
            total += _count_call(part, finder)
        elif part.text:
            total += _count_said(part.text, message.kind, finder)
    return total


def _count_said(text: str, kind: MessageKind, finder: Finder) -> int:
    if not finder.may_stand_in(text):
        return 0
    if _is_simple(text):
        return finder.count(shown_prose(Prose(text)))
    total = 0
    for piece in text_pieces(text, kind):
        if not isinstance(piece, Prose):
            total += finder.count(piece.text)
        elif finder.may_stand_in(piece.source):
            total += finder.count(shown_prose(piece))
    return total


def _is_simple(text: str) -> bool:
    """Whether a text is one line of prose as it stands: nothing in it is made safe, named, split off or joined."""
    return (
        len(text) <= LINE_LIMIT_CHARS
        and text.isascii()
        and text.isprintable()
        and not text.startswith("---")
        and "![" not in text
        and "```" not in text
        and "~~~" not in text
        and not text.isspace()
    )


def _count_call(part: PlainPart, finder: Finder) -> int:
    total = 0
    if part.result and finder.needle.has_output:
        total = finder.count(tool_text(part.result.removesuffix("\n")))
    if part.name.strip() and not finder.may_stand_in_json(f"{part.name} {part.text}"):
        return total
    given = tool_input(part.text, is_cut=False, name=part.name)
    if given.text:
        total += finder.count(given.text)
    if part.name:
        name = one_line(part.name, TOOL_NAME_CHARS) or "unnamed tool"
        total += finder.count(f"{name} {given.argument}".strip())
    return total
