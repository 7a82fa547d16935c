"""Messages made by hand, and a transcript view that shows them; no store takes part here."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.highlight import highlight
from app.present.show_message import show_message
from app.present.shown import ShownMessage
from app.views.transcript.view import TranscriptView
from store.values.fault import Fault
from store.values.message import (
    Block,
    Message,
    MessageFlag,
    MessageKind,
    Outline,
    ReasoningBlock,
    Role,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    WholeRef,
)

ROLES = {
    MessageKind.SYSTEM: Role.SYSTEM,
    MessageKind.PROMPT: Role.USER,
    MessageKind.ASSISTANT: Role.ASSISTANT,
    MessageKind.TOOL_RESULTS: Role.TOOL,
    MessageKind.TOOL_RESULTS_JOINED: Role.TOOL,
    MessageKind.NOTICE: Role.NOTICE,
}


@pytest.fixture
def look(qapp: object) -> Look:
    """The light look at 100 %."""
    add_bundled_fonts()
    return Look(Theme.LIGHT)


@pytest.fixture
def text() -> Callable[..., TextBlock]:
    """Make a text block."""

    def make(words: str, whole: WholeRef | None = None, full_chars: int = 0) -> TextBlock:
        return TextBlock(words, full_chars or len(words), whole)

    return make


@pytest.fixture
def call() -> Callable[..., ToolCallBlock]:
    """Make a tool call with its result in the next message."""

    def make(
        name: str, arguments: str, result: str | None = None, message: int = 0, is_error: bool = False
    ) -> ToolCallBlock:
        joined = None
        if result is not None:
            blocks = (TextBlock(result, len(result)),) if result else ()
            joined = ToolResultBlock("tu_1", is_error, blocks, len(result), message + 1, 0, message)
        return ToolCallBlock("tu_1", name, arguments, len(arguments), joined)

    return make


@pytest.fixture
def message() -> Callable[..., Message]:
    """Make a message from its index, kind and blocks."""

    def make(
        index: int,
        kind: MessageKind,
        *blocks: Block,
        faults: Sequence[Fault] = (),
        block_count: int | None = None,
        whole: WholeRef | None = None,
        **fields: Any,
    ) -> Message:
        role = ROLES.get(kind, Role.UNKNOWN)
        return Message(
            index=index,
            role=role,
            kind=kind,
            stored_role=role.value,
            created_at_ms=fields.get("created_at_ms"),
            created_at=None,
            stop_reason=fields.get("stop_reason"),
            usage=None,
            size_bytes=fields.get("size_bytes", 200),
            blocks=tuple(blocks),
            block_count=len(blocks) if block_count is None else block_count,
            faults=tuple(faults),
            whole=whole,
        )

    return make


def flags_of(message: Message) -> int:
    """What an index would note of a message."""
    flags = MessageFlag.HAS_TEXT if message.kind is MessageKind.PROMPT else MessageFlag(0)
    for block in message.blocks:
        if isinstance(block, TextBlock) and block.text and message.kind is MessageKind.ASSISTANT:
            flags |= MessageFlag.HAS_TEXT
        if isinstance(block, (ToolCallBlock, ToolResultBlock)) and message.kind is not MessageKind.TOOL_RESULTS_JOINED:
            flags |= MessageFlag.HAS_TOOLS
            result = block.result if isinstance(block, ToolCallBlock) else block
            if result is not None and result.is_error:
                flags |= MessageFlag.HAS_ERROR
        if isinstance(block, ReasoningBlock):
            flags |= MessageFlag.HAS_REASONING
    if message.is_rewrite:
        flags |= MessageFlag.IS_REWRITE
    if message.kind is MessageKind.DAMAGED:
        flags |= MessageFlag.HAS_ERROR
    return int(flags)


def outline_of(messages: Sequence[Message]) -> Outline:
    """The outline a backend would make."""
    chars = [sum(len(getattr(block, "text", "")) for block in found.blocks) for found in messages]
    return Outline(
        len(messages),
        bytes(int(found.kind) for found in messages),
        bytes(flags_of(found) for found in messages),
        array("I", [found.size_bytes for found in messages]),
        array("I", chars),
    )


@pytest.fixture
def make_outline() -> Callable[[Sequence[Message]], Outline]:
    """Make an outline of messages."""
    return outline_of


@pytest.fixture
def show(qtbot: QtBot, look: Look) -> Callable[..., TranscriptView]:
    """A view of 640 × 600 that shows messages; colours come at once, pages when `loads` says so."""

    def make(messages: Sequence[Message], loads: bool = False, begins_loaded: bool = True) -> TranscriptView:
        view = TranscriptView(look)
        qtbot.addWidget(view)
        view.resize(640, 600)
        shown: list[ShownMessage] = [show_message(found) for found in messages]
        view.highlights_wanted.connect(
            lambda texts: view.set_highlights({(body, language): highlight(body, language) for body, language in texts})
        )
        if loads:
            view.range_wanted.connect(lambda wanted: view.add_messages(shown[wanted[0] : wanted[1]]))
        with qtbot.waitExposed(view):
            view.show()
        view.show_transcript(outline_of(messages), shown if begins_loaded else shown[:20])
        return view

    return make
