"""Meerkat as one of the systems whose stores can be read: how its stores are found and opened."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import EmptyFile, ForeignDatabase
from store.meerkat.documents.unread_realm import (
    MANIFEST,
    REDB_MAGIC,
    main_files_of,
    refusal_of_realm,
    refusal_of_redb,
)
from store.meerkat.store_file import StoreFile, recognise_layout
from store.opening import SQLITE_MAGIC, Looking, is_text
from store.opening.classify import classify_os
from store.opening.gate import looking_at
from store.values.store import StoreKind

SNIFFED_BYTES = 4_096


class Meerkat:
    """The system Meerkat; it has no state."""

    @property
    def kind(self) -> StoreKind:
        """Which system."""
        return StoreKind.MEERKAT

    def main_files(self, folder: Path) -> tuple[Path, ...]:
        """What a realm keeps its sessions in; a realm without any stands for itself, so that it can be said."""
        return main_files_of(folder)

    def open(self, path: Path, scratch: Path, token: CancelToken, *, is_in_place: bool = False) -> Backend:
        """Open a database, a folder of session documents, or one document to look.

        Raises:
            NotAStore, ForeignDatabase: it is not of Meerkat.
            UnreadableGeneration: it is, in a layout or a backend that is not readable.
            OpenError: it cannot be read; the subclass and the sentence say why.
        """
        may_wait("open a store")
        if path.is_dir():
            if os.path.lexists(path / MANIFEST):
                raise refusal_of_realm(path)
            # What reads documents is loaded where there are some: the start of the program seldom needs it.
            from store.meerkat.documents.realm_documents import open_documents

            return open_documents(path, token)
        beginning = _beginning_of(path)
        if beginning.startswith(REDB_MAGIC):
            raise refusal_of_redb(path.name)
        if not beginning.startswith(SQLITE_MAGIC):
            from store.meerkat.documents.document_file import looks_like_document, open_document

            if looks_like_document(beginning) and is_text(beginning):
                return open_document(path, token)
        try:
            return _open_database(path, scratch, token, is_in_place)
        except (ForeignDatabase, EmptyFile):
            documents = _documents_instead(path)
            if documents is None:
                raise
            return documents


def _open_database(path: Path, scratch: Path, token: CancelToken, is_in_place: bool) -> Backend:
    looking = Looking.in_place(path, scratch) if is_in_place else Looking(path, scratch)
    try:
        layout = looking.read(lambda connection: recognise_layout(connection, looking.path.name), token)
        opened = StoreFile(looking, layout)
        if not layout.has("sessions") and not opened.facts(token).session_count:
            documents = _documents_instead(looking.path)
            if documents is not None:
                looking.close()
                return documents
    except BaseException:
        looking.close()
        raise
    return opened


def _documents_instead(main: Path) -> Backend | None:
    """The documents beside a runtime's database that holds no session; None where there is no such folder."""
    from store.meerkat.documents.realm_documents import documents_instead

    return documents_instead(main)


def _beginning_of(path: Path) -> bytes:
    """The first bytes of a file, which tell a document from a database; none of what would make us wait."""
    try:
        with looking_at(path) as descriptor:
            return os.pread(descriptor, SNIFFED_BYTES, 0)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.ESPIPE):
            return b""
        raise classify_os(error, path) from error
