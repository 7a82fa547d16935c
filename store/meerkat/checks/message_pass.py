"""One pass over the stored bytes of a transcript, for everything that is proved of its messages.

Message by message: never more than one of them is decoded, and other threads have their turn in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import orjson

from store.cancel import CancelToken
from store.meerkat.checks.blob_files import referred_blobs
from store.meerkat.checks.lineage import RowLineage
from store.meerkat.digests import DigestFormat, TranscriptDigests

_TIME = b'"created_at":"'


@dataclass(slots=True)
class Wanted:
    """What is to be found out of the messages.

    Attributes:
        formats: in which the transcript is to be named.
        counts: after so many messages it is named too, beside at its end.
        lineages: row lineages to be carried on, each from the row on at which it stands.
        are_legacy_refused: the legacy assistant message is refused by the releases that wrote the store.
    """

    formats: Collection[DigestFormat]
    counts: Collection[int] = ()
    lineages: tuple[RowLineage, ...] = ()
    are_legacy_refused: bool = False


@dataclass(slots=True)
class Passed:
    """What one pass found.

    Attributes:
        count: messages.
        size_bytes: of them all, without what stands between them.
        problem: why Meerkat refuses the transcript, "" if it does not; the first such message decides.
        untimed_count: messages without a time.
        blob_ids: blobs that are referred to; hostile texts among them.
        inline_count: pictures that stand in messages.
        revisions: name of the transcript after so many messages, in each format; as far as it could be read.
        lineages: digest of each wanted lineage after so many rows, for the counts that were wanted.
    """

    count: int = 0
    size_bytes: int = 0
    problem: str = ""
    untimed_count: int = 0
    blob_ids: set[str] = field(default_factory=set)
    inline_count: int = 0
    revisions: dict[int, dict[DigestFormat, str]] = field(default_factory=dict)

    @property
    def revision(self) -> dict[DigestFormat, str]:
        """The whole transcript's name in each format; none if it cannot be read."""
        return self.revisions.get(self.count, {}) if not self.problem else {}


def pass_over(messages: Iterable[bytes], wanted: Wanted, token: CancelToken, total: int = 0) -> Passed:
    """Look at each message once.

    Args:
        messages: their stored bytes, in order.
        total: how many there will be, for the progress; 0 if that is not known.
    """
    found = Passed()
    digests = TranscriptDigests(wanted.formats) if wanted.formats else None
    counts = frozenset(wanted.counts)
    if 0 in counts and digests is not None:
        found.revisions[0] = _names(digests, wanted.formats)
    for data in messages:
        _look_at(data, found)
        for lineage in wanted.lineages:
            if lineage.count == found.count:
                lineage.add(data)
        if digests is not None and not found.problem:
            found.problem = _take(digests.add, data, found.count, wanted.are_legacy_refused)
        found.count += 1
        if digests is not None and found.count in counts and not found.problem:
            found.revisions[found.count] = _names(digests, wanted.formats)
        token.take_turn()
        if not found.count % 1_000:
            token.report(found.count, total, "Checking", "messages")
    if digests is not None and not found.problem:
        found.revisions[found.count] = _names(digests, wanted.formats)
    return found


def _look_at(data: bytes, found: Passed) -> None:
    found.size_bytes += len(data)
    # A message ends with its time, in every release that writes one.
    if data[-62:].find(_TIME) < 0 and not _has_time(data):
        found.untimed_count += 1
    ids, inline_count = referred_blobs(data)
    found.blob_ids.update(ids)
    found.inline_count += inline_count


def _take(add: Callable[[bytes], None], data: bytes, number: int, are_legacy_refused: bool) -> str:
    """Let a message be hashed; the sentence that says why its Meerkat would refuse it, or "" if it does not."""
    if are_legacy_refused and data.startswith(b'{"role":"assistant"'):
        return f"Message {number + 1:,} has the role “assistant”, which Meerkat reads no more since 0.7.0."
    try:
        add(data)
    except ValueError as reason:
        return f"Message {number + 1:,} is not what Meerkat reads: {reason}."
    return ""


def _has_time(data: bytes) -> bool:
    if b'"created_at"' not in data:
        return False
    try:
        message = orjson.loads(data)
    except ValueError:
        return True
    return not isinstance(message, dict) or message.get("created_at") is not None


def _names(digests: TranscriptDigests, formats: Collection[DigestFormat]) -> dict[DigestFormat, str]:
    return {form: digests.revision(form) for form in formats}
