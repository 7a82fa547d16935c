"""Digests of messages at hand as values: the program's own way over bytes, and one spelled out to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.digests import (
    ALL_FORMATS,
    DigestFormat,
    TranscriptDigests,
    timeless_form,
    with_blobs,
    without_origins,
)
from store.meerkat.shapes.typed import typed_message


def digests_of(messages: Iterable[Json], formats: Iterable[DigestFormat] = ALL_FORMATS) -> TranscriptDigests:
    """The digests of messages as `codec.decode` gives them, with keys in any order."""
    digests = TranscriptDigests(formats)
    for message in messages:
        digests.add(encode(message))
    return digests


def digest_of(messages: Iterable[Json], form: DigestFormat) -> str:
    """The name of the revision that these messages make in one format."""
    return digests_of(messages, (form,)).revision(form)


def formats_of(messages: Iterable[Json], revision: str) -> frozenset[DigestFormat]:
    """The formats in which these messages make this revision."""
    return digests_of(messages).formats_of(revision)


def canonical_bytes(message: Json, form: DigestFormat) -> bytes:
    """The bytes of one message that are hashed in one format, without any of the program's short cuts."""
    made = typed_message(message)
    if form is DigestFormat.F1:
        return encode(made)
    made = with_blobs(made)
    if form is DigestFormat.F2:
        return encode(made)
    return encode(timeless_form(without_origins(made) if form is DigestFormat.F5 else made))
