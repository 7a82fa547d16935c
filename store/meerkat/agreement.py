"""Whether two stored copies of one session tell the same, whatever their size (formats/meerkat.md §3.10, rule 2).

Messages and the revision graph are compared, not times and bookkeeping, in which the products' own copies differ at
rest. Bytes first; where they differ, values, since a first row may hold another spelling of the same arguments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import zip_longest

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken, Walker
from store.meerkat.details import metadata_span
from store.meerkat.messages.document_walk import DocumentWalk, read_from, walk_document
from store.meerkat.messages.metadata import GRAPH_KEY

CHUNK_BYTES = 1024 * 1024
COMPARED_AT_ONCE_BYTES = 256 * 1024
"""A longer value is compared part by part."""

MAX_DEPTH = 12
"""A message of a retained body stands five levels deep in a document's graph."""

PAGE_MESSAGES = 200

Span = tuple[int, int]
"""[begin, end) of a value."""


def tell_the_same(one: Json, other: Json) -> bool:
    """Whether two decoded documents agree in messages and revision graph."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    try:
        return same_value(one.get("messages"), other.get("messages")) and same_value(_graph(one), _graph(other))
    except RecursionError:
        return False  # too deep to be compared; equal bytes were found equal before


def _graph(document: dict[str, Json]) -> Json:
    metadata = document.get("metadata")
    return metadata.get(GRAPH_KEY) if isinstance(metadata, dict) else None


def documents_agree(one: ByteSource, other: ByteSource, token: CancelToken) -> bool:
    """Whether two stored documents agree in messages and revision graph."""
    if equal_bytes(one, other, (0, one.size_bytes), (0, other.size_bytes), token):
        return True
    one_walk, other_walk = walk_document(one, token, whole=True), walk_document(other, token, whole=True)
    return messages_agree(one, other, one_walk, other_walk, token) and graphs_agree(
        one, other, one_walk, other_walk, token
    )


def messages_agree(
    one: ByteSource, other: ByteSource, one_walk: DocumentWalk, other_walk: DocumentWalk, token: CancelToken
) -> bool:
    """Whether two walked documents hold the same messages."""
    nowhere = (0, 0)
    if equal_bytes(
        one, other, one_walk.spans.get("messages", nowhere), other_walk.spans.get("messages", nowhere), token
    ):
        return True
    count = one_walk.index.count
    if count != other_walk.index.count:
        return False
    for begin in range(0, count, PAGE_MESSAGES):
        numbers = list(range(begin, min(count, begin + PAGE_MESSAGES)))
        ours = read_from(one, one_walk.index, numbers, token)
        theirs = read_from(other, other_walk.index, numbers, token)
        if any(not same_text(ours[number], theirs[number]) for number in numbers):
            return False
    return True


def graphs_agree(
    one: ByteSource, other: ByteSource, one_walk: DocumentWalk, other_walk: DocumentWalk, token: CancelToken
) -> bool:
    """Whether two walked documents hold the same revision graph, or none."""
    ours = metadata_span(one, one_walk.spans, GRAPH_KEY, token)
    theirs = metadata_span(other, other_walk.spans, GRAPH_KEY, token)
    if ours is None or theirs is None:
        return ours is theirs
    if equal_bytes(one, other, ours, theirs, token):
        return True
    try:
        return _values_agree(one, other, ours, theirs, token, 0)
    except Broken:
        return False


def _values_agree(one: ByteSource, other: ByteSource, ours: Span, theirs: Span, token: CancelToken, depth: int) -> bool:
    """Whether two values of any size are the same: large ones part by part, so that no step takes long.

    Raises:
        Broken: one of them is no JSON.
    """
    if equal_bytes(one, other, ours, theirs, token):
        return True
    token.take_turn()
    length, other_length = ours[1] - ours[0], theirs[1] - theirs[0]
    if max(length, other_length) <= COMPARED_AT_ONCE_BYTES:
        return same_text(one.read(ours[0], length), other.read(theirs[0], other_length))
    mark = one.read(ours[0], 1)
    if depth >= MAX_DEPTH or mark not in (b"{", b"[") or mark != other.read(theirs[0], 1):
        return False  # one long text in two spellings, or what no release writes
    if mark == b"[":
        pairs = zip_longest(_elements(one, ours[0], token), _elements(other, theirs[0], token))
        return all(
            mine is not None and its is not None and _values_agree(one, other, mine, its, token, depth + 1)
            for mine, its in pairs
        )
    members, other_members = _members(one, ours[0], token), _members(other, theirs[0], token)
    return members.keys() == other_members.keys() and all(
        _values_agree(one, other, span, other_members[key], token, depth + 1) for key, span in members.items()
    )


def _elements(source: ByteSource, begin: int, token: CancelToken) -> Iterator[Span]:
    walker = Walker(source, token)
    for element in walker.elements(begin):
        element.end = walker.skip(element.begin)
        yield element.begin, element.end


def _members(source: ByteSource, begin: int, token: CancelToken) -> dict[str, Span]:
    walker = Walker(source, token)
    found: dict[str, Span] = {}
    for member in walker.members(begin):
        member.end = walker.skip(member.begin)
        found[member.key] = member.begin, member.end
    return found


def same_text(one: bytes, other: bytes) -> bool:
    """Whether two JSON texts stand for the same value; what cannot be read is the same only byte by byte."""
    if one == other:
        return True
    try:
        return same_value(orjson.loads(one), orjson.loads(other))
    except (ValueError, RecursionError):
        return False


def same_value(one: Json, other: Json) -> bool:
    """Whether two values are the same, but for the last place of a fraction.

    Meerkat's own reading of a decimal is off by one there in a tenth of all cases (formats/meerkat.md §3.3), so that a
    copy that went through it once more differs from the other without anybody having changed anything.
    """
    if one == other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same_value(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=4e-16)
    return False


def equal_bytes(
    one: ByteSource, other: ByteSource, one_span: tuple[int, int], other_span: tuple[int, int], token: CancelToken
) -> bool:
    """Whether two stretches of two documents hold the same bytes, compared piece by piece."""
    length = one_span[1] - one_span[0]
    if other_span[1] - other_span[0] != length:
        return False
    for offset in range(0, length, CHUNK_BYTES):
        token.check()
        size = min(CHUNK_BYTES, length - offset)
        if one.read(one_span[0] + offset, size) != other.read(other_span[0] + offset, size):
            return False
    return True
