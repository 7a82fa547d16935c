"""The window of the check of one store: how far it is, what it found. GUI thread only; it checks nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.size_words import SizeText
from app.present.store_check import FindingRow, TallyRow
from app.present.summary import Sign
from app.views.check_summary_panel import CheckSummaryPanel
from app.views.dialog_size import resize_on_screen
from app.views.findings_panel import FindingsPanel
from app.views.labels import ElidedLabel, IconLabel, TextLabel
from app.views.painting import set_button_icon
from app.views.status_bar import STEPS
from app.views.tab_strip import TabStrip
from store.values.checks import Severity

SIZE_PX = (1040, 720)
SUMMARY_PX, BOTH_FROM_PX = 380, 920
"""Width of the left part, and the width of the window from which both parts are seen at once, at 100 %."""

FINDINGS_TAB, SUMMARY_TAB = 0, 1


class CheckWindow(QWidget):
    """Head, progress, tallies and sizes, findings, and what can be taken along.

    Where both do not fit, a strip of tabs leads to findings, or to tallies and sizes.

    Attributes:
        findings: the right part.
        summary: the left part.

    Signals:
        closed: the window was closed.
        again_asked, cancel_asked: the button at its head.
        copy_report_asked, save_text_asked, save_json_asked: buttons at the bottom.
    """

    closed = Signal()
    again_asked = Signal()
    cancel_asked = Signal()
    copy_report_asked = Signal()
    save_text_asked = Signal()
    save_json_asked = Signal()

    def __init__(self, look: Look, name: str, path: str, facts: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._look, self._is_running, self._findings_count = look, False, ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Check of {name} – Burrow")
        self._title = ElidedLabel(look, TypeUse.PAGE, "text", self)
        self._title.set_text(f"Check of {name}")
        self._button = QPushButton(self)
        self._button.clicked.connect(self._on_button)
        self._path = ElidedLabel(look, TypeUse.CODE, "text_2", self)
        self._path.set_text(path)
        self._facts = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._facts.setText(facts)
        self._sign = IconLabel(look, 16, self)
        self._verdict = ElidedLabel(look, TypeUse.SECTION, "text", self)
        self._count = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the check")
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._tabs = TabStrip(look, self)
        for word in ("Findings", "Checks and size"):
            self._tabs.addTab(word)
        self._tabs.setAccessibleName("Parts of the check")
        self._tabs.currentChanged.connect(self._arrange)
        self.summary = CheckSummaryPanel(look, self)
        self.findings = FindingsPanel(look, self)
        self._copy, self._text, self._json, self._close = (
            QPushButton(words, self) for words in ("Copy report", "Save as text…", "Save as JSON…", "Close")
        )
        self._lay_out()
        self._connect()
        self.set_look(look)
        resize_on_screen(self, look.px(SIZE_PX[0]), look.px(SIZE_PX[1]))
        # Not the button at the head, which comes first and whose meaning changes when the check is over.
        self.findings.field.setFocus()

    def _lay_out(self) -> None:
        self._first, self._place, self._second, self._third = (QHBoxLayout() for _ in range(4))
        self._first.addWidget(self._title, 1)
        self._first.addWidget(self._button)
        self._place.addWidget(self._path, 1)
        self._place.addWidget(self._facts)
        self._second.addWidget(self._sign)
        self._second.addWidget(self._verdict, 1)
        self._second.addWidget(self._count)
        self._third.addWidget(self._tabs)
        self._third.addStretch(1)
        self._head, self._body, self._buttons = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._head.addLayout(self._first)
        self._head.addLayout(self._place)
        self._head.addLayout(self._second)
        self._head.addWidget(self._bar)
        self._head.addLayout(self._third)
        self._body.setContentsMargins(0, 1, 0, 1)
        self._body.setSpacing(1)
        self._body.addWidget(self.summary)
        self._body.addWidget(self.findings, 1)
        for button in (self._copy, self._text, self._json):
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addLayout(self._body, 1)
        column.addLayout(self._buttons)

    def _connect(self) -> None:
        self._copy.clicked.connect(self.copy_report_asked)
        self._text.clicked.connect(self.save_text_asked)
        self._json.clicked.connect(self.save_json_asked)
        self._close.clicked.connect(self.close)
        keys = (
            (QKeySequence(QKeySequence.StandardKey.Find), self._on_find),
            (QKeySequence(QKeySequence.StandardKey.Refresh), self._on_refresh),
            (QKeySequence(QKeySequence.StandardKey.Save), self._on_save),
        )
        for key, slot in keys:
            QShortcut(key, self, slot)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for label in (self._title, self._path, self._facts, self._sign, self._verdict, self._count):
            label.set_look(look)
        for part in (self._tabs, self.summary, self.findings):
            part.set_look(look)
        self._head.setContentsMargins(look.px(16), look.px(12), look.px(16), look.px(8))
        self._head.setSpacing(look.px(4))
        self._second.setContentsMargins(0, look.px(6), 0, 0)
        self._second.setSpacing(look.px(6))
        self._place.setSpacing(look.px(12))
        self._buttons.setContentsMargins(look.px(16), look.px(8), look.px(16), look.px(8))
        self._buttons.setSpacing(look.px(8))
        set_button_icon(self._copy, look, "copy", "text")
        self._say_button()
        self._arrange()

    # What is shown

    def say_running(self, what: str, count: str, permille: int | None) -> None:
        """Say how far the check is."""
        if not self._is_running:
            self._is_running = True
            self._sign.set_icon("loader", "text_2", "")
            self._say_button()
        if what != self._verdict.text():
            self._verdict.set_text(what)
        self._count.setText(count)
        self._bar.setVisible(permille is not None)
        if permille is not None:
            self._bar.setValue(permille)

    def say_over(self, sign: Sign, note: str, *, can_report: bool) -> None:
        """Say how the check ended.

        Args:
            sign: with the sentence as its word.
            note: when, and how long it took.
            can_report: there is something to take along.
        """
        self._is_running = False
        self._sign.set_icon(sign.icon, sign.role, "")
        self._verdict.set_text(sign.word)
        self._count.setText(note)
        self._bar.hide()
        self._say_button()
        for button in (self._copy, self._text, self._json):
            button.setEnabled(can_report)

    def say_found(
        self,
        tallies: tuple[TallyRow, ...],
        size: SizeText | None,
        rows: tuple[FindingRow, ...],
        counts: Mapping[Severity, int],
        note: str,
        *,
        is_over: bool,
    ) -> None:
        """Show what was found until now; see FindingsPanel.say."""
        self.summary.say_tallies(tallies)
        self.summary.say_size(size, is_over=is_over)
        self.findings.say(rows, counts, note, is_over=is_over)
        count = f"{sum(counts.values()):,}"
        if count != self._findings_count:
            self._findings_count = count
            self._tabs.set_count(FINDINGS_TAB, count)

    def show_tab(self, tab: int) -> None:
        """Show findings, or tallies and sizes, where both do not fit."""
        self._tabs.setCurrentIndex(tab)

    @property
    def words(self) -> tuple[str, str]:
        """Sentence and note of the head."""
        return self._verdict.text(), self._count.text()

    @property
    def is_running(self) -> bool:
        """Whether the check goes on."""
        return self._is_running

    def _say_button(self) -> None:
        words, icon = ("Cancel  Esc", "x") if self._is_running else ("Check again", "refresh-cw")
        self._button.setText(words)
        self._button.setToolTip("Cancel the check" if self._is_running else "Check the store again  F5")
        set_button_icon(self._button, self._look, icon, "text")
        for button in (self._copy, self._text, self._json):
            button.setEnabled(not self._is_running)

    @Slot()
    def _arrange(self) -> None:
        """Both parts beside each other, or one of them."""
        look = self._look
        has_both = self.width() >= look.px(BOTH_FROM_PX)
        is_summary = self._tabs.currentIndex() == SUMMARY_TAB
        self._tabs.setVisible(not has_both)
        self.summary.setVisible(has_both or is_summary)
        self.findings.setVisible(has_both or not is_summary)
        if has_both:
            self.summary.setFixedWidth(look.px(SUMMARY_PX))
        else:
            self.summary.setMinimumWidth(0)
            self.summary.setMaximumWidth(16_777_215)

    # Keys and closing

    def minimumSizeHint(self) -> QSize:
        """As small as the buttons allow; Qt's name."""
        return QSize(self._buttons.minimumSize().width(), self._look.px(320))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the parts; Qt's name."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc cancels the check; it closes the window where there is nothing to cancel. Qt's name."""
        if event.key() == Qt.Key.Key_Escape:
            if self._is_running:
                self.cancel_asked.emit()
            else:
                self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so; Qt's name."""
        self.closed.emit()
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground, and lines around the parts; Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("window"))
        body = self._body.geometry()
        painter.fillRect(body, look.colour("line"))
        painter.end()

    @Slot()
    def _on_button(self) -> None:
        (self.cancel_asked if self._is_running else self.again_asked).emit()

    @Slot()
    def _on_find(self) -> None:
        self._tabs.setCurrentIndex(FINDINGS_TAB)
        self.findings.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.findings.field.selectAll()

    @Slot()
    def _on_refresh(self) -> None:
        if not self._is_running:
            self.again_asked.emit()

    @Slot()
    def _on_save(self) -> None:
        if self._text.isEnabled():
            self.save_text_asked.emit()
