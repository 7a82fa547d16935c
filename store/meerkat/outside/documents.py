"""A stored session document in which only metadata changes: the messages stay the bytes that they are.

The documents of all products have the same spelling, so that the metadata is found from the end, without a look at the
messages. Where a document is spelt otherwise, `opened` says so, and whoever changes it goes the long way through
`reference.session`. Pure.

Source:
    formats/meerkat.md §2.1 (order of the fields), §3.3 (bytes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken, Undecodable, Walker

SECOND_NS: Final = 1_000_000_000
SMALL_METADATA_BYTES: Final = 64 * 1024
"""Longer metadata is walked from key to key: a revision graph in it would take long to be decoded."""

_TIME: Final = rb'\{"secs_since_epoch":[0-9]+,"nanos_since_epoch":[0-9]+\}'
_BEFORE_METADATA: Final = re.compile(rb'\],"created_at":' + _TIME + rb',"updated_at":(' + _TIME + rb'),"metadata":')
_AFTER_METADATA: Final = re.compile(rb',"usage":\{[a-z_0-9:,"]+\}\}')
_LONGEST_TIMES_BYTES: Final = 240
_LONGEST_USAGE_BYTES: Final = 300


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A stored document, cut where metadata is changed.

    Attributes:
        head: everything before the messages.
        messages: their array.
        times: from behind the messages to `updated_at`.
        updated_at: the time of the last change.
        metadata: the metadata object.
        usage: everything behind it.
    """

    head: bytes
    messages: memoryview
    times: bytes
    updated_at: bytes
    metadata: bytes
    usage: bytes

    def revision(self) -> str:
        """The digest of the messages as they are stored (formats/meerkat.md §3.2, format 1)."""
        return f"sha256:{sha256(self.messages).hexdigest()}"

    def with_metadata(self, metadata: bytes, updated_at_ns: int) -> bytes:
        """The document with other metadata and another time of change."""
        moment = encoded_time(updated_at_ns)
        return b"".join((self.head, self.messages, self.times, moment, b',"metadata":', metadata, self.usage))


def opened(document: bytes, session_id: str, metadata: bytes | None) -> OpenedDocument | None:
    """Cut a document of the present version; None where it is not spelt as the products spell it.

    Args:
        metadata: what the metadata of the document is likely to be, since it is stored beside it once more; None where
            it is not.
    """
    head = b'{"version":2,"id":"%s","messages":' % session_id.encode()
    if not document.startswith(head + b"["):
        return None
    usage_at = document.rfind(b',"usage":{', max(0, len(document) - _LONGEST_USAGE_BYTES))
    if usage_at < 0 or _AFTER_METADATA.fullmatch(document, usage_at) is None:
        return None
    if metadata is not None and document.endswith(metadata, 0, usage_at):
        metadata_at = usage_at - len(metadata)
    else:
        # It begins behind the last place that looks like the two times; text of a message cannot look so, since its
        # quotation marks are escaped, and other metadata is not followed by the end of the document.
        ends = [found.end() for found in _BEFORE_METADATA.finditer(document, len(head))]
        if not ends:
            return None
        metadata_at = ends[-1]
    times = _BEFORE_METADATA.search(document, max(len(head), metadata_at - _LONGEST_TIMES_BYTES), metadata_at)
    if times is None or times.end() != metadata_at:
        return None
    return OpenedDocument(
        head,
        memoryview(document)[len(head) : times.start() + 1],
        document[times.start() + 1 : times.start(1)],
        times.group(1),
        document[metadata_at:usage_at],
        document[usage_at:],
    )


def changed_metadata(metadata: bytes, changes: Mapping[str, Json]) -> bytes | None:
    """Metadata with other values for some keys, keys in their order.

    Args:
        changes: None takes a key away.

    Returns:
        None where the metadata is not spelt as the products spell it.
    """
    if len(metadata) <= SMALL_METADATA_BYTES:
        return _changed_small(metadata, changes)
    values = _members(metadata)
    if values is None:
        return None
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = encode(value)
    return b"{%s}" % b",".join(encode(key) + b":" + values[key] for key in sorted(values))


def metadata_value(metadata: bytes, key: str) -> Json:
    """The value of one key of metadata; None where it is not there, or the metadata cannot be read."""
    if key.encode() not in metadata:
        return None
    if len(metadata) <= SMALL_METADATA_BYTES:
        try:
            values = orjson.loads(metadata)
        except ValueError:
            return None
        return values.get(key) if isinstance(values, dict) else None
    members = _members(metadata)
    value = None if members is None else members.get(key)
    try:
        return None if value is None else orjson.loads(value)
    except ValueError:
        return None


def encoded_time(at_ns: int) -> bytes:
    """A time as documents hold it."""
    return b'{"secs_since_epoch":%d,"nanos_since_epoch":%d}' % divmod(at_ns, SECOND_NS)


def steady_time(now_ns: int) -> int:
    """A time of now that takes as many digits as any other, so that a plan can say how long a document will be.

    The first tenth of a second of each second reads as its end: at most a tenth of a second too late.
    """
    seconds, nanos = divmod(now_ns, SECOND_NS)
    return seconds * SECOND_NS + max(nanos, SECOND_NS // 10)


def _changed_small(metadata: bytes, changes: Mapping[str, Json]) -> bytes | None:
    try:
        values = orjson.loads(metadata)
    except ValueError:
        return None
    if not isinstance(values, dict) or encode(values) != metadata:
        return None
    keys = list(values)
    if keys != sorted(keys):
        return None
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    return encode(dict(sorted(values.items())))


def _members(metadata: bytes) -> dict[str, bytes] | None:
    """The values of metadata as they stand, by their keys; None where it is not compact, or not in order."""
    walker = Walker(MemorySource(metadata), CancelToken())
    found: dict[str, bytes] = {}
    at = 1
    try:
        for member in walker.members(0):
            member.end = walker.skip(member.begin)
            if metadata[at : member.begin] != encode(member.name) + b":" or member.name in found:
                return None
            found[member.name] = metadata[member.begin : member.end]
            at = member.end + 1
    except (Broken, Undecodable):
        return None
    return found if at == len(metadata) and list(found) == sorted(found) else None
