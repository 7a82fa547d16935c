"""Revision digests in all five formats (formats/meerkat.md §3.2, §3.3). Pure; worker threads only.

A revision is named by the SHA-256 of the compact JSON of its messages, each brought into the form of its release first:

1. 0.6.24–0.6.34: as they are after a load.
2. 0.7.0–0.7.13: inline images are put for references to blobs.
3. 0.7.14–0.8.10: and times are all alike, and the identities of users and the assistant are left out.
4. 0.8.11–0.8.44: and arguments are sorted. After a load they always are, so 3 and 4 are one here.
5. 0.8.45–0.9.8: and `runtime_origin`, `assistant_message_id`, and what was delivered in reply to what are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, cast

from store.blocking import may_wait
from store.meerkat.codec.codec import decode_loaded, decode_unproved, encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.structs import Fields
from store.meerkat.shapes.typed import typed_message

NO_TIME: Final = "1970-01-01T00:00:00Z"
PREFIX: Final = "sha256:"

_IDENTIFIED: Final = ("user", "block_assistant")
_INLINE: Final = b'"source":"inline"'
_DELIVERY: Final = ("delivery_id", "in_reply_to")
_PICTURED: Final = ("comms", "external_event", "runtime_notice")


class DigestFormat(IntEnum):
    """The five ways in which releases bring messages into one form before they hash them."""

    F1 = 1
    F2 = 2
    F3 = 3
    F4 = 4
    F5 = 5


ALL_FORMATS: Final = frozenset(DigestFormat)


_HASHED_AS: Final = {
    DigestFormat.F1: DigestFormat.F1,
    DigestFormat.F2: DigestFormat.F2,
    DigestFormat.F3: DigestFormat.F3,
    DigestFormat.F4: DigestFormat.F3,
    DigestFormat.F5: DigestFormat.F5,
}
"""Formats that make the same bytes of a message share one hash."""


Forms = tuple[tuple[DigestFormat, bytes], ...]
"""The bytes of one message in each of the forms that are hashed."""


class TranscriptDigests:
    """The digests of a transcript that comes message by message; holds no message.

    The revision of those so far may be asked at any time, as a receipt that counts some of them needs.

    Attributes:
        count: messages so far.
    """

    def __init__(self, formats: Iterable[DigestFormat] = ALL_FORMATS) -> None:
        self._formats = frozenset(formats)
        self._hashes = {_HASHED_AS[form]: hashlib.sha256(b"[") for form in sorted(self._formats)}
        self._needs_timeless = not self._hashes.keys() <= {DigestFormat.F1, DigestFormat.F2}
        self.count = 0

    def add(self, data: bytes) -> None:
        """Take the next message.

        Args:
            data: its stored JSON, with keys in any order.

        Raises:
            NotStrict: it is no JSON that Meerkat reads.
            NotTyped: Meerkat refuses it; TimeMissing: what it holds differs from load to load.
                After one of these the digests mean nothing any more.
        """
        may_wait("decode a message")
        self._update(*read_stored(data))

    def _update(self, message: Fields, plain: bytes) -> None:
        hashes = self._hashes
        if DigestFormat.F1 in hashes:
            self._feed(DigestFormat.F1, plain)
            if len(hashes) == 1:
                self.count += 1
                return
        self.count += 1
        bare = with_blobs(message) if _INLINE in plain else message
        if DigestFormat.F2 in hashes:
            self._feed(DigestFormat.F2, plain if bare is message else encode(bare), 1)
        if not self._needs_timeless:
            return
        timeless = _timeless_bytes(bare, plain if bare is message else None)
        self._feed(DigestFormat.F3, timeless, 1)
        if DigestFormat.F5 in hashes:
            last = without_origins(bare)
            self._feed(DigestFormat.F5, timeless if last is bare else encode(timeless_form(last)), 1)

    def forms(self, data: bytes) -> Forms:
        """What `add` hashes of a stored message, to be kept for when it comes again. Raises as `add` does."""
        message, plain = read_stored(data)
        found = [(DigestFormat.F1, plain)]
        if self._hashes.keys() == {DigestFormat.F1}:
            return tuple(found)
        bare = with_blobs(message) if _INLINE in plain else message
        found.append((DigestFormat.F2, plain if bare is message else encode(bare)))
        if self._needs_timeless:
            timeless = _timeless_bytes(bare, plain if bare is message else None)
            last = without_origins(bare)
            found += [
                (DigestFormat.F3, timeless),
                (DigestFormat.F5, timeless if last is bare else encode(timeless_form(last))),
            ]
        return tuple((form, part) for form, part in found if form in self._hashes)

    def add_forms(self, forms: Forms) -> None:
        """Take a message that `forms` was asked for, of digests in the same formats."""
        for form, data in forms:
            self._feed(form, data)
        self.count += 1

    def _feed(self, form: DigestFormat, data: bytes, before: int = 0) -> None:
        """Hash a message in one form, behind a comma unless it is the first."""
        hashed = self._hashes.get(form)
        if hashed is not None:
            hashed.update(b"," + data if self.count > before else data)

    def revision(self, form: DigestFormat) -> str:
        """The name of the revision that the messages so far make. Raises KeyError for a format not asked for."""
        if form not in self._formats:
            raise KeyError(form)
        whole = self._hashes[_HASHED_AS[form]].copy()
        whole.update(b"]")
        return PREFIX + whole.hexdigest()

    def formats_of(self, revision: str) -> frozenset[DigestFormat]:
        """The formats, of those asked for, in which the messages so far make this revision."""
        return frozenset(form for form in self._formats if self.revision(form) == revision)


def read_stored(data: bytes) -> tuple[Fields, bytes]:
    """Read a stored message as Meerkat does.

    Returns:
        It, and the bytes in which Meerkat would print it, most often those that came in.

    Raises:
        NotStrict, NotTyped, TimeMissing.
    """
    value = decode_unproved(data)
    if value is not None:
        made = typed_message(value)
        plain = encode(made)
        # Printed alike, it was read right: a key that stands twice or a number in another spelling would show.
        if plain == data or encode(value) == data:
            return made, plain
    made = typed_message(decode_loaded(data))
    return made, encode(made)


_NO_TIME_TAIL: Final = f'"created_at":"{NO_TIME}"}}'.encode()


def _timeless_bytes(message: Fields, plain: bytes | None) -> bytes:
    """The bytes of format 3; where only the time differs they are cut from those at hand, not printed again."""
    if plain is None or (message["role"] in _IDENTIFIED and "identity" in message):
        return encode(timeless_form(message))
    tail = f'"created_at":"{message["created_at"]}"}}'.encode()
    if not plain.endswith(tail):
        return encode(timeless_form(message))
    return plain[: -len(tail)] + _NO_TIME_TAIL


def timeless_form(message: Fields) -> Fields:
    """A message as it is hashed from format 3 on: all times alike, no identity of users and the assistant."""
    made = dict(message)
    made["created_at"] = NO_TIME
    if made["role"] in _IDENTIFIED:
        made.pop("identity", None)
    return made


def without_origins(message: Fields) -> Fields:
    """A message without what format 5 leaves out; the very same one if there is nothing to leave out."""
    role = message["role"]
    if role == "block_assistant" and "assistant_message_id" in message:
        return {key: value for key, value in message.items() if key != "assistant_message_id"}
    if role != "system_notice":
        return message
    made = {key: value for key, value in message.items() if key != "runtime_origin"}
    blocks = [_without_delivery(block) for block in _objects(message.get("blocks"))]
    if blocks:
        made["blocks"] = cast(Json, blocks)
    return made if made != message else message


def _without_delivery(block: Fields) -> Fields:
    if block.get("type") != "comms":
        return block
    return {key: value for key, value in block.items() if key not in _DELIVERY}


def with_blobs(message: Fields) -> Fields:
    """A message with inline images put for references to blobs; the very same one if it has none."""
    role = message["role"]
    if role == "user":
        return _replaced(message, "content", _blob_content(message["content"]))
    if role == "tool_results":
        results = [_replaced(each, "content", _blob_content(each["content"])) for each in _objects(message["results"])]
        return _replaced(message, "results", cast(Json, results))
    if role == "system_notice" and "blocks" in message:
        blocks = [
            _replaced(each, "content", _blob_content(each["content"]))
            if each.get("type") in _PICTURED and "content" in each
            else each
            for each in _objects(message["blocks"])
        ]
        return _replaced(message, "blocks", cast(Json, blocks))
    return message


def _replaced(found: Fields, key: str, value: Json) -> Fields:
    """`found` with another value of a key, in its place; the very same one if the value is no other."""
    return found if found[key] == value else found | {key: value}


def _blob_content(content: Json) -> Json:
    if not isinstance(content, list):
        return content
    return [_blob_image(block) if block.get("source") == "inline" else block for block in _objects(content)]


def _blob_image(block: Fields) -> Fields:
    if block.get("type") != "image":
        return block
    media_type, data = cast(str, block["media_type"]), cast(str, block["data"])
    return {"type": "image", "media_type": media_type, "source": "blob", "blob_id": blob_id(media_type, data)}


def blob_id(media_type: str, data: str) -> str:
    """The name of a blob (§1.6).

    Args:
        data: its base64 text.
    """
    return PREFIX + hashlib.sha256(f"{media_type}\0{data}".encode()).hexdigest()


def _objects(value: Json) -> list[Fields]:
    """The blocks or results of a message that was read; they are objects then."""
    return cast("list[Fields]", value) if isinstance(value, list) else []
