"""The right pane: head, tabs, and under them the transcript or Info. GUI thread only; it knows no store."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.present.page_facts import HeadText
from app.views.fault_band import FaultBand
from app.views.info_view import InfoView
from app.views.message_panel import MessagePanel
from app.views.page_head import PageHead
from app.views.tab_strip import TabStrip

TRANSCRIPT_TAB, INFO_TAB = 0, 1


class SessionPage(QWidget):
    """Head, tab strip, and the two tabs.

    Attributes:
        info: the Info tab.

    Signals:
        info_shown: the Info tab became visible.
        info_asked: a person wants to see there what is wrong.
    """

    info_shown = Signal()
    info_asked = Signal()

    def __init__(self, look: Look, transcript: QWidget, info: InfoView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.info = info
        self._transcript = transcript
        self._nothing = MessagePanel(look, self)
        self._nothing.say("inbox", "text_3", "No session chosen", "Choose one in the list to read it.")
        self._head = PageHead(look, self)
        self._tabs = TabStrip(look, self)
        for word in ("Transcript", "Info"):
            self._tabs.addTab(word)
        self._tabs.setAccessibleName("Parts of the session")
        self._band = FaultBand(look, self)
        self._band.info_asked.connect(self.info_asked)
        self._body = QStackedWidget(self)
        self._body.addWidget(self._transcript_tab())
        self._body.addWidget(info)
        self._tabs.currentChanged.connect(self._on_tab_changed)
        self._tab_row = QHBoxLayout()
        self._tab_row.addWidget(self._tabs)
        self._tab_row.addStretch(1)
        self._stack = QStackedWidget(self)
        ground = QWidget(self)
        column_of_words = QVBoxLayout(ground)
        column_of_words.setContentsMargins(0, 0, 0, 0)
        column_of_words.addWidget(self._nothing)
        self._stack.addWidget(ground)
        self._stack.addWidget(self._page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.set_look(look)

    def _transcript_tab(self) -> QWidget:
        tab = QWidget(self)
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._band)
        column.addWidget(self._transcript, 1)
        return tab

    def _page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(self._tab_row)
        column.addWidget(self._body, 1)
        return page

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._nothing, self._head, self._tabs, self._band, self.info):
            part.set_look(look)
        self._tab_row.setContentsMargins(look.px(16), 0, look.px(16), 1)
        self.update()

    def put_pin(self, action: QAction) -> None:
        """Show a button for pinning the session in its head."""
        self._head.put_pin(action)

    def put_actions(self, menu: QMenu) -> None:
        """Show a button in its head with a menu of what can be done with the session."""
        self._head.put_actions(menu)

    def say_head(self, text: HeadText, message_count: str) -> None:
        """Show a session's head."""
        self._head.say(text)
        self._tabs.set_count(TRANSCRIPT_TAB, message_count)
        self._stack.setCurrentIndex(1)

    def say_faults(self, sentences: tuple[str, ...]) -> None:
        """Show what is wrong with the session above its transcript."""
        self._band.say(sentences)

    def say_nothing(self, has_list: bool = True) -> None:
        """Show that no session is chosen; nothing at all where there is no list to choose from."""
        self._nothing.setVisible(has_list)
        self._stack.setCurrentIndex(0)

    def show_tab(self, tab: int) -> None:
        """Show one of the tabs."""
        self._tabs.setCurrentIndex(tab)

    @property
    def is_info_shown(self) -> bool:
        """Whether the Info tab is chosen."""
        return self._tabs.currentIndex() == INFO_TAB

    @property
    def band_text(self) -> str:
        """Sentences of the band as shown."""
        return self._band.text

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on to what the chosen tab shows. A focus proxy would be where Tab comes in as well."""
        if self._stack.currentIndex() == 1:
            (self.info if self.is_info_shown else self._transcript).setFocus(event.reason())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground and the line under the tabs; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        if self._stack.currentIndex() == 1:
            bottom = self._tabs.mapTo(self, self._tabs.rect().bottomLeft()).y() + 1
            painter.fillRect(0, bottom, self.width(), 1, self._look.colour("line"))
        painter.end()

    def _on_tab_changed(self, tab: int) -> None:
        self._body.setCurrentIndex(tab)
        if tab == INFO_TAB:
            self.info_shown.emit()
