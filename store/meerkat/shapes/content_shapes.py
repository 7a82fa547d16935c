"""The shapes of content in messages of users, results of tools, and notices (formats/meerkat.md §2.5). Pure."""

from __future__ import annotations

from typing import cast

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.structs import (
    U64,
    Fields,
    Read,
    free,
    list_of,
    required,
    spread,
    tagged,
    text,
)

IMAGE_SOURCE = tagged(
    "image source", "source", {"inline": (required("data", text),), "blob": (required("blob_id", text),)}
)
_VIDEO_SOURCE = tagged("video source", "source", {"inline": (required("data", text),), "uri": (required("uri", text),)})

CONTENT_BLOCK = tagged(
    "content type",
    "type",
    {
        "text": (required("text", text),),
        "image": (required("media_type", text), spread(IMAGE_SOURCE)),
        "video": (required("media_type", text), required("duration_ms", U64), spread(_VIDEO_SOURCE)),
        "structured": (required("data", free),),
        "skill_context": (required("skill_key", text), required("text", text)),
    },
)


def content_with(read_block: Read) -> Read:
    """A reader of content: a text when it is exactly one block of text, otherwise a list of blocks."""
    read_list = list_of(read_block)

    def read(value: Json) -> Json:
        if type(value) is str:
            return value
        blocks = cast("list[Fields]", read_list(value))
        if len(blocks) == 1 and blocks[0]["type"] == "text":
            return blocks[0]["text"]
        return cast(Json, blocks)

    return read


CONTENT = content_with(CONTENT_BLOCK)
