"""Stored message bytes → values for views (formats/meerkat.md §2.3–§2.5). Pure: nothing here reads a file.

A message that the systems would refuse is shown as damaged, with its text; a block that is not known as a card.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.messages.assistant import assistant_blocks, legacy_blocks
from store.meerkat.messages.content import (
    Spot,
    as_object,
    as_text,
    content_blocks,
    content_list,
    malformed,
    notice_block,
    plain_text,
    text_block,
    unknown_block,
)
from store.meerkat.messages.notices import notice_item, notice_title
from store.meerkat.messages.times import rfc3339_ms
from store.meerkat.messages.transcript_index import is_prompt, is_summary
from store.meerkat.messages.usage import usage_of
from store.values.fault import Fault
from store.values.message import (
    CUT_TEXT_CHARS,
    MAX_BLOCKS,
    Block,
    Message,
    MessageKind,
    Role,
    ToolResultBlock,
    UnknownBlock,
    WholePart,
    WholeRef,
)

ResultAt = Callable[[int, int], ToolResultBlock | None]
"""Reads the result of the call at (message, block), wherever it is stored."""

CallOf = Callable[[int, int], int | None]
"""Finds the message with the call that the result at (message, position) belongs to."""

_ROLES = {
    "system": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "block_assistant": Role.ASSISTANT,
    "tool_results": Role.TOOL,
    "system_notice": Role.NOTICE,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored message, parsed.

    Attributes:
        index: its position in the transcript.
        size_bytes: of its JSON value.
        text: its JSON text.
        fields: its keys.
    """

    index: int
    size_bytes: int
    text: str
    fields: dict[str, Json]


def parse_message(index: int, data: bytes) -> Stored:
    """Parse a message's bytes. Raises NotStrict."""
    text, value = parse(data)
    if not isinstance(value, dict):
        raise NotStrict("it is no JSON object")
    return Stored(index, len(data), text, as_object(value))


def decode_message(stored: Stored, kind: MessageKind, result_at: ResultAt, call_of: CallOf) -> Message:
    """Decode a parsed message.

    Args:
        kind: as the index has it; it knows whether results are joined into earlier calls.

    Raises:
        NotStrict: the systems would refuse it.
    """
    fields = stored.fields
    role = as_text(fields.get("role"))
    blocks, count = _blocks(stored, role, result_at, call_of)
    whole = WholeRef(stored.index, -1, -1, WholePart.TEXT) if count > MAX_BLOCKS else None
    created_at = fields.get("created_at")
    usage = fields.get("usage")
    stop_reason = fields.get("stop_reason")
    return Message(
        index=stored.index,
        role=_ROLES.get(role, Role.UNKNOWN),
        kind=_kind(stored, role, kind),
        stored_role=role,
        created_at_ms=rfc3339_ms(created_at) if isinstance(created_at, str) else None,
        created_at=created_at if isinstance(created_at, str) else None,
        stop_reason=stop_reason if isinstance(stop_reason, str) else None,
        usage=usage_of(usage) if isinstance(usage, dict) else None,
        size_bytes=stored.size_bytes,
        blocks=tuple(blocks),
        block_count=count,
        whole=whole,
        is_rewrite=role == "user" and is_summary(fields),
    )


def damaged_message(index: int, data: bytes, size_bytes: int, reason: str) -> Message:
    """The card of a message that cannot be decoded; `data` may be only its beginning."""
    text = data.decode("utf-8", "replace")
    is_cut = len(text) > CUT_TEXT_CHARS or len(data) < size_bytes
    fault = Fault("damaged-message", f"This message cannot be read: {reason}.")
    whole = WholeRef(index, -1, -1, WholePart.RAW) if is_cut else None
    card = UnknownBlock("damaged message", text[:CUT_TEXT_CHARS], size_bytes, fault, whole)
    return Message(
        index, Role.UNKNOWN, MessageKind.DAMAGED, "", None, None, None, None, size_bytes, (card,), 1, (fault,), None
    )


def _kind(stored: Stored, role: str, indexed: MessageKind) -> MessageKind:
    """The index is right except where it did not decode: then the role decides."""
    if role == "user":
        return MessageKind.PROMPT if is_prompt(stored.fields) else MessageKind.INJECTED
    if indexed in (MessageKind.DAMAGED, MessageKind.UNKNOWN, MessageKind.PROMPT):
        return {
            "system": MessageKind.SYSTEM,
            "assistant": MessageKind.ASSISTANT,
            "block_assistant": MessageKind.ASSISTANT,
            "tool_results": MessageKind.TOOL_RESULTS,
            "system_notice": MessageKind.NOTICE,
        }.get(role, MessageKind.UNKNOWN)
    return indexed


def _blocks(stored: Stored, role: str, result_at: ResultAt, call_of: CallOf) -> tuple[Sequence[Block], int]:
    """The blocks of a message, at most MAX_BLOCKS, and how many it has."""
    index, fields = stored.index, stored.fields
    content = fields.get("content")
    if role == "system":
        if isinstance(content, str):
            return [text_block(content, Spot(index, 0))], 1
        return content_blocks(content, index), len(content_list(content))
    if role == "user":
        return content_blocks(content, index), len(content_list(content))
    if role == "block_assistant":
        return assistant_blocks(stored.index, stored.text, fields.get("blocks"), result_at)
    if role == "assistant":
        return legacy_blocks(stored.index, stored.text, fields, result_at)
    if role == "tool_results":
        return _results(stored, call_of)
    if role == "system_notice":
        return _notices(stored)
    return [unknown_block(role or "message", dict(fields), Spot(index, -1))], 1


def _results(stored: Stored, call_of: CallOf) -> tuple[Sequence[Block], int]:
    results = stored.fields.get("results")
    if not isinstance(results, list):
        return [unknown_block("tool results", results, Spot(stored.index, 0), malformed("list of results"))], 1
    shown = range(min(len(results), MAX_BLOCKS))
    return [decode_result(stored, position, call_of(stored.index, position)) for position in shown], len(results)


def decode_result(stored: Stored, position: int, call_message: int | None) -> ToolResultBlock:
    """Decode one result of a `tool_results` message."""
    results = stored.fields.get("results")
    value = results[position] if isinstance(results, list) and position < len(results) else None
    result = as_object(value)
    content = result.get("content")
    blocks = content_blocks(content, stored.index, position)
    if not isinstance(value, dict):
        blocks = (unknown_block("tool result", value, Spot(stored.index, position), malformed("tool result")),)
    return ToolResultBlock(
        call_id=as_text(result.get("tool_use_id")),
        is_error=result.get("is_error") is True,
        blocks=blocks,
        text_chars=len(plain_text(content)),
        result_message=stored.index,
        result_index=position,
        call_message=call_message,
    )


def _notices(stored: Stored) -> tuple[Sequence[Block], int]:
    index, fields = stored.index, stored.fields
    kind, body = as_text(fields.get("kind")), as_text(fields.get("body"))
    items = fields.get("blocks")
    listed = items if isinstance(items, list) else []
    blocks: list[Block] = [
        notice_item(item, kind, Spot(index, position)) for position, item in enumerate(listed[:MAX_BLOCKS])
    ]
    said = {block.text for block in blocks if not isinstance(block, UnknownBlock) and hasattr(block, "text")}
    if (body and body not in said) or not blocks:
        blocks.insert(0, notice_block(kind or "notice", notice_title(kind), body, None, Spot(index, -1, 0)))
    if items is not None and not isinstance(items, list):
        blocks.append(unknown_block("notice blocks", items, Spot(index, 0), malformed("notice")))
    return blocks[:MAX_BLOCKS], max(len(listed), len(blocks[:MAX_BLOCKS]))
