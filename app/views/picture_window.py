"""A window for one decoded picture, scaled down to fit, never up. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.look.look import Look


class PictureWindow(QWidget):
    """Shows a picture; Esc closes."""

    def __init__(self, look: Look, image: QImage, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Picture, {words}")
        self.setAccessibleName(f"Picture, {words}")
        self._look = look
        self._image = image
        self.resize(min(image.width() + look.px(32), 1200), min(image.height() + look.px(32), 900))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the picture in the middle."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("code"))
        size = self._image.size()
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        at = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        painter.drawImage(QRect(at, size), self._image)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
