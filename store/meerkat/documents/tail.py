"""A look at the end of a session document that is too large to be decoded for a row of the list.

Behind the messages stand the times, the metadata and the usage (formats/meerkat.md §2.1). Where they lie within the
last bytes they are found by the marks around them, in either spelling, compact or pretty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource, MemorySource
from store.meerkat.codec.peek import PEEKED_BYTES, peek_metadata
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken, Walker

_TIMES = re.compile(
    rb'"created_at"\s*+:\s*+(\{[^{}"]*+(?:"[a-z_]++"[^{}"]*+)*+\})\s*+,'
    rb'\s*+"updated_at"\s*+:\s*+(\{[^{}"]*+(?:"[a-z_]++"[^{}"]*+)*+\})\s*+,\s*+(?="metadata"\s*+:\s*+\{)'
)
MAX_TRIED = 20
"""A document about documents can hold such marks in its texts; more places than this are not tried."""


@dataclass(slots=True)
class Tail:
    """What the end of a document tells.

    Attributes:
        created_at, updated_at, usage: as stored; None where they are missing.
        metadata: decoded as far as its values are small.
        is_sound: the metadata is JSON, as far as it was walked.
    """

    created_at: Json = None
    updated_at: Json = None
    usage: Json = None
    metadata: dict[str, Json] = field(default_factory=dict)
    is_sound: bool = True


def peek_tail(source: ByteSource, token: CancelToken, length_bytes: int = PEEKED_BYTES) -> Tail | None:
    """Find what stands behind the messages in the last bytes of a document; None if it does not begin there.

    Args:
        length_bytes: how much of the end is looked at.
    """
    data = source.read(max(0, source.size_bytes - length_bytes), length_bytes)
    matches = list(_TIMES.finditer(data))[-MAX_TRIED:]
    for match in reversed(matches):
        rest = data[match.end() :]
        spans = _members_to_the_end(rest, token)
        if spans is not None:
            # The piece begins with the key of the metadata; as an object it needs its opening bracket again.
            whole = MemorySource(b"{" + rest)
            metadata, is_sound = peek_metadata(whole, token, spans["metadata"][0])
            usage = spans.get("usage")
            return Tail(
                _value(match.group(1)),
                _value(match.group(2)),
                None if usage is None else _value(whole.read(usage[0], usage[1] - usage[0])),
                metadata,
                is_sound,
            )
    return None


def _members_to_the_end(rest: bytes, token: CancelToken) -> dict[str, tuple[int, int]] | None:
    """Places of the values in `{` and the rest of a document; None unless the object ends where the document does."""
    walker = Walker(MemorySource(b"{" + rest), token)
    spans: dict[str, tuple[int, int]] = {}
    try:
        for member in walker.members(0):
            member.end = walker.skip(member.begin)
            spans.setdefault(member.key, (member.begin, member.end))
        mark, _ = walker.char(walker.end_of_object)
    except Broken:
        return None
    return None if mark else spans


def _value(data: bytes) -> Json:
    try:
        return parse(data)[1]
    except NotStrict:
        return None
