"""What is said of a mark on the rail: which message, when, and its first words if it is loaded. Pure."""

from __future__ import annotations

from app.present.one_line import one_line
from app.present.shown import ShownMessage, ShownTool, ToolState
from app.views.transcript.rail_marks import MarkKind, RailMark
from store.values.message import TextBlock

FIRST_WORDS_CHARS = 80
_WORDS = {
    MarkKind.PROMPT: "Prompt",
    MarkKind.ERROR: "Error",
    MarkKind.REWRITE: "Context compacted",
    MarkKind.HIT: "Hit",
}


def mark_words(mark: RailMark, message: ShownMessage | None, time: str) -> str:
    """The tool tip of a mark.

    Args:
        message: that of the mark; None while it is not loaded.
        time: of the message, empty if it is not known.
    """
    words = [f"{_WORDS[mark.kind]} #{mark.row + 1:,}", time]
    if message is not None:
        words.append(_first_words(mark, message))
    more = f"\nand {mark.count - 1:,} more here" if mark.count > 1 else ""
    return " · ".join(word for word in words if word) + more


def _first_words(mark: RailMark, message: ShownMessage) -> str:
    if mark.kind is MarkKind.ERROR:
        failed = [
            f"{block.name} failed"
            for block in message.blocks
            if isinstance(block, ShownTool) and block.state is ToolState.FAILED
        ]
        if failed:
            return ", ".join(failed[:3])
        if message.remark:
            return message.remark
    text = next((block.text for block in message.stored.blocks if isinstance(block, TextBlock)), "")
    return one_line(text[: 4 * FIRST_WORDS_CHARS], FIRST_WORDS_CHARS)
