"""Reading the messages of a retained revision as those of the current transcript are read. Worker threads only."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from store.cancel import CancelToken
from store.errors import RevisionMissing, SessionError
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.documents.document_content import Content
from store.meerkat.messages.document_walk import read_from
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.origin import LONE
from store.meerkat.reading import Reading
from store.meerkat.revisions.graph_values import read_body
from store.meerkat.revisions.revisions import Kept, document_revisions, graph_of, kept_in_graph
from store.values.message import Message
from store.values.revisions import Revision

LARGE_MESSAGE_BYTES = 4 * 1024 * 1024
"""A longer message is indexed by its beginning alone."""

HEAD_BYTES = 400


def unknown_revision(revision: str) -> RevisionMissing:
    """The error for a name that no revision of a session has."""
    return RevisionMissing(
        f"The session has no revision {revision!r}.",
        "burrow show PATH SESSION --json gives the name of the current one.",
    )


def retired_revision() -> RevisionMissing:
    """The error for a revision of which only the rewrite is left."""
    return RevisionMissing(
        "The messages of this revision are not stored any more; only the rewrite that replaced them is still known.",
        "Meerkat keeps the last rewrites of a session only.",
    )


def find_kept(kept: Iterable[Kept], revision: str) -> Kept | None:
    """The revision with a name; None if there is none. Raises RevisionMissing for one without messages."""
    for each in kept:
        if each.revision.revision == revision:
            if not each.revision.is_stored:
                raise retired_revision()
            return each
    return None


def index_messages(messages: Iterable[bytes], begins: Iterable[int] | None, token: CancelToken) -> TranscriptIndex:
    """Index messages that come one by one.

    Args:
        begins: offset of each in its document; None where they are rows.
    """
    index = TranscriptIndex()
    for data in messages:
        if len(data) > LARGE_MESSAGE_BYTES:
            index.add_large(data[:HEAD_BYTES].decode("latin-1"), len(data))
        else:
            try:
                value = orjson.loads(data)
            except ValueError:
                index.add_damaged(len(data))
            else:
                index.add(value, len(data))
        token.take_turn()
    if begins is not None:
        index.begins.extend(begins)
    return index


def fetch_from(
    source: ByteSource, index: TranscriptIndex, wanted: Iterable[int], token: CancelToken
) -> dict[int, bytes]:
    """Read messages that stand anywhere in a document, in whatever order."""
    return read_from(source, index, sorted(set(wanted), key=index.begins.__getitem__), token)


def page_of(reading: Reading, begin: int, end: int) -> tuple[Message, ...]:
    """Messages [begin, end), fewer at the end. Raises SessionError for positions that cannot be."""
    if not 0 <= begin <= end:
        raise SessionError("There are no messages at these positions.")
    return reading.messages(min(begin, reading.count), min(end, reading.count))


class ContentRevisions:
    """Revisions of documents that are held in memory; the one that was read last stays indexed. Thread-safe."""

    def __init__(self) -> None:
        self._last: tuple[Content, str, TranscriptIndex] | None = None

    def revisions(self, content: Content, token: CancelToken) -> tuple[Revision, ...]:
        """The revisions of a document, oldest first, the current one last."""
        releases = LONE.releases(content.envelope.version, content.envelope.small)
        return document_revisions(content.source, content.index, content.walk.spans, releases, token)

    def reading(self, content: Content, revision: str, token: CancelToken) -> Reading:
        """For decoding the messages of a revision. Raises RevisionMissing."""
        last = self._last
        if last is None or last[0] is not content or last[1] != revision:
            last = self._last = (content, revision, self._index(content, revision, token))
        index = last[2]
        return Reading(index, lambda wanted: fetch_from(content.source, index, wanted, token))

    def _index(self, content: Content, revision: str, token: CancelToken) -> TranscriptIndex:
        graph = graph_of(content.source, content.walk.spans, token)
        kept = find_kept(kept_in_graph(graph), revision) if graph is not None else None
        if kept is not None and kept.body is not None:
            body = kept.body
            return index_messages(read_body(content.source, body, 0, body.count), body.begins, token)
        if self.revisions(content, token)[-1].revision == revision:
            return content.index
        raise unknown_revision(revision)
