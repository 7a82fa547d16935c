"""Taking changes back and cleaning up backups, asked and shown in the bar of the window of changes. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.changes_jobs import Asked, CleanedUp, ask_work, clean_up_work, undo_work
from app.controllers.progress_controller import POLL_MS, count_text, permille_of
from app.jobs import Change, Changed, ChangeHandle, JobHandle, Newest, Query
from app.look.tokens import tokens
from app.present.receipt_words import receipt_title
from app.present.summary import Sign
from app.present.undo_question import (
    Question,
    clean_up_question,
    clean_up_result,
    undo_question,
    undo_result,
)
from app.present.undo_words import refusal_text
from app.views.changes_bar import BarFace
from app.views.changes_window import ChangesWindow
from store.errors import BurrowError
from store.values.changes import BackupFacts, UndoState

if TYPE_CHECKING:
    from app.context import Context

UNDOING, CLEANING = "Undoing", "Cleaning up backups"


class Undoing(QObject):
    """One question at a time, then one job, then how it ended.

    Attributes:
        backups: what is kept, as last measured; None until it was.

    Signals:
        answered (dict of receipt id to Refusal or None): a store said whether a change can be taken back.
        undone (str): id of the receipt of an undo.
        backups_changed (BackupFacts): backups were removed.
        noted (str): how it ended, for the main window.
        over: the window is closed, and nothing runs any more.
    """

    answered = Signal(object)
    undone = Signal(str)
    backups_changed = Signal(object)
    noted = Signal(str)
    over = Signal()

    def __init__(self, context: Context, window: ChangesWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._window = context, window
        self.backups: BackupFacts | None = None
        self._asking = Newest(context.jobs)
        self._asked: Asked | None = None
        self._running: JobHandle | None = None
        self._is_closed = False
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        self._after_s = tokens()["motion_ms"]["progress_after"] / 1000
        bar = window.bar
        bar.confirmed.connect(self._on_confirmed)
        bar.given_up.connect(self._on_given_up)
        bar.cancel_asked.connect(self._on_cancel_asked)
        window.backups.clean_up_asked.connect(self.ask_clean_up)

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        return self._running is not None

    # Asking

    def ask(self, receipt_id: str) -> None:
        """Look whether a change can be taken back, and ask."""
        if not self.is_running:
            work = ask_work(self._context.guarded, receipt_id)
            self._asking.run(Query("Looking whether it can be undone", work), self._on_asked, self._on_not_asked)

    def _on_asked(self, asked: Asked) -> None:
        receipt = asked.receipt
        self.answered.emit({receipt.receipt_id: asked.refusal})
        if receipt.undo is not UndoState.POSSIBLE or asked.refusal is not None:
            said = "There is nothing to undo." if receipt.undo is UndoState.NOTHING else "It was undone already."
            words = refusal_text(asked.refusal) if asked.refusal is not None else said
            title = receipt_title(receipt, is_redo=asked.is_redo)
            self._window.bar.say_result(f"Not undone: {title}", Sign("ban", words, "text_2"))
            return
        self._asked = asked
        self._window.bar.ask(undo_question(receipt, is_redo=asked.is_redo))

    def _on_not_asked(self, error: BurrowError) -> None:
        self._window.bar.say_result("It cannot be undone now", Sign("triangle-alert", str(error), "error"))

    @Slot()
    def ask_clean_up(self) -> None:
        """Ask whether backups are to be removed."""
        if self.backups is not None and not self.is_running:
            self._asked = None
            self._ask(clean_up_question(self.backups))

    def _ask(self, question: Question) -> None:
        self._asking.cancel()
        self._window.bar.ask(question)

    @Slot()
    def _on_given_up(self) -> None:
        self._asked = None
        self._window.bar.say_nothing()
        self._window.table.setFocus()

    # Doing

    @Slot()
    def _on_confirmed(self) -> None:
        jobs, guarded, asked = self._context.jobs, self._context.guarded, self._asked
        if self.is_running or self._window.bar.face is not BarFace.QUESTION:
            return
        self._window.table.setFocus()
        self._window.bar.wait()
        if asked is not None:
            change = Change(UNDOING, undo_work(guarded, asked.receipt.receipt_id))
            self._running = jobs.change(change, self._on_undone, self._on_failed)
        else:
            query = Query(CLEANING, clean_up_work(guarded), must_finish=True)
            self._running = jobs.run(query, self._on_cleaned_up, self._on_failed)
        self._poll.start()

    @Slot()
    def _on_poll(self) -> None:
        running = self._running
        if running is None or self._is_closed:
            self._poll.stop()
        elif running.elapsed_s() >= self._after_s:
            progress = running.progress()
            what = progress.what if progress is not None and progress.what else running.name
            is_stopping = isinstance(running, ChangeHandle) and running.is_stopping
            what = f"{what}, stopping after this session" if is_stopping else f"{what}…"
            self._window.bar.say_running(what, count_text(progress), permille_of(progress), is_stopping=is_stopping)

    @Slot()
    def _on_cancel_asked(self) -> None:
        running = self._running
        if running is None:
            return
        running.cancel()
        if isinstance(running, ChangeHandle):
            self._on_poll()
        else:  # its answer does not arrive any more
            self._end("Clean-up cancelled", Sign("ban", "What was removed until then is gone.", "text_2"))
            if self.backups is not None:
                self.backups_changed.emit(self.backups)

    def _on_undone(self, changed: Changed) -> None:
        if changed.error is not None and not changed.receipts:
            self._on_failed(changed.error)
            return
        receipt = changed.receipts[0]
        sign, asked = undo_result(receipt), self._asked
        title = receipt_title(receipt, is_redo=asked is not None and bool(asked.receipt.undoes) and not asked.is_redo)
        self._asked = None
        self._end(title, sign)
        if not self._is_closed:
            self.undone.emit(receipt.receipt_id)

    def _on_cleaned_up(self, done: CleanedUp) -> None:
        self._end("Clean-up of backups", clean_up_result(done.before, done.after))
        self.backups_changed.emit(done.after)

    def _on_failed(self, error: BurrowError) -> None:
        title = "Nothing was undone" if isinstance(self._running, ChangeHandle) else "The backups were not cleaned up"
        self._asked = None
        self._end(title, Sign("triangle-alert", str(error), "error"))

    def _end(self, title: str, sign: Sign) -> None:
        self._running = None
        self._poll.stop()
        self.noted.emit(f"{title}: {sign.word}")
        if self._is_closed:
            self.over.emit()
        else:
            self._window.bar.say_result(title, sign)

    def close(self) -> None:
        """The window is being closed: what is asked is given up, what runs goes on."""
        self._is_closed = True
        self._asking.cancel()
        self._poll.stop()
        if not self.is_running:
            self.over.emit()
