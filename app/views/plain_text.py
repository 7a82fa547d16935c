"""A few lines of text that can be selected and copied, broken anywhere, as high as they need. GUI thread only.

A label cannot break a digest of 64 characters; a narrow page would cut it off.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse


class PlainText(QTextEdit):
    """Text that is shown as text, without an edge; Tab goes on to the next control."""

    def __init__(self, look: Look, use: TypeUse, role: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._use, self._role = use, role
        self.setObjectName("plain_text")
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.setFont(look.font(self._use))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Text, look.colour(self._role))
        palette.setColor(QPalette.ColorRole.Highlight, look.colour("text_select"))
        palette.setColor(QPalette.ColorRole.HighlightedText, look.colour("text"))
        self.setPalette(palette)
        self._fit()

    def say(self, text: str) -> None:
        """Show another text."""
        self.setPlainText(text)
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as its lines; Qt's name."""
        return QSize(self._look.px(200), self._height_px())

    def minimumSizeHint(self) -> QSize:
        """It may become narrow; Qt's name."""
        return QSize(self._look.px(60), self._look.line_px(self._use))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew; Qt's name."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """All of it is seen; the page around it scrolls. Qt's name."""
        event.ignore()

    def _height_px(self) -> int:
        self.document().setTextWidth(max(self.viewport().width(), 1))
        return max(int(self.document().size().height() + 0.99), self._look.line_px(self._use))

    def _fit(self) -> None:
        self.setFixedHeight(self._height_px())
