"""Texts and content blocks of a message, cut to what a list of messages may carry (formats/meerkat.md §2.4, §2.5)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass

from store.meerkat.codec.strict_json import Doubled, Json, NotStrict, indented, text_of
from store.values.fault import Fault
from store.values.message import (
    CUT_TEXT_CHARS,
    MAX_BLOCKS,
    ImageBlock,
    ImageRef,
    NoticeBlock,
    TextBlock,
    UnknownBlock,
    WholePart,
    WholeRef,
)

ContentBlock = TextBlock | ImageBlock | NoticeBlock | UnknownBlock

CUT_DETAILS_CHARS = 8_192


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a transcript a value stands: message, block, and content block inside it (-1 for all of it)."""

    message: int
    block: int
    inner: int = -1

    def whole(self, part: WholePart) -> WholeRef:
        """A reference to the uncut form of a part."""
        return WholeRef(self.message, self.block, self.inner, part)


def as_object(value: Json) -> dict[str, Json]:
    """An object of the message's own structure; anything else becomes an empty one.

    Raises:
        NotStrict: a key stands in it twice, which the systems refuse.
    """
    if isinstance(value, Doubled):
        raise NotStrict("it holds one of its keys twice")
    return value if isinstance(value, dict) else {}


def as_text(value: Json) -> str:
    """A text, or an empty one if it is something else."""
    return value if isinstance(value, str) else ""


def as_count(value: Json) -> int | None:
    """A whole number that is not negative, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def text_block(text: str, spot: Spot) -> TextBlock:
    """A text, cut if it is long."""
    if len(text) <= CUT_TEXT_CHARS:
        return TextBlock(text, len(text))
    return TextBlock(text[:CUT_TEXT_CHARS], len(text), spot.whole(WholePart.TEXT))


def unknown_block(kind: str, value: Json, spot: Spot, fault: Fault | None = None) -> UnknownBlock:
    """A card for something that is not known, or not as it should be."""
    raw = text_of(value)
    size = len(raw.encode("utf-8", "surrogatepass"))
    if len(raw) <= CUT_TEXT_CHARS:
        return UnknownBlock(kind, raw, size, fault)
    return UnknownBlock(kind, raw[:CUT_TEXT_CHARS], size, fault, spot.whole(WholePart.RAW))


def notice_block(kind: str, title: str, text: str, details: Json, spot: Spot) -> NoticeBlock:
    """A notice; `details` is shown as indented JSON, an empty value not at all."""
    shown = indented(details) if details not in (None, {}, [], "") else ""
    whole = None
    if len(text) > CUT_TEXT_CHARS:
        whole = spot.whole(WholePart.TEXT)
    elif len(shown) > CUT_DETAILS_CHARS:
        whole = spot.whole(WholePart.RAW)
    return NoticeBlock(kind, title, text[:CUT_TEXT_CHARS], shown[:CUT_DETAILS_CHARS], whole)


def malformed(what: str) -> Fault:
    """What is said of a block that lacks what it must have."""
    return Fault("malformed-block", f"This {what} lacks what it must have.")


def content_list(content: Json) -> list[Json]:
    """The blocks of a content, which is stored as a plain text when it is exactly one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []


def content_blocks(content: Json, message: int, block: int | None = None) -> tuple[ContentBlock, ...]:
    """Decode the content of a user message, or with `block` that of a tool result or notice."""
    items = content_list(content)
    spots = [Spot(message, i) if block is None else Spot(message, block, i) for i in range(min(len(items), MAX_BLOCKS))]
    decoded = [content_block(item, spot) for item, spot in zip(items, spots, strict=False)]
    if content is not None and not isinstance(content, (str, list)):
        decoded.append(unknown_block("content", content, Spot(message, block or 0), malformed("content")))
    if len(items) > MAX_BLOCKS and block is not None:
        left = f"{len(items) - MAX_BLOCKS:,} more items are not shown here"
        decoded.append(NoticeBlock("cut", left, "", "", WholeRef(message, block, -1, WholePart.RESULT)))
    return tuple(decoded)


def content_block(value: Json, spot: Spot) -> ContentBlock:
    """Decode one content block."""
    item = as_object(value)
    kind = as_text(item.get("type"))
    text = item.get("text")
    if kind == "text" and isinstance(text, str):
        return text_block(text, spot)
    if kind in ("image", "video"):
        return _picture(item, kind, spot)
    if kind == "structured":
        return notice_block(kind, "Structured output", "", item.get("data"), spot)
    if kind == "skill_context" and isinstance(text, str):
        return notice_block(kind, f"Skill: {as_text(item.get('skill_key')) or 'unnamed'}", text, None, spot)
    fault = malformed("text block") if kind in ("text", "skill_context") else None
    return unknown_block(kind or "content block", value, spot, fault)


def _picture(item: dict[str, Json], kind: str, spot: Spot) -> ContentBlock:
    media_type = as_text(item.get("media_type"))
    is_video = kind == "video"
    duration = as_count(item.get("duration_ms"))
    source, data, blob = item.get("source"), item.get("data"), item.get("blob_id")
    place = (spot.message, spot.block, spot.inner, media_type)
    if source == "inline" and isinstance(data, str):
        size = decoded_size(data)
        return ImageBlock(ImageRef(*place, size_bytes=size, is_video=is_video, duration_ms=duration))
    if source == "blob" and isinstance(blob, str):
        return ImageBlock(ImageRef(*place, blob=blob, is_video=is_video, duration_ms=duration))
    if source == "uri":
        name = as_text(item.get("uri"))[:200]
        return ImageBlock(ImageRef(*place, name=name, is_video=is_video, duration_ms=duration))
    return unknown_block(kind, dict(item), spot, malformed(kind))


def decoded_size(base64_text: str) -> int:
    """Bytes that a base64 text stands for, without decoding it."""
    return len(base64_text) * 3 // 4 - base64_text[-2:].count("=")


def decode_base64(text: str) -> bytes | None:
    """Decode strictly; None if it is no base64."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def plain_text(content: Json) -> str:
    """All text of a content, one block after the other."""
    texts = []
    for item in content_list(content):
        if isinstance(item, dict):
            text = item.get("text")
            texts.append(text if isinstance(text, str) else f"[{as_text(item.get('type')) or 'item'}]")
    return "\n".join(texts)
