"""The head of the table of changes: small labels, and an arrow beside the times. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.changes_model import TITLES, ChangeColumn, ChangesModel
from app.views.change_delegate import INSET_PX
from app.views.text_cache import TextCache

ARROW_PX = 12
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class ChangesHeader(QHeaderView):
    """Paints the sections itself; only the times can be clicked.

    Signals:
        order_asked: the times are to be the other way round.
    """

    order_asked = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.sectionClicked.connect(self._on_clicked)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self.setFixedHeight(look.px(tokens()["height"]["table_header"]))
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """The fixed height; Qt's name."""
        return QSize(0, self._look.px(tokens()["height"]["table_header"]))

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        """Paint one label; Qt's name."""
        if not rect.isValid():
            return
        look, column = self._look, ChangeColumn(logical_index)
        painter.fillRect(rect, look.colour("base"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.colour("line"))
        is_time = column is ChangeColumn.WHEN
        use, role = (TypeUse.SMALL_STRONG, "text") if is_time else (TypeUse.SMALL, "text_2")
        inset = INSET_PX if is_time else 0
        cell = rect.adjusted(look.px(inset), 0, -look.px(INSET_PX), 0)
        title = self._texts.elided(use, TITLES[column], cell.width())
        painter.setFont(look.font(use))
        painter.setPen(look.colour(role))
        painter.drawText(cell, _LEFT, title)
        model = self.model()
        if is_time and isinstance(model, ChangesModel):
            side = look.px(ARROW_PX)
            arrow = look.pixmap("arrow-down" if model.is_descending else "arrow-up", "text", ARROW_PX, self._ratio())
            left = cell.left() + self._texts.width_px(use, title) + look.px(4)
            painter.drawPixmap(left, rect.top() + (rect.height() - side) // 2, arrow)

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    @Slot(int)
    def _on_clicked(self, column: int) -> None:
        if column == ChangeColumn.WHEN:
            self.order_asked.emit()
