"""Copy to a working store: says what copies would not have, asks for a place, copies, opens it. GUI thread only."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.controllers.chosen import Chosen
from app.controllers.progress_controller import count_text, permille_of
from app.controllers.working_store_jobs import PlannedCopy, copy_work, plan_copy_work
from app.jobs import JobHandle, Newest, Query
from app.look.look import Look
from app.look.tokens import tokens
from app.present.copy_words import copied_text, copy_report, copy_session_text, copy_text
from app.present.plan_session import SessionText
from app.present.refusal_words import copy_refusal
from app.saving import safe_name
from app.views.plan_dialog import PlanDialog, Stage
from store.errors import BurrowError
from store.values.copied import Copied

if TYPE_CHECKING:
    from app.context import Context
    from app.views.main_window import MainWindow

POLL_MS = 100
ENDING = ".sqlite3"


class WorkingStoreController(QObject):
    """Knows one dialog at a time.

    Attributes:
        dialog: the one that is open; None if none is.
        chooser: the system's dialog for the place, while it is open.

    Signals:
        opening_asked (tuple of str): the new store is to be opened.
        noted (str): what was copied to the clipboard.
    """

    opening_asked = Signal(object)
    noted = Signal(str)

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._jobs = Newest(context.jobs)
        self._running: JobHandle | None = None
        self._chosen: Chosen | None = None
        self._planned: PlannedCopy | None = None
        self._target = Path()
        self._shown_at_s: float | None = None
        motion = tokens()["motion_ms"]
        self._after_s, self._at_least_s = motion["progress_after"] / 1000, motion["progress_at_least"] / 1000
        self.dialog: PlanDialog | None = None
        self.chooser: QFileDialog | None = None
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        context.looks.changed.connect(self._on_look_changed)

    def ask(self, chosen: Chosen) -> None:
        """Plan copies of these sessions and show what they would not have."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self._chosen = chosen
        dialog = self.dialog = PlanDialog(self._context.looks.current, "Copy to a working store", self._window)
        dialog.confirm_asked.connect(self._ask_place)
        dialog.again_asked.connect(self._plan)
        dialog.copy_asked.connect(self._on_copy_asked)
        dialog.stop_asked.connect(self._on_stop_asked)
        dialog.open_asked.connect(self._on_open_asked)
        dialog.closed.connect(self._on_closed)
        self._plan()
        dialog.open()

    @Slot()
    def _plan(self) -> None:
        context = self._context
        if self._chosen is None or self.dialog is None:
            return
        self.dialog.show_planning()
        work = plan_copy_work(context.library, context.lists, self._chosen)
        self._begin(self._jobs.run(Query("Reading what is to be copied", work), self._on_planned, self._on_failed))

    def _begin(self, handle: JobHandle) -> None:
        self._running, self._shown_at_s = handle, None
        self._poll.start()

    def _on_planned(self, planned: PlannedCopy) -> None:
        self._planned = planned
        self._when_seen(self._show_plan)

    def _show_plan(self) -> None:
        planned, dialog = self._planned, self.dialog
        if planned is None or dialog is None:
            return

        def text_of(place: tuple[int, int]) -> SessionText:
            return copy_session_text(planned.plan.sessions[place[1]], planned.titles)

        dialog.show_plan(copy_text(planned.plan, planned.titles), ("", ""), text_of)

    # Copying

    @Slot()
    def _ask_place(self) -> None:
        planned = self._planned
        if planned is None or self.chooser is not None or self.dialog is None:
            return
        facts = next((one for one in self._context.library.facts() if one.key == planned.key), None)
        name = facts.name if facts is not None else Path(planned.key.path).stem
        chooser = self.chooser = QFileDialog(self.dialog, "Copy to a Working Store")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)  # nothing is ever replaced, which the copy says
        chooser.setDefaultSuffix(ENDING.removeprefix("."))
        chooser.selectFile(safe_name(f"{name} working store", ENDING))
        chooser.fileSelected.connect(self.copy_to)
        chooser.finished.connect(self._on_chooser_finished)
        chooser.open()

    @Slot(str)
    def copy_to(self, path: str) -> None:
        """Copy what was planned to a new file."""
        context, planned = self._context, self._planned
        if planned is None or self.dialog is None:
            return
        self._target = Path(path)
        self.dialog.say_applying("Copying…")
        work = copy_work(context.library, planned, self._target, context.paths)
        self._begin(self._jobs.run(Query("Copying sessions", work), self._on_copied, self._on_failed))

    @Slot()
    def _on_stop_asked(self) -> None:
        """A copy is all or nothing: given up, there is none, and the plan is shown again."""
        self._jobs.cancel()
        self._poll.stop()
        self._show_plan()

    def _on_copied(self, copied: Copied) -> None:
        self._when_seen(partial(self._show_copied, copied))

    def _show_copied(self, copied: Copied) -> None:
        if self.dialog is None or self._planned is None:
            return
        if copied.refusals:
            self.dialog.show_refusal(copy_refusal(copied.refusals[0].sentence, ""))
        else:
            self.dialog.show_result(copied_text(copied, self._target.name, self._planned.titles), can_open=True)

    def _on_failed(self, error: BurrowError) -> None:
        self._when_seen(partial(self._show_failed, error))

    def _show_failed(self, error: BurrowError) -> None:
        if self.dialog is not None:
            self.dialog.show_refusal(copy_refusal(error.sentence, error.advice))

    # Progress

    @Slot()
    def _on_poll(self) -> None:
        handle = self._running
        if handle is None or handle.is_over or self.dialog is None:
            self._poll.stop()
        elif handle.elapsed_s() >= self._after_s:
            if self._shown_at_s is None:
                self._shown_at_s = time.monotonic()
            progress = handle.progress()
            count, permille = count_text(progress), permille_of(progress)
            self.dialog.show_progress(handle.name, count, f"{handle.elapsed_s():.1f} s", permille)

    def _when_seen(self, then: Callable[[], None]) -> None:
        """Go on as soon as progress that was shown was there to be seen."""
        self._poll.stop()
        shown_s = self._at_least_s if self._shown_at_s is None else time.monotonic() - self._shown_at_s
        left_ms = max(round((self._at_least_s - shown_s) * 1000), 0)
        if left_ms:
            QTimer.singleShot(left_ms, self, then)
        else:
            then()

    # Buttons

    @Slot()
    def _on_copy_asked(self) -> None:
        dialog, planned = self.dialog, self._planned
        if dialog is None:
            return
        if dialog.stage is Stage.REFUSED and dialog.refusal.said is not None:
            text = dialog.refusal.said.report
        elif planned is not None:
            text = copy_report(planned.plan, planned.titles)
        else:
            return
        QGuiApplication.clipboard().setText(text)
        self.noted.emit("Text copied")

    @Slot()
    def _on_open_asked(self) -> None:
        target = self._target
        if self.dialog is not None:
            self.dialog.end()
        self.opening_asked.emit((str(target),))

    @Slot()
    def _on_closed(self) -> None:
        self._poll.stop()
        self._jobs.cancel()
        self.dialog = self._planned = None

    @Slot()
    def _on_chooser_finished(self) -> None:
        self.chooser = None

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self.dialog is not None:
            self.dialog.set_look(look)
