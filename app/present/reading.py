"""How much of a transcript is read: which kind of messages, prompts and answers only, folded or open. Pure; any thread.

Which messages are meant is one byte a message, 1 or 0, made of an outline by a table: 100,000 messages in half a
millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from store.values.message import MessageFlag, MessageKind, Outline

SHOWN = b"\x01"


class ReadKind(Enum):
    """Kinds of messages that a reader asks for; a message may be of several."""

    ALL = "all"
    YOU = "you"
    ASSISTANT = "assistant"
    TOOLS = "tools"
    REASONING = "reasoning"
    ERRORS = "errors"


class FoldState(StrEnum):
    """How blocks stand before anyone touched them.

    Attributes:
        USUAL: tools and reasoning folded, what is not understood open.
        FOLDED: everything that can be folded.
        OPEN: nothing folded.
    """

    USUAL = "usual"
    FOLDED = "folded"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader wants to see.

    Attributes:
        kind: only messages of this kind.
        is_prompts_only: prompts and answers without tools, reasoning and notices.
    """

    kind: ReadKind = ReadKind.ALL
    is_prompts_only: bool = False

    @property
    def leaves_out_work(self) -> bool:
        """Whether tools, reasoning and notices are left out; who asks for just these sees them."""
        return self.is_prompts_only and self.kind in (ReadKind.ALL, ReadKind.YOU, ReadKind.ASSISTANT)


def _marks(*values: int) -> bytes:
    return bytes(value in values for value in range(256))


def _marks_of_flag(flag: MessageFlag) -> bytes:
    return bytes(bool(value & flag) for value in range(256))


_ALL = bytes(value != MessageKind.TOOL_RESULTS_JOINED for value in range(256))
_OF_KINDS = {
    ReadKind.ALL: _ALL,
    ReadKind.YOU: _marks(MessageKind.PROMPT),
    ReadKind.ASSISTANT: _marks(MessageKind.ASSISTANT),
}
_OF_FLAGS = {
    ReadKind.TOOLS: _marks_of_flag(MessageFlag.HAS_TOOLS),
    ReadKind.REASONING: _marks_of_flag(MessageFlag.HAS_REASONING),
    ReadKind.ERRORS: _marks_of_flag(MessageFlag.HAS_ERROR),
}
_WITH_TEXT = _marks_of_flag(MessageFlag.HAS_TEXT)


def rows_of_kind(outline: Outline, kind: ReadKind) -> bytes:
    """The messages of a kind: one byte each, 1 or 0. Results that are shown with their calls are of none."""
    if kind in _OF_KINDS:
        return outline.kinds.translate(_OF_KINDS[kind])
    return outline.flags.translate(_OF_FLAGS[kind])


def rows_of_flag(outline: Outline, flag: MessageFlag) -> bytes:
    """The messages with a flag: one byte each, 1 or 0."""
    return outline.flags.translate(_marks_of_flag(flag))


def shown_rows(outline: Outline, reading: Reading) -> bytes:
    """The messages that are shown: one byte each, 1 or 0."""
    shown = rows_of_kind(outline, reading.kind)
    return both(shown, outline.flags.translate(_WITH_TEXT)) if reading.leaves_out_work else shown


def both(first: bytes, second: bytes) -> bytes:
    """1 where both have it."""
    joined = int.from_bytes(first, "little") & int.from_bytes(second, "little")
    return joined.to_bytes(len(first), "little")


def count_of_kind(outline: Outline, reading: Reading) -> int:
    """How many messages a reading has; of all of them those too whose results are shown with their calls."""
    if reading == Reading():
        return outline.count
    return shown_rows(outline, reading).count(SHOWN)
