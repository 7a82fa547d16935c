"""The facts of a plan: label, value and note, side by side, in several lines where there is little room. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.one_line import as_tip
from app.present.plan_words import PlanFact
from app.views.labels import ElidedLabel, IconLabel, TextLabel

GAP_PX = 16


class FactCell(QWidget):
    """One fact."""

    def __init__(self, look: Look, fact: PlanFact, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._label.setText(fact.label)
        self._before = TextLabel(look, TypeUse.FACT_QUIET, "text_2", self)
        self._before.setText(fact.before)
        self._arrow = IconLabel(look, 14, self)
        self._arrow.set_icon("arrow-right", "text_2", "")
        self._value = ElidedLabel(look, TypeUse.FACT, "text", self)
        self._value.set_text(fact.value)
        self._note = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._note.set_text(fact.note)
        for part in (self._before, self._arrow):
            part.setVisible(bool(fact.before))
        self._values = QHBoxLayout()
        self._values.addWidget(self._before)
        self._values.addWidget(self._arrow)
        self._values.addWidget(self._value, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._label)
        column.addLayout(self._values)
        column.addWidget(self._note)
        self.setAccessibleName(fact.spoken)
        self.setToolTip(as_tip(fact.tip))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        for part in (self._label, self._before, self._arrow, self._value, self._note):
            part.set_look(look)
        self._values.setSpacing(look.px(4))

    def wide_px(self) -> int:
        """How wide it is with all of its words."""
        value = self._value.sizeHint().width()
        if not self._before.isHidden():
            value += self._before.sizeHint().width() + self._arrow.width() + 2 * self._values.spacing()
        return max(value, self._note.sizeHint().width(), self._label.sizeHint().width())


class PlanFacts(QWidget):
    """All facts; as many side by side as fit."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._cells: list[FactCell] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._columns = 0

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for cell in self._cells:
            cell.set_look(look)
        self._columns = 0
        self._arrange()

    def show_facts(self, facts: tuple[PlanFact, ...]) -> None:
        """Show other facts."""
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = [FactCell(self._look, fact, self) for fact in facts]
        self._columns = 0
        self._arrange()

    def texts(self) -> tuple[str, ...]:
        """All facts as they are spoken."""
        return tuple(cell.accessibleName() for cell in self._cells)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many side by side as fit; Qt's name."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the lines between facts; Qt's name."""
        painter, gap = QPainter(self), self._look.px(GAP_PX)
        for number, cell in enumerate(self._cells):
            if number % max(self._columns, 1):
                box = cell.geometry()
                painter.fillRect(box.left() - gap, box.top(), 1, box.height(), self._look.colour("line"))
        painter.end()

    def _arrange(self) -> None:
        gap = self._look.px(GAP_PX)
        widths = [cell.wide_px() for cell in self._cells]
        count = len(widths)
        fits = next((n for n in range(count, 1, -1) if _needed(widths, n, 2 * gap + 1) <= self.width()), 1)
        if fits == self._columns or not count:
            return
        self._columns = fits
        self._grid.setHorizontalSpacing(2 * gap + 1)
        self._grid.setVerticalSpacing(self._look.px(8))
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for number, cell in enumerate(self._cells):
            self._grid.addWidget(cell, number // fits, number % fits, Qt.AlignmentFlag.AlignTop)
        for column in range(fits):
            self._grid.setColumnStretch(column, max(widths[column::fits]))
        self.update()


def _needed(widths: list[int], columns: int, gap: int) -> int:
    """Width of a grid with so many columns."""
    return sum(max(widths[column::columns]) for column in range(columns)) + gap * (columns - 1)
