"""The open transcript goes on when its store moved: a job reads what is new, the view takes it. GUI thread only."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.following_controller import FollowingController
from app.controllers.following_jobs import FollowAnswer, follow_work
from app.controllers.page_controller import PageController
from app.controllers.transcript_controller import TranscriptController
from app.jobs import Lane, Newest, Query
from app.present.sizes import exact_count
from store.errors import BurrowError, SessionMissing
from store.values.store import SessionKey, StoreFacts

AGAIN_MS = 100
"""How soon it is looked again whether a transcript that is still being read is there to be followed."""


def _gone() -> SessionMissing:
    return SessionMissing("This session is not in its store any more.", "What was read of it stays here.")


class TranscriptFollowing(QObject):
    """Follows the one session that is open.

    Signals:
        noted (str): a sentence about what happened to the transcript.
        failed (BurrowError): it could not be followed; the transcript stays.
        returned (BurrowError): what was said of a session that was gone holds no more: it is back, or it was left.
    """

    noted = Signal(str)
    failed = Signal(object)
    returned = Signal(object)

    def __init__(
        self,
        transcript: TranscriptController,
        page: PageController,
        following: FollowingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._transcript, self._page, self._following = transcript, page, following
        self._asked: SessionKey | None = None
        self._gone: SessionKey | None = None
        self._is_due = False
        self._jobs = Newest(transcript.context.jobs)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._follow_if_due)
        following.store_followed.connect(self._on_store_followed)
        transcript.session_changed.connect(self._on_session_changed)
        transcript.view.reading_changed.connect(self._on_shown)

    @Slot(object)
    def _on_store_followed(self, facts: StoreFacts) -> None:
        key = self._transcript.key
        # Of a store that cannot be read any more there is nothing new, which is said elsewhere.
        if key is not None and key.store == facts.key and not facts.advice:
            self._is_due = True
            self._follow_if_due()

    @Slot()
    def _on_session_changed(self) -> None:
        # Who read a page of it found out before the files were looked at.
        if self._transcript.key is not None:
            self._following.read_anew(self._transcript.key.store)

    @Slot()
    def _follow_if_due(self) -> None:
        key = self._transcript.key
        if not self._is_due or key is None:
            return
        if self._asked != key:
            self._jobs.cancel()
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
        summary = self._page.shown
        handle = summary.handle if summary is not None and summary.key == key else None
        context = self._transcript.context
        work = follow_work(context.library, context.lists, key, handle, shown)
        self._jobs.run(Query("Following a session", work, Lane.PLACES), self._on_followed, self._on_failed)

    def _on_followed(self, answer: FollowAnswer) -> None:
        if answer.key != self._transcript.key:
            return
        self._take_back()
        newer = answer.newer
        if newer is not None:
            if not self._transcript.take(newer):
                # It was read anew meanwhile, so that the answer compares with what is not shown any more.
                self._is_due = True
                self._again.start()
                return
            if newer.outline.count < newer.landing.before:
                before, after = exact_count(newer.landing.before), exact_count(newer.outline.count)
                self.noted.emit(f"The transcript became shorter: {before} → {after} messages")
        if answer.summary is not None:
            self._page.follow(answer.summary)

    @Slot()
    def _on_shown(self) -> None:
        if self._transcript.key != self._gone:
            self._take_back()

    def _take_back(self) -> None:
        if self._gone is not None:
            self._gone = None
            self.returned.emit(_gone())

    def _on_failed(self, error: BurrowError) -> None:
        if self._asked is None or self._asked != self._transcript.key:
            return
        if isinstance(error, SessionMissing):
            if self._gone == self._asked:
                return
            self._gone = self._asked
            summary = self._page.shown
            if summary is not None and summary.key == self._gone:
                self._page.follow(replace(summary, is_running=False))
            error = _gone()
        self.failed.emit(error)
