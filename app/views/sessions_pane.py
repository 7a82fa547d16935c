"""The middle pane: the filter bar, and the list or a panel in its place."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.models.sessions_model import SessionsModel
from app.views.filter_bar import FilterBar
from app.views.message_panel import MessagePanel
from app.views.sessions_view import SessionsView


class SessionsPane(QWidget):
    """Filter bar, table, panel.

    Attributes:
        bar: the filter box and the buttons.
        view: the table.
        panel: shown when there is no row to show.
    """

    def __init__(self, look: Look, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.bar = FilterBar(look, self)
        self.view = SessionsView(look, model, self)
        self.panel = MessagePanel(look, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self.set_look(look)
        self.show_bar(False)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self.bar, self.view, self.panel):
            part.set_look(look)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on to the table. With a focus proxy Tab would pass over the bar above it."""
        self.view.setFocus(event.reason())

    def show_bar(self, has_list: bool) -> None:
        """Let the bar be used, or not: there is no list to narrow."""
        self.bar.setEnabled(has_list)

    @property
    def has_list(self) -> bool:
        """Whether the table is shown, not the panel."""
        return self._stack.currentWidget() is self.view

    def show_list(self) -> None:
        """Show the table."""
        self._stack.setCurrentWidget(self.view)

    def show_panel(self, icon: str, role: str, title: str, sentence: str, advice: str = "", button: str = "") -> None:
        """Show words in place of the table."""
        self.panel.say(icon, role, title, sentence, advice, button)
        self._stack.setCurrentWidget(self.panel)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the pane's ground and the line under its bar; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        painter.fillRect(0, self.bar.height() - 1, self.width(), 1, self._look.colour("line"))
        painter.end()
