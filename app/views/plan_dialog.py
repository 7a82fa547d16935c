"""The dialog in which an action is planned, confirmed, applied and told: a window of the system. GUI thread only.

It shows what it is given and decides nothing. One row of buttons below serves what is shown above; what cannot be
scrolled into view at a large zoom on a small screen is scrolled to.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.present.one_line import as_tip
from app.present.plan_session import SessionText
from app.present.plan_words import PlanText
from app.present.refusal_words import RefusalText
from app.present.result_words import ResultText
from app.views.count_field import CountField
from app.views.dialog_size import resize_on_screen
from app.views.painting import set_button_icon
from app.views.plan_page import PlanPage
from app.views.progress_panel import ProgressPanel
from app.views.refusal_panel import RefusalPanel
from app.views.result_panel import ResultPanel

SIZE_PX, REFUSAL_PX = (958, 660), (624, 364)
"""How large it opens, and how large where there is only a refusal to be said, at 100 %."""


class Stage(Enum):
    """What the dialog shows."""

    PLANNING = "planning"
    PLAN = "plan"
    REFUSED = "refused"
    APPLYING = "applying"
    RESULT = "result"


class PlanDialog(QDialog):
    """Plan, refusal, progress or result, and their buttons.

    Attributes:
        stage: which of its parts is shown above the buttons.

    Signals:
        confirm_asked: the main button of a plan.
        again_asked: plan again.
        copy_asked: the text of what is shown.
        stop_asked: Cancel, Esc or closing while it is applied.
        undo_asked, changes_asked, open_asked: of a result.
        working_store_asked, hide_asked: of a refusal.
        closed: it is not shown any more; it deletes itself.
    """

    confirm_asked = Signal()
    again_asked = Signal()
    copy_asked = Signal()
    stop_asked = Signal()
    undo_asked = Signal()
    changes_asked = Signal()
    open_asked = Signal()
    working_store_asked = Signal()
    hide_asked = Signal()
    closed = Signal()

    def __init__(self, look: Look, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self.stage, self._has_effect, self._icon = look, Stage.PLANNING, False, ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(f"{title} – Burrow")
        self._progress = ProgressPanel(look)
        self._page: PlanPage | None = None
        self._refusal: RefusalPanel | None = None
        self._outcome: ResultPanel | None = None
        self._areas: dict[QWidget, QScrollArea] = {}
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._progress)
        self._count = CountField(look, self)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.set_look(look)
        resize_on_screen(self, look.px(SIZE_PX[0]), look.px(SIZE_PX[1]))
        self.show_planning()

    @property
    def page(self) -> PlanPage:
        """The plan; each part is made when it is first shown, which takes as long as two frames."""
        if self._page is None:
            self._page = PlanPage(self._look)
            self._page.again_asked.connect(self.again_asked)
            self._put(self._page)
        return self._page

    @property
    def refusal(self) -> RefusalPanel:
        """The refusal."""
        if self._refusal is None:
            self._refusal = RefusalPanel(self._look)
            self._put(self._refusal)
        return self._refusal

    @property
    def outcome(self) -> ResultPanel:
        """The result."""
        if self._outcome is None:
            self._outcome = ResultPanel(self._look)
            self._put(self._outcome)
        return self._outcome

    def _put(self, part: QWidget) -> None:
        """Put a part among the others, where it scrolls if it has no room."""
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(part)
        self._areas[part] = area
        self._stack.addWidget(area)

    def _make_buttons(self) -> None:
        def button(words: str, tip: str = "") -> QPushButton:
            made = QPushButton(words, self)
            made.setAutoDefault(False)
            made.setToolTip(as_tip(tip))
            return made

        self._copy = button("Copy plan")
        self._working = button("Copy to a working store…", "Copy the sessions to a new store that can be written")
        self._hide = button("Hide here", "Leave them out of Burrow’s lists; the store stays as it is")
        self._again = button("Plan again", "Read the sessions again and plan anew")
        self._changes = button("Show in Changes", "Show the receipt in the window Changes")
        self._undo = button("Undo", "Take back what was done")
        self._open = button("Open it", "Open the new store")
        self._cancel = button("Cancel")
        self._main = button("")
        self._main.setProperty("main", True)

    def _lay_out(self) -> None:
        self._footer = QHBoxLayout()
        self._footer.addWidget(self._copy)
        self._footer.addWidget(self._count)
        self._footer.addStretch(1)
        buttons = (self._working, self._hide, self._again, self._changes, self._undo, self._open)
        for part in (*buttons, self._cancel, self._main):
            self._footer.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._stack, 1)
        column.addLayout(self._footer)

    def _connect(self) -> None:
        self._again.clicked.connect(self.again_asked)
        self._copy.clicked.connect(self.copy_asked)
        self._working.clicked.connect(self.working_store_asked)
        self._hide.clicked.connect(self.hide_asked)
        self._changes.clicked.connect(self.changes_asked)
        self._undo.clicked.connect(self.undo_asked)
        self._open.clicked.connect(self.open_asked)
        self._cancel.clicked.connect(self.reject)
        self._main.clicked.connect(self._on_main)
        self._progress.cancel_asked.connect(self.reject)
        self._count.typed.connect(self._on_typed)
        self.finished.connect(self.closed)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._page, self._refusal, self._outcome, self._progress, self._count):
            if part is not None:
                part.set_look(look)
        self._footer.setContentsMargins(look.px(16), look.px(10), look.px(16), look.px(10))
        self._footer.setSpacing(look.px(8))
        set_button_icon(self._copy, look, "copy", "text")
        set_button_icon(self._undo, look, "undo-2", "text")
        if self._icon and self.stage in (Stage.PLAN, Stage.APPLYING):
            set_button_icon(self._main, look, self._icon, "on_accent")

    # Stages

    def show_planning(self) -> None:
        """Show that it is planned; progress is said later, if it takes long."""
        self._progress.say_nothing()
        self._show(Stage.PLANNING, self._progress)
        self._cancel.show()
        self._make_default(self._cancel)

    def show_plan(
        self, text: PlanText, planned: tuple[str, str], text_of: Callable[[tuple[int, int]], SessionText]
    ) -> None:
        """Show a plan; see PlanPage.show_plan."""
        self._has_effect, self._icon = text.has_effect, text.icon
        self.page.show_plan(text, planned, text_of)
        self._show(Stage.PLAN, self._areas[self.page])
        self._copy.setText("Copy plan")
        self._count.ask(text.must_type if text.has_effect else 0)
        for part in (self._copy, self._cancel, self._main):
            part.show()
        self._main.setText(text.button)
        set_button_icon(self._main, self._look, text.icon, "on_accent")
        self._main.setEnabled(text.has_effect and self._count.is_right)
        if text.must_type and text.has_effect:
            self._make_default(self._cancel)
            self._count.field.setFocus()
        else:
            self._make_default(self._main if text.has_effect else self._cancel)

    def show_refusal(self, said: RefusalText) -> None:
        """Show why nothing of the plan is possible, and what can be done."""
        if self.stage is Stage.PLANNING:
            resize_on_screen(self, *(self._look.px(length) for length in REFUSAL_PX))
        self.refusal.say(said)
        self._show(Stage.REFUSED, self._areas[self.refusal])
        self._copy.setText("Copy text")
        self._copy.show()
        self._working.setVisible(said.can_copy)
        self._hide.setVisible(said.can_hide)
        self._again.setVisible(said.can_plan_again)
        self._show_close()

    def say_applying(self, words: str) -> None:
        """Say on the button that it is being applied; what is above stays until it takes long."""
        self.stage = Stage.APPLYING
        self._count.setEnabled(False)
        self._copy.setEnabled(False)
        self._main.setText(words)
        self._main.setEnabled(False)
        self._cancel.setToolTip(as_tip("Stop between two sessions; what is done stays done"))
        self._make_default(self._cancel)

    def show_progress(self, what: str, count: str, elapsed: str, permille: int | None) -> None:
        """Show how far planning or applying is."""
        if self._stack.currentWidget() is not self._progress:
            self._stack.setCurrentWidget(self._progress)
            for part in (self._copy, self._count, self._main):
                part.hide()
            self.update()  # the line above the buttons moves where they go
        self._cancel.hide()  # the progress has its own
        self._progress.say(what, count, elapsed, permille)

    def show_result(self, said: ResultText, *, can_open: bool = False) -> None:
        """Show what came of it; of a copy that it can be opened."""
        self.outcome.say(said)
        self._show(Stage.RESULT, self._areas[self.outcome])
        self._copy.setText("Copy text")
        self._copy.setVisible(not can_open)
        self._changes.setVisible(not can_open)
        self._open.setVisible(can_open)
        self._undo.setVisible(bool(said.undoable))
        self._show_close()

    def say_changed(self, sentence: str) -> None:
        """Say that what the plan was made on moved, so that it has to be made again; "" that it did not."""
        self.page.say_changed(sentence)
        self._main.setEnabled(not sentence and self._has_effect and self._count.is_right)
        self._is_changed = bool(sentence)
        if sentence and not self._count.field.hasFocus():
            self._make_default(self._cancel)

    # Buttons

    @property
    def buttons(self) -> dict[str, QPushButton]:
        """The buttons that are shown, by their words."""
        return {button.text(): button for button in self.findChildren(QPushButton) if button.isVisibleTo(self)}

    @property
    def main_button(self) -> QPushButton:
        """The button at the right end."""
        return self._main

    @property
    def count_field(self) -> CountField:
        """Where the number of sessions is typed."""
        return self._count

    def _show(self, stage: Stage, part: QWidget) -> None:
        self.stage, self._is_changed = stage, False
        self._count.ask(0)
        self._count.setEnabled(True)
        self._copy.setEnabled(True)
        self._cancel.setToolTip("")
        for button in self.findChildren(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly):
            button.hide()
        self._stack.setCurrentWidget(part)
        self.update()

    def _show_close(self) -> None:
        self._main.setText("Close")
        self._main.setIcon(QIcon())
        self._main.setEnabled(True)
        self._main.show()
        self._make_default(self._main)

    def _make_default(self, button: QPushButton) -> None:
        button.setDefault(True)
        button.setFocus()

    @Slot()
    def _on_main(self) -> None:
        if self.stage is Stage.PLAN:
            self.confirm_asked.emit()
        else:
            self.reject()

    @Slot(bool)
    def _on_typed(self, is_right: bool) -> None:
        if self.stage is Stage.PLAN:
            self._main.setEnabled(is_right and self._has_effect and not self._is_changed)

    # Keys and closing

    def end(self) -> None:
        """Close, whatever is shown."""
        self.stage = Stage.RESULT
        self.reject()

    def reject(self) -> None:
        """Esc and Cancel: stop what is applied, else close. Qt's name."""
        if self.stage is Stage.APPLYING:
            self.stop_asked.emit()
        else:
            super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F5 plans again where that helps; Qt's name."""
        if event.key() == Qt.Key.Key_F5 and self.stage in (Stage.PLAN, Stage.REFUSED):
            self.again_asked.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """While it is applied it only asks to stop; Qt's name."""
        if self.stage is Stage.APPLYING:
            event.ignore()
            self.stop_asked.emit()
        else:
            super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground and the line above the buttons; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("window"))
        painter.fillRect(0, self._stack.geometry().bottom() + 1, self.width(), 1, self._look.colour("line"))
        painter.end()
