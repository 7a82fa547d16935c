"""The JSON shapes of the command line: a contract with other programs. Fields may be added, never renamed or removed.

Pure functions from values to plain dicts and lists, and one encoder. What is not recorded is null, times are RFC 3339
in UTC, sizes are bytes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from store.cli.figures import rfc3339
from store.values.fault import Fault
from store.values.message import (
    Block,
    ImageBlock,
    Message,
    NoticeBlock,
    ReasoningBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
    WholeRef,
)
from store.values.session import MetadataNode, SessionSummary, Usage
from store.values.store import StoreFacts, StoreKind

Shape = dict[str, Any]
"""A JSON object in the making."""

Whole = Callable[[WholeRef], str]
"""Fetches the uncut text of something that was cut."""

MAX_METADATA_DEPTH = 200
"""Deeper metadata is given as the words that people read; a reader of our JSON need not recurse without end."""

_SAFE_DEPTH = 200
"""JSON with no more brackets than this cannot nest too deeply to be written again."""

_DECEIVING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def encoded(shape: Shape) -> str:
    """Encode to one line of JSON that is safe on a terminal and can always be written as UTF-8.

    Controls and bidi overrides are written as escapes, and lone surrogates too, which UTF-8 cannot hold: they mean
    the same to every decoder.
    """
    text = json.dumps(shape, ensure_ascii=False, allow_nan=False)
    if text.isascii() and "\x7f" not in text:
        return text
    text = _DECEIVING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def fault_shape(fault: Fault) -> Shape:
    """One fault."""
    return {"code": fault.code, "sentence": fault.sentence}


def store_shape(facts: StoreFacts, listed_fault_count: int) -> Shape:
    """One store of a list.

    Args:
        listed_fault_count: faults of the sessions of this store that are in the list.
    """
    is_open = facts.is_open
    return {
        "store": facts.file_name,
        "path": facts.key.path,
        "kind": kind_word(facts.kind),
        "generation": facts.generation,
        "access": facts.access.value if facts.access is not None else None,
        "writable": facts.is_writable if is_open else None,
        "why": facts.why or None,
        "session_count": facts.session_count,
        "fault_count": len(facts.faults) + listed_fault_count,
        "faults": [{**fault_shape(fault), "advice": facts.advice or None} for fault in facts.faults],
    }


def kind_word(kind: StoreKind) -> str | None:
    """The word for a system; null when it is not known."""
    return None if kind is StoreKind.UNKNOWN else kind.value


def session_shape(summary: SessionSummary, kind: StoreKind) -> Shape:
    """One session of a list: with our own title and labels; `state` is what the store says, also of a hidden one."""
    return {
        "path": summary.key.store.path,
        "kind": kind_word(kind),
        "id": summary.key.session_id,
        "title": summary.title,
        "title_from": summary.title_from.value,
        "state": summary.state.value,
        "running": summary.is_running,
        "model": summary.model,
        "provider": summary.provider,
        "message_count": summary.message_count,
        "input_tokens": summary.input_tokens,
        "output_tokens": summary.output_tokens,
        "total_tokens": summary.total_tokens,
        "created_at": rfc3339(summary.created_at_ms),
        "updated_at": rfc3339(summary.updated_at_ms),
        "size_bytes": summary.size_bytes,
        "labels": dict(summary.labels),
        "faults": [fault_shape(fault) for fault in summary.faults],
        "hidden": summary.is_hidden,
        "has_note": summary.has_note,
    }


def metadata_shape(nodes: tuple[MetadataNode, ...], depth: int = 0) -> Shape:
    """Metadata as an object; what is masked or left out is given as the words that people read in its place."""
    return {node.name: _metadata_value(node, depth) for node in nodes}


def _metadata_value(node: MetadataNode, depth: int) -> Any:
    if node.is_masked or (node.is_container and depth >= MAX_METADATA_DEPTH):
        return node.text
    if not node.is_container:
        return _finite(node.value)
    if node.is_list:
        return [_metadata_value(child, depth + 1) for child in node.children]
    return metadata_shape(node.children, depth + 1)


def _finite(value: str | int | float | bool | None) -> str | int | float | bool | None:
    """A scalar that JSON can hold."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def message_shape(message: Message, whole: Whole, raw: bytes | None) -> Shape:
    """One message with all its texts uncut.

    Args:
        whole: fetches what the backend cut.
        raw: stored bytes, when they were asked for; bytes that are not UTF-8 become lone surrogates U+DC80 to U+DCFF.
    """
    shape: Shape = {
        "index": message.index,
        "role": message.role.value,
        "stored_role": message.stored_role,
        "created_at": rfc3339(message.created_at_ms),
        "stop_reason": message.stop_reason,
        "usage": _usage_shape(message.usage),
        "faults": [fault_shape(fault) for fault in message.faults],
        "block_count": message.block_count,
        "blocks": [_block_shape(block, whole) for block in message.blocks],
    }
    if raw is not None:
        shape["raw"] = raw.decode("utf-8", "surrogateescape")
    return shape


def _usage_shape(usage: Usage | None) -> Shape | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_creation_tokens": usage.cache_creation_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
    }


def _block_shape(block: Block, whole: Whole) -> Shape:
    """One block; a tool call names the message of its result, which stands there as a block of its own."""
    match block:
        case TextBlock():
            return {"type": "text", "text": uncut(block.text, block.whole, whole)}
        case ReasoningBlock():
            text = uncut(block.text, block.whole, whole)
            return {"type": "reasoning", "text": text, "sealed": block.is_sealed}
        case ToolCallBlock():
            return {
                "type": "tool_call",
                "id": block.call_id or None,
                "name": block.name,
                "arguments": json_or_text(uncut(block.arguments, block.whole, whole)),
                "result_message": block.result.result_message if block.result is not None else None,
            }
        case ToolResultBlock():
            return {
                "type": "tool_result",
                "id": block.call_id or None,
                "is_error": block.is_error,
                "call_message": block.call_message,
                "blocks": [_block_shape(inner, whole) for inner in block.blocks],
            }
        case ImageBlock(ref):
            return {
                "type": "video" if ref.is_video else "image",
                "media_type": ref.media_type,
                "size_bytes": ref.size_bytes,
                "blob": ref.blob,
            }
        case NoticeBlock():
            return {
                "type": "notice",
                "kind": block.kind,
                "title": block.title,
                "text": block.text,
                "details": json_or_text(uncut(block.details, block.whole, whole)) if block.details else None,
            }
        case UnknownBlock():
            return {
                "type": "unknown",
                "kind": block.kind,
                "raw": json_or_text(uncut(block.raw, block.whole, whole)),
                "faults": [fault_shape(block.fault)] if block.fault is not None else [],
            }


def uncut(text: str, ref: WholeRef | None, whole: Whole) -> str:
    """A text, fetched whole where the backend cut it."""
    return text if ref is None else whole(ref)


def json_or_text(text: str) -> Any:
    """The JSON value of a text; the text itself where it is none, or none that JSON can give back."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite_float)
        if text.count("[") + text.count("{") > _SAFE_DEPTH:
            json.dumps([[[[[[[[value]]]]]]]])  # it may nest just too deeply to be written inside our own shape
    except (ValueError, RecursionError):
        return text
    return value


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
