"""What the Info tab shows of one session: its metadata as a tree, secrets masked, and further facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.messages.content import as_count
from store.meerkat.messages.metadata import Budget, large_node, node
from store.meerkat.messages.usage import usage_of
from store.meerkat.shapes.migration import SESSION_METADATA, VERSION, migrate_session_metadata, version_change
from store.values.fault import Fault
from store.values.session import MetadataNode, Usage

MAX_SHOWN_VALUE_BYTES = 256 * 1024
"""A metadata value over this is shown by its size alone; a revision graph can have many megabytes."""


@dataclass(slots=True)
class Envelope:
    """What stands around the messages of a session.

    Attributes:
        version: of the document or head.
        metadata: its tree.
        small: decoded metadata values, as far as they are small.
        is_document: it is that of a whole document, which older releases brought into a newer form when they read it.
        migrated: what is shown in its newer form, one sentence each (formats/meerkat.md §2.7).
    """

    version: int | None = None
    usage: Usage = field(default_factory=Usage)
    metadata: tuple[MetadataNode, ...] = ()
    small: dict[str, Json] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    is_document: bool = False
    migrated: list[str] = field(default_factory=list)

    @property
    def is_migrated(self) -> bool:
        """Whether the document is of a version that is migrated when it is read; later releases refuse it instead."""
        return self.is_document and (self.version is None or self.version <= VERSION)


def read_envelope(source: ByteSource, spans: dict[str, tuple[int, int]], token: CancelToken) -> Envelope:
    """Read what stands around the messages of a document.

    Args:
        spans: places of the document's top-level values.
    """
    envelope = Envelope(is_document=True)
    version = _small(source, spans.get("version"))
    envelope.version = as_count(version)
    if envelope.is_migrated and envelope.version != VERSION:
        envelope.migrated.append(version_change(version))
    envelope.usage = usage_of(_small(source, spans.get("usage")))
    span = spans.get("metadata")
    if span is not None:
        take_metadata(envelope, source, span[0], token)
    return envelope


def _small(source: ByteSource, span: tuple[int, int] | None) -> Json:
    if span is None or span[1] - span[0] > MAX_SHOWN_VALUE_BYTES:
        return None
    try:
        return parse(source.read(span[0], span[1] - span[0]))[1]
    except NotStrict:
        return None


def take_metadata(envelope: Envelope, source: ByteSource, begin: int, token: CancelToken) -> None:
    """Walk the metadata object at `begin`, decoding its small values and stepping over its large ones."""
    walker = Walker(source, token)
    nodes: list[MetadataNode] = []
    budget = Budget()
    try:
        for member in walker.members(begin):
            key = member.name
            member.end = end = walker.skip(member.begin)
            if end - member.begin > MAX_SHOWN_VALUE_BYTES:
                first = source.read(member.begin, 1)
                nodes.append(large_node(key, end - member.begin, first == b"["))
                envelope.small[key] = {"is_large": True}
                continue
            try:
                _, value = parse(source.read(member.begin, end - member.begin))
            except NotStrict as reason:
                envelope.faults.append(
                    Fault("bad-metadata-value", f"One value of the session's metadata cannot be read: {reason}.")
                )
                nodes.append(large_node(key, end - member.begin))
                continue
            if key == SESSION_METADATA and envelope.is_migrated and isinstance(value, dict):
                value = _migrated(envelope, value)
            envelope.small[key] = value
            nodes.append(node(key, (key,), value, budget))
    except (Broken, Undecodable):
        envelope.faults.append(Fault("bad-metadata", "The stored metadata of the session is no JSON object."))
    envelope.metadata = tuple(nodes)


def _migrated(envelope: Envelope, value: dict[str, Json]) -> dict[str, Json]:
    """The session's own metadata in its newer form; what is different is noted."""
    migration = migrate_session_metadata(value)
    if not migration.changes:
        return value
    envelope.migrated.extend(migration.changes)
    return dict(sorted(migration.document.items()))


def metadata_span(
    source: ByteSource, spans: dict[str, tuple[int, int]], key: str, token: CancelToken
) -> tuple[int, int] | None:
    """Where the value of one metadata key stands in a document; None if there is none."""
    span = spans.get("metadata")
    return None if span is None else member_span_at(source, span[0], key, token)


def metadata_begin(source: ByteSource, spans: dict[str, tuple[int, int]], key: str, token: CancelToken) -> int | None:
    """Where the value of one metadata key begins, found without stepping over that value; None if there is none."""
    span = spans.get("metadata")
    if span is None:
        return None
    walker = Walker(source, token)
    try:
        return next((member.begin for member in walker.members(span[0]) if member.name == key), None)
    except Broken:
        return None


def member_span_at(source: ByteSource, begin: int, key: str, token: CancelToken) -> tuple[int, int] | None:
    """Where the value of a key stands in the object at `begin`; None if there is none."""
    walker = Walker(source, token)
    try:
        for member in walker.members(begin):
            member.end = walker.skip(member.begin)
            if member.name == key:
                return member.begin, member.end
    except Broken:
        pass
    return None
