"""Texts of messages that are stored plainly, for whoever looks through many without wanting anything else of them."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from store.values.message import MessageKind


class PlainKind(IntEnum):
    """What a text is."""

    TEXT = 0
    REASONING = 1
    CALL = 2


class PlainPart(NamedTuple):
    """The texts of one block.

    Attributes:
        kind: what it is.
        text: as stored; of a call the stored JSON text of its arguments.
        name: of the tool; empty for others.
        result: the texts that the tool gave back, each on its own lines; None where there is none.
    """

    kind: PlainKind
    text: str
    name: str = ""
    result: str | None = None


class PlainMessage(NamedTuple):
    """All texts of a message of which nothing is cut, unknown or damaged, and which shows nothing but texts.

    Attributes:
        kind: what it is for the transcript.
        parts: one a block, in their order.
    """

    kind: MessageKind
    parts: tuple[PlainPart, ...]
