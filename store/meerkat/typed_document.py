"""A session document as Meerkat holds it after a load (formats/meerkat.md §2.1, §2.7). Pure.

For documents that are made or compared as a whole; what is shown goes message by message.
"""

from __future__ import annotations

import re
from typing import Final

from store.meerkat.message_shapes import usage
from store.meerkat.migration import migrate
from store.meerkat.strict_json import Json
from store.meerkat.structs import (
    Fields,
    NotTyped,
    fields_of,
    filled,
    free_map,
    list_of,
    required,
    struct,
    take,
    u32,
    u64,
)
from store.meerkat.typed import typed_message

_HEX_ID = re.compile(r"[0-9a-fA-F]{32}")
_ID_FORMS = re.compile(r"(?:urn:uuid:)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|\{([0-9a-fA-F-]{36})\}")
NO_USAGE: Final[Fields] = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_creation_tokens": None,
    "cache_read_tokens": None,
}

system_time = struct("time", required("secs_since_epoch", u64), required("nanos_since_epoch", u32))


def typed_id(value: Json) -> str:
    """Read a session id in any of the text forms of a UUID; hyphenated and in small letters. Raises NotTyped."""
    if isinstance(value, str):
        if _HEX_ID.fullmatch(value):
            text = value.lower()
            return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        matched = _ID_FORMS.fullmatch(value)
        if matched is not None and (matched[1] or _ID_FORMS.fullmatch(matched[2])):
            return (matched[1] or matched[2]).lower()
    raise NotTyped("its id is none")


_ENVELOPE: Final = (
    filled("version", u32, 2),
    required("id", typed_id),
    required("messages", list_of(typed_message)),
    required("created_at", system_time),
    required("updated_at", system_time),
    filled("metadata", free_map, {}),
    filled("usage", usage, dict(NO_USAGE)),
)


def typed_document(document: Json) -> Fields:
    """Read a document of the present version: fields in their order, unknown ones dropped, metadata sorted.

    Raises:
        NotTyped: Meerkat refuses it.
    """
    made: Fields = {}
    take(made, fields_of(document, "document"), _ENVELOPE)
    return made


def load_document(document: Json) -> Fields:
    """Read a document of any version as Meerkat 0.6.24 does, with its migration. Raises NotTyped."""
    return typed_document(migrate(document).document)
