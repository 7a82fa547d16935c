"""What the list needs of a session in a file of its own: from the `.meta` file beside it, else from the document.

The sidecar holds id, times, counts and metadata (formats/meerkat.md §1.6). It is made anew from the document whenever
Meerkat saves, and the document alone is what counts; but it can be read without decoding a transcript.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.peek import peek_metadata
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.documents.small_files import FileSource, read_beginning
from store.meerkat.documents.tail import Tail, peek_tail
from store.meerkat.messages.content import as_count
from store.meerkat.messages.times import system_time_ms
from store.meerkat.messages.usage import usage_of
from store.meerkat.row_facts import GRAPH_KEY, has_history

SIDECAR_BYTES = 64 * 1024
"""Of a longer sidecar the beginning is read; a revision graph can follow, and comes late in the order of its keys."""

WALKED_BYTES = 1024 * 1024
"""A document without a sidecar is walked up to here; of a longer one the end is looked at first."""

MAX_WALKED_BYTES = 64 * 1024 * 1024
"""A longer document, whose end does not tell, is listed without its times."""

KEPT_KEYS = ("session_metadata", "session_labels", "session_archived", "session_lifecycle_terminal")
MAX_STORED = 1 << 63


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a session without its transcript.

    Attributes:
        is_sidecar: it was told by the `.meta` file; else by the document's own end, as far as that tells.
        created_at_ms, updated_at_ms, message_count, total_tokens: None where nothing tells.
        metadata: the values that a list needs; a revision graph only as `{"is_large": true}`.
        fault: why the sidecar was not taken, a sentence; "" where there is none or it was.
    """

    is_sidecar: bool = False
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    message_count: int | None = None
    total_tokens: int | None = None
    metadata: dict[str, Json] = field(default_factory=dict)
    fault: str = ""

    @property
    def is_archived(self) -> bool:
        """Whether a flag says that the session is archived; the document's own, no state row stands beside it."""
        is_flagged = self.metadata.get("session_archived") is True
        return is_flagged or self.metadata.get("session_lifecycle_terminal") == "archived"


def read_about(sidecar: Path | None, document: Path, session_id: str, token: CancelToken) -> About:
    """Read what a list needs of one session.

    Args:
        sidecar: its `.meta` file; None where there is none.
        session_id: the name of the document's file.
    """
    fault = ""
    if sidecar is not None:
        try:
            fields = _sidecar_fields(sidecar, token)
        except OSError:
            fields, fault = None, "The entry of this session for the list, its .meta file, cannot be read."
        if fields is not None:
            stored = fields.get("id")
            if isinstance(stored, str) and stored.lower() == session_id.lower():
                return _from_fields(fields)
            fault = "The .meta file of this session is of another one, or of none; the document itself is looked at."
    return _from_document(document, fault, token)


def _from_fields(fields: dict[str, Json]) -> About:
    return About(
        is_sidecar=True,
        created_at_ms=system_time_ms(fields.get("created_at")),
        updated_at_ms=system_time_ms(fields.get("updated_at")),
        message_count=_stored(fields.get("message_count")),
        total_tokens=_stored(fields.get("total_tokens")),
        metadata=needed(fields.get("metadata")),
    )


def _stored(value: Json) -> int | None:
    count = as_count(value)
    return count if count is not None and count < MAX_STORED else None


def needed(metadata: Json) -> dict[str, Json]:
    """Of a session's metadata what a list needs, so that little is held of many sessions."""
    if not isinstance(metadata, dict):
        return {}
    kept = {key: metadata[key] for key in KEPT_KEYS if key in metadata}
    about = kept.get("session_metadata")
    if isinstance(about, dict):
        kept["session_metadata"] = {key: about[key] for key in ("model", "provider", "comms_name") if key in about}
    if has_history(metadata):
        kept[GRAPH_KEY] = {"is_large": True}
    return kept


def _sidecar_fields(path: Path, token: CancelToken) -> dict[str, Json]:
    """The values of a sidecar; of a long one those that stand in its beginning. Raises OSError."""
    piece = read_beginning(path, SIDECAR_BYTES)
    if piece.is_whole:
        try:
            value = orjson.loads(piece.data)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}
    walker = Walker(MemorySource(piece.data), token)
    fields: dict[str, Json] = {}
    try:
        for member in walker.members(0):
            if member.key == "metadata":
                fields["metadata"] = peek_metadata(MemorySource(piece.data), token, member.begin)[0]
                break
            fields[member.key], member.end = walker.value(member.begin)
    except (Broken, Undecodable):
        pass  # its end is not here
    return fields


def _from_document(path: Path, fault: str, token: CancelToken) -> About:
    """What the end of a document tells, or a walk through it where it is short or its end does not."""
    try:
        with closing(FileSource(path)) as source:
            tail = peek_tail(source, token) if source.size_bytes > WALKED_BYTES else None
            count = None
            if tail is None and source.size_bytes <= MAX_WALKED_BYTES:
                tail, count = _walked(source, token)
    except OSError:
        return About(fault=fault)
    if tail is None:
        return About(fault=fault)
    usage = usage_of(tail.usage)
    is_counted = usage.input_tokens is not None and usage.output_tokens is not None
    return About(
        created_at_ms=system_time_ms(tail.created_at),
        updated_at_ms=system_time_ms(tail.updated_at),
        message_count=count,
        total_tokens=_stored((usage.input_tokens or 0) + (usage.output_tokens or 0)) if is_counted else None,
        metadata=needed(tail.metadata),
        fault=fault,
    )


def _walked(source: FileSource, token: CancelToken) -> tuple[Tail, int | None]:
    """What stands around the messages of a document, and how many they are, told by their brackets alone."""
    walker = Walker(source, token)
    values: dict[str, Json] = {}
    metadata: dict[str, Json] = {}
    count: int | None = None
    try:
        for member in walker.members(0):
            if member.key == "messages":
                count, member.end = _counted(walker, member.begin)
            elif member.key == "metadata":
                metadata, _ = peek_metadata(source, token, member.begin)
            elif member.key in ("created_at", "updated_at", "usage"):
                values[member.key], member.end = walker.value(member.begin)
    except (Broken, Undecodable):
        count = None  # it breaks off, or is none
    return Tail(values.get("created_at"), values.get("updated_at"), values.get("usage"), metadata), count


def _counted(walker: Walker, begin: int) -> tuple[int, int]:
    """How many elements the list at `begin` has, and the offset after it. Raises Broken."""
    count, end = 0, begin + 1
    for element in walker.elements(begin):
        element.end = end = walker.skip(element.begin)
        count += 1
    return count, walker.char(end)[1] + 1
