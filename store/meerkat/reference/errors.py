"""The errors of Meerkat's session store, with its fields and its texts (formats/meerkat.md §3.1). Pure.

`str()` of each one is what Meerkat displays, word for word; programs that take Meerkat's place compare it.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

Field: TypeAlias = int | str


class DecodeError(ValueError):
    """Meerkat's decoder refuses a value; the text is what it says, word for word."""


class MeerkatError(Exception):
    """One error of Meerkat's, with what it displays.

    Attributes:
        fields: names and values, in Meerkat's order.
    """

    display: ClassVar[str] = ""

    def __init__(self, **fields: Field) -> None:
        super().__init__(self.display.format(**fields))
        self.fields: dict[str, Field] = fields

    @property
    def variant(self) -> str:
        """Meerkat's name of this kind of error."""
        return type(self).__name__


class SessionStoreError(MeerkatError):
    """What an operation of a session store fails with."""


class Io(SessionStoreError):
    """The file cannot be read or written."""

    display = "IO error: {text}"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


class Serialization(SessionStoreError):
    """A value cannot be decoded or encoded."""

    display = "Serialization error: {text}"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


class NotFound(SessionStoreError):
    """There is no such session."""

    display = "Session not found: {id}"

    def __init__(self, session_id: str) -> None:
        super().__init__(id=session_id)


class Corrupted(SessionStoreError):
    """What is stored of the session is damaged."""

    display = "Session corrupted: {id}"

    def __init__(self, session_id: str) -> None:
        super().__init__(id=session_id)


class MonotonicityViolation(SessionStoreError):
    """A save would make the transcript shorter."""

    display = (
        "session {id} save rejected: new message count {new_len} is shorter than previously persisted {prev_len}"
        " without transcript-continuity proof"
    )

    def __init__(self, session_id: str, prev_len: int, new_len: int) -> None:
        super().__init__(id=session_id, prev_len=prev_len, new_len=new_len)


class TranscriptContinuityViolation(SessionStoreError):
    """A save would change what is stored already."""

    display = (
        "session {id} save rejected: incoming transcript is not a continuation of persisted revision"
        " {previous_revision}"
    )

    def __init__(self, session_id: str, previous_revision: str, incoming_revision: str, reason: str) -> None:
        super().__init__(
            id=session_id, previous_revision=previous_revision, incoming_revision=incoming_revision, reason=reason
        )


class TranscriptRevisionConflict(SessionStoreError):
    """A rewrite comes from another revision than the stored one.

    Attributes: `expected` is the revision that the commit comes from, `actual` the stored one.
    """

    display = (
        "session {id} rewrite rejected: previous transcript revision {actual} did not match commit parent {expected}"
    )

    def __init__(self, session_id: str, expected: str, actual: str) -> None:
        super().__init__(id=session_id, expected=expected, actual=actual)


class InvalidTranscriptRewrite(SessionStoreError):
    """A rewrite, or a revision graph, does not keep the rules."""

    display = "session {id} rewrite rejected: {reason}"

    def __init__(self, session_id: str, reason: str) -> None:
        super().__init__(id=session_id, reason=reason)


class Internal(SessionStoreError):
    """Everything else: a document that cannot be decoded, SQLite's own errors."""

    display = "Internal error: {text}"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


class TranscriptEditError(MeerkatError):
    """What an edit of a transcript fails with."""


class MessageIndexOutOfBounds(TranscriptEditError):
    """There is no such message."""

    display = "message index {message_index} out of bounds for {message_count} messages"

    def __init__(self, message_index: int, message_count: int) -> None:
        super().__init__(message_index=message_index, message_count=message_count)


class BlockIndexOutOfBounds(TranscriptEditError):
    """There is no such block; `block_kind` says of what."""

    display = "{block_kind} index {block_index} out of bounds for {block_count} blocks"

    def __init__(self, block_kind: str, block_index: int, block_count: int) -> None:
        super().__init__(block_kind=block_kind, block_index=block_index, block_count=block_count)


class MessageRoleMismatch(TranscriptEditError):
    """The replacement is for a message of another role."""

    display = "replacement expected {expected} at message index {message_index}, found {actual}"

    def __init__(self, message_index: int, expected: str, actual: str) -> None:
        super().__init__(message_index=message_index, expected=expected, actual=actual)


class InvalidRewriteRange(TranscriptEditError):
    """The range [start, end) is not one of the transcript."""

    display = "invalid transcript rewrite range {start}..{end} for {message_count} messages"

    def __init__(self, start: int, end: int, message_count: int) -> None:
        super().__init__(start=start, end=end, message_count=message_count)


class NoOpRewrite(TranscriptEditError):
    """The rewrite changes nothing."""

    display = "transcript rewrite does not change transcript revision {revision}"

    def __init__(self, revision: str) -> None:
        super().__init__(revision=revision)


class RevisionConflict(TranscriptEditError):
    """The transcript is at another revision than expected."""

    display = "transcript rewrite parent revision mismatch: expected {expected}, actual {actual}"

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(expected=expected, actual=actual)


class HistoryStateMalformed(TranscriptEditError):
    """The revision graph does not keep the rules."""

    display = "transcript history state is malformed: {text}"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


class InvalidTranscriptShape(TranscriptEditError):
    """The transcript would have calls without results, or results without calls."""

    display = "invalid transcript shape after rewrite: {text}"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)
