"""Bands over the whole width of a plan: what to take care of, and what is kept to undo it. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.one_line import as_tip
from app.views.labels import IconLabel, TextLabel
from app.views.mixed_label import MixedLabel, Run

SHOWN_WARNINGS = 3


class WarningBand(QWidget):
    """An amber band: the first warning strong, further ones in lines of their own."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = IconLabel(look, 16, self)
        self._words = MixedLabel(look, TypeUse.BODY, self)
        self._row = QHBoxLayout(self)
        icons = QVBoxLayout()
        icons.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        icons.addStretch(1)
        self._row.addLayout(icons)
        self._row.addWidget(self._words, 1)
        self.set_look(look)
        self.say(())

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._icon.set_look(look)
        self._icon.set_icon("triangle-alert", "warn", "Take care")
        self._words.set_look(look)
        self._row.setContentsMargins(look.px(16), look.px(8), look.px(16), look.px(8))
        self._row.setSpacing(look.px(8))
        self.update()

    def say(self, warnings: tuple[str, ...]) -> None:
        """Show these; nothing at all for none."""
        runs = [
            Run(words if number == 0 else f"\u2028{words}", TypeUse.SECTION if number == 0 else TypeUse.BODY, "text")
            for number, words in enumerate(warnings[:SHOWN_WARNINGS])
        ]
        if len(warnings) > SHOWN_WARNINGS:
            more = len(warnings) - SHOWN_WARNINGS
            runs.append(Run(f"\u2028{more:,} more in the copied plan.", TypeUse.BODY, "text_2"))
        self._words.set_runs(runs)
        self.setAccessibleName(" ".join(warnings))
        self.setToolTip(as_tip("\n".join(warnings[SHOWN_WARNINGS:])))
        self.setVisible(bool(warnings))

    def text(self) -> str:
        """The warnings as shown."""
        return self._words.text().replace("\u2028", "\n")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint ground and edges; Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("warn_tint"))
        painter.fillRect(0, 0, self.width(), 1, look.colour("warn_line"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, look.colour("warn_line"))
        painter.end()


class BackupLine(QWidget):
    """What is kept to undo it, and from when the plan is; one below the other where both do not fit."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = IconLabel(look, 16, self)
        self._icon.set_icon("shield-check", "text_2", "Backup")
        self._words = MixedLabel(look, TypeUse.SMALL, self)
        self._planned = TextLabel(look, TypeUse.SMALL, "text_2", self)
        first = QHBoxLayout()
        first.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        first.addWidget(self._words, 1)
        self._first = first
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.addLayout(first, 1)
        self._row.addWidget(self._planned, 0, Qt.AlignmentFlag.AlignTop)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._icon, self._words, self._planned):
            part.set_look(look)
        self._row.setContentsMargins(look.px(16), look.px(8), look.px(16), look.px(8))
        self._row.setSpacing(look.px(12))
        self._first.setSpacing(look.px(8))

    def say(self, backup: tuple[str, str], planned: tuple[str, str]) -> None:
        """Say what is kept, and from when the plan is with its tool tip."""
        strong, plain = backup
        runs = [Run(strong, TypeUse.SMALL_STRONG, "text")]
        if plain:
            runs.append(Run(f" {plain}", TypeUse.SMALL, "text_2"))
        self._words.set_runs(runs)
        self._planned.setText(planned[0])
        self._planned.setToolTip(as_tip(planned[1]))
        self._planned.setVisible(bool(planned[0]))

    def say_changed(self) -> None:
        """The plan is older than what it was made on; who says so is the band above."""
        self._planned.setText(self._planned.text().removesuffix(", unchanged since"))

    def texts(self) -> tuple[str, str]:
        """Both as shown."""
        return self._words.text(), self._planned.text()

    def arrange(self, width: int) -> None:
        """Put the moment of the plan below where both have no room side by side."""
        has_room = width - self._planned.sizeHint().width() >= self._look.px(300)
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.LeftToRight if has_room else directions.TopToBottom)
