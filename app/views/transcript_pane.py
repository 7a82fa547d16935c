"""The transcript's tab: a place for the find bar, the chips, and the transcript under them. GUI thread only."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.views.chip_bar import ChipBar


class TranscriptStack(QStackedWidget):
    """The transcript, or words in its place. It hands its focus on; by a proxy Tab would come in here first."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on to what is shown; Qt's name."""
        shown = self.currentWidget()
        if shown is not None:
            shown.setFocus(event.reason())


class TranscriptPane(QWidget):
    """A column of bars and the transcript.

    It hands the focus on to the transcript when it is given to it, not by a proxy: Tab would pass over all else in it.

    Attributes:
        chips: the bar of kinds.

    Signals:
        find_left: Esc, while the find bar is shown.
    """

    find_left = Signal()

    def __init__(self, look: Look, transcript: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transcript = transcript
        self._bar: QWidget | None = None
        self.chips = ChipBar(look, self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.chips)
        self._column.addWidget(transcript, 1)

    def put_find_bar(self, bar: QWidget) -> None:
        """Put a find bar above the chips; it shows and hides itself."""
        self._bar = bar
        self._column.insertWidget(0, bar)
        # Tab goes through the bars and the transcript from the top to the bottom, not as they were made.
        stops = [*_stops(bar), *_stops(self.chips), *_stops(self._transcript)]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, where the transcript has nothing to leave, closes the find bar; Qt's name."""
        if event.key() == Qt.Key.Key_Escape and self._bar is not None and self._bar.isVisible():
            self.find_left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on to the transcript; Qt's name."""
        self._transcript.setFocus(event.reason())

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self.chips.set_look(look)


def _stops(part: QWidget) -> list[QWidget]:
    """Where Tab stops in a part of the pane, in the order in which they were made."""
    inside = part.findChildren(QWidget)
    return [widget for widget in inside if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy()]
