"""One check of a session: a sign, a name, what agrees, how it ended; a failed one is open. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.check_words import SHORT_CHARS, CheckLine
from app.present.one_line import one_line
from app.views.labels import TextLabel
from app.views.painting import draw_icon_at
from app.views.plain_text import PlainText

BLEED_PX = 8
"""How far a tint reaches beyond the texts of the page, to both sides."""

ROW_PX, NAME_AT_PX, SENTENCE_AT_PX, SENTENCE_LEAST_PX = 28, 24, 208, 180
"""Height of a row, where its name and its sentence begin, and the room that the sentence keeps beside the name."""

_WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class CheckSummary(QWidget):
    """The line that every check has; where there is little room its sentence stands below its name."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, look: Look, line: CheckLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._line = look, line
        self._rects: dict[int, QRect] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(line)

    def say(self, line: CheckLine) -> None:
        """Show another line."""
        is_as_high = line.short == self._line.short and line.outcome == self._line.outcome
        self._line = line
        self._rects.clear()
        self.setAccessibleName(line.spoken)
        self.setAccessibleDescription(line.meaning)
        self.setToolTip(line.meaning)
        if not is_as_high:
            self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """The sentence wraps; Qt's name."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The name, and the lines of the sentence; Qt's name."""
        look, least = self._look, self._look.px(ROW_PX)
        if not self._line.short:
            return least
        sentence = self._sentence_rect(width)
        beside = least - look.line_px(TypeUse.SMALL)
        return max(least, sentence.height() + (beside if sentence.top() < least // 2 else least))

    def sizeHint(self) -> QSize:
        """As high as at its width; Qt's name."""
        return QSize(max(self.width(), self._look.px(200)), self.heightForWidth(max(self.width(), self._look.px(200))))

    def minimumSizeHint(self) -> QSize:
        """It may become narrow; Qt's name."""
        return QSize(self._look.px(120), self._look.px(ROW_PX))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the sign and the texts; Qt's name."""
        painter, look, line = QPainter(self), self._look, self._line
        first, middle = look.px(ROW_PX), look.px(ROW_PX) // 2
        is_quiet = not line.is_failed and line.sign.role != "ok"
        draw_icon_at(painter, look, line.sign.icon, line.sign.role, 16, QPoint(0, middle), self.devicePixelRatioF())
        use = TypeUse.SECTION if line.is_failed else TypeUse.BODY
        painter.setFont(look.font(use))
        painter.setPen(look.colour("text_2" if is_quiet else "text"))
        name = QRect(look.px(NAME_AT_PX), 0, self.width() - look.px(NAME_AT_PX) - self._outcome_px(), first)
        words = look.metrics(use).elidedText(line.name, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, _LEFT, words)
        painter.setFont(look.font(self._outcome_use()))
        painter.setPen(look.colour("error" if line.is_failed else "text_3" if is_quiet else "text_2"))
        painter.drawText(QRect(0, 0, self.width(), first), _RIGHT, line.outcome)
        painter.setFont(look.font(TypeUse.SMALL))
        painter.setPen(look.colour("text_3" if is_quiet else "text_2"))
        painter.drawText(self._sentence_rect(self.width()), _WRAPPED, line.short)
        painter.end()

    def _outcome_use(self) -> TypeUse:
        return TypeUse.SMALL_STRONG if self._line.is_failed else TypeUse.SMALL

    def _outcome_px(self) -> int:
        words = self._look.metrics(self._outcome_use()).horizontalAdvance(self._line.outcome)
        return int(words) + self._look.px(12)

    def _sentence_rect(self, width: int) -> QRect:
        """Where the sentence stands, which the layout asks for again and again."""
        rect = self._rects.get(width)
        if rect is None:
            rect = self._rects[width] = self._measured_rect(width)
        return rect

    def _measured_rect(self, width: int) -> QRect:
        look, least = self._look, self._look.px(ROW_PX)
        left, room = look.px(SENTENCE_AT_PX), width - look.px(SENTENCE_AT_PX) - self._outcome_px()
        top = (least - look.line_px(TypeUse.SMALL)) // 2
        if room < look.px(SENTENCE_LEAST_PX):
            left, room, top = look.px(NAME_AT_PX), width - look.px(NAME_AT_PX), least - look.px(4)
        metrics = look.metrics(TypeUse.SMALL)
        wanted = metrics.boundingRect(QRect(0, 0, max(room, 1), 1_000_000).toRectF(), _WRAPPED, self._line.short)
        return QRect(left, top, max(room, 1), int(wanted.height() + 0.99))


class CheckRow(QWidget):
    """A check under its line; a failed one has a tint and says what was promised and what is there.

    Signals:
        both_asked (CheckLine): its long values are to be seen whole.
    """

    both_asked = Signal(object)

    def __init__(self, look: Look, line: CheckLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._line = look, line
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(BLEED_PX), 1, look.px(BLEED_PX), look.px(8) if line.is_failed else 0)
        column.setSpacing(0)
        self._summary = CheckSummary(look, line, self)
        column.addWidget(self._summary)
        if line.is_failed:
            self._open(column)

    def take_line(self, line: CheckLine) -> bool:
        """Show another line, where that can be done in place; whether it was."""
        if line == self._line:
            return True
        if line.is_failed or self._line.is_failed:
            return False
        self._line = line
        self._summary.say(line)
        return True

    def _open(self, column: QVBoxLayout) -> None:
        look, line = self._look, self._line
        grid = QGridLayout()
        grid.setContentsMargins(look.px(NAME_AT_PX), 0, 0, 0)
        grid.setHorizontalSpacing(look.px(12))
        grid.setVerticalSpacing(look.px(4))
        grid.setColumnStretch(1, 1)
        sentence = PlainText(look, TypeUse.SMALL, "text", f"{line.name}, what does not agree", self)
        sentence.say(line.detail)
        grid.addWidget(sentence, 0, 0, 1, 2)
        for row, (word, value) in enumerate((("Expected", line.expected), ("Found", line.found)), 1):
            if not value:
                continue
            name = TextLabel(look, TypeUse.SMALL, "text_2", self)
            name.setText(word)
            shown = PlainText(look, TypeUse.CODE, "text", f"{line.name}, {word.lower()}", self)
            shown.say(one_line(value, SHORT_CHARS))
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1)
        if line.is_long:
            button = QPushButton("Show both", self)
            button.setProperty("small", True)
            button.setToolTip("Show in a window of its own what was promised and what is there")
            button.setAccessibleName(f"Show both of {line.name}")
            button.clicked.connect(self._on_both)
            grid.addWidget(button, 3, 1, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(grid)

    @property
    def line(self) -> CheckLine:
        """What is shown."""
        return self._line

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the line above, or the tint between two lines; Qt's name."""
        painter, look = QPainter(self), self._look
        if self._line.is_failed:
            painter.fillRect(self.rect(), look.colour("error_tint"))
            painter.fillRect(0, 0, self.width(), 1, look.colour("error_line"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, look.colour("error_line"))
        else:
            inset = look.px(BLEED_PX)
            painter.fillRect(inset, 0, self.width() - 2 * inset, 1, look.colour("line"))
        painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the row; Qt's name."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", self._on_copy)
        menu.popup(event.globalPos())

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._line.spoken)

    @Slot()
    def _on_both(self) -> None:
        self.both_asked.emit(self._line)
