"""Token usage as stored (formats/meerkat.md §2.1)."""

from __future__ import annotations

from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.content import as_count
from store.values.session import Usage


def usage_of(value: Json) -> Usage:
    """Read a usage object; what is missing or no count is not recorded."""
    fields = value if isinstance(value, dict) else {}
    return Usage(
        input_tokens=as_count(fields.get("input_tokens")),
        output_tokens=as_count(fields.get("output_tokens")),
        cache_creation_tokens=as_count(fields.get("cache_creation_tokens")),
        cache_read_tokens=as_count(fields.get("cache_read_tokens")),
    )
