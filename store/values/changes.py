"""Changes of stores as values: what is asked for, what would happen (plans), what happened (receipts).

No text of a message ever stands in one of these, so that they can be shown, logged and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from store.values.store import StoreKey

KEPT_DAYS = 30
"""What is needed to undo a change is kept at least so long."""


class Action(StrEnum):
    """What is done to sessions; the value is the word of the command line."""

    ARCHIVE = "archive"
    RESTORE = "restore"
    DELETE = "delete"
    LABEL = "label"
    HIDE = "hide"
    UNHIDE = "unhide"
    APPEND = "append"
    REWRITE = "rewrite"
    RESTORE_REVISION = "restore-revision"
    FORK = "fork"


class Scope(StrEnum):
    """Where a change is written."""

    STORE = "store"
    """Into the store, where its agent sees it."""

    OWN = "own"
    """Into our own annotations: the store stays as it is."""


@dataclass(frozen=True, slots=True)
class LabelEdit:
    """Labels to be set and keys to be taken away; in this order, so that a key in both ends up taken away."""

    put: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppendEdit:
    """Messages to be added at the end.

    Attributes:
        messages: each one's JSON value, encoded.
    """

    messages: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RewriteEdit:
    """Messages [begin, end) to be replaced: an empty range inserts, an empty replacement deletes.

    Attributes:
        replacement: each message's JSON value, encoded.
        reason, actor: what a commit says of itself; used where one is written.
        revision: of the transcript that the range is of; None for whichever is stored.
    """

    begin: int
    end: int
    replacement: tuple[bytes, ...]
    reason: str
    actor: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class RevisionEdit:
    """A retained revision to be brought back."""

    revision: str
    actor: str


@dataclass(frozen=True, slots=True)
class ForkEdit:
    """A new session to be made of the first messages of one that stays as it is.

    Attributes:
        at: how many messages.
    """

    at: int


Edit: TypeAlias = LabelEdit | AppendEdit | RewriteEdit | RevisionEdit | ForkEdit


@dataclass(frozen=True, slots=True)
class Request:
    """What a person or a program asks for.

    Attributes:
        edit: what LABEL, APPEND, REWRITE, RESTORE_REVISION and FORK need; None of the others.
        scope: OWN asks for our own annotations also where the store could be written; STORE lets the store decide.
    """

    action: Action
    edit: Edit | None = None
    scope: Scope = Scope.STORE


class RefusalCode(StrEnum):
    """Why something is not done."""

    LEASE_ALIVE = "lease-alive"
    TURN_IN_PROGRESS = "turn-in-progress"
    ROWS_DIFFER = "rows-differ"
    GENERATION = "generation"
    TOO_OLD = "too-old"
    DAMAGED = "damaged"
    FENCE_HELD = "fence-held"
    READ_ONLY = "read-only"
    EVENT_LOG_UNREADABLE = "event-log-unreadable"
    CHANGED_SINCE_PLAN = "changed-since-plan"
    MOVED_ON = "moved-on"
    MISSING = "missing"
    NOT_ARCHIVED = "not-archived"
    ALREADY_SO = "already-so"
    GUARD = "guard"
    HISTORY = "history"
    LOCKED = "locked"
    NO_SPACE = "no-space"
    NO_BACKUP = "no-backup"
    CANNOT_WRITE = "cannot-write"
    VERIFY_FAILED = "verify-failed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not done, for people and programs.

    Attributes:
        sentence: what was found; a complete sentence.
        advice: what can be done; may be empty.
    """

    code: RefusalCode
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """One row of the store that would change.

    Attributes:
        table: its table.
        row: which one, for people.
        before_bytes, after_bytes: stored bytes of all its values; None where there is no row.
    """

    table: str
    row: str
    before_bytes: int | None
    after_bytes: int | None


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file beside the store that would change.

    Attributes:
        path: relative to the store's folder.
        before_bytes, after_bytes: its size; None where there is no file.
    """

    path: str
    before_bytes: int | None
    after_bytes: int | None


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What would happen to one session, or why nothing would.

    Attributes:
        title: for people, one line.
        rows, files: everything that would change; nothing else does.
        revision_before, revision_after: names of the transcript; None where it has none, "" where it is not known.
        state: names the exact bytes of everything that was read for this plan; a change of any of it refuses the plan.
        remarks: what is special about this session, complete sentences.
        refusal: None where it is possible.
    """

    session_id: str
    title: str
    rows: tuple[RowPlan, ...] = ()
    files: tuple[FilePlan, ...] = ()
    revision_before: str | None = ""
    revision_after: str | None = ""
    state: str = ""
    remarks: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request would do to sessions of one store.

    Attributes:
        store_name: what people call it.
        scope: where it would be written.
        family: which releases the store is written for: "Meerkat 0.6"; "" where nothing is written to it.
        family_reason: one sentence: how that is known, or why the store is not written to.
        planned_at_ms: when, UTC.
        effects: what the agent and Burrow will show afterwards, complete sentences.
        warnings: what a person must know before, complete sentences.
        image_bytes: size of what is kept to undo it.
        store_backup_bytes: size of the copy of the whole store that is made before; None when none is.
    """

    request: Request
    store: StoreKey
    store_name: str
    scope: Scope
    family: str
    family_reason: str
    planned_at_ms: int
    sessions: tuple[SessionPlan, ...]
    effects: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    image_bytes: int = 0
    store_backup_bytes: int | None = None

    @property
    def possible(self) -> tuple[SessionPlan, ...]:
        """Sessions that something would happen to."""
        return tuple(session for session in self.sessions if session.refusal is None)

    @property
    def refused(self) -> tuple[SessionPlan, ...]:
        """Sessions that nothing would happen to."""
        return tuple(session for session in self.sessions if session.refusal is not None)


class EntryState(StrEnum):
    """What became of one session of a change."""

    DONE = "done"
    """Written, and read back equal to the plan."""

    NOT_DONE = "not-done"
    """Nothing was written: refused, cancelled, or cut off before its commit."""

    UNDONE = "undone"
    """Written, and later taken back."""

    UNKNOWN = "unknown"
    """It was cut off, and since then the session is neither as before nor as planned."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One session of a change.

    Attributes:
        refusal: why nothing was written, or why it is not known.
        is_settled: it was cut off, and decided at a later start by comparing the store with both images.
        row_count, file_count: what was changed.
        before_bytes, after_bytes: stored bytes of all its rows and files.
        made_id: of a session that was made by it (a fork); "" else.
    """

    session_id: str
    title: str
    state: EntryState
    refusal: Refusal | None = None
    is_settled: bool = False
    revision_before: str | None = ""
    revision_after: str | None = ""
    row_count: int = 0
    file_count: int = 0
    before_bytes: int = 0
    after_bytes: int = 0
    made_id: str = ""


class UndoState(StrEnum):
    """Whether a change can be taken back."""

    POSSIBLE = "possible"
    UNDONE = "undone"
    REFUSED = "refused"
    NOTHING = "nothing"
    """Nothing was written."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one confirmed change did to sessions of one store, and whether it can be taken back.

    Attributes:
        receipt_id: UUID v7; its beginning names it as well, if no other begins so.
        at_ms: when it began, UTC.
        undoes: the receipt that this one took back; "" if it is no undo.
        undone_by: the receipt that took this one back; "" if none did.
        entries: one for each session that was asked for.
        undo: whether it can be taken back, as far as is known without reading the store.
        undo_refusal: why not.
        undoable_until_ms: until when what is needed for it is kept at least; None if there is nothing.
        image_bytes: size of what is kept for it.
        store_backup: path of the copy of the whole store that was made before; "" if none was.
        is_cancelled: a person stopped it on the way.
        took_ms: from the first look to the last check.
    """

    receipt_id: str
    at_ms: int
    request: Request
    scope: Scope
    store: StoreKey
    store_name: str
    entries: tuple[Entry, ...]
    undo: UndoState
    undo_refusal: Refusal | None = None
    undoable_until_ms: int | None = None
    undoes: str = ""
    undone_by: str = ""
    image_bytes: int = 0
    store_backup: str = ""
    is_cancelled: bool = False
    took_ms: int = 0

    def counted(self, state: EntryState) -> int:
        """How many of its sessions are in this state."""
        return sum(entry.state is state for entry in self.entries)


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """What is kept to undo changes.

    Attributes:
        count: of receipts with images, and of copies of whole stores.
        size_bytes: of all of it.
        oldest_ms: None when there is nothing.
        removable_count, removable_bytes: what a clean-up would remove now.
    """

    count: int
    size_bytes: int
    oldest_ms: int | None
    removable_count: int
    removable_bytes: int
