"""Whether the blobs that a transcript refers to are there and are what their ids say (formats/meerkat.md §1.6).

A blob's id, its file and the folder around it are hostile until proved otherwise: nothing is followed out of the blob
store, nothing but a plain file is read, and never more of it at once than a window.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import orjson

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.blobs import MAX_BLOB_BYTES, blob_path
from store.meerkat.checks.results import failed, not_applicable, passed, short
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.documents.small_files import FileSource
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult

HASHED_BYTES = 1024 * 1024
MAX_MEDIA_TYPE_BYTES = 1_000
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_MENTIONED = re.compile(rb'"blob_id"\s*:\s*"(sha256:[0-9a-f]{64})"')


def mentioned_blobs(data: bytes) -> Iterator[str]:
    """Blob ids that stand anywhere in stored bytes, in the spelling that all Meerkats write."""
    for match in _MENTIONED.finditer(data):
        yield match.group(1).decode("ascii")


def referred_blobs(data: bytes) -> tuple[list[str], int]:
    """The pictures of one stored message.

    Returns:
        Blob ids that it refers to, hostile texts among them, and how many pictures it holds itself.
    """
    try:
        message = orjson.loads(data)
    except ValueError:
        return [], 0
    ids: list[str] = []
    inline_count = 0
    for block in _pictures(message):
        blob_id = block.get("blob_id")
        if isinstance(blob_id, str):
            ids.append(blob_id)
        elif block.get("source") == "inline":
            inline_count += 1
    return ids, inline_count


def _pictures(message: Json) -> Iterator[dict[str, Json]]:
    """Every place of a message where its Meerkat expects a picture or film; free data is none."""
    if not isinstance(message, dict):
        return
    yield from _objects(message.get("content"))
    for key in ("results", "blocks"):
        for part in _objects(message.get(key)):
            yield from _objects(part.get("content"))
            data = part.get("data")
            if isinstance(data, dict) and isinstance(data.get("blob_ref"), dict):
                yield data["blob_ref"]  # type: ignore[misc]


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


class BlobFiles:
    """The blob store of a realm, as far as it was looked at; what is found out of a blob is kept for the next session.

    Args:
        folder: of the realm; None where the sessions come from no realm.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._problems: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def check(self, blob_ids: Iterable[str], inline_count: int, token: CancelToken) -> CheckResult:
        """Prove every blob that a session refers to."""
        name = CheckName.BLOBS
        wanted = sorted(set(blob_ids))
        if not wanted:
            if inline_count:
                held = "is held by its message" if inline_count == 1 else "are held by their messages"
                return not_applicable(name, f"No blobs: {counted(inline_count, 'picture')} {held}.")
            return not_applicable(name, "The messages refer to no blobs.")
        if self._folder is None:
            return not_applicable(
                name, f"{counted(len(wanted), 'blob')} referred to; a document by itself has no blob store beside it."
            )
        bad = [(blob_id, problem) for blob_id in wanted if (problem := self.problem(blob_id, token))]
        total = len(wanted)
        if not bad:
            return passed(name, f"{counted(total, 'blob')}, present, digest equal", total)
        blob_id, problem = bad[0]
        others = len(bad) - 1
        more = f" {counted(others, 'more blob')} {'is' if others == 1 else 'are'} not sound either." if others else ""
        return failed(name, problem + more, blob_id[:200], self._found(blob_id), total - len(bad), total)

    def size(self, blob_id: str, token: CancelToken) -> int | None:
        """Bytes of a blob's file; None where there is no sound one."""
        self.problem(blob_id, token)
        return self._sizes.get(blob_id)

    def problem(self, blob_id: str, token: CancelToken) -> str:
        """What is wrong with a blob, as a sentence; "" if it is there and is what its id says."""
        known = self._problems.get(blob_id)
        if known is None:
            token.check()
            known = self._problems[blob_id] = self._judge(blob_id, token)
        return known

    def _found(self, blob_id: str) -> str:
        return "nothing" if "missing" in self._problems[blob_id] else "another content or form"

    def _judge(self, blob_id: str, token: CancelToken) -> str:
        may_wait("read a blob")
        if self._folder is None:
            return "There is no blob store."
        try:
            path = blob_path(self._folder, blob_id)
        except SessionError:
            return "A message names a blob in a form that no blob has."
        name = f"Blob {short(blob_id)}"
        home = os.path.realpath(self._folder / "blobs")
        if os.path.realpath(path) != os.path.join(home, path.parent.name, path.name):  # noqa: PTH118 - compared as text
            return f"{name} is a link that leads out of the blob store; it is not followed."
        try:
            with closing(FileSource(path)) as source:
                return self._judge_open(blob_id, name, source, token)
        except OSError as error:
            return f"{name} {_reason(error)}."

    def _judge_open(self, blob_id: str, name: str, source: FileSource, token: CancelToken) -> str:
        if source.size_bytes > MAX_BLOB_BYTES:
            return f"{name} is too large to be a blob: {source.size_bytes:,} bytes."
        digest = _content_digest(source, token)
        if digest is None:
            return f"{name} is damaged: its file does not hold a media type and base64 data."
        if f"sha256:{digest}" != blob_id:
            return f"{name} is damaged: its content has the digest {digest[:8]}."
        self._sizes[blob_id] = source.size_bytes
        return ""


def _content_digest(source: FileSource, token: CancelToken) -> str | None:
    """The digest by which a blob of this content is named; None if the file is none of a blob."""
    walker = Walker(source, token)
    spans: dict[str, tuple[int, int]] = {}
    try:
        for member in walker.members(0):
            member.end = walker.skip(member.begin)
            spans[member.key] = (member.begin, member.end)
    except (Broken, Undecodable):
        return None
    media_type, data = spans.get("media_type"), spans.get("data")
    if media_type is None or data is None or media_type[1] - media_type[0] > MAX_MEDIA_TYPE_BYTES:
        return None
    try:
        _, named = parse(source.read(media_type[0], media_type[1] - media_type[0]))
    except NotStrict:
        return None
    if not isinstance(named, str) or source.read(data[0], 1) != b'"':
        return None
    digest = hashlib.sha256(named.encode("utf-8") + b"\0")
    for at in range(data[0] + 1, data[1] - 1, HASHED_BYTES):
        token.check()
        piece = source.read(at, min(HASHED_BYTES, data[1] - 1 - at))
        if piece.translate(None, _BASE64):
            return None
        digest.update(piece)
    return digest.hexdigest()


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "is missing from the blob store"
    if error.errno == errno.ELOOP:
        return "is a link; it is not followed"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "may not be read"
    return "cannot be read" if error.errno is not None else "is not a file, or was cut while it was read"
