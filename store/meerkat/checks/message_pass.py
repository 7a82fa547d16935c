"""One pass over the stored bytes of a transcript, for everything that is proved of its messages.

Message by message: never more than one of them is decoded, and other threads have their turn in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.meerkat.checks.blob_files import referred_blobs
from store.meerkat.checks.lineage import RowLineage
from store.meerkat.codec.codec import decode
from store.meerkat.messages.document_walk import MAX_MESSAGE_BYTES
from store.meerkat.shapes.digests import NO_TIME, DigestFormat, TranscriptDigests
from store.meerkat.shapes.typed import TimeMissing, typed_message

REPORTED_MESSAGES = 1_000
UNTIMED = "Meerkat before 0.6.0 stored no times of messages, and so they hash to something else at each load"
"""What fact 6 of the format document means for a transcript."""

LEGACY = b'{"role":"assistant"'

TOO_LONG = "A message of over 64 MB was not decoded, so that nothing is known of it."


@dataclass(slots=True)
class Goal:
    """A row lineage that is carried on in a pass.

    Attributes:
        lineage: as it stands; rows from its own count on are added.
        end: rows that it is to cover.
    """

    lineage: RowLineage
    end: int


@dataclass(slots=True)
class Wanted:
    """What is to be found out of the messages.

    Attributes:
        formats: in which the transcript is to be named.
        counts: after so many messages it is named too, beside at its end.
        goals: row lineages to be carried on.
        are_legacy_refused: the legacy assistant message is refused by the releases that wrote the store.
    """

    formats: Collection[DigestFormat]
    counts: Collection[int] = ()
    goals: tuple[Goal, ...] = ()
    are_legacy_refused: bool = False


@dataclass(slots=True)
class Passed:
    """What one pass found.

    Attributes:
        count: messages.
        size_bytes: of them all, without what stands between them.
        problem: why Meerkat refuses the transcript, "" if it does not; the first such message decides.
        untimed_count: messages without a time.
        unread_count: messages that are too long to be decoded.
        blob_ids: blobs that are referred to; hostile texts among them.
        inline_count: pictures that stand in messages.
        revisions: name of the transcript after so many messages, in each format; as far as it could be read.
    """

    count: int = 0
    size_bytes: int = 0
    problem: str = ""
    untimed_count: int = 0
    unread_count: int = 0
    blob_ids: set[str] = field(default_factory=set)
    inline_count: int = 0
    revisions: dict[int, dict[DigestFormat, str]] = field(default_factory=dict)

    @property
    def is_named(self) -> bool:
        """Whether the transcript so far has a name, and one that stays the same."""
        return not (self.problem or self.untimed_count or self.unread_count)

    @property
    def why_unnamed(self) -> str:
        """Why there is no name, as a sentence; "" if there is one."""
        if self.problem:
            return "There is no digest of messages that no known Meerkat reads."
        if self.untimed_count:
            return f"There is no digest to compare: {UNTIMED}."
        if self.unread_count:
            return "There is no digest to compare: a message of over 64 MB was not decoded."
        return ""

    @property
    def lost_times(self) -> str:
        """That times are missing, as a sentence, for a session whose Meerkat always stored them; "" if none is."""
        if not self.untimed_count or self.problem:
            return ""
        what = "1 message has no time" if self.untimed_count == 1 else f"{self.untimed_count:,} messages have no time"
        return f"{what}, which every message has since Meerkat 0.6.0: it is not the transcript that was named."

    def names(self, formats: Collection[DigestFormat] | None = None) -> set[str]:
        """All names that were found, in some formats or in all that were asked for."""
        return {
            name for at in self.revisions.values() for form, name in at.items() if formats is None or form in formats
        }

    @property
    def revision(self) -> dict[DigestFormat, str]:
        """The whole transcript's name in each format; none if it cannot be read."""
        return self.revisions.get(self.count, {}) if self.is_named else {}


def pass_over(messages: Iterable[bytes], wanted: Wanted, token: CancelToken, total: int = 0) -> Passed:
    """Look at each message once.

    Args:
        messages: their stored bytes, in order.
        total: how many there will be, for the progress; 0 if that is not known.
    """
    found = Passed()
    digests = TranscriptDigests(wanted.formats)
    counts = frozenset(wanted.counts)
    if 0 in counts:
        found.revisions[0] = _names(digests, wanted.formats)
    add, take_turn, are_legacy_refused = digests.add, token.take_turn, wanted.are_legacy_refused
    for data in messages:
        found.size_bytes += len(data)
        # Looked for here: a call for each of 100,000 messages would cost as much as all else that is done with them.
        if b'"blob_id"' in data or b'"inline"' in data:
            _note_pictures(data, found)
        for goal in wanted.goals:
            if goal.lineage.count == found.count < goal.end:
                goal.lineage.add(data)
        if len(data) >= MAX_MESSAGE_BYTES:
            found.unread_count += 1  # only its beginning is here
        elif found.untimed_count or found.problem or found.unread_count:
            _take_further(data, found)
        elif are_legacy_refused and data.startswith(LEGACY):
            found.problem = (
                f"Message {found.count + 1:,} has the role “assistant”, which Meerkat reads no more since 0.7.0."
            )
        else:
            try:
                add(data)
            except TimeMissing:
                _take_further(data, found)
            except ValueError as reason:
                found.problem = f"Message {found.count + 1:,} is not what Meerkat reads: {reason}."
        found.count += 1
        if found.count in counts and found.is_named:
            found.revisions[found.count] = _names(digests, wanted.formats)
        take_turn()
        if not found.count % REPORTED_MESSAGES:
            token.report(found.count, total, "Checking", "messages")
    if found.is_named:
        found.revisions[found.count] = _names(digests, wanted.formats)
    return found


def _note_pictures(data: bytes, found: Passed) -> None:
    ids, inline_count = referred_blobs(data)
    found.blob_ids.update(ids)
    found.inline_count += inline_count


def _take_further(data: bytes, found: Passed) -> None:
    """Look at a message of a transcript that has no name: messages without times count, and what Meerkat refuses."""
    if found.problem:
        return
    try:
        message = decode(data)
        typed = typed_message(message, missing_time=NO_TIME)
    except ValueError as reason:
        found.problem = f"Message {found.count + 1:,} is not what Meerkat reads: {reason}."
    else:
        found.untimed_count += typed["created_at"] == NO_TIME and "created_at" not in message  # type: ignore[operator]


def _names(digests: TranscriptDigests, formats: Collection[DigestFormat]) -> dict[DigestFormat, str]:
    return {form: digests.revision(form) for form in formats}
