"""What is copied: selected text as it is shown, and messages as Markdown with their stored source. Any thread.

A selection may hold messages that were never laid out, 100,000 of them: their text comes from the same pieces and the
same documents that a layout would use, so that it equals what would be seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from app.present.markdown import document_text, prose_document
from app.present.pieces import Piece, PieceKind, pieces_of, record_pieces
from app.present.segments import Prose
from app.present.shown import Folds, ShownMessage
from app.present.utf16 import utf16_length, utf16_slice
from store.values.message import (
    ImageBlock,
    Message,
    MessageKind,
    NoticeBlock,
    ReasoningBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
    WholeRef,
)

Edge = tuple[int, int]
"""A part key and a UTF-16 position in that part."""

FIRST_EDGE: Edge = (-1, 0)
LAST_EDGE: Edge = (1 << 40, 0)
BETWEEN_MESSAGES = "\n\n"


def message_text(
    message: ShownMessage,
    folds: Folds,
    records: tuple[str, ...] | None = None,
    begin: Edge = FIRST_EDGE,
    end: Edge = LAST_EDGE,
) -> str:
    """The shown text of a message between two edges.

    Args:
        records: stored records as text, if the message shows Raw.
    """
    if message.is_hidden:
        return ""
    pieces = pieces_of(message, folds) if records is None else record_pieces(records)
    out: list[str] = []
    key, base = -1, 0
    for piece in pieces:
        if piece.key != key:
            key, base = piece.key, 0
        if key < begin[0] or key > end[0]:
            continue
        low = begin[1] - base if key == begin[0] else 0
        high = end[1] - base if key == end[0] else 1 << 40
        text, length = _piece_text(piece, max(low, 0), high)
        if low < length and high > 0 and text:
            out.append(text)
        base += length + 1
    return "\n".join(out)


def _piece_text(piece: Piece, low: int, high: int) -> tuple[str, int]:
    """The text of [low, high) of a piece, and the length of all of it."""
    if piece.kind is PieceKind.PROSE:
        document = prose_document(piece.prose or Prose(piece.text))
        length = max(document.characterCount() - 1, 0)
        return (document_text(document, low, min(high, length)) if low < min(high, length) else ""), length
    length = utf16_length(piece.text)
    if piece.kind is PieceKind.UNIT:
        return (piece.text if low < min(high, length) else ""), length
    return (utf16_slice(piece.text, low, min(high, length)) if low < high else ""), length


def selected_text(
    messages: Iterable[ShownMessage],
    folds: Folds,
    records: Mapping[int, tuple[str, ...]],
    begin: tuple[int, int, int],
    end: tuple[int, int, int],
) -> Iterable[str]:
    """The texts of a selection, message by message, to be joined by BETWEEN_MESSAGES.

    Args:
        messages: those of the selection, in order.
        records: stored records of messages that show Raw.
        begin, end: (message, part key, position), as in `Place`.
    """
    for message in messages:
        low = begin[1:] if message.index == begin[0] else FIRST_EDGE
        high = end[1:] if message.index == end[0] else LAST_EDGE
        if message.index > end[0]:
            return
        if not folds.shows(message.index):
            continue
        text = message_text(message, folds, records.get(message.index), low, high)
        if text:
            yield text


Whole = Callable[[WholeRef], str]
"""Reads what was cut for showing; waits."""


def has_cut_blocks(message: Message) -> bool:
    """Whether anything of a message was cut for showing, so that its Markdown has to be read first."""
    if message.whole is not None:
        return True
    blocks = list(message.blocks)
    while blocks:
        block = blocks.pop()
        if getattr(block, "whole", None) is not None:
            return True
        if isinstance(block, ToolCallBlock) and block.result is not None:
            blocks.append(block.result)
        elif isinstance(block, ToolResultBlock):
            blocks.extend(block.blocks)
    return False


def message_markdown(message: Message, whole: Whole | None = None) -> str:
    """A message as Markdown: texts as they are stored, everything else in fences longer than any inside.

    Args:
        whole: reads what was cut; without it a note says how much is missing.
    """
    parts = [f"**{_speaker(message)}**" + (f" · {message.created_at}" if message.created_at else "")]
    for block in message.blocks:
        parts.extend(_block_markdown(block, whole))
    if message.whole is not None:
        parts.append(f"(cut: {len(message.blocks):,} of {message.block_count:,} blocks)")
        parts.extend(["The whole message as it is stored:", fenced(whole(message.whole), "json")] if whole else [])
    parts.extend(f"> {fault.sentence}" for fault in message.faults)
    return "\n\n".join(part for part in parts if part) + "\n"


def without_work(message: Message) -> Message:
    """A message without its tools, reasoning and notices, for who reads prompts and answers only."""
    work = (ToolCallBlock, ToolResultBlock, ReasoningBlock, NoticeBlock)
    return replace(message, blocks=tuple(block for block in message.blocks if not isinstance(block, work)))


def _speaker(message: Message) -> str:
    if message.is_rewrite:
        return "Context compacted"
    names = {MessageKind.PROMPT: "You", MessageKind.ASSISTANT: "Assistant", MessageKind.SYSTEM: "System"}
    return names.get(message.kind, message.kind.name.replace("_", " ").capitalize())


def _block_markdown(block: object, whole: Whole | None) -> list[str]:
    if isinstance(block, TextBlock):
        return _uncut(block.text, block.full_chars, block.whole, whole)
    if isinstance(block, ReasoningBlock):
        text, *note = _uncut(block.text, block.full_chars, block.whole, whole)
        return [_quoted(text), *note] if text else ["> (sealed reasoning)"]
    if isinstance(block, ToolCallBlock):
        arguments, *note = _uncut(block.arguments, block.arguments_chars, block.whole, whole)
        parts = [f"Tool call: `{block.name}`", fenced(arguments, "json"), *note]
        no_result = ["No result is recorded."]
        return parts + (_block_markdown(block.result, whole) if block.result is not None else no_result)
    if isinstance(block, ToolResultBlock):
        parts = ["Result" + (" (failed):" if block.is_error else ":")]
        for inner in block.blocks:
            parts.extend(_result_markdown(inner, whole))
        return parts
    if isinstance(block, ImageBlock):
        return [f"(image: {block.ref.name or block.ref.media_type})"]
    if isinstance(block, NoticeBlock):
        details = whole(block.whole) if whole is not None and block.whole is not None else block.details
        return [f"**{block.title}**", block.text, fenced(details, "json") if details else ""]
    if isinstance(block, UnknownBlock):
        raw, *note = _uncut(block.raw, len(block.raw), block.whole, whole)
        return [f"Unknown block `{block.kind}`:", fenced(raw, "json"), *note]
    return []


def _result_markdown(inner: object, whole: Whole | None) -> list[str]:
    """A part of a tool's result: its text in a fence, whatever it holds."""
    if not isinstance(inner, TextBlock):
        return _block_markdown(inner, whole)
    text, *note = _uncut(inner.text, inner.full_chars, inner.whole, whole)
    return [fenced(text, ""), *note]


def _quoted(text: str) -> str:
    return "\n".join("> " + line for line in text.split("\n"))


def _uncut(text: str, full_chars: int, ref: WholeRef | None, whole: Whole | None) -> list[str]:
    """A text in full, or cut with a note about what is missing."""
    if ref is not None and whole is not None:
        return [whole(ref)]
    return [text, _cut_note(text, full_chars)]


def _cut_note(text: str, full_chars: int) -> str:
    return f"(cut: {len(text):,} of {full_chars:,} characters)" if full_chars > len(text) else ""


def fenced(text: str, language: str) -> str:
    """Text in a code fence that is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language}\n{text}\n{fence}"
