"""A button of the tool bar that has its word beside the icon, as high as those without. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from app.look.look import Look
from app.look.tokens import tokens


class WordButton(QToolButton):
    """Carries out one action. Qt would make it a little higher than the style sheet says."""

    def __init__(self, look: Look, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setProperty("words", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setDefaultAction(action)
        self.setAccessibleName(self.text())

    def set_look(self, look: Look) -> None:
        """Take the height of another look."""
        self._look = look
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As wide as its word; Qt's name."""
        return QSize(super().sizeHint().width(), self._look.px(tokens()["height"]["control"]))

    def minimumSizeHint(self) -> QSize:
        """All of it; Qt's name."""
        return self.sizeHint()
