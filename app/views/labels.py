"""Labels in a type use and a colour role, which take stored text as text. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.one_line import as_tip


class TextLabel(QLabel):
    """A label of plain text; what looks like HTML is shown as it is."""

    def __init__(self, look: Look, use: TypeUse, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._use = use
        self._role = role
        self._look = look
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.setFont(look.font(self._use))
        self.set_role(self._role)

    def set_role(self, role: str) -> None:
        """Take another colour role."""
        self._role = role
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, self._look.colour(role))
        palette.setColor(QPalette.ColorRole.Text, self._look.colour(role))
        palette.setColor(QPalette.ColorRole.Highlight, self._look.colour("text_select"))
        palette.setColor(QPalette.ColorRole.HighlightedText, self._look.colour("text"))
        self.setPalette(palette)

    def wrap(self) -> None:
        """Break the text into lines; the label is as high as its lines at the width it gets."""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setWordWrap(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """One line where text is wrapped: Qt would take its height at its narrowest, and keep that free below."""
        return QSize(0, self.fontMetrics().lineSpacing()) if self.wordWrap() else super().minimumSizeHint()

    def make_copyable(self) -> None:
        """Let the text be selected with mouse and keyboard."""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )


class ElidedLabel(TextLabel):
    """One line that is cut at its end when there is no room; the tool tip then says all of it."""

    def __init__(self, look: Look, use: TypeUse, role: str, parent: QWidget | None = None) -> None:
        super().__init__(look, use, role, parent)
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str, tip: str = "") -> None:
        """Show another text, with something more to say in the tool tip."""
        self.setText(text)
        self._tip = tip or text
        self.setAccessibleName(text)
        self.setToolTip(as_tip(self._tip))

    def minimumSizeHint(self) -> QSize:
        """It may be cut to a few characters; Qt's name."""
        return QSize(self._look.px(40), self._look.line_px(self._use))

    def sizeHint(self) -> QSize:
        """Its whole text; Qt's name."""
        width = int(self._look.metrics(self._use).horizontalAdvance(self.text())) + 2
        return QSize(width, self._look.line_px(self._use))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the cut text, at the leading edge whatever its script; Qt's name."""
        painter = QPainter(self)
        painter.setFont(self._look.font(self._use))
        painter.setPen(self._look.colour(self._role))
        metrics = self._look.metrics(self._use)
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), int(flags) | int(Qt.TextFlag.TextSingleLine), text)
        painter.end()


class IconLabel(QLabel):
    """An icon that says what it means in its tool tip and to screen readers."""

    def __init__(self, look: Look, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._size = size
        self._name = ""
        self._role = "text_2"

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        if self._name:
            self.set_icon(self._name, self._role, self.accessibleName())

    def set_icon(self, name: str, role: str, word: str) -> None:
        """Show another icon.

        Args:
            word: what it means; "" where a label beside it says so.
        """
        self._name, self._role = name, role
        self.setPixmap(self._look.pixmap(name, role, self._size, self.devicePixelRatioF()))
        self.setFixedSize(self._look.px(self._size), self._look.px(self._size))
        self.setAccessibleName(word)
        self.setToolTip(as_tip(word))
