"""A realm that keeps each session in a JSON document of its own, as one store (formats/meerkat.md §1.6).

The list is made of names, sizes and times of files and of the small `.meta` files beside the documents; a document is
read when somebody looks at it, and what was read last is kept within a bound. Thread-safe. Nothing is ever written, and
no file is held open between two calls.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Changing
from store.closed import ClosedChanging
from store.errors import SessionDamaged, SessionError
from store.meerkat.blobs import read_blob
from store.meerkat.codec.walker import Broken
from store.meerkat.copying.whole_session import whole_of_document
from store.meerkat.documents.folder_checks import check_files, file_sizes
from store.meerkat.documents.folder_documents import FolderDocuments
from store.meerkat.documents.folder_findings import documents_findings, documents_sizes
from store.meerkat.documents.folder_index import FolderIndex
from store.meerkat.documents.folder_rows import catalogue_facts, census_row, stale
from store.meerkat.documents.small_files import FileSource
from store.meerkat.generation import Generation
from store.meerkat.messages.document_walk import read_from, walk_document
from store.meerkat.places import Copy
from store.meerkat.reading import Reading
from store.meerkat.realm import has_fresh_lease, is_recent_s, realm_id
from store.meerkat.revisions.revision_reading import ContentRevisions, page_of
from store.meerkat.transcripts import FIRST_WINDOW_BYTES, LONG_BYTES, enough_for
from store.meerkat.written_by import written_by
from store.values.checks import Finding, SessionCheck, SizeBreakdown
from store.values.following import Followed
from store.values.listing import CatalogueFacts, CensusRow
from store.values.message import ImageRef, Message, Outline, WholeRef
from store.values.revisions import Revision
from store.values.session import SessionDetail, SessionIds, SessionState, SessionSummary, SortOrder
from store.values.store import Access, StoreFacts, StoreKey, StoreKind
from store.values.texts import PlainMessage
from store.values.whole import WholeSession

WHY = "Each session is a document of its own, read when it is looked at; nothing is written."
READ_ONLY = (
    "Sessions in files of their own are shown as they are: only a database lets a change be made whole or not at all."
)
MAX_MATCHES = 10


class DocumentFolder:
    """One opened folder of session documents.

    Args:
        folder: of the documents.
        key: of the store: the folder itself, or the realm's runtime file that holds no session.
        why: why it is read so.
    """

    def __init__(self, folder: Path, key: StoreKey, why: str = WHY) -> None:
        self._folder = folder
        self._key = key
        self._why = why
        self._index = FolderIndex(folder)
        self._documents = FolderDocuments(self._index)
        self._retained = ContentRevisions()

    def facts(self, token: CancelToken) -> StoreFacts:
        """Say what the store is; counts its sessions by their files."""
        may_wait("look at a folder")
        scan = self._index.scan(token)
        realm = realm_id(self._folder.parent)
        return StoreFacts(
            key=self._key,
            name=realm or self._folder.parent.name or self._folder.name,
            file_name=Path(self._key.path).name,
            kind=StoreKind.MEERKAT,
            generation=Generation.JSONL.value,
            access=Access.PLAIN_FILE,
            why=self._why,
            is_writable=False,
            write_reason=READ_ONLY,
            session_count=len(scan.entries),
            size_bytes=scan.size_bytes,
            is_running=self.is_running(),
            realm=realm,
        )

    def ids(self, order: SortOrder, token: CancelToken) -> SessionIds:
        """List the handles of all sessions in the given order, as their sidecars tell it."""
        may_wait("look at a folder")
        return SessionIds(self._index.ordered(order, token), order)

    def summaries(self, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """Read rows for handles, in their order; the beginnings of their documents are looked at for a title."""
        may_wait("look at documents")
        running = self.running_ids(token)
        rows = []
        for handle in handles:
            token.check()
            facts = self._index.facts_of(handle, token)
            facts.is_running = facts.session_id in running
            rows.append(facts.summary(self._key))
        return tuple(rows)

    def matching_ids(self, beginning: str, token: CancelToken) -> tuple[str, ...]:
        """Session ids that are or begin with these characters; at most 10, the exact one alone."""
        may_wait("look at a folder")
        handles = self._index.scan(token).handles
        if beginning in handles:
            return (beginning,)
        return tuple(sorted(name for name in handles if name.startswith(beginning))[:MAX_MATCHES])

    def census(self, after_handle: int | None, limit: int, token: CancelToken) -> tuple[CensusRow, ...]:
        """Read the columns of the next sessions, in the order of their handles."""
        may_wait("look at a folder")
        page = self._index.page(after_handle, limit, token)
        return tuple(census_row(entry, self._index.about(entry, token)) for entry in page)

    def catalogue_facts(self, handles: Sequence[int], token: CancelToken) -> tuple[CatalogueFacts, ...]:
        """Read what the whole documents say, one answer a handle, in their order."""
        may_wait("read documents")
        return catalogue_facts([self._index.known(handle, token) for handle in handles], token)

    def running_ids(self, token: CancelToken) -> frozenset[str]:
        """Ids of the sessions that a program works on now: those saved within the last 30 seconds."""
        may_wait("look at a folder")
        if not self.is_running():
            return frozenset()
        return self._index.recent_ids(time.time(), token)

    def detail(self, session_id: str, token: CancelToken) -> SessionDetail:
        """Read what the Info tab shows; of the document, whatever its sidecar says."""
        may_wait("read a document")
        content = self._documents.read(session_id, token)
        entry, about = self._index.known_id(session_id, token)
        facts = content.row_facts(entry.handle, token)
        facts.is_running = session_id in self.running_ids(token)
        if about.fault:
            facts.note("bad-sidecar", about.fault)
        if about.is_sidecar and about.message_count not in (None, content.index.count):
            facts.note("stale-sidecar", stale(about.message_count or 0, content.index.count))
        return SessionDetail(
            summary=facts.summary(self._key),
            usage=content.envelope.usage,
            document_version=content.envelope.version,
            authority=Copy.FILE.value,
            metadata=content.envelope.metadata,
            facts=(
                ("Stored as", "document file"),
                ("Document shown", f"{content.source.size_bytes:,} bytes"),
                ("List entry", "its .meta file" if about.is_sidecar else "none that could be used"),
            ),
            written_by=written_by(content.envelope.version, content.envelope.small),
            migrated=tuple(content.envelope.migrated),
        )

    def unmasked(self, session_id: str, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value."""
        may_wait("read a document")
        return self._documents.held(session_id, token).unmasked(path, token)

    def outline(self, session_id: str, token: CancelToken) -> Outline:
        """Read a session's document and index its messages; again where it moved."""
        may_wait("read a document")
        return self._documents.read(session_id, token).index.outline()

    def beginning(self, session_id: str, limit: int, token: CancelToken) -> tuple[Outline, tuple[Message, ...]] | None:
        """Read the first messages of a long document; nothing of it is kept."""
        may_wait("read a document")
        entry = self._index.entry_of(session_id, token)
        if entry.size_bytes <= LONG_BYTES or not entry.is_file or self._documents.is_held(entry):
            return None
        try:
            with closing(FileSource(entry.path)) as source:
                walk = walk_document(source, token, window_bytes=FIRST_WINDOW_BYTES, is_enough=enough_for(limit))
                outline = walk.index.beginning(limit)
                reading = Reading(walk.index, lambda wanted: read_from(source, walk.index, sorted(set(wanted)), token))
                return outline, reading.messages(0, outline.count)
        except OSError:
            raise SessionError("This session's file cannot be read.") from None
        except Broken:
            raise SessionDamaged("This session's file holds no JSON object.") from None

    def messages(self, session_id: str, begin: int, end: int, token: CancelToken) -> tuple[Message, ...]:
        """Decode messages [begin, end)."""
        may_wait("read a document")
        return self._reading(session_id, token).messages(begin, end)

    def messages_at(self, session_id: str, numbers: Sequence[int], token: CancelToken) -> tuple[Message, ...]:
        """Decode single messages."""
        may_wait("read a document")
        return self._reading(session_id, token).messages_at(numbers)

    def candidates(self, session_id: str, words: Sequence[str], begin: int, end: int, token: CancelToken) -> array[int]:
        """Messages of [begin, end) that could hold all the words."""
        may_wait("look through a document")
        return self._documents.held(session_id, token).candidates(words, begin, end, token)

    def plain_texts(
        self, session_id: str, numbers: Sequence[int], token: CancelToken
    ) -> tuple[PlainMessage | None, ...]:
        """The texts of single messages; None for each that must be decoded."""
        may_wait("look through a document")
        return self._documents.held(session_id, token).plain_texts(numbers, token)

    def raw(self, session_id: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message's JSON value."""
        may_wait("read a document")
        return self._reading(session_id, token).raw(message)

    def whole(self, session_id: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut."""
        may_wait("read a document")
        return self._reading(session_id, token).whole(ref)

    def image(self, session_id: str, ref: ImageRef, token: CancelToken) -> bytes:
        """The encoded bytes of an image, inline or from the realm's blob store."""
        may_wait("read an image")
        if ref.blob is not None:
            return read_blob(self._folder.parent, ref.blob)
        return self._reading(session_id, token).image(ref)

    def revisions(self, session_id: str, token: CancelToken) -> tuple[Revision, ...]:
        """The versions of the transcript that are known, oldest first, the current one last."""
        may_wait("read a document")
        return self._retained.revisions(self._documents.held(session_id, token), token)

    def revision_messages(
        self, session_id: str, revision: str, begin: int, end: int, token: CancelToken
    ) -> tuple[Message, ...]:
        """Decode messages [begin, end) of one version."""
        may_wait("read a document")
        return page_of(self._revision(session_id, revision, token), begin, end)

    def revision_raw(self, session_id: str, revision: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message of one version."""
        may_wait("read a document")
        return self._revision(session_id, revision, token).raw(message)

    def revision_whole(self, session_id: str, revision: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut, in one version."""
        may_wait("read a document")
        return self._revision(session_id, revision, token).whole(ref)

    def checks(self, session_ids: Sequence[str], token: CancelToken) -> tuple[SessionCheck, ...]:
        """Prove what can be proved of sessions that are files."""
        may_wait("check sessions")
        return check_files(self._index, self._folder.parent, session_ids, READ_ONLY, token)

    def sizes(self, session_id: str, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of one session go."""
        may_wait("measure a session")
        return file_sizes(self._index, self._folder.parent, session_id, token)

    def store_sizes(self, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of the folder go, with the blobs and event logs of the realm around it."""
        may_wait("measure a store")
        return documents_sizes(self._folder, token)

    def store_findings(self, token: CancelToken) -> tuple[Finding, ...]:
        """What is lost, orphaned or left over in the folder and its realm."""
        may_wait("check a store")
        count = len(self._index.scan(token).entries)
        return documents_findings(self._folder, count, self.is_running(), token)

    def whole_session(self, session_id: str, token: CancelToken) -> WholeSession:
        """Read everything of one session exactly. Raises SessionMissing, SessionDamaged."""
        may_wait("read a document")
        content = self._documents.read(session_id, token)
        whole = whole_of_document(content.source, content.id, token)
        state = content.row_facts(0, token).summary(self._key).state
        return replace(whole, is_archived=state is SessionState.ARCHIVED)

    def changing(self) -> Changing:
        """How the documents are changed: not at all, and why."""
        may_wait("read a realm")
        name = realm_id(self._folder.parent) or self._folder.parent.name or self._folder.name
        return ClosedChanging(self._key, name, READ_ONLY)

    def has_changed(self) -> bool:
        """Whether the folder moved, or one of the files that are looked at in turn."""
        may_wait("look at files")
        return self._index.has_changed(self._documents.held_ids())

    def is_running(self) -> bool:
        """Whether a server holds a lease on the realm, or a document was written within the last 30 seconds."""
        may_wait("look at files")
        now = time.time()
        return is_recent_s(self._index.newest_s(), now) or has_fresh_lease(self._folder.parent, now)

    def refresh(self, token: CancelToken) -> bool:
        """Look at the folder again; documents that moved are read again when they are asked for."""
        may_wait("look at a folder")
        return self._index.refresh(token)

    def follow(self, session_id: str, since: Outline, token: CancelToken) -> Followed:
        """Read a document again if it moved, and compare it with an outline of it."""
        may_wait("read a document")
        return self._documents.read(session_id, token).follow(since)

    def close(self) -> None:
        """Let go of what is held in memory."""
        self._documents.clear()

    def _revision(self, session_id: str, revision: str, token: CancelToken) -> Reading:
        return self._retained.reading(self._documents.held(session_id, token), revision, token)

    def _reading(self, session_id: str, token: CancelToken) -> Reading:
        return self._documents.held(session_id, token).reading(token)
