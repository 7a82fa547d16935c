"""The focus ring: one small overlay in each window that follows the focus from control to control. GUI thread only.

A style sheet's outline cannot be drawn outside a button, and a style written in Python is called hundreds of times for
each repaint; one transparent widget on top costs nothing until the focus moves.
"""

from __future__ import annotations

import weakref

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QTabBar, QWidget
from shiboken6 import isValid

from app.look.look import Look
from app.look.tokens import tokens
from app.views.tab_strip import TabStrip

MARGIN = 3
"""How far the ring reaches outside the control: its own 2 px and a gap of 1 px."""

_FOLLOWED = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide}


class FocusRing(QWidget):
    """The ring of one window; the mouse passes through it."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._look = look
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def set_look(self, look: Look) -> None:
        """Draw with another look."""
        self._look = look
        self._place()

    def follow(self, target: QWidget | None) -> None:
        """Stand around this control, or nowhere."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched = []
        self._target = target
        while target is not None and target is not self.window():
            target.installEventFilter(self)
            target.destroyed.connect(self._on_destroyed, Qt.ConnectionType.UniqueConnection)
            self._watched.append(target)
            target = target.parentWidget()
        if isinstance(self._target, QTabBar):
            self._target.currentChanged.connect(self._place, Qt.ConnectionType.UniqueConnection)
        self._place()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Move along with the control."""
        if event.type() in _FOLLOWED:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring along the inner edge of this widget."""
        wide = self._look.px(tokens()["line_px"]["focus_ring"])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("accent"), wide))
        radius = self._look.px(8)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2), radius, radius)

    @Slot()
    def _on_destroyed(self) -> None:
        self._target = None
        self._watched = []
        self.hide()

    @Slot()
    def _place(self) -> None:
        target = self._target
        if target is None or not target.isVisible():
            self.hide()
            return
        inner = target.rect()
        if isinstance(target, QTabBar):
            at = target.currentIndex()
            inner = target.words_rect(at) if isinstance(target, TabStrip) else target.tabRect(at)
        margin = self._look.px(MARGIN)
        corner = target.mapTo(self.window(), inner.topLeft()) - QPoint(margin, margin)
        self.setGeometry(QRect(corner, inner.size()).adjusted(0, 0, 2 * margin, 2 * margin))
        self.show()
        self.raise_()


class FocusRings(QObject):
    """Gives every window its ring when the focus first comes to a control in it."""

    def __init__(self, application: QApplication, look: Look) -> None:
        super().__init__(application)
        self._look = look
        self._rings: weakref.WeakKeyDictionary[QWidget, FocusRing] = weakref.WeakKeyDictionary()
        application.focusChanged.connect(self._on_focus_changed)

    @Slot(object)
    def set_look(self, look: Look) -> None:
        """Draw all rings with another look."""
        self._look = look
        for ring in list(self._rings.values()):
            # A window that was closed may still be known by its name; its ring went with it.
            if isValid(ring):
                ring.set_look(look)

    @Slot("QWidget*", "QWidget*")
    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if (
            before is not None
            and before.window() in self._rings
            and (now is None or now.window() is not before.window())
        ):
            self._rings[before.window()].follow(None)
        if now is None:
            return
        window = now.window()
        has_ring = isinstance(now, (QAbstractButton, QComboBox, QLineEdit, QTabBar))
        if has_ring and window not in self._rings:
            self._rings[window] = FocusRing(window, self._look)
        if window in self._rings:
            self._rings[window].follow(now if has_ring else None)
