"""The documents of a realm as a store: on their own, or beside a runtime's database (formats/meerkat.md §1.2, §1.4).

From 0.8.11 on the runtime's database beside a folder of documents is what counts; the documents follow it. Where it
holds no session, as before, the documents are the sessions.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from store.cancel import CancelToken
from store.errors import NoStoreInFolder, OpenError
from store.meerkat.documents.document_folder import WHY, DocumentFolder
from store.meerkat.documents.folder_scan import scan_folder
from store.meerkat.documents.unread_realm import MANIFEST, documents_beside, refusal_of_realm
from store.meerkat.findings.tables import Read
from store.meerkat.generation import Layout
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.realm import read_small_json
from store.meerkat.session_rows import stored_id
from store.values.fault import Fault
from store.values.store import StoreKey


def open_documents(folder: Path, token: CancelToken) -> DocumentFolder:
    """Open a folder of documents.

    Raises:
        NoStoreInFolder: it holds none, and its realm keeps its sessions elsewhere.
        OpenError: it cannot be read.
    """
    opened = DocumentFolder(folder, StoreKey(str(folder)))
    if not opened.facts(token).session_count:
        if read_small_json(folder.parent / MANIFEST).get("backend") not in (None, "jsonl"):
            raise refusal_of_realm(folder.parent)
        if not (folder.parent / MANIFEST).exists():
            raise NoStoreInFolder("This folder holds no session document.", "Open a realm, or a folder of realms.")
    return opened


def documents_instead(main: Path) -> DocumentFolder | None:
    """The documents beside a runtime's database that holds no session; None where there is no such folder."""
    folder = documents_beside(main)
    if folder is None:
        return None
    return DocumentFolder(folder, StoreKey(str(main)), f"The realm's “{main.name}” holds no session. {WHY}")


def _tables(layout: Layout) -> tuple[str, ...]:
    """The tables that name a runtime's sessions."""
    snapshots = ("runtime_session_snapshots",) if layout.has("runtime_session_snapshots") else ()
    return ("runtime_whole_blob_authority", *snapshots)


def documents_left_out(layout: Layout, main: Path, read: Read, token: CancelToken) -> tuple[Fault, ...]:
    """A fault for documents beside a runtime's database that are of none of its sessions; none where there are none.

    Args:
        read: reads the database; its lock is not held while the folder is looked at.
    """
    folder = documents_beside(main) if not layout.has("sessions") else None
    if folder is None:
        return ()
    try:
        names = set(scan_folder(folder, token).handles)
    except OpenError:
        return ()  # what cannot be seen is not known to be left out
    if not names:
        return ()

    def ask(connection: sqlite3.Connection) -> list[tuple[bytes | None]]:
        return [
            row
            for table in _tables(layout)
            for row in connection.execute(f"SELECT CAST(runtime_id AS BLOB) FROM {table}").fetchall()
        ]

    names.difference_update(stored_id(row[0])[len(RUNTIME_PREFIX) :] for row in read(ask))
    if not names:
        return ()
    what, verb, are = "One session document", "stands", "is"
    if len(names) > 1:
        what, verb, are = f"{len(names):,} session documents", "stand", "are"
    return (
        Fault(
            "documents-left-out",
            f"{what} in “{folder.name}” {verb} in no row of the realm's runtime, which counts, and {are} not listed;"
            " each can be opened as a file.",
        ),
    )
