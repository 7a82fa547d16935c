"""The open transcript goes on when its store moved: a job reads what is new, the view takes it. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.following_jobs import FollowAnswer, follow_work
from app.controllers.transcript_controller import TranscriptController
from app.jobs import Lane, Newest, Query
from app.present.sizes import exact_count
from store.errors import BurrowError, SessionMissing
from store.values.session import SessionSummary
from store.values.store import SessionKey, StoreKey

if TYPE_CHECKING:
    from app.context import Context

AGAIN_MS = 100
"""How soon it is looked again whether a transcript that is still being read is there to be followed."""


class TranscriptFollowing(QObject):
    """Follows the one session that is open.

    Signals:
        followed (SessionSummary): the session's row as it is now.
        noted (str): a sentence about what happened to the transcript.
        gone (SessionKey, str): the session is not in its store any more, and the sentence that says so.
        failed (BurrowError): it could not be followed; the transcript stays.
    """

    followed = Signal(object)
    noted = Signal(str)
    gone = Signal(object, str)
    failed = Signal(object)

    def __init__(self, context: Context, transcript: TranscriptController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._transcript = context, transcript
        self._handle: int | None = None
        self._asked: SessionKey | None = None
        self._is_due = False
        self._jobs = Newest(context.jobs)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._follow_if_due)

    def use_row(self, summary: SessionSummary | None) -> None:
        """Take the row of the session that is shown now; what is read of another one is given up."""
        self._handle = summary.handle if summary is not None else None
        if summary is None or (self._asked is not None and self._asked != summary.key):
            self._jobs.cancel()
            self._is_due = False
            self._asked = None

    @Slot(object)
    def follow(self, store: StoreKey) -> None:
        """Read what is new in the session, if it is of this store, which moved."""
        key = self._transcript.key
        if key is not None and key.store == store:
            self._is_due = True
            self._follow_if_due()

    @Slot()
    def _follow_if_due(self) -> None:
        key = self._transcript.key
        if not self._is_due or key is None:
            return
        if self._jobs.is_busy or self._transcript.is_reading:
            # One follows the other; a transcript of which only the beginning is there is read to its end first.
            self._again.start()
            return
        self._is_due, self._asked = False, key
        shown = self._transcript.shown()
        if shown is None:
            if self._transcript.has_failed:
                self._transcript.reload_keeping_place()
            return
        work = follow_work(self._context.library, key, self._handle, shown)
        self._jobs.run(Query("Following a session", work, Lane.PLACES), self._on_followed, self._on_failed)

    def _on_followed(self, answer: FollowAnswer) -> None:
        if answer.key != self._transcript.key:
            return
        newer = answer.newer
        if newer is not None:
            if not self._transcript.take(newer):
                # It was read anew meanwhile, so that the answer compares with what is not shown any more.
                self.follow(answer.key.store)
                return
            if newer.outline.count < newer.landing.before:
                before, after = exact_count(newer.landing.before), exact_count(newer.outline.count)
                self.noted.emit(f"The transcript became shorter: {before} → {after} messages")
        if answer.summary is not None:
            self._handle = answer.summary.handle
            self.followed.emit(answer.summary)

    def _on_failed(self, error: BurrowError) -> None:
        if self._asked is None or self._asked != self._transcript.key:
            return
        if isinstance(error, SessionMissing):
            self.gone.emit(self._asked, "This session is not in its store any more; what was read of it stays here.")
        else:
            self.failed.emit(error)
