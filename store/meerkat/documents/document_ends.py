"""Where the parts of a long document stand, told from its two ends: a few kilobytes are read, whatever its size.

Every product writes a document without white space, in one order of fields (formats/meerkat.md §2.1), and the length of
its metadata beside it. Whatever does not stand exactly so is not told; it has to be walked.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.messages.metadata import GRAPH_KEY

END_BYTES = 64 * 1024
LEAD_BYTES = 1024
_USAGE = b',"usage":'
_AFTER_MESSAGES = b'],"created_at":'
_BEFORE_METADATA = b',"metadata":'
_MESSAGES = b'"messages":['
_GRAPH = f'"{GRAPH_KEY}":'.encode()


@dataclass(frozen=True, slots=True)
class Ends:
    """Bytes of the parts of a document."""

    messages_bytes: int
    metadata_bytes: int
    graph_bytes: int


def tell_by_ends(source: ByteSource, metadata_bytes: int, graph_at: int) -> Ends | None:
    """Tell the parts of a document.

    Args:
        metadata_bytes: length of its metadata, as the column beside it says.
        graph_at: where the key of the revision graph begins in the metadata, from 0 on; -1 where it has none.

    Returns:
        None where the document does not stand as every product writes it.
    """
    size = source.size_bytes
    tail = source.read(max(0, size - END_BYTES), END_BYTES)
    at = tail.rfind(_USAGE)
    if at < 0 or _keys(b"{" + tail[at + 1 :]) != ["usage"]:
        return None
    end = size - len(tail) + at
    begin = end - metadata_bytes
    lead_at = max(0, begin - LEAD_BYTES)
    lead = source.read(lead_at, begin - lead_at) if begin > lead_at else b""
    last = lead.rfind(_AFTER_MESSAGES)
    between = b"{" + lead[last + 2 :] + b"0}"
    if last < 0 or not lead.endswith(_BEFORE_METADATA) or _keys(between) != ["created_at", "updated_at", "metadata"]:
        return None
    head = source.read(0, LEAD_BYTES)
    first = head.find(_MESSAGES)
    if first < 0 or _keys(head[:first] + b'"messages":0}') != ["version", "id", "messages"]:
        return None
    messages_bytes = lead_at + last + 1 - (first + len(_MESSAGES) - 1)
    if messages_bytes < 2 or source.read(begin, 1) != b"{":
        return None
    if graph_at < 0:
        return Ends(messages_bytes, metadata_bytes, 0)
    graph_bytes = _graph_bytes(source, begin, end, graph_at)
    return None if graph_bytes is None else Ends(messages_bytes, metadata_bytes, graph_bytes)


def _graph_bytes(source: ByteSource, begin: int, end: int, graph_at: int) -> int | None:
    """Bytes of the graph's value. Keys of metadata stand in order, so that those after it end the metadata."""
    at = begin + graph_at
    if source.read(at, len(_GRAPH)) != _GRAPH:
        return None
    first = at + len(_GRAPH)
    tail_at = max(first, end - END_BYTES)
    tail = source.read(tail_at, end - tail_at)
    found = tail.find(b'},"')
    while found >= 0:
        keys = _keys(b"{" + tail[found + 2 :])
        if keys is not None:
            return tail_at + found + 1 - first if all(key > GRAPH_KEY for key in keys) else None
        found = tail.find(b'},"', found + 1)
    return end - 1 - first if tail.endswith(b"}}") else None


def _keys(data: bytes) -> list[str] | None:
    """The keys of a JSON object; None where it is none."""
    try:
        value = orjson.loads(data)
    except ValueError:
        return None
    return list(value) if isinstance(value, dict) else None
