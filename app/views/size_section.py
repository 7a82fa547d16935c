"""A size in Info: a head with the whole, the bar and its legend. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.size_words import SizeText
from app.views.labels import ElidedLabel, TextLabel
from app.views.size_view import SizeView


class SizeSection(QWidget):
    """Head, and the bar as soon as it is known."""

    def __init__(self, look: Look, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text: SizeText | None = None
        self.setAccessibleName(title)
        self._title = TextLabel(look, TypeUse.SECTION, "text", self)
        self._title.setText(title)
        self._note = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._note.setSizePolicy(self._title.sizePolicy())
        self.view = SizeView(look, self)
        self._head = QHBoxLayout()
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        self._head.addWidget(self._note)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._head)
        self._column.addWidget(self.view)
        self.set_look(look)
        self.say(None)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        for part in (self._title, self._note, self.view):
            part.set_look(look)
        self._head.setContentsMargins(0, look.px(16), 0, look.px(4))

    def say(self, text: SizeText | None, instead: str = "") -> None:
        """Show a size; None while it is not known.

        Args:
            instead: what is said then.
        """
        self._text = text
        self._note.set_text(instead if text is None else text.total)
        self.view.setVisible(text is not None and bool(text.parts))
        if text is not None:
            self.view.say(text)

    @property
    def text(self) -> SizeText | None:
        """What is shown."""
        return self._text
