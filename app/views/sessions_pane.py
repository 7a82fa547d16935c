"""The middle pane: a line that says whose sessions these are and how many, and the list or a panel in its place."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.sessions_model import SessionsModel
from app.present.one_line import as_tip
from app.views.labels import ElidedLabel, IconLabel, TextLabel
from app.views.message_panel import MessagePanel
from app.views.sessions_view import SessionsView


class SessionsPane(QWidget):
    """Head line, table, panel.

    Attributes:
        view: the table.
        panel: shown when there is no row to show.
    """

    def __init__(self, look: Look, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._head = QWidget(self)
        self._name = ElidedLabel(look, TypeUse.SECTION, "text", self._head)
        self._count = TextLabel(look, TypeUse.SMALL, "text_2", self._head)
        self._fault_icon = IconLabel(look, 14, self._head)
        self._fault_words = TextLabel(look, TypeUse.SMALL, "warn", self._head)
        row = QHBoxLayout(self._head)
        for widget in (self._name, self._fault_icon, self._fault_words, self._count):
            row.addWidget(widget, 1 if widget is self._name else 0)
        self.view = SessionsView(look, model, self)
        self.panel = MessagePanel(look, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.view)
        self.set_look(look)
        self.say_store("", "", ())

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._name, self._count, self._fault_icon, self._fault_words, self.view, self.panel):
            part.set_look(look)
        self._head.setFixedHeight(look.px(tokens()["height"]["filter_bar"]))
        layout = self._head.layout()
        if layout is not None:
            layout.setContentsMargins(look.px(12), 0, look.px(12), 0)
            layout.setSpacing(look.px(6))
        self.setMinimumWidth(look.px(tokens()["pane"]["sessions"][0]))
        self.update()

    def say_store(self, name: str, count: str, faults: tuple[str, ...]) -> None:
        """Say whose sessions these are: a name, a count in words, sentences of what is wrong with the store."""
        self._name.set_text(name)
        self._count.setText(count)
        self._fault_icon.setVisible(bool(faults))
        self._fault_words.setVisible(bool(faults))
        if faults:
            self._fault_icon.set_icon("triangle-alert", "warn", "Faults of the store")
            self._fault_words.setText("1 fault" if len(faults) == 1 else f"{len(faults):,} faults")
            self._fault_words.setToolTip(as_tip("\n".join(faults[:10])))

    def show_list(self) -> None:
        """Show the table."""
        self._stack.setCurrentWidget(self.view)

    def show_panel(self, icon: str, role: str, title: str, sentence: str, advice: str = "", button: str = "") -> None:
        """Show words in place of the table."""
        self.panel.say(icon, role, title, sentence, advice, button)
        self._stack.setCurrentWidget(self.panel)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the pane's ground and the line under its head; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        painter.fillRect(0, self._head.height() - 1, self.width(), 1, self._look.colour("line"))
        painter.end()
