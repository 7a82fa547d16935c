"""Images from a realm's blob store (formats/meerkat.md §1.6). A blob id is hostile text until proved to be one."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

import orjson

from store.errors import SessionError
from store.meerkat.messages.content import decode_base64

BLOBS_FOLDER = "blobs"
MAX_BLOB_BYTES = 64 * 1024 * 1024
_BLOB_ID = re.compile(r"sha256:([0-9a-f]{64})")


def blob_path(folder: Path, blob_id: str) -> Path:
    """Where the file of a blob lies in a realm. Raises SessionError when the id is no blob id."""
    match = _BLOB_ID.fullmatch(blob_id)
    if match is None:
        raise SessionError("This image names a blob in a form that no blob has.")
    digits = match.group(1)
    return folder / BLOBS_FOLDER / digits[:2] / f"{digits}.json"


def read_blob(folder: Path, blob_id: str) -> bytes:
    """Read the encoded bytes of an image of a realm.

    Raises:
        SessionError: it is missing, lies elsewhere, is too large or damaged.
    """
    path = blob_path(folder, blob_id)
    home = os.path.realpath(folder / BLOBS_FOLDER)
    if os.path.realpath(path) != os.path.join(home, path.parent.name, path.name):  # noqa: PTH118 - compared as text
        raise SessionError("This image's blob is a link that leads out of the blob store; it is not followed.")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SessionError(_reason(error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SessionError("This image's blob is not a file.")
        if status.st_size > MAX_BLOB_BYTES:
            raise SessionError(f"This image's blob is too large to be shown: {status.st_size:,} bytes.")
        data = _read_all(descriptor)
    except OSError as error:
        raise SessionError(_reason(error)) from error
    finally:
        os.close(descriptor)
    return _decode(data)


def _read_all(descriptor: int) -> bytes:
    pieces = []
    left = MAX_BLOB_BYTES
    while left > 0 and (piece := os.read(descriptor, min(left, 1 << 20))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _decode(data: bytes) -> bytes:
    try:
        value = orjson.loads(data)
    except ValueError:
        raise SessionError("This image's blob is damaged: it is no JSON.") from None
    text = value.get("data") if isinstance(value, dict) else None
    decoded = decode_base64(text) if isinstance(text, str) else None
    if decoded is None:
        raise SessionError("This image's blob is damaged: it holds no base64 data.")
    return decoded


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "This image's blob is missing from the blob store."
    if error.errno in (errno.EACCES, errno.EPERM):
        return "The system does not let us read this image's blob."
    return "This image's blob cannot be read."
