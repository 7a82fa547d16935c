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
    joined_question,
    undo_question,
    undo_result,
)
from app.present.undo_words import refusal_text, undoable_count
from app.views.changes_bar import BarFace
from app.views.changes_window import ChangesWindow
from store.errors import BurrowError
from store.values.changes import BackupFacts, UndoState

if TYPE_CHECKING:
    from app.context import Context

UNDOING, CLEANING = "Undoing", "Cleaning up backups"
NOTHING_UNDONE = "Nothing was undone"


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
        self._asked: tuple[Asked, ...] = ()
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

    def ask(self, receipt_ids: tuple[str, ...]) -> None:
        """Look whether changes can be taken back, and ask."""
        if receipt_ids and not self.is_running:
            work = ask_work(self._context.guarded, receipt_ids)
            self._asking.run(Query("Looking whether it can be undone", work), self._on_asked, self._on_not_asked)

    def _on_asked(self, asked: tuple[Asked, ...]) -> None:
        self.answered.emit({one.receipt.receipt_id: one.refusal for one in asked})
        self._asked = tuple(one for one in asked if one.is_possible)
        if self._asked:
            questions = [undo_question(one.receipt, is_redo=one.is_redo) for one in self._asked]
            count = sum(undoable_count(one.receipt) for one in self._asked)
            self._window.bar.ask(joined_question(questions, count))
            return
        receipt, refusal = asked[0].receipt, asked[0].refusal
        said = "There is nothing to undo." if receipt.undo is UndoState.NOTHING else "It was undone already."
        words = refusal_text(refusal) if refusal is not None else said
        title = receipt_title(receipt, is_redo=asked[0].is_redo)
        self._window.bar.say_result(f"Not undone: {title}", Sign("ban", words, "text_2"))

    def _on_not_asked(self, error: BurrowError) -> None:
        self._window.bar.say_result("It cannot be undone now", Sign("triangle-alert", str(error), "error"))

    @Slot()
    def ask_clean_up(self) -> None:
        """Ask whether backups are to be removed."""
        if self.backups is not None and not self.is_running:
            self._asked = ()
            self._ask(clean_up_question(self.backups))

    def _ask(self, question: Question) -> None:
        self._asking.cancel()
        self._window.bar.ask(question)

    @Slot()
    def _on_given_up(self) -> None:
        self._asked = ()
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
        if asked:
            change = Change(UNDOING, undo_work(guarded, [one.receipt.receipt_id for one in asked]))
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
            is_stopping = isinstance(running, ChangeHandle) and running.is_stopping
            what = f"{running.name}, stopping after this session" if is_stopping else f"{running.name}…"
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
        asked, self._asked = self._asked, ()
        if not changed.receipts:
            error = changed.error
            sign = Sign("ban", "Nothing was written.", "text_2")
            self._end(NOTHING_UNDONE, sign if error is None else Sign("triangle-alert", str(error), "error"))
            return
        receipt, first = changed.receipts[0], asked[0]
        title = receipt_title(receipt, is_redo=bool(first.receipt.undoes) and not first.is_redo)
        self._end(title, undo_result(changed.receipts, str(changed.error or "")))
        if not self._is_closed:
            self.undone.emit(receipt.receipt_id)

    def _on_cleaned_up(self, done: CleanedUp) -> None:
        self._end("Clean-up of backups", clean_up_result(done.before, done.after))
        self.backups_changed.emit(done.after)

    def _on_failed(self, error: BurrowError) -> None:
        title = NOTHING_UNDONE if isinstance(self._running, ChangeHandle) else "The backups were not cleaned up"
        self._asked = ()
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
