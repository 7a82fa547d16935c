"""One action on chosen sessions from its plan to its result: the dialog and the jobs behind it. GUI thread only.

Only the newest plan counts: one that is asked for again, or whose dialog was closed, is dropped when it arrives. While
a plan is shown its stores are followed; when one moved, the plan is made again out of sight and compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.controllers.change_jobs import (
    Planned,
    apply_work,
    compare_work,
    plan_work,
    report_work,
    result_work,
)
from app.controllers.chosen import Chosen
from app.controllers.progress_controller import count_text, permille_of
from app.jobs import Change, Changed, ChangeHandle, JobHandle, Lane, Newest, Query
from app.look.look import Look
from app.look.tokens import tokens
from app.present.action_words import ACTION_WORDS
from app.present.plan_report import planned_words
from app.present.plan_session import SessionText, session_text
from app.present.plan_words import plan_counts, sessions
from app.present.refusal_words import error_text
from app.present.result_words import ResultText, noted_words
from app.views.plan_dialog import PlanDialog, Stage
from store.errors import BurrowError
from store.values.changes import Plan, Receipt, Request, Scope
from store.values.store import StoreFacts

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.following_controller import FollowingController
    from app.views.main_window import MainWindow

POLL_MS = 100


class OneChange(QObject):
    """Knows one dialog and its jobs; it goes with its dialog.

    Attributes:
        dialog: the dialog.
        chosen: what the action is for.

    Signals:
        noted (str): a sentence about what was copied.
        done (tuple of Receipt, str): all was done, and the dialog is closed; how the status bar says it.
        undo_asked (tuple of str): receipts are to be taken back.
        changes_asked (str): a receipt is to be shown.
        working_store_asked, hide_asked (Chosen): it is refused; what helps is asked for instead.
    """

    noted = Signal(str)
    done = Signal(object, str)
    undo_asked = Signal(object)
    changes_asked = Signal(str)
    working_store_asked = Signal(object)
    hide_asked = Signal(object)

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        following: FollowingController,
        request: Request,
        chosen: Chosen,
    ) -> None:
        super().__init__(window)
        self._context, self._request, self.chosen, self._following = context, request, chosen, following
        self._words = ACTION_WORDS[request.action]
        self._planned: Planned | None = None
        self._result: ResultText | None = None
        self._receipts: tuple[Receipt, ...] = ()
        self._planning, self._comparing, self._writing = (Newest(context.jobs) for _ in range(3))
        self._running: JobHandle | None = None
        self._shown_at_s: float | None = None
        self._is_closed = False
        motion = tokens()["motion_ms"]
        self._after_s, self._at_least_s = motion["progress_after"] / 1000, motion["progress_at_least"] / 1000
        name = self._words.heading.format(sessions(chosen.count))
        self.dialog = PlanDialog(context.looks.current, name, window)
        self._poll = QTimer(self.dialog, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        following.store_followed.connect(self._on_store_followed)
        self._connect()

    def _connect(self) -> None:
        dialog = self.dialog
        dialog.confirm_asked.connect(self._on_confirmed)
        dialog.again_asked.connect(self.plan)
        dialog.copy_asked.connect(self._on_copy_asked)
        dialog.stop_asked.connect(self._on_stop_asked)
        dialog.undo_asked.connect(self._on_undo_asked)
        dialog.changes_asked.connect(self._on_changes_asked)
        dialog.working_store_asked.connect(self._on_working_store_asked)
        dialog.hide_asked.connect(self._on_hide_asked)
        dialog.closed.connect(self._on_closed)
        self._context.looks.changed.connect(self._on_look_changed)

    # Plan

    @Slot()
    def plan(self) -> None:
        """Plan, again if it was planned before."""
        self._comparing.cancel()
        self.dialog.show_planning()
        context = self._context
        work = plan_work(context.guarded, context.library, self._request, self.chosen)
        self._begin(self._planning.run(Query("Planning", work), self._on_planned, self._on_plan_failed))

    def _begin(self, handle: JobHandle) -> None:
        self._running, self._shown_at_s = handle, None
        self._poll.start()

    def _on_planned(self, planned: Planned) -> None:
        self._planned = planned
        self._when_seen(self._show_plan)

    def _show_plan(self) -> None:
        planned = self._planned
        if planned is None:
            return
        if planned.refusal is not None:
            self.dialog.show_refusal(planned.refusal)
        else:
            when = planned_words(planned.plans, self._context.settings.zone)
            self.dialog.show_plan(planned.text, when, self._text_of)

    def _text_of(self, place: tuple[int, int]) -> SessionText:
        plan = self._plans[place[0]]
        return session_text(plan.sessions[place[1]], plan.scope)

    @property
    def _plans(self) -> tuple[Plan, ...]:
        return () if self._planned is None else self._planned.plans

    def _on_plan_failed(self, error: BurrowError) -> None:
        self._planned = None
        self._when_seen(
            lambda: self.dialog.show_refusal(error_text(self._request.action, error.sentence, error.advice))
        )

    @Slot(object)
    def _on_store_followed(self, facts: StoreFacts) -> None:
        """A store moved: look whether the plan still says what would happen."""
        planned = self._planned
        if planned is None or self._is_closed or self.dialog.stage is not Stage.PLAN:
            return
        if any(plan.store == facts.key for plan in planned.plans):
            work = compare_work(self._context.guarded, self._request, planned.keys, planned.plans)
            query = Query("Comparing with the plan", work, Lane.BACKGROUND)
            self._comparing.run(query, self._on_compared, self._on_not_compared)

    def _on_compared(self, sentence: str) -> None:
        if not self._is_closed and self.dialog.stage is Stage.PLAN:
            self.dialog.say_changed(sentence)

    def _on_not_compared(self, error: BurrowError) -> None:
        if not self._is_closed and self.dialog.stage is Stage.PLAN:
            self.dialog.say_changed(f"It cannot be told any more whether the plan holds. {error.sentence}")

    # Apply

    @Slot()
    def _on_confirmed(self) -> None:
        self._comparing.cancel()
        possible, _total = plan_counts(self._plans)
        what = self._words.doing.format(sessions(possible))
        self.dialog.say_applying(f"{what}…")
        self._following.hold(frozenset(plan.store for plan in self._plans if plan.scope is Scope.STORE))
        work = apply_work(self._context.guarded, self._plans)
        self._begin(self._context.jobs.change(Change(what, work), self._on_changed, self._on_apply_failed))

    @Slot()
    def _on_stop_asked(self) -> None:
        if isinstance(self._running, ChangeHandle):
            self._running.cancel()
            self._on_poll()

    def _on_changed(self, changed: Changed) -> None:
        self._following.hold(frozenset())
        self._receipts = changed.receipts
        query = Query("Writing what came of it", result_work(changed))
        self._writing.run(query, self._on_result, self._on_apply_failed)

    def _on_result(self, result: ResultText) -> None:
        self._result = result
        self._when_seen(self._show_result)

    def _show_result(self) -> None:
        result = self._result
        if result is None:
            return
        if result.is_complete and self._shown_at_s is None:
            # Nobody has to read what the list shows anyhow; how to take it back stands in the status bar.
            self._end()
            self.done.emit(self._receipts, noted_words(self._receipts))
        else:
            self.dialog.show_result(result)

    def _on_apply_failed(self, error: BurrowError) -> None:
        self._following.hold(frozenset())
        self._when_seen(
            lambda: self.dialog.show_refusal(error_text(self._request.action, error.sentence, error.advice))
        )

    # Progress

    @Slot()
    def _on_poll(self) -> None:
        """Show how far it is, if that takes long; polled, never pushed."""
        handle = self._running
        if handle is not None and handle.is_cancelled:
            self._end()  # somebody cancelled the plan elsewhere
            return
        if handle is None or handle.is_over:
            self._poll.stop()
            return
        if handle.elapsed_s() < self._after_s:
            return
        if self._shown_at_s is None:
            self._shown_at_s = time.monotonic()
        is_stopping = isinstance(handle, ChangeHandle) and handle.is_stopping
        what = "Stopping after this session" if is_stopping else handle.name
        progress = handle.progress()
        self.dialog.show_progress(what, count_text(progress), f"{handle.elapsed_s():.1f} s", permille_of(progress))

    def _when_seen(self, then: Callable[[], None]) -> None:
        """Go on as soon as progress that was shown was there to be seen."""
        self._poll.stop()
        self._running = None
        if self._is_closed:
            return
        shown_s = self._at_least_s if self._shown_at_s is None else time.monotonic() - self._shown_at_s
        left_ms = max(round((self._at_least_s - shown_s) * 1000), 0)
        if left_ms == 0:
            then()
        else:
            QTimer.singleShot(left_ms, self.dialog, then)

    # Buttons

    @Slot()
    def _on_copy_asked(self) -> None:
        if self.dialog.stage is Stage.RESULT and self._result is not None:
            self._on_copied(self._result.report)
        elif self.dialog.stage is Stage.REFUSED and self.dialog.refusal.said is not None:
            self._on_copied(self.dialog.refusal.said.report)
        elif self._plans:
            work = report_work(self._plans, self._context.settings.zone)
            self._writing.run(Query("Writing the plan", work), self._on_copied, self._on_not_copied)

    def _on_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.noted.emit("Plan copied" if self.dialog.stage is Stage.PLAN else "Text copied")

    def _on_not_copied(self, error: BurrowError) -> None:
        self.noted.emit(f"Not copied: {error.sentence}")

    @Slot()
    def _on_undo_asked(self) -> None:
        result = self._result
        self._end()
        if result is not None:
            self.undo_asked.emit(result.undoable)

    @Slot()
    def _on_changes_asked(self) -> None:
        receipts = self._receipts
        self._end()
        if receipts:
            self.changes_asked.emit(receipts[0].receipt_id)

    @Slot()
    def _on_working_store_asked(self) -> None:
        self._end()
        self.working_store_asked.emit(self.chosen)

    @Slot()
    def _on_hide_asked(self) -> None:
        self._end()
        self.hide_asked.emit(self.chosen)

    def _end(self) -> None:
        """Close the dialog; what is applied is over, or is none."""
        self.dialog.end()

    @Slot()
    def _on_closed(self) -> None:
        self._is_closed = True
        self._poll.stop()
        for job in (self._planning, self._comparing, self._writing):
            job.cancel()
        self._context.looks.changed.disconnect(self._on_look_changed)
        self.deleteLater()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        self.dialog.set_look(look)
