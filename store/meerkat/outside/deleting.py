"""Deleting an archived session for good: every row of it, its files, and the pictures that nobody else refers to.

Source:
    formats/meerkat.md §3.10 "Archive, restore, delete from outside", §1.6.
"""

from __future__ import annotations

from store.meerkat.outside.archiving import is_archived
from store.meerkat.outside.metadata_change import note_revision
from store.meerkat.outside.realm_files import read_for_removal
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import StoredSession
from store.meerkat.outside.session_change import Circumstances, FileChange, Made, RowChange, digest_of
from store.meerkat.outside.session_files import files_of_session
from store.values.changes import RefusalCode

NOT_ARCHIVED = "Only archived sessions are deleted; this one is not archived."


def delete(stored: StoredSession, circumstances: Circumstances, made: Made) -> None:
    """Take away everything of a session. Raises ChangeRefused."""
    if not is_archived(stored):
        raise refuse(RefusalCode.NOT_ARCHIVED, NOT_ARCHIVED, "Archive it first.")
    note_revision(stored, made)
    made.revision_after = None
    made.rows.extend(RowChange(row.table, row.key, row, None) for row in stored.rows)
    for relative in files_of_session(circumstances.folder, stored.session_id, circumstances.token):
        _add(circumstances, relative, made)
    for relative in circumstances.blobs.of_alone(
        circumstances.connection, circumstances.layout, circumstances.folder, stored, circumstances.token
    ):
        _add(circumstances, relative, made)


def _add(circumstances: Circumstances, relative: str, made: Made) -> None:
    found = read_for_removal(circumstances.folder, relative)
    if found is not None:
        made.files.append(found)
        made.state.append(_name_of(found))


def _name_of(file: FileChange) -> bytes:
    """What names the state of a file; folders change by what is taken out of them."""
    if file.path.endswith("/"):
        return f"{file.path}\0{file.mode}".encode("utf-8", "surrogateescape")
    return f"{file.path}\0{file.mode}\0{file.mtime_ns}\0{digest_of(file.before)}".encode("utf-8", "surrogateescape")
