"""The tabs of a page: words with a count, an underline of 2 px at the chosen one. GUI thread only.

It is a QTabBar, so keyboard and screen readers find what they know; only the painting is ours.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.text_cache import TextCache

GAP = 22
COUNT_GAP = 6
_CENTRE_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class TabStrip(QTabBar):
    """Tabs whose first word stands at the page's left edge."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[int, str] = {}
        self._hovered = -1
        self._by_keyboard = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setMouseTracking(True)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self.setFixedHeight(look.px(tokens()["height"]["page_tabs"]))
        # Qt keeps the widths of tabs until one of them changes.
        for index in range(self.count()):
            self.setTabText(index, self.tabText(index))
        self.updateGeometry()
        self.update()

    def set_count(self, index: int, count: str) -> None:
        """Show a count beside a tab's word; "" for none."""
        self._counts[index] = count
        self.setAccessibleTabName(index, f"{self.tabText(index)} {count}".strip())
        self.setTabText(index, self.tabText(index))
        self.updateGeometry()
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        """Words, count, and the gap to the next tab; Qt's name."""
        return QSize(self._words_px(index) + self._look.px(GAP), self._look.px(tokens()["height"]["page_tabs"]))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """The same; Qt's name."""
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the tabs; Qt's name."""
        painter = QPainter(self)
        for index in range(self.count()):
            self._paint_tab(painter, index)
        painter.end()

    def words_rect(self, index: int) -> QRect:
        """Where the words of a tab stand, without the gap to the next."""
        rect = self.tabRect(index)
        return QRect(rect.left(), rect.top(), self._words_px(index) + self._look.px(2), rect.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse for the hover; Qt's name."""
        self._set_hovered(self.tabAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered; Qt's name."""
        self._set_hovered(-1)
        super().leaveEvent(event)

    def _set_hovered(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()

    def _words_px(self, index: int) -> int:
        # The strong width for every tab, so that nothing moves when another is chosen.
        width = self._texts.width_px(TypeUse.SECTION, self.tabText(index))
        count = self._counts.get(index, "")
        return width + (self._look.px(COUNT_GAP) + self._texts.width_px(TypeUse.SMALL, count) if count else 0)

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        look, rect = self._look, self.tabRect(index)
        is_chosen = index == self.currentIndex()
        role = "text" if is_chosen or index == self._hovered else "text_2"
        painter.setFont(look.font(TypeUse.SECTION if is_chosen else TypeUse.BODY))
        painter.setPen(look.colour(role))
        painter.drawText(rect, _CENTRE_LEFT, self.tabText(index))
        count = self._counts.get(index, "")
        if count:
            left = rect.left() + self._texts.width_px(TypeUse.SECTION, self.tabText(index)) + look.px(COUNT_GAP)
            painter.setFont(look.font(TypeUse.SMALL))
            painter.setPen(look.colour("text_2" if is_chosen else "text_3"))
            painter.drawText(QRect(left, rect.top(), rect.right() - left + 1, rect.height()), _CENTRE_LEFT, count)
        if is_chosen:
            line = look.px(tokens()["line_px"]["tab_underline"])
            left = rect.left() - look.px(2)
            width = self._words_px(index) + look.px(4)
            painter.fillRect(QRect(left, self.height() - line, width, line), look.colour("accent"))
