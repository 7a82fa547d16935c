"""The check of one whole store: its window and the job, which ends with the window. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.controllers.check_jobs import (
    Examined,
    Latest,
    examine_work,
    json_report_work,
    text_report_work,
)
from app.controllers.progress_controller import count_text, permille_of
from app.controllers.saver import Saver
from app.jobs import Lane, Newest, Query
from app.look.look import Look
from app.present.check_words import checked_note
from app.present.one_line import one_line
from app.present.size_words import store_size_text
from app.present.sizes import counted
from app.present.store_check import (
    FindingRow,
    kept_note,
    severity_counts,
    store_line,
    tally_rows,
    verdict,
)
from app.present.summary import Sign
from app.saving import safe_name
from app.views.check_window import CheckWindow
from app.views.main_window import MainWindow
from store.errors import BurrowError
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from app.context import Context

POLL_MS = 100
BEGINNING = "Checking the store"


class OneStoreCheck(QObject):
    """Knows one window and its job; it goes with its window.

    Attributes:
        window: the window.

    Signals:
        session_asked (SessionKey): a session is to be shown in the main window.
        noted (str): a sentence about what was copied or saved.
        failed (BurrowError): something could not be saved.
    """

    session_asked = Signal(object)
    noted = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, facts: StoreFacts, parent: MainWindow) -> None:
        super().__init__(parent)
        self._context, self._facts = context, facts
        self._latest = Latest()
        self._job, self._report = Newest(context.jobs), Newest(context.jobs)
        self._found: Examined | None = None
        self._before: Examined | None = None
        name, path = one_line(facts.name), one_line(facts.key.path)
        self.window = CheckWindow(context.looks.current, name, path, store_line(facts), parent)
        self._saver = Saver(context, self.window)
        self._saver.saved.connect(self.noted)
        self._saver.failed.connect(self.failed)
        self._poll = QTimer(self.window, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        window = self.window
        window.again_asked.connect(self.start)
        window.cancel_asked.connect(self.cancel)
        window.closed.connect(self._on_closed)
        window.copy_report_asked.connect(self._on_copy_report)
        window.save_text_asked.connect(self._on_save_text)
        window.save_json_asked.connect(self._on_save_json)
        window.findings.show_asked.connect(self._on_show_asked)
        window.findings.copy_asked.connect(self._on_copy_asked)
        context.looks.changed.connect(self._on_look_changed)

    @Slot()
    def start(self) -> None:
        """Check the store, again if it was checked before."""
        self._latest, self._before, self._found = Latest(), self._found, None
        work = examine_work(self._context.library, self._context.lists, self._facts.key, self._latest)
        self._job.run(Query(BEGINNING, work, Lane.PLACES, gives_way=True), self._on_examined, self._on_failed)
        self.window.say_running(f"{BEGINNING}…", "", None)
        self._poll.start()

    @Slot()
    def cancel(self) -> None:
        """Give up the check; what was found until then stays."""
        if not self._job.is_busy:
            return
        self._show_latest()
        self._job.cancel()
        self._poll.stop()
        found = self._found
        done = "nothing was checked" if found is None else f"{counted(found.check.checked, 'session')} checked"
        self._say_ended(Sign("ban", f"Cancelled: {done}", "text_2"))

    @Slot()
    def _on_poll(self) -> None:
        if not self._job.is_busy:
            self._poll.stop()
            return
        self._show_latest()
        progress = self._job.progress()
        what = progress.what if progress is not None else BEGINNING
        self.window.say_running(f"{what}…", count_text(progress), permille_of(progress))

    def _show_latest(self) -> None:
        latest = self._latest.take()
        if latest is not None:
            self._show(latest, is_over=False)

    def _show(self, examined: Examined, *, is_over: bool) -> None:
        self._found, check = examined, examined.check
        size = store_size_text(check.sizes, one_line(check.facts.name)) if check.sizes is not None else None
        self.window.say_found(
            tally_rows(check.tallies),
            size,
            examined.rows,
            severity_counts(check),
            kept_note(check),
            is_over=is_over,
        )

    def _on_examined(self, examined: Examined) -> None:
        self._poll.stop()
        self._show(examined, is_over=True)
        sign, _words = verdict(examined.check)
        note = checked_note(examined.at_ms, examined.took_ms, self._context.settings.zone)
        self.window.say_over(sign, note, can_report=True)

    def _on_failed(self, error: BurrowError) -> None:
        self._poll.stop()
        self._show_latest()
        self._say_ended(Sign("triangle-alert", one_line(str(error)), "error"))

    def _say_ended(self, sign: Sign) -> None:
        """Say why the check ended early; where it found nothing, what an earlier one found is still listed."""
        note = ""
        if self._found is None and self._before is not None:
            self._found = self._before
            checked = checked_note(self._found.at_ms, self._found.took_ms, self._context.settings.zone)
            note = f"listed as {checked}"
        self.window.say_over(sign, note, can_report=self._found is not None)

    @Slot()
    def _on_closed(self) -> None:
        self._poll.stop()
        self._job.cancel()
        self._report.cancel()
        self._context.looks.changed.disconnect(self._on_look_changed)
        self.deleteLater()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        self.window.set_look(look)

    # What is taken along

    @Slot(object)
    def _on_show_asked(self, row: FindingRow) -> None:
        if row.finding.session_id is not None:
            self.session_asked.emit(SessionKey(self._facts.key, row.finding.session_id))

    @Slot(object)
    def _on_copy_asked(self, rows: tuple[FindingRow, ...]) -> None:
        QGuiApplication.clipboard().setText("\n".join(row.text for row in rows) + "\n")
        self.noted.emit(f"Copied {counted(len(rows), 'finding')}")

    @Slot()
    def _on_copy_report(self) -> None:
        self._write(False, self._copy)

    @Slot()
    def _on_save_text(self) -> None:
        self._write(False, partial(self._save, ".txt"))

    @Slot()
    def _on_save_json(self) -> None:
        self._write(True, partial(self._save, ".json"))

    def _write(self, is_json: bool, then: Callable[[str], None]) -> None:
        if self._found is not None:
            zone = self._context.settings.zone
            work = json_report_work(self._found) if is_json else text_report_work(self._found, zone)
            self._report.run(Query("Writing the report", work), then, self.failed.emit)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.noted.emit("Report of the check copied")

    def _save(self, ending: str, text: str) -> None:
        name = safe_name(f"check of {self._facts.name}", ending)
        self._saver.ask(name, text.encode("utf-8", "surrogatepass"))
