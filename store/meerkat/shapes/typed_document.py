"""A session document as Meerkat holds it after a load (formats/meerkat.md §2.1). Pure.

For documents that are made or compared as a whole; what is shown goes message by message.
"""

from __future__ import annotations

from typing import Final

from store.blocking import may_wait
from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.message_shapes import USAGE
from store.meerkat.shapes.structs import (
    U32,
    U64,
    Fields,
    fields_of,
    filled,
    free_map,
    list_of,
    required,
    struct,
    take,
    uuid,
)
from store.meerkat.shapes.typed import typed_message

NO_USAGE: Final[Fields] = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_creation_tokens": None,
    "cache_read_tokens": None,
}

SYSTEM_TIME = struct("time", required("secs_since_epoch", U64), required("nanos_since_epoch", U32))


_ENVELOPE: Final = (
    filled("version", U32, 2),
    required("id", uuid),
    required("messages", list_of(typed_message)),
    required("created_at", SYSTEM_TIME),
    required("updated_at", SYSTEM_TIME),
    filled("metadata", free_map, {}),
    filled("usage", USAGE, dict(NO_USAGE)),
)


def typed_document(document: Json) -> Fields:
    """Read a document of the present version: fields in their order, unknown ones dropped, metadata sorted.

    Raises:
        NotTyped: Meerkat refuses it.
    """
    may_wait("decode a document")
    made: Fields = {}
    take(made, fields_of(document, "document"), _ENVELOPE)
    return made
