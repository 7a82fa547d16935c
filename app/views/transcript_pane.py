"""The transcript's tab: a place for the find bar, the chips, and the transcript under them. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.look.look import Look
from app.views.chip_bar import ChipBar


class TranscriptPane(QWidget):
    """A column of bars and the transcript.

    It hands its focus on to nobody: Tab would pass over everything in it but the transcript.

    Attributes:
        chips: the bar of kinds.
    """

    def __init__(self, look: Look, transcript: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = ChipBar(look, self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.chips)
        self._column.addWidget(transcript, 1)

    def put_find_bar(self, bar: QWidget) -> None:
        """Put a find bar above the chips; it shows and hides itself."""
        self._column.insertWidget(0, bar)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self.chips.set_look(look)
