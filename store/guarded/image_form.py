"""How an image is kept: a small description in JSON, and the contents that it names by their digest.

A content stands once, however many rows of however many changes hold it: the copies of a session's document do, as a
rule. A long value is kept in pieces, so that no step of writing it holds other threads up, and that what two versions
of a document have in common stands once as well. Every value comes back with its storage class and its very bytes,
text that is no Unicode included.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeAlias

from store.blocking import may_wait
from store.changing import Columns, FileImage, Image, RowImage, Value

INLINE_BYTES = 64
"""Shorter values stand in the description itself: a digest would be no shorter."""

PIECE_BYTES = 1024 * 1024

NULL, INTEGER, REAL, TEXT, BLOB = "n", "i", "f", "t", "b"
"""Storage classes."""

Contents: TypeAlias = dict[bytes, bytes | memoryview]
"""Pieces by their SHA-256."""


def packed(image: Image) -> tuple[str, Contents]:
    """An image as its description and the contents that it names."""
    contents: Contents = {}
    rows = [
        {
            "table": row.table,
            "key": _packed_columns(row.key, contents),
            "before": None if row.before is None else _packed_columns(row.before, contents),
            "after": row.after_digest,
        }
        for row in image.rows
    ]
    files = [
        {
            "path": file.path,
            "before": None if file.before is None else _packed_value(file.before, contents),
            "mode": file.mode,
            "mtime_ns": file.mtime_ns,
            "after": file.after_digest,
        }
        for file in image.files
    ]
    return json.dumps({"rows": rows, "files": files}), contents


def unpacked(description: str, content_of: Callable[[bytes], bytes]) -> Image:
    """The image that was packed.

    Args:
        content_of: gives a piece by its digest.
    """
    may_wait("read an image of a session")
    stored = json.loads(description)
    content = _Joined(content_of)
    rows = tuple(
        RowImage(
            row["table"],
            _unpacked_columns(row["key"], content),
            None if row["before"] is None else _unpacked_columns(row["before"], content),
            row["after"],
        )
        for row in stored["rows"]
    )
    return Image(rows, tuple(_unpacked_file(file, content) for file in stored["files"]))


def _packed_columns(columns: Columns, contents: Contents) -> list[list[Any]]:
    return [[name, *_packed_value(value, contents)] for name, value in columns]


def _packed_value(value: Value, contents: Contents) -> list[Any]:
    if value is None:
        return [NULL]
    if isinstance(value, int):
        return [INTEGER, int(value)]
    if isinstance(value, float):
        return [REAL, value.hex()]
    is_text = isinstance(value, str)
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)
    kind = TEXT if is_text else BLOB
    if len(data) <= INLINE_BYTES:
        return [kind, data.hex()]
    view = memoryview(data)
    names = []
    for begin in range(0, len(data), PIECE_BYTES):
        piece = view[begin : begin + PIECE_BYTES]
        digest = hashlib.sha256(piece).digest()
        contents[digest] = piece
        names.append(digest.hex())
    return [kind, names]


class _Joined:
    """Puts pieces together; a value that several rows hold is put together once."""

    def __init__(self, content_of: Callable[[bytes], bytes]) -> None:
        self._content_of = content_of
        self._known: dict[tuple[str, ...], bytes] = {}

    def of(self, names: list[str]) -> bytes:
        """The value of pieces by the hex names of their digests, in their order."""
        key = tuple(names)
        if key not in self._known:
            # Piece by piece: to join them all at once would hold other threads up.
            joined = BytesIO()
            for name in names:
                joined.write(self._content_of(bytes.fromhex(name)))
            self._known[key] = joined.getvalue()
        return self._known[key]


def _unpacked_columns(columns: list[list[Any]], content: _Joined) -> Columns:
    return tuple((name, _unpacked_value(value, content)) for name, *value in columns)


def _unpacked_value(value: list[Any], content: _Joined) -> Value:
    kind, *rest = value
    if kind == NULL:
        return None
    if kind == INTEGER:
        return int(rest[0])
    if kind == REAL:
        return float.fromhex(rest[0])
    data = bytes.fromhex(rest[0]) if isinstance(rest[0], str) else content.of(rest[0])
    return data.decode("utf-8", "surrogatepass") if kind == TEXT else data


def _unpacked_file(file: dict[str, Any], content: _Joined) -> FileImage:
    before = None if file["before"] is None else _unpacked_value(file["before"], content)
    data = before if isinstance(before, bytes) else None
    return FileImage(file["path"], data, file["mode"], file["after"], file["mtime_ns"])
