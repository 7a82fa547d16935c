"""A field into which the number of sessions must be typed before they are deleted. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import TextLabel

FIELD_PX = 88


class CountField(QWidget):
    """Words and the field.

    Attributes:
        field: the field.

    Signals:
        typed (bool): whether the number is the right one now.
    """

    typed = Signal(bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = 0
        self._words = TextLabel(look, TypeUse.BODY, "text", self)
        self.field = QLineEdit(self)
        self.field.textChanged.connect(self._on_typed)
        self._words.setBuddy(self.field)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._words)
        self._row.addWidget(self.field)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._words.set_look(look)
        self._row.setSpacing(look.px(8))
        self.field.setFixedWidth(look.px(FIELD_PX))

    def ask(self, wanted: int) -> None:
        """Ask for a number; 0 hides the field."""
        self._wanted = wanted
        words = f"Type {wanted:,} to delete for good"
        self._words.setText(words)
        self.field.setAccessibleName(words)
        self.field.clear()
        self.setVisible(wanted > 0)

    @property
    def is_right(self) -> bool:
        """Whether what is typed is the number, or none is asked for."""
        typed = self.field.text().strip().replace(",", "")
        return not self._wanted or (typed.isascii() and typed.isdigit() and typed == str(self._wanted))

    @Slot()
    def _on_typed(self) -> None:
        self.typed.emit(self.is_right)
