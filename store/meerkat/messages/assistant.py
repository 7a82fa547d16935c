"""The blocks of assistant messages, of today's form and of the one before 0.7 (formats/meerkat.md §2.3, §2.5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from store.meerkat.codec.strict_json import Json, element_spans, member_span, text_of
from store.meerkat.messages.content import (
    ContentBlock,
    Spot,
    as_count,
    as_object,
    as_text,
    malformed,
    notice_block,
    text_block,
    unknown_block,
)
from store.values.message import (
    CUT_TEXT_CHARS,
    MAX_BLOCKS,
    Block,
    ImageBlock,
    ImageRef,
    ReasoningBlock,
    ToolCallBlock,
    ToolResultBlock,
    WholePart,
)

ResultAt = Callable[[int, int], ToolResultBlock | None]


def assistant_blocks(message: int, text: str, blocks: Json, result_at: ResultAt) -> tuple[Sequence[Block], int]:
    """Decode the blocks of a `block_assistant` message; at most MAX_BLOCKS, and how many there are."""
    if not isinstance(blocks, list):
        return [unknown_block("blocks", blocks, Spot(message, 0), malformed("assistant message"))], 1
    shown = blocks[:MAX_BLOCKS]
    spans = _block_spans(text, "blocks") if any(_is_call(block) for block in shown) else []
    decoded: list[Block] = []
    for position, block in enumerate(shown):
        spot = Spot(message, position)
        if _is_call(block):
            arguments = _stored_text(text, spans[position][0], ("data", "args"))
            decoded.append(_tool_call(as_object(as_object(block).get("data")), arguments, spot, result_at))
        else:
            decoded.append(_block(block, spot))
    return decoded, len(blocks)


def legacy_blocks(message: int, text: str, fields: dict[str, Json], result_at: ResultAt) -> tuple[Sequence[Block], int]:
    """Decode an `assistant` message of before 0.7: block 0 is its text, its calls follow."""
    content, calls = fields.get("content"), fields.get("tool_calls")
    listed = calls if isinstance(calls, list) else []
    decoded: list[Block] = []
    if isinstance(content, str):
        if content:
            decoded.append(text_block(content, Spot(message, 0)))
    elif content is not None:
        decoded.append(unknown_block("content", content, Spot(message, 0), malformed("assistant message")))
    spans = _block_spans(text, "tool_calls") if listed else []
    for position, call in enumerate(listed[: MAX_BLOCKS - 1]):
        spot = Spot(message, position + 1)
        if isinstance(call, dict):
            arguments = _stored_text(text, spans[position][0], ("args",))
            decoded.append(_tool_call(as_object(call), arguments, spot, result_at))
        else:
            decoded.append(unknown_block("tool call", call, spot, malformed("tool call")))
    left_out = max(0, len(listed) - (MAX_BLOCKS - 1))
    return decoded, len(decoded) + left_out


def _is_call(block: Json) -> bool:
    return isinstance(block, dict) and block.get("block_type") == "tool_use" and isinstance(block.get("data"), dict)


def _block_spans(text: str, key: str) -> list[tuple[int, int]]:
    """Where the first blocks stand in a message's text."""
    span = member_span(text, text.index("{"), key)
    return element_spans(text, span[0], MAX_BLOCKS) if span else []


def stored_arguments(text: str, block: int, is_legacy: bool) -> str:
    """The stored spelling of a call's arguments, whole."""
    span = member_span(text, text.index("{"), "tool_calls" if is_legacy else "blocks")
    position = block - 1 if is_legacy else block
    spans = element_spans(text, span[0], position + 1) if span else []
    if position >= len(spans) or position < 0:
        return ""
    return _stored_text(text, spans[position][0], ("args",) if is_legacy else ("data", "args"))


def _stored_text(text: str, begin: int, path: tuple[str, ...]) -> str:
    """The stored text of the value under a path of keys; empty if there is none."""
    end = begin
    for key in path:
        span = member_span(text, begin, key) if text[begin] == "{" else None
        if span is None:
            return ""
        begin, end = span
    return text[begin:end]


def _tool_call(data: dict[str, Json], arguments: str, spot: Spot, result_at: ResultAt) -> ToolCallBlock:
    is_cut = len(arguments) > CUT_TEXT_CHARS
    return ToolCallBlock(
        call_id=as_text(data.get("id")),
        name=as_text(data.get("name")),
        arguments=arguments[:CUT_TEXT_CHARS],
        arguments_chars=len(arguments),
        result=result_at(spot.message, spot.block),
        whole=spot.whole(WholePart.ARGUMENTS) if is_cut else None,
    )


def _block(value: Json, spot: Spot) -> Block:
    block = as_object(value)
    kind = as_text(block.get("block_type"))
    data = as_object(block.get("data"))
    text = data.get("text")
    if kind in ("text", "transcript") and isinstance(text, str):
        return text_block(text, spot)
    if kind == "reasoning":
        return _reasoning(as_text(text), data, spot)
    if kind == "server_tool_content" and data:
        return _server_tool(data, spot)
    if kind == "image" and data:
        return _image(data, spot)
    known = kind in ("text", "transcript", "tool_use", "server_tool_content", "image")
    return unknown_block(kind or "block", value, spot, malformed(f"{kind} block") if known else None)


def _reasoning(text: str, data: dict[str, Json], spot: Spot) -> ReasoningBlock:
    meta = as_object(data.get("meta"))
    is_sealed = not text and bool(meta.get("encrypted_content") or meta.get("provider") == "anthropic_redacted")
    whole = spot.whole(WholePart.TEXT) if len(text) > CUT_TEXT_CHARS else None
    return ReasoningBlock(text[:CUT_TEXT_CHARS], len(text), is_sealed, whole)


def _server_tool(data: dict[str, Json], spot: Spot) -> ContentBlock:
    """What a provider's own tool did; since 0.7 its kind is an object, before that a name."""
    kind = data.get("kind")
    name = as_text(data.get("name"))
    if isinstance(kind, dict):
        name = as_text(kind.get("name")) or as_text(kind.get("kind")) or name
    title = f"Provider's tool: {name.replace('_', ' ')}" if name else "Provider's tool"
    content = data.get("content")
    if isinstance(content, str):
        return notice_block("server_tool_content", title, content, None, spot)
    return notice_block("server_tool_content", title, "", content, spot)


def _image(data: dict[str, Json], spot: Spot) -> ContentBlock:
    blob = as_object(data.get("blob_ref"))
    blob_id = blob.get("blob_id")
    if not isinstance(blob_id, str):
        return unknown_block("image", text_of(data), spot, malformed("image"))
    prompt = as_object(as_object(data.get("revised_prompt")).get("text"))
    return ImageBlock(
        ImageRef(
            spot.message,
            spot.block,
            spot.inner,
            as_text(data.get("media_type")) or as_text(blob.get("media_type")),
            blob=blob_id,
            width_px=as_count(data.get("width")),
            height_px=as_count(data.get("height")),
            name=as_text(prompt.get("content"))[:200],
        )
    )
