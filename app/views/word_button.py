"""A button of the tool bar that has its word beside the icon, as high as those without. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from app.look.look import Look
from app.look.tokens import tokens
from app.views.painting import set_button_icon


class WordButton(QToolButton):
    """Carries out one action, with an icon that keeps its distance. Qt would make it higher than the others.

    Args:
        icon: name in resources/icons.
    """

    def __init__(self, look: Look, action: QAction, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._action, self._icon_name = look, action, icon
        self.setProperty("words", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setText(action.iconText())
        self.setToolTip(action.toolTip())
        self.setAccessibleName(self.text())
        self.clicked.connect(action.trigger)
        action.changed.connect(self._on_changed)
        self._on_changed()
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Take the icon and the height of another look."""
        self._look = look
        set_button_icon(self, look, self._icon_name, "text_2")
        self.updateGeometry()

    @Slot()
    def _on_changed(self) -> None:
        self.setEnabled(self._action.isEnabled())

    def sizeHint(self) -> QSize:
        """As wide as its word; Qt's name."""
        return QSize(super().sizeHint().width(), self._look.px(tokens()["height"]["control"]))

    def minimumSizeHint(self) -> QSize:
        """All of it; Qt's name."""
        return self.sizeHint()
