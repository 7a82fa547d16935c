"""Proving bodies and commits of a revision graph by their digests (formats/meerkat.md §3.2, §3.4).

The same rules hold for each way in which bodies are stored: in a graph, as edges, or as strands of rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.revisions.graph_values import MARK_BYTES, Body, Commit, GraphProblem, read_body
from store.meerkat.shapes.digests import ALL_FORMATS, DigestFormat, TranscriptDigests
from store.meerkat.shapes.typed import NotTyped

Formats = frozenset[DigestFormat]


class Text(Protocol):
    """A body that can be read."""

    @property
    def count(self) -> int:
        """Messages in it."""
        ...

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """The stored bytes of messages [begin, end)."""
        ...


@dataclass(slots=True)
class BodyText:
    """A body of a graph, read from the document that it stands in."""

    body: Body
    source: ByteSource

    @property
    def count(self) -> int:
        """Messages in it."""
        return self.body.count

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """The stored bytes of messages [begin, end)."""
        return read_body(self.source, self.body, begin, end)


@dataclass(slots=True)
class Proved:
    """A body whose digests are known.

    Attributes:
        marks: MARK_BYTES of a digest of each message's stored bytes: equal marks are equal messages.
        digests: of the whole body, by format.
        formats: those by which the body is named; empty when none fits.
        size_bytes: stored bytes of its messages.
    """

    text: Text
    marks: bytearray = field(default_factory=bytearray)
    digests: dict[DigestFormat, str] = field(default_factory=dict)
    formats: Formats = frozenset()
    size_bytes: int = 0

    @property
    def count(self) -> int:
        """Messages in it."""
        return self.text.count


def mark_of(data: bytes) -> bytes:
    """What tells stored messages apart."""
    return hashlib.blake2b(data, digest_size=MARK_BYTES).digest()


def add_message(digests: TranscriptDigests, data: bytes) -> None:
    """Take a stored message into digests. Raises GraphProblem when Meerkat could not read it."""
    try:
        digests.add(data)
    except (NotStrict, NotTyped) as reason:
        raise unreadable(reason) from None


def unreadable(reason: NotStrict | NotTyped) -> GraphProblem:
    """The problem of a message that has no digest."""
    return GraphProblem(f"A retained message cannot be read as Meerkat reads it: {reason}.")


def digests_of(messages: Iterable[bytes], formats: Formats, token: CancelToken) -> dict[DigestFormat, str]:
    """The digests of messages, by format. Raises GraphProblem."""
    digests = TranscriptDigests(formats)
    for data in messages:
        add_message(digests, data)
        token.take_turn()
    return {form: digests.revision(form) for form in formats}


def prove(text: Text, name: str, formats: Formats, token: CancelToken) -> Proved:
    """Digest a body, first in the formats that are likely, then in the others if none of those fits.

    Raises:
        GraphProblem: it holds a message that Meerkat could not read.
    """
    proved = Proved(text)
    digests = TranscriptDigests(formats or ALL_FORMATS)
    for data in text.read(0, text.count):
        add_message(digests, data)
        proved.marks += mark_of(data)
        proved.size_bytes += len(data)
        token.take_turn()
    return settle(proved, {form: digests.revision(form) for form in formats or ALL_FORMATS}, name, token)


def settle(proved: Proved, digests: dict[DigestFormat, str], name: str, token: CancelToken) -> Proved:
    """Tell by which formats a body is named, trying those that were left out if none of the others fits."""
    proved.digests = digests
    proved.formats = frozenset(form for form, digest in digests.items() if digest == name)
    rest = ALL_FORMATS - digests.keys()
    if not proved.formats and rest:
        proved.digests |= digests_of(proved.text.read(0, proved.count), rest, token)
        proved.formats = frozenset(form for form in rest if proved.digests[form] == name)
    return proved


def span_digests(proved: Proved, begin: int, end: int, formats: Formats, token: CancelToken) -> dict[DigestFormat, str]:
    """The digests of messages [begin, end) of a body."""
    if begin == 0 and end == proved.count and formats <= proved.digests.keys():
        return {form: proved.digests[form] for form in formats}
    return digests_of(proved.text.read(begin, end), formats, token)


def same_span(
    one: Proved, begin: int, end: int, other: Proved, at: int, formats: Formats, token: CancelToken
) -> Formats:
    """The formats in which messages [begin, end) of a body are equal to as many of another one from `at` on."""
    stop = at + end - begin
    if end > one.count or stop > other.count or end < begin:
        return frozenset()
    if one.marks[begin * MARK_BYTES : end * MARK_BYTES] == other.marks[at * MARK_BYTES : stop * MARK_BYTES]:
        return formats
    mine = span_digests(one, begin, end, formats, token)
    others = span_digests(other, at, stop, formats, token)
    return frozenset(form for form in formats if mine[form] == others[form])


def check_commit(
    commit: Commit, number: int, parent: Proved, child: Proved, formats: Formats, token: CancelToken
) -> Formats:
    """Check a commit against the bodies before and after it (§3.4, rule 3).

    Args:
        number: of the commit, from 1 on, for the sentences.
        formats: those that are still possible.

    Returns:
        The formats in which everything agrees.

    Raises:
        GraphProblem: the first thing that does not.
    """
    if commit.parent == commit.revision:
        raise GraphProblem(f"Rewrite {number:,} changes nothing: it comes from the revision that it makes.")
    begin, end = commit.begin, commit.end
    if not begin <= end <= parent.count:
        raise GraphProblem(
            f"Rewrite {number:,} replaces messages {begin:,} to {end:,} of a revision that has {parent.count:,}."
        )
    if (commit.before, commit.after) != (parent.count, child.count):
        raise GraphProblem(
            f"Rewrite {number:,} does not have as many messages as its revisions.",
            f"{commit.before:,} before, {commit.after:,} after",
            f"{parent.count:,} before, {child.count:,} after",
        )
    found = span_digests(parent, begin, end, formats, token)
    formats = _agreeing(found, commit.span_digest, f"The messages that rewrite {number:,} replaced are other ones.")
    stop = begin + commit.replaced
    if commit.replaced < 0 or stop > child.count:
        raise GraphProblem(f"Rewrite {number:,} puts an impossible number of messages in the place of others.")
    formats = same_span(parent, 0, begin, child, 0, formats, token)
    if not formats:
        raise GraphProblem(f"Rewrite {number:,} changed messages before those that it names.")
    formats = same_span(parent, end, parent.count, child, stop, formats, token)
    if not formats:
        raise GraphProblem(f"Rewrite {number:,} changed messages after those that it names.")
    found = span_digests(child, begin, stop, formats, token)
    return _agreeing(found, commit.replacement_digest, f"The messages that rewrite {number:,} put in are other ones.")


def _agreeing(found: dict[DigestFormat, str], expected: str, sentence: str) -> Formats:
    formats = frozenset(form for form, digest in found.items() if digest == expected)
    if not formats:
        raise GraphProblem(sentence, expected, found[min(found)] if found else "")
    return formats
