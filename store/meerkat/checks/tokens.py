"""The tokens by which Meerkat compares and swaps: digests of a head, or of a whole document (formats/meerkat.md §3.9).

Pure: bytes in, text out.
"""

from __future__ import annotations

import hashlib

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource, MemorySource
from store.meerkat.codec.walker import Broken, Walker

HEAD_PREFIX = "head-sha256:"
SEALED_PREFIX = "head-v5-sha256:"
ROW_PREFIX = "row-sha256:"
HASHED_BYTES = 1024 * 1024

EMPTY_REWRITE_DIGEST = "sha256:" + hashlib.sha256(b"meerkat.transcript-rewrite-prefix.chain.v1\0").hexdigest()
"""The digest of no rewrites at all, where every chain of them begins."""

_NO_REWRITES = b'{"occurrence_count":0,"digest":"' + EMPTY_REWRITE_DIGEST.encode("ascii") + b'"}'
_NULL = b"null"
_REQUIRED: None = None

_FIELDS: tuple[tuple[str, bytes | None], ...] = (
    ("id", _REQUIRED),
    ("version", _REQUIRED),
    ("strand", _REQUIRED),
    ("head_revision", _REQUIRED),
    ("message_count", _REQUIRED),
    ("message_row_prefix", _NULL),
    ("row_lineage_anchor", _NULL),
    ("rewrite_count", _REQUIRED),
    ("rewrite_prefix", _NO_REWRITES),
    ("graph_prefix", _NULL),
    ("realtime_event_prefix", _NULL),
    ("created_at", _REQUIRED),
    ("updated_at", _REQUIRED),
    ("usage", _REQUIRED),
    ("metadata_identity", _REQUIRED),
)
"""What a sealed head's token covers, in order, with what stands for a field that is not stored (§1.5 rule 5)."""

_ROUTING = "model_routing_control"


def head_token(head: bytes) -> str:
    """The token of a head, in the form that its own fields ask for.

    Args:
        head: the stored bytes of its `head_json`, compact.

    Raises:
        ValueError: the bytes are no JSON object, or one that lacks a field.
    """
    spans = _spans(head)
    if "metadata_identity" not in spans:
        return HEAD_PREFIX + hashlib.sha256(head).hexdigest()
    parts = [b'"format_version":5']
    for name, default in _FIELDS:
        span = spans.get(name)
        value = default if span is None else head[span[0] : span[1]]
        if value is None:
            raise ValueError(f"the head has no “{name}”")
        parts.append(b'"%b":%b' % (name.encode("ascii"), value))
    if _ROUTING in spans:
        begin, end = spans[_ROUTING]
        parts.append(b'"%b":%b' % (_ROUTING.encode("ascii"), head[begin:end]))
    return SEALED_PREFIX + hashlib.sha256(b"{%b}" % b",".join(parts)).hexdigest()


def row_token(document: ByteSource, token: CancelToken) -> str:
    """The token of a whole document: of its stored bytes, which are what Meerkat hashes after it read them."""
    return ROW_PREFIX + _digest(document, token)


def plain_head_token(head: ByteSource, token: CancelToken) -> str:
    """The token of a head that is too large to be held; only one with inline metadata is."""
    return HEAD_PREFIX + _digest(head, token)


def _digest(source: ByteSource, token: CancelToken) -> str:
    state = hashlib.sha256()
    for at in range(0, source.size_bytes, HASHED_BYTES):
        token.check()
        state.update(source.read(at, HASHED_BYTES))
    return state.hexdigest()


def _spans(head: bytes) -> dict[str, tuple[int, int]]:
    """Where each value of an object stands in its text."""
    found: dict[str, tuple[int, int]] = {}
    walker = Walker(MemorySource(head), CancelToken())
    try:
        for member in walker.members(0):
            member.end = walker.skip(member.begin)
            found[member.key] = (member.begin, member.end)
    except Broken as broken:
        raise ValueError(f"the head is no JSON object from byte {broken.at_byte:,} on") from None
    return found
