"""A box to tick and a box to choose from, painted from the tokens; Fusion's are hardly seen on dark. GUI thread only.

Keyboard, mouse and what screen readers are told stay Qt's.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.plain_rows import PlainRows

BOX_PX, GAP_PX = 14, 6


class TickBox(QCheckBox):
    """A box with its words."""

    def __init__(self, look: Look, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._look = look
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self.setFont(look.font(TypeUse.BODY))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Box, gap and words; Qt's name."""
        words = self.fontMetrics().size(int(Qt.TextFlag.TextShowMnemonic), self.text())
        height = self._look.px(24)
        return QSize(self._look.px(BOX_PX + GAP_PX) + words.width() + 2, height)

    def minimumSizeHint(self) -> QSize:
        """All of it; Qt's name."""
        return self.sizeHint()

    def hitButton(self, at: QPoint) -> bool:
        """The words belong to it; Qt's name."""
        return self.rect().contains(at)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Paint it hovered; Qt's name."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint box, tick and words; Qt's name."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = look.px(BOX_PX)
        box = QRect(1, (self.height() - side) // 2, side, side)
        is_on, is_enabled = self.isChecked(), self.isEnabled()
        fill = ("accent_fill" if is_on else "base") if is_enabled else "window"
        edge = ("accent_fill" if is_on else "line_control") if is_enabled else "line_strong"
        if is_on and is_enabled and self.underMouse():
            fill = edge = "accent_fill_hover"
        painter.setPen(QPen(look.colour(edge), 1))
        painter.setBrush(look.colour(fill))
        radius = look.px(tokens()["radius"]["box"])
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if is_on:
            role = "on_accent" if is_enabled else "text_disabled"
            mark = look.pixmap("check", role, 12, self.devicePixelRatioF())
            shift = (side - look.px(12)) // 2
            painter.drawPixmap(box.x() + shift, box.y() + shift, mark)
        painter.setPen(look.colour("text" if is_enabled else "text_disabled"))
        painter.setFont(look.font(TypeUse.BODY))
        words = self.rect().adjusted(look.px(BOX_PX + GAP_PX) + 1, 0, 0, 0)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextShowMnemonic)
        painter.drawText(words, flags, self.text())
        painter.end()


class ChoiceBox(QComboBox):
    """One of a few choices, each with a value.

    Signals:
        picked (object): the value that a person chose.
    """

    picked = Signal(object)

    def __init__(self, look: Look, choices: tuple[tuple[object, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        # Kept here: as data of an item an enum would come back as the text that it also is.
        self._values = tuple(value for value, _words in choices)
        self.addItems([words for _value, words in choices])
        self._rows = PlainRows(look, self.view())
        self.setItemDelegate(self._rows)
        self.currentIndexChanged.connect(self._on_index_changed)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self.setFont(look.font(TypeUse.BODY))
        self._rows.set_look(look)
        palette = QPalette(self.view().palette())
        palette.setColor(QPalette.ColorRole.Base, look.colour("base"))
        palette.setColor(QPalette.ColorRole.Text, look.colour("text"))
        palette.setColor(QPalette.ColorRole.Highlight, look.colour("select"))
        palette.setColor(QPalette.ColorRole.HighlightedText, look.colour("text"))
        self.view().setPalette(palette)
        self.updateGeometry()
        self.update()

    def choose(self, value: object) -> None:
        """Show a value as chosen, and tell nobody; one that is not offered shows nothing."""
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)
        self.blockSignals(blocked)
        self.update()

    @property
    def value(self) -> object:
        """What is chosen; None for none of the choices."""
        index = self.currentIndex()
        return self._values[index] if index >= 0 else None

    @Slot(int)
    def _on_index_changed(self, index: int) -> None:
        if index >= 0:
            self.picked.emit(self._values[index])

    def sizeHint(self) -> QSize:
        """As wide as the longest choice; Qt's name."""
        metrics = self._look.metrics(TypeUse.BODY)
        widest = max((metrics.horizontalAdvance(self.itemText(n)) for n in range(self.count())), default=0)
        return QSize(round(widest) + self._look.px(44), self._look.px(tokens()["height"]["control"]))

    def minimumSizeHint(self) -> QSize:
        """Narrower where there is no room; the words are cut then. Qt's name."""
        return QSize(self._look.px(96), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it like a button, with its words and an arrow; Qt's name."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_open = self.view().isVisible()
        fill = "pressed" if is_open else "hover_window" if self.underMouse() and self.isEnabled() else "raised"
        painter.setPen(QPen(look.colour("line_control"), 1))
        painter.setBrush(look.colour(fill))
        radius = look.px(tokens()["radius"]["control"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        role = "text" if self.isEnabled() else "text_disabled"
        arrow = look.pixmap("chevron-down", role, 14, self.devicePixelRatioF())
        side = look.px(14)
        painter.drawPixmap(self.width() - side - look.px(8), (self.height() - side) // 2, arrow)
        painter.setPen(look.colour(role))
        painter.setFont(look.font(TypeUse.BODY))
        words = self.rect().adjusted(look.px(10), 0, -look.px(26), 0)
        elide = Qt.TextElideMode.ElideRight
        shown = look.metrics(TypeUse.BODY).elidedText(self.currentText(), elide, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
