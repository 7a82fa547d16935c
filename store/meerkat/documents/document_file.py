"""A single session document as a backend: a JSON file that holds one session, as exports and the JSONL backend have it.

The file is read whole and kept; a document is one session and seldom large. When it moved it is read again.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Changing
from store.closed import ClosedChanging
from store.errors import SessionMissing
from store.meerkat.blobs import BLOBS_FOLDER, read_blob
from store.meerkat.checks.blob_files import BlobFiles
from store.meerkat.checks.checked import unreadable
from store.meerkat.checks.lone_documents import blobs_of, check_lone_document
from store.meerkat.checks.session_sizes import document_sizes as session_sizes
from store.meerkat.copying.whole_session import whole_of_document
from store.meerkat.documents.document_content import Content, newer_version, read_content
from store.meerkat.documents.folder_findings import document_sizes
from store.meerkat.documents.small_files import look_at
from store.meerkat.documents.unread_realm import DOCUMENTS_FOLDER
from store.meerkat.generation import Generation
from store.meerkat.places import Copy
from store.meerkat.realm import realm_id
from store.meerkat.revisions.revision_reading import ContentRevisions, page_of
from store.meerkat.written_by import written_by
from store.values.checks import Finding, SessionCheck, Severity, SizeBreakdown
from store.values.following import Followed
from store.values.listing import CatalogueFacts, CensusRow
from store.values.message import ImageRef, Message, Outline, WholeRef
from store.values.revisions import Revision
from store.values.session import SessionDetail, SessionIds, SessionState, SessionSummary, SortOrder
from store.values.store import Access, StoreFacts, StoreKey, StoreKind
from store.values.texts import PlainMessage
from store.values.whole import WholeSession

WHY = "A document is read whole; nothing is written."
NOT_HERE = "There is no session with this id in the document."
READ_ONLY = "Documents are shown as they are; a change belongs into the store that they came from."


def looks_like_document(beginning: bytes) -> bool:
    """Whether a file begins like a JSON object."""
    return beginning.lstrip(b" \t\r\n").startswith(b"{")


def open_document(path: Path, token: CancelToken) -> DocumentFile:
    """Open a session document.

    Raises:
        NotAStore: it is JSON, and no session document.
        OpenError: it cannot be read.
    """
    return DocumentFile(path, read_content(path, token))


class DocumentFile:
    """One opened session document; everything that is asked for is in memory."""

    def __init__(self, path: Path, content: Content) -> None:
        self._path = path
        self._key = StoreKey(str(path))
        # Replaced as one thing when the file moved; who reads takes hold of it once.
        self._content = content
        self._retained = ContentRevisions()

    def facts(self, token: CancelToken) -> StoreFacts:  # noqa: ARG002 - the protocol's
        """Say what the document is; it holds one session."""
        newer = newer_version(self._content.envelope.version)
        return StoreFacts(
            key=self._key,
            name=self._path.name,
            file_name=self._path.name,
            kind=StoreKind.MEERKAT,
            generation=Generation.DOCUMENT.value,
            access=Access.PLAIN_FILE,
            why=WHY,
            is_writable=False,
            write_reason=READ_ONLY,
            session_count=1,
            size_bytes=self._content.source.size_bytes,
            is_running=False,
            realm=realm_id(self._path.parent.parent),
            faults=() if newer is None else (newer,),
        )

    def ids(self, order: SortOrder, token: CancelToken) -> SessionIds:  # noqa: ARG002 - the protocol's
        """The one handle."""
        return SessionIds(array("q", [0]), order)

    def summaries(self, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """The one row."""
        may_wait("read a document")
        content = self._content
        return tuple(self._summary(content, handle, token) for handle in handles)

    def matching_ids(self, beginning: str, token: CancelToken) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """The one id, if it begins so."""
        name = self._content.id
        return (name,) if name.startswith(beginning) else ()

    def census(self, after_handle: int | None, limit: int, token: CancelToken) -> tuple[CensusRow, ...]:
        """The one row, on the first page."""
        may_wait("read a document")
        if after_handle is not None or limit < 1:
            return ()
        content = self._content
        row = self._summary(content, 0, token)
        tokens = row.total_tokens if row.total_tokens is None or row.total_tokens < 1 << 63 else None
        columns = (row.updated_at_ms, row.created_at_ms, row.message_count, tokens, row.size_bytes)
        # A document has no columns: the time of its file is what tells that it is another one.
        return (CensusRow(0, content.id, *columns, content.moves[-1] if content.moves else 0, 0),)

    def catalogue_facts(self, handles: Sequence[int], token: CancelToken) -> tuple[CatalogueFacts, ...]:
        """What the one document says; it was read whole when it was opened."""
        may_wait("read a document")
        content = self._content
        return (content.catalogue_facts(content.row_facts(0, token), token),) * len(handles)

    def running_ids(self, token: CancelToken) -> frozenset[str]:  # noqa: ARG002 - the protocol's
        """None: no program works on a document."""
        return frozenset()

    def detail(self, session_id: str, token: CancelToken) -> SessionDetail:
        """Read what the Info tab shows."""
        may_wait("read a document")
        content = self._of(session_id)
        return SessionDetail(
            summary=self._summary(content, 0, token),
            usage=content.envelope.usage,
            document_version=content.envelope.version,
            authority=Copy.FILE.value,
            metadata=content.envelope.metadata,
            facts=(("Stored as", "document file"), ("Document shown", f"{content.source.size_bytes:,} bytes")),
            written_by=written_by(content.envelope.version, content.envelope.small),
            migrated=tuple(content.envelope.migrated),
        )

    def unmasked(self, session_id: str, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value."""
        may_wait("read a document")
        return self._of(session_id).unmasked(path, token)

    def outline(self, session_id: str, token: CancelToken) -> Outline:  # noqa: ARG002 - the protocol's
        """The index that was made when the document was read."""
        return self._of(session_id).index.outline()

    def beginning(
        self,
        session_id: str,
        limit: int,  # noqa: ARG002 - the protocol's
        token: CancelToken,  # noqa: ARG002 - the protocol's
    ) -> tuple[Outline, tuple[Message, ...]] | None:
        """None: the index was made when the document was read."""
        self._of(session_id)
        return None

    def messages(self, session_id: str, begin: int, end: int, token: CancelToken) -> tuple[Message, ...]:
        """Decode messages [begin, end)."""
        may_wait("read a document")
        return self._of(session_id).reading(token).messages(begin, end)

    def messages_at(self, session_id: str, numbers: Sequence[int], token: CancelToken) -> tuple[Message, ...]:
        """Decode single messages."""
        may_wait("read a document")
        return self._of(session_id).reading(token).messages_at(numbers)

    def candidates(self, session_id: str, words: Sequence[str], begin: int, end: int, token: CancelToken) -> array[int]:
        """Messages of [begin, end) that could hold all the words."""
        may_wait("look through a document")
        return self._of(session_id).candidates(words, begin, end, token)

    def plain_texts(
        self, session_id: str, numbers: Sequence[int], token: CancelToken
    ) -> tuple[PlainMessage | None, ...]:
        """The texts of single messages; None for each that must be decoded."""
        may_wait("look through a document")
        return self._of(session_id).plain_texts(numbers, token)

    def raw(self, session_id: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message's JSON value."""
        return self._of(session_id).reading(token).raw(message)

    def whole(self, session_id: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut."""
        may_wait("read a document")
        return self._of(session_id).reading(token).whole(ref)

    def image(self, session_id: str, ref: ImageRef, token: CancelToken) -> bytes:
        """The encoded bytes of an image, inline or from the blobs that belong to the document."""
        may_wait("read an image")
        self._of(session_id)
        if ref.blob is None:
            return self._of(session_id).reading(token).image(ref)
        return read_blob(self._blob_folder() or self._path.parent, ref.blob)

    def revisions(self, session_id: str, token: CancelToken) -> tuple[Revision, ...]:
        """The versions of the transcript that are known, oldest first, the current one last."""
        may_wait("read a document")
        return self._retained.revisions(self._of(session_id), token)

    def revision_messages(
        self, session_id: str, revision: str, begin: int, end: int, token: CancelToken
    ) -> tuple[Message, ...]:
        """Decode messages [begin, end) of one version."""
        may_wait("read a document")
        return page_of(self._retained.reading(self._of(session_id), revision, token), begin, end)

    def revision_raw(self, session_id: str, revision: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message of one version."""
        may_wait("read a document")
        return self._retained.reading(self._of(session_id), revision, token).raw(message)

    def revision_whole(self, session_id: str, revision: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut, in one version."""
        may_wait("read a document")
        return self._retained.reading(self._of(session_id), revision, token).whole(ref)

    def checks(self, session_ids: Sequence[str], token: CancelToken) -> tuple[SessionCheck, ...]:
        """Prove what can be proved of a document by itself."""
        may_wait("check a session")
        content, folder = self._content, self._blob_folder()
        blobs = None if folder is None else blobs_of(folder)
        return tuple(
            check_lone_document(content.source, content.stored_id or "", READ_ONLY, token, blobs=blobs)
            if session_id == content.id
            else unreadable(session_id, NOT_HERE).answer(BlobFiles(None), False, READ_ONLY, token)
            for session_id in session_ids
        )

    def sizes(self, session_id: str, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of the session go."""
        may_wait("measure a document")
        return session_sizes(self._of(session_id).source, self._blob_folder(), session_id, token)

    def store_sizes(self, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of the document go."""
        may_wait("measure a document")
        return document_sizes(self._content.source, token)

    def store_findings(self, token: CancelToken) -> tuple[Finding, ...]:
        """A document stands alone, so that nothing can be left over around it."""
        faults = self.facts(token).faults
        return tuple(Finding(Severity.WARNING, None, fault.code, fault.sentence) for fault in faults)

    def whole_session(self, session_id: str, token: CancelToken) -> WholeSession:
        """Read everything of one session exactly. Raises SessionMissing, SessionDamaged."""
        may_wait("read a document")
        content = self._of(session_id)
        whole = whole_of_document(content.source, content.id, token)
        state = content.row_facts(0, token).summary(self._key).state
        return replace(whole, is_archived=state is SessionState.ARCHIVED)

    def changing(self) -> Changing:
        """How it is changed: not at all, and why."""
        return ClosedChanging(self._key, self._path.name, READ_ONLY)

    def has_changed(self) -> bool:
        """Whether the file moved since it was read."""
        may_wait("look at a file")
        return look_at(self._path) != self._content.moves

    def is_running(self) -> bool:
        """No program works on a document."""
        return False

    def refresh(self, token: CancelToken) -> bool:
        """Read the file again if it moved; the older content stays readable when that fails."""
        if not self.has_changed():
            return False
        self._content = read_content(self._path, token, self._content)
        return True

    def follow(self, session_id: str, since: Outline, token: CancelToken) -> Followed:  # noqa: ARG002 - the protocol's
        """Compare with the index that was made when the file was read last."""
        return self._of(session_id).follow(since)

    def close(self) -> None:
        """Nothing is held but memory."""

    def _of(self, session_id: str) -> Content:
        """The state that is read now, if it is of this session."""
        content = self._content
        if session_id != content.id:
            raise SessionMissing(NOT_HERE)
        return content

    def _blob_folder(self) -> Path | None:
        """Where its blobs lie: in the realm around `sessions_jsonl`, or beside the file; None where there are none."""
        folder = self._path.parent
        if folder.name == DOCUMENTS_FOLDER:
            return folder.parent
        return folder if os.path.isdir(folder / BLOBS_FOLDER) else None  # noqa: PTH112 - Path.is_dir can raise

    def _summary(self, content: Content, handle: int, token: CancelToken) -> SessionSummary:
        return content.row_facts(handle, token).summary(self._key)
