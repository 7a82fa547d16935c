"""The checks of session documents that are files: exports, and the sessions of a realm that keeps them as JSON."""

from __future__ import annotations

from pathlib import Path

from store.cancel import CancelToken
from store.meerkat.checks.blob_files import BlobFiles
from store.meerkat.checks.columns import Columns
from store.meerkat.checks.documents import StoredDocument, check_document
from store.meerkat.codec.byte_source import ByteSource
from store.values.checks import SessionCheck

NO_COLUMNS = "Nothing beside the document repeats what it says."
NO_COPY = "There is no second copy: the document is the session."
NO_RUNTIME = "The runtime keeps no receipts of a session that is a document."


def check_lone_document(
    source: ByteSource,
    session_id: str,
    write_reason: str,
    token: CancelToken,
    columns: Columns | None = None,
    blobs: BlobFiles | None = None,
) -> SessionCheck:
    """Prove what can be proved of a session that is a file; it is never writable.

    Args:
        session_id: that the file's name promises; "" where the name promises none.
        write_reason: why it is not.
        columns: what a file beside it says of it, "sidecar"; None where there is none.
        blobs: of the realm around it; None where it belongs to none.
    """
    stored = StoredDocument(
        session_id, source, columns=columns, no_columns=NO_COLUMNS, no_other=NO_COPY, no_receipts=NO_RUNTIME
    )
    checked = check_document(stored, token)
    return checked.answer(blobs or BlobFiles(None), False, write_reason, token)


def blobs_of(folder: Path) -> BlobFiles:
    """The blob store of a realm, to be used for all of its sessions."""
    return BlobFiles(folder)
