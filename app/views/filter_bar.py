"""The bar above the session list: a box that narrows it while one types, and buttons for groups, columns and the rest.

GUI thread only. It knows no session: it says what was typed and which menu is wanted.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.escape import keeps_escape

TEXT_LEAST = 120
"""What the box keeps for its icon and what is typed, at 100 %."""


class BarMenu(Enum):
    """The menus of the bar's buttons."""

    GROUPS = "groups"
    COLUMNS = "columns"
    MORE = "more"


_BUTTONS = {
    BarMenu.GROUPS: ("layers", "Group the sessions"),
    BarMenu.COLUMNS: ("columns-3", "Choose the columns"),
    BarMenu.MORE: ("ellipsis-vertical", "Sort the sessions, and more"),
}


class FilterField(QLineEdit):
    """The box: an icon at its leading edge, the number of hits at its end.

    Signals:
        left: Esc in an empty box, or the down arrow: the list should take the keyboard.
    """

    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Filter sessions")
        self.setMaxLength(500)
        self._hits = ""
        self._hits_rect = QRect()
        self._clear = QToolButton(self)
        self._clear.setToolTip("Clear the filter  Esc")
        self._clear.setAccessibleName("Clear the filter")
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.textChanged.connect(self._on_text_changed)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        side = look.px(20)
        self._clear.setIcon(look.icon("x", "text_2", 14))
        self._clear.setIconSize(QSize(look.px(14), look.px(14)))
        self._clear.setFixedSize(side, side)
        self._place()

    def say_hits(self, words: str) -> None:
        """Say how many sessions there are of how many; "" while nothing is typed."""
        self._hits = words
        self.setAccessibleDescription(words)
        self._place()
        self.update()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the shortcut that cancels what is being read while there is something to clear; Qt's name."""
        if self.text() and keeps_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears, then leaves; the down arrow and Enter leave. Qt's name."""
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the number of hits and the button at the end; Qt's name."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, then its icon and the number of hits; Qt's name."""
        super().paintEvent(event)
        painter = QPainter(self)
        pixmap = self._look.pixmap("list-filter", "text_2", 14, self.devicePixelRatioF())
        painter.drawPixmap(self._look.px(8), (self.height() - self._look.px(14)) // 2, pixmap)
        if not self._hits_rect.isEmpty():
            painter.setFont(self._look.font(TypeUse.SMALL))
            painter.setPen(self._look.colour("text_3"))
            painter.drawText(self._hits_rect, int(Qt.AlignmentFlag.AlignVCenter), self._hits)
        painter.end()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._place()

    def _place(self) -> None:
        """The text keeps clear of icon, number and button."""
        look, right = self._look, self._look.px(4)
        if not self._clear.isHidden():
            self._clear.move(self.width() - right - self._clear.width(), (self.height() - self._clear.height()) // 2)
            right += self._clear.width() + look.px(2)
        hits_px = int(look.metrics(TypeUse.SMALL).horizontalAdvance(self._hits)) + 1 if self._hits else 0
        self._hits_rect = QRect()
        # In a narrow box what is typed comes first; the status bar has the number too.
        if hits_px and self.width() - right - hits_px >= look.px(TEXT_LEAST):
            right += look.px(4)
            self._hits_rect = QRect(self.width() - right - hits_px, 0, hits_px, self.height())
            right += hits_px
        self.setTextMargins(look.px(20), 0, right, 0)


class FilterBar(QWidget):
    """The box and the buttons.

    Attributes:
        field: the box.

    Signals:
        menu_asked (BarMenu, QPoint global): a button was pressed; its menu belongs there.
    """

    menu_asked = Signal(object, object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = FilterField(look, self)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.field, 1)
        self._buttons: dict[BarMenu, QToolButton] = {}
        for menu, (_icon, tip) in _BUTTONS.items():
            button = self._buttons[menu] = QToolButton(self)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._on_clicked)
            self._row.addWidget(button)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.field.set_look(look)
        side = look.px(tokens()["height"]["control"])
        for menu, button in self._buttons.items():
            button.setIcon(look.icon(_BUTTONS[menu][0], "text_2", 16))
            button.setIconSize(QSize(look.px(16), look.px(16)))
            button.setFixedSize(side, side)
        self.setFixedHeight(look.px(tokens()["height"]["filter_bar"]))
        self._row.setContentsMargins(look.px(8), 0, look.px(8), 0)
        self._row.setSpacing(look.px(4))

    @Slot()
    def _on_clicked(self) -> None:
        for menu, button in self._buttons.items():
            if button is self.sender():
                self.menu_asked.emit(menu, button.mapToGlobal(QPoint(0, button.height())))
