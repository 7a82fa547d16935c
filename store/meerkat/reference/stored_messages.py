"""What can be told of canonical messages without reading them whole: the role stands first (formats/meerkat.md §2.3).

Pure. Canonical bytes only: as `typed_message` holds a message and `encode` prints it.
"""

from __future__ import annotations

from typing import Final, cast

from store.blocking import may_wait
from store.meerkat.codec.codec import decode
from store.meerkat.shapes.structs import Fields

SYSTEM: Final = "system"
USER: Final = "user"
LEGACY_ASSISTANT: Final = "assistant"
ASSISTANT: Final = "block_assistant"
TOOL_RESULTS: Final = "tool_results"

_ROLE_BEGIN: Final = len(b'{"role":"')


def role_of(data: bytes) -> str:
    """The role of a canonical message."""
    return data[_ROLE_BEGIN : data.index(b'"', _ROLE_BEGIN)].decode()


def fields_at(data: bytes) -> Fields:
    """The fields of a canonical message."""
    may_wait("decode a message")
    return cast(Fields, decode(data))


def tool_use_ids(data: bytes) -> list[str]:
    """The ids of the tools that a canonical message calls, in order; of any other message none."""
    role = role_of(data)
    if role == ASSISTANT and b'"block_type":"tool_use"' in data:
        blocks = cast("list[Fields]", fields_at(data)["blocks"])
        return [_text(block["data"], "id") for block in blocks if block["block_type"] == "tool_use"]
    if role == LEGACY_ASSISTANT:
        return [_text(call, "id") for call in cast("list[Fields]", fields_at(data)["tool_calls"])]
    return []


def result_ids(data: bytes) -> list[str]:
    """The ids of the calls that a canonical message of results answers, in order."""
    return [_text(result, "tool_use_id") for result in cast("list[Fields]", fields_at(data)["results"])]


def _text(value: object, key: str) -> str:
    return cast("dict[str, str]", value)[key]
