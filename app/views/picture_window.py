"""A window for one picture: fitted to the window or at any size, moved with mouse and keys. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import ElidedLabel, TextLabel

STEP = 1.25
LEAST, MOST = 0.02, 32.0
MOVE_PX = 64
_MOVES = {
    Qt.Key.Key_Left: QPointF(1, 0),
    Qt.Key.Key_Right: QPointF(-1, 0),
    Qt.Key.Key_Up: QPointF(0, 1),
    Qt.Key.Key_Down: QPointF(0, -1),
}


class PictureArea(QWidget):
    """The picture itself.

    Attributes:
        is_fitted: it is as large as the area allows, and never larger than it is.

    Signals:
        scaled: it has another size on the screen.
    """

    scaled = Signal()

    def __init__(self, look: Look, image: QImage | None, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._image, self._words = look, image, words
        self.is_fitted = True
        self._scale = 1.0
        self._shift = QPointF()
        self._pressed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"Picture, {words}")

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.update()

    @property
    def scale(self) -> float:
        """Pixels of the screen for one of the picture; 1 at 100 %."""
        if self._image is None or not self.is_fitted:
            return self._scale
        return min(self.width() / self._image.width(), self.height() / self._image.height(), 1.0)

    def fit(self) -> None:
        """Show all of it."""
        self.is_fitted, self._shift = True, QPointF()
        self.update()
        self.scaled.emit()

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Show it at another size.

        Args:
            at: the point of the area that stays where it is; None for the middle.
        """
        middle = QPointF(self.rect().center())
        at = at if at is not None else middle
        before = self.scale
        self._scale = min(max(scale, LEAST), MOST)
        self._shift = at - middle - (at - middle - self._shift) * (self._scale / before)
        self.is_fitted = False
        self._keep_inside()
        self.update()
        self.scaled.emit()

    def _keep_inside(self) -> None:
        """Let no empty room stand beside a picture that is larger than the area."""
        if self._image is None:
            return
        size = QSizeF(self._image.size()) * self.scale
        x, y = max((size.width() - self.width()) / 2, 0), max((size.height() - self.height()) / 2, 0)
        self._shift = QPointF(min(max(self._shift.x(), -x), x), min(max(self._shift.y(), -y), y))

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the area."""
        if self._image is None:
            return QRectF()
        size = QSizeF(self._image.size()) * self.scale
        middle = QRectF(self.rect()).center() + self._shift
        return QRectF(middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the picture, or why there is none; Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("code"))
        if self._image is None:
            painter.setFont(look.font(TypeUse.BODY))
            painter.setPen(look.colour("text_2"))
            inset = look.px(24)
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(inset, inset, -inset, -inset), flags, self._words)
            return
        self._keep_inside()
        # Enlarged pixels stay pixels.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 2)
        painter.drawImage(self.picture_rect(), self._image)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom where the mouse is; Qt's name."""
        if event.angleDelta().y():
            self.zoom_to(self.scale * STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture; Qt's name."""
        self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it; Qt's name."""
        if self._pressed is not None:
            self._shift += event.position() - self._pressed
            self._pressed = event.position()
            self._keep_inside()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        """Let go; Qt's name."""
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between fitted and 100 %; Qt's name."""
        if self.is_fitted:
            self.zoom_to(1.0, event.position())
        else:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, 0 fits, 1 is 100 %, arrows move; Qt's name."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_to(self.scale * STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_to(self.scale / STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.zoom_to(1.0)
        elif key in _MOVES:
            self._shift += _MOVES[key] * self._look.px(MOVE_PX)
            self._keep_inside()
            self.update()
        else:
            super().keyPressEvent(event)


class PictureWindow(QWidget):
    """The picture with its size and type in words, and what can be done with it.

    Args:
        image: None when it was not decoded; it can be saved all the same.
        words: its size, or why it was not decoded.
        facts: what else is known of it.

    Signals:
        closed: the window was closed.
        save_asked: its stored bytes are to be saved.
    """

    closed = Signal()
    save_asked = Signal()

    def __init__(
        self, look: Look, image: QImage | None, words: str, parent: QWidget | None = None, facts: str = ""
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Picture, {words}")
        self.setAccessibleName(f"Picture, {words}")
        self._look, self._image = look, image
        self.area = PictureArea(look, image, words, self)
        self._facts = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._facts.set_text(" · ".join(part for part in (words if image is not None else "", facts) if part))
        self._scale = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._row = QHBoxLayout()
        self._row.addWidget(self._facts, 1)
        self._row.addWidget(self._scale)
        buttons = (
            ("Fit", "Show all of it  0", self.area.fit, image is not None),
            ("100 %", "One pixel for each of its own  1", self._on_full, image is not None),
            ("Copy", "Copy the picture  Ctrl+C", self.copy, image is not None),
            ("Save As…", "Save it exactly as it is stored  Ctrl+S", self.save_asked.emit, True),
        )
        for name, tip, slot, is_possible in buttons:
            button = QPushButton(name, self)
            button.setToolTip(tip)
            button.setEnabled(is_possible)
            button.clicked.connect(slot)
            self._row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self.area, 1)
        self.area.scaled.connect(self._say_scale)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self, self.copy)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save_asked.emit)
        self.set_look(look)
        width, height = (image.width(), image.height()) if image is not None else (480, 160)
        self.resize(
            min(max(width + look.px(32), look.px(560)), 1200), min(max(height, look.px(160)) + look.px(76), 900)
        )
        self.area.setFocus()
        self._say_scale()

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self.area, self._facts, self._scale):
            part.set_look(look)
        self._row.setContentsMargins(look.px(16), look.px(6), look.px(12), look.px(6))
        self._row.setSpacing(look.px(8))
        self.update()

    @Slot()
    def copy(self) -> None:
        """Copy the picture."""
        if self._image is not None:
            QGuiApplication.clipboard().setImage(self._image)

    @Slot()
    def _on_full(self) -> None:
        self.area.zoom_to(1.0)

    @Slot()
    def _say_scale(self) -> None:
        self._scale.setText(f"{self.area.scale * 100:.0f} %" if self._image is not None else "")

    def resizeEvent(self, event: object) -> None:  # noqa: ARG002
        """A fitted picture has another size now; Qt's name."""
        self._say_scale()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground of the bar; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("window"))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; Qt's name."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so; Qt's name."""
        self.closed.emit()
        super().closeEvent(event)
