"""The findings of the check of a store: what narrows them, the table, and the chosen one in full. GUI thread only."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.findings_model import FindingsModel
from app.present.check_words import SEVERITY_PLURALS, SEVERITY_SIGNS
from app.present.one_line import one_line
from app.present.sizes import counted
from app.present.store_check import FindingRow
from app.views.chip import Chip, ChipForm
from app.views.filter_bar import FilterField
from app.views.findings_view import ROW_PX, FindingsView
from app.views.labels import TextLabel
from app.views.painting import set_button_icon
from app.views.plain_text import PlainText
from store.values.checks import Severity

FIELD_PX, DETAIL_FROM_PX = 140, 260
"""Least width of the field, and the height from which there is room for the chosen finding in full."""

NOTHING, NONE_FITS, NOT_YET = "Nothing was found.", "No finding fits what is chosen and typed.", "Nothing found so far."


class FindingDetail(QWidget):
    """The chosen finding in full, and what can be done with it.

    Signals:
        show_asked: its session is to be shown.
        copy_asked: it is to be copied.
    """

    show_asked = Signal()
    copy_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName("The chosen finding")
        self._sentence = PlainText(look, TypeUse.BODY, "text", "The finding in full", self)
        self._whose = PlainText(look, TypeUse.CODE, "text_2", "Its session and its code", self)
        self._show = QPushButton("Show session", self)
        self._show.setToolTip("Show the session in the main window  Enter")
        self._show.clicked.connect(self.show_asked)
        self._copy = QPushButton("Copy", self)
        self._copy.setToolTip("Copy the chosen findings  Ctrl+C")
        self._copy.clicked.connect(self.copy_asked)
        self._texts, self._buttons = QVBoxLayout(), QHBoxLayout()
        self._texts.addWidget(self._sentence)
        self._texts.addWidget(self._whose)
        self._texts.addStretch(1)
        self._buttons.addWidget(self._show)
        self._buttons.addWidget(self._copy)
        self._row = QHBoxLayout(self)
        self._row.addLayout(self._texts, 1)
        self._row.addLayout(self._buttons)
        self._row.setAlignment(self._buttons, Qt.AlignmentFlag.AlignTop)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for text in (self._sentence, self._whose):
            text.set_look(look)
        set_button_icon(self._copy, look, "copy", "text")
        inset = look.px(12)
        self._row.setContentsMargins(inset, look.px(10), inset, look.px(10))
        self._row.setSpacing(look.px(16))
        self._texts.setSpacing(look.px(4))
        self._buttons.setSpacing(look.px(8))
        self.update()

    def say(self, row: FindingRow) -> None:
        """Show a finding."""
        finding = row.finding
        self._sentence.say(row.sentence)
        whose = "" if finding.session_id is None else f"{one_line(finding.session_id)}  "
        self._whose.say(f"{whose}{one_line(finding.code)}")
        self._show.setEnabled(finding.session_id is not None)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground and the line above; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("raised"))
        painter.fillRect(0, 0, self.width(), 1, self._look.colour("line"))
        painter.end()


class FindingsPanel(QWidget):
    """Chips, field, table, and the chosen finding.

    Attributes:
        field: narrows by words.
        view: the table.

    Signals:
        show_asked (FindingRow): its session is to be shown.
        copy_asked (tuple of FindingRow): these are to be copied.
    """

    show_asked = Signal(object)
    copy_asked = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._is_over = look, False
        self._rows: tuple[FindingRow, ...] | None = None
        self._counts: dict[Severity, int] | None = None
        self._model = FindingsModel(self)
        self._chips: dict[Severity | None, Chip] = {}
        for severity in (None, *Severity):
            icon = "" if severity is None else SEVERITY_SIGNS[severity].icon
            chip = Chip(look, "", icon, severity is Severity.ERROR, self)
            chip.clicked.connect(self._narrow)
            self._chips[severity] = chip
        self._chips[None].setChecked(True)
        self.field = FilterField(look, self)
        self.field.setPlaceholderText("Filter findings")
        self.field.setAccessibleName("Filter findings")
        self.field.textChanged.connect(self._narrow)
        self.field.left.connect(self._on_field_left)
        self.view = FindingsView(look, self._model, self)
        self._nothing = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.wrap()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._nothing)
        self._note = TextLabel(look, TypeUse.SMALL, "warn", self)
        self._note.wrap()
        self._note.hide()
        self._detail = FindingDetail(look, self)
        self._detail.hide()
        self._place()
        self.view.chosen.connect(self._on_chosen)
        self.view.entered.connect(self._on_entered)
        self.view.copy_asked.connect(self._on_copy_asked)
        self._detail.copy_asked.connect(self._on_copy_asked)
        self._detail.show_asked.connect(self._on_show_asked)
        self.set_look(look)
        self.say((), dict.fromkeys(Severity, 0), "", is_over=False)

    def _place(self) -> None:
        self._bar = QHBoxLayout()
        for chip in self._chips.values():
            self._bar.addWidget(chip)
        self._bar.addStretch(1)
        self._bar.addWidget(self.field, 4)
        self.field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        # Where there is little room the chosen finding is left out, and must not ask for any.
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._column.addLayout(self._bar)
        self._column.addWidget(self._stack, 1)
        self._column.addWidget(self._note)
        self._column.addWidget(self._detail)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for chip in self._chips.values():
            chip.set_look(look)
        for part in (self.field, self.view, self._nothing, self._note, self._detail):
            part.set_look(look)
        self._note.setContentsMargins(look.px(12), look.px(6), look.px(12), look.px(6))
        self.field.setMinimumWidth(look.px(FIELD_PX))
        self.field.setMaximumWidth(look.px(280))
        self._bar.setContentsMargins(look.px(8), look.px(6), look.px(8), look.px(6))
        self._bar.setSpacing(look.px(3))
        self._fit()

    def say(self, rows: tuple[FindingRow, ...], counts: Mapping[Severity, int], note: str, *, is_over: bool) -> None:
        """Show the findings of now; what is chosen and typed stays.

        Args:
            counts: of each severity, those too that are not listed.
            note: that not all are listed; else "".
            is_over: no more will come.
        """
        self._is_over = is_over
        if dict(counts) != self._counts:
            self._counts = dict(counts)
            self._say_chip(None, "All", sum(counts.values()), "Show all findings")
            for severity, word in SEVERITY_PLURALS.items():
                self._say_chip(severity, word, counts.get(severity, 0), f"Show {word.lower()} only")
            self._fit()
        self._note.setText(note)
        self._note.setVisible(bool(note))
        if rows is not self._rows:
            self._rows = rows
            self.view.renew(rows)
        self._say_nothing()

    def _say_chip(self, severity: Severity | None, word: str, count: int, tip: str) -> None:
        chip = self._chips[severity]
        chip.say(word, f"{count:,}", f"{word}, {counted(count, 'finding')}", tip)
        # The chosen one stays: it must be possible to see that nothing is left of it.
        chip.setEnabled(count > 0 or severity is None or chip.isChecked())

    @property
    def severity(self) -> Severity | None:
        """Which findings are shown; None for all."""
        return next(severity for severity, chip in self._chips.items() if chip.isChecked())

    def chip(self, severity: Severity | None) -> Chip:
        """The chip of a severity, or of all."""
        return self._chips[severity]

    @property
    def model(self) -> FindingsModel:
        """The shown findings."""
        return self._model

    def minimumSizeHint(self) -> QSize:
        """The bar and a few rows; Qt's name."""
        look = self._look
        rows = look.px(tokens()["height"]["table_header"]) + 3 * look.px(ROW_PX)
        return QSize(look.px(FIELD_PX * 2), look.px(tokens()["height"]["chip_bar"]) + rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out words, and the chosen finding, where there is little room; Qt's name."""
        super().resizeEvent(event)
        self._fit()
        self._on_chosen(self.view.current())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        painter.end()

    def _fit(self) -> None:
        look, gap = self._look, self._look.px(3)
        room = self.width() - look.px(FIELD_PX + 16) - gap * (len(self._chips) + 2)
        for form in (ChipForm.WORDS, ChipForm.COUNT, ChipForm.ICON):
            for chip in self._chips.values():
                chip.set_form(form)
            if sum(chip.sizeHint().width() for chip in self._chips.values()) <= room:
                break
        for chip in self._chips.values():
            chip.setFixedSize(chip.sizeHint().width(), look.px(tokens()["height"]["chip"]))

    def _say_nothing(self) -> None:
        has_rows = self._model.rowCount() > 0
        if not has_rows:
            self._nothing.setText(NONE_FITS if self._model.total else NOTHING if self._is_over else NOT_YET)
        self._stack.setCurrentIndex(0 if has_rows else 1)

    @Slot()
    def _narrow(self) -> None:
        self._model.narrow(self.severity, self.field.text())
        self._say_nothing()
        self.view.narrow_to_first()

    @Slot()
    def _on_field_left(self) -> None:
        self.view.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(object)
    def _on_chosen(self, row: FindingRow | None) -> None:
        self._detail.setVisible(row is not None and self.height() >= self._look.px(DETAIL_FROM_PX))
        if row is not None:
            self._detail.say(row)

    @Slot(object)
    def _on_entered(self, row: FindingRow) -> None:
        if row.finding.session_id is not None:
            self.show_asked.emit(row)

    @Slot()
    def _on_show_asked(self) -> None:
        row = self.view.current()
        if row is not None:
            self._on_entered(row)

    @Slot()
    def _on_copy_asked(self) -> None:
        rows = self.view.selected()
        if rows:
            self.copy_asked.emit(rows)
