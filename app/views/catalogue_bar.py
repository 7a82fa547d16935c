"""How far the catalogue is, in the status bar: a bar, a count, and a button that stops it. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import TextLabel

STEPS = 1000


class CatalogueBar(QWidget):
    """Shown only while there is something to say.

    Signals:
        cancel_asked: the button beside the count.
    """

    cancel_asked = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar, self._words = QProgressBar(self), TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Catalogue")
        self._stop = QToolButton(self)
        self._stop.setProperty("small", True)
        self._stop.setToolTip("Stop cataloguing until the stores are read again")
        self._stop.setAccessibleName("Stop cataloguing")
        self._stop.clicked.connect(self.cancel_asked)
        self._row = QHBoxLayout(self)
        for part in (self._bar, self._words, self._stop):
            self._row.addWidget(part)
        self.hide()
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._words.set_look(look)
        self._bar.setFixedWidth(look.px(64))
        self._row.setContentsMargins(0, 0, look.px(10), 0)
        self._row.setSpacing(look.px(6))
        self._stop.setIcon(look.icon("x", "text_2", 14))
        self._stop.setIconSize(QSize(look.px(14), look.px(14)))
        self._stop.setFixedSize(look.px(20), look.px(20))

    def show_progress(self, known: int, total: int) -> None:
        """Say how many sessions are catalogued."""
        self._bar.setValue(known * STEPS // total if total else 0)
        self._say(f"Catalogued {known:,} of {total:,}", "Titles, models and labels are read in the background")
        self._bar.show()
        self._stop.show()

    def show_incomplete(self, known: int, total: int) -> None:
        """Say where it was stopped."""
        self._bar.hide()
        self._stop.hide()
        self._say(f"Catalogue incomplete: {known:,} of {total:,}", "It was stopped; F5 goes on")

    def show_nothing(self) -> None:
        """Say nothing: all is known."""
        self.hide()

    def text(self) -> str:
        """What is said; empty while nothing is."""
        return "" if self.isHidden() else self._words.text()

    def _say(self, words: str, tip: str) -> None:
        if words != self._words.text():
            self._words.setText(words)
            self._words.setToolTip(tip)
        self.show()
