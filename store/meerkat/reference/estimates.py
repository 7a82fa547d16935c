"""How many tokens a transcript probably has, as Meerkat 0.6.24 guesses it (formats/meerkat.md §4.4, C-4). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from store.meerkat.reference.stored_messages import TOOL_RESULTS, USER, fields_at, role_of
from store.meerkat.shapes.structs import MAX_U64, Fields

IMAGE_TOKENS: Final = 1_600
"""Of one image, whatever its size."""

BYTES_PER_TOKEN: Final = 4
VIDEO_TOKENS_PER_S: Final = 300


def estimate_tokens(messages: Iterable[bytes]) -> int:
    """Guess the tokens of canonical messages.

    Texts of users and results count a fourth of their bytes, images a fixed number, videos by their length or by their
    data, whichever is more; any other message a fourth of its JSON.
    """
    tokens = 0
    for data in messages:
        role = role_of(data)
        if role == USER:
            tokens += _content_tokens(fields_at(data)["content"])
        elif role == TOOL_RESULTS:
            results = cast("list[Fields]", fields_at(data)["results"])
            tokens += sum(_content_tokens(result["content"]) for result in results)
        else:
            tokens += len(data) // BYTES_PER_TOKEN
    return tokens


def _content_tokens(content: object) -> int:
    if isinstance(content, str):
        return _text_tokens(content)
    return sum(_block_tokens(block) for block in cast("list[Fields]", content))


def _block_tokens(block: Fields) -> int:
    kind = block["type"]
    if kind == "image":
        return IMAGE_TOKENS
    if kind == "video" and block["source"] == "inline":
        by_length = -(-min(cast(int, block["duration_ms"]) * VIDEO_TOKENS_PER_S, MAX_U64) // 1_000)
        return max(_text_tokens(cast(str, block["data"])), by_length)
    return _text_tokens(cast(str, block.get("text", "")))


def _text_tokens(text: str) -> int:
    """At least one where there is anything."""
    size = len(text.encode("utf-8"))
    return max(size // BYTES_PER_TOKEN, 1) if size else 0
