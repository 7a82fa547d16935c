"""Where bytes go: one stacked bar, and below it what each area is. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.one_line import as_tip
from app.present.size_words import SizePartText, SizeText
from app.views.size_forms import draw_form
from app.views.text_cache import TextCache

BAR_PX, BAR_GAP_PX, SEGMENT_GAP_PX, SMALLEST_PX = 20, 8, 1, 4
BOX_PX, BOX_ROOM_PX, COLUMN_PX, ROW_GAP_PX = 12, 18, 150, 8
"""Of the legend: its box with the room around it, how wide a column is at least, and what lies between two rows."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class SizeView(QWidget):
    """The bar with its legend, which stands in as many columns as there is room for."""

    accessible_role = QAccessible.Role.Chart

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = SizeText("", (), "")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self.updateGeometry()
        self.update()

    def say(self, text: SizeText) -> None:
        """Show another breakdown."""
        self._text = text
        self.setAccessibleName(text.spoken)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> SizeText:
        """What is shown."""
        return self._text

    def segments(self) -> tuple[tuple[QRect, SizePartText], ...]:
        """Where each part stands in the bar; none is too narrow to be seen, all together are as wide as the bar."""
        parts, gap = self._text.parts, self._look.px(SEGMENT_GAP_PX)
        room = self.width() - gap * (len(parts) - 1)
        if not parts or room <= 0:
            return ()
        least = min(self._look.px(SMALLEST_PX), room // len(parts))
        widths = [max(round(part.share * room), least) for part in parts]
        widths[widths.index(max(widths))] -= sum(widths) - room
        found, left = [], 0
        for width, part in zip(widths, parts, strict=True):
            found.append((QRect(left, 0, max(width, 1), self._look.px(BAR_PX)), part))
            left += width + gap
        return tuple(found)

    def legend(self) -> tuple[tuple[QRect, SizePartText], ...]:
        """Where what each part is stands."""
        look, columns = self._look, self._columns(self.width())
        top, high = look.px(BAR_PX + BAR_GAP_PX), self._item_px()
        wide = self.width() // columns
        return tuple(
            (QRect(at % columns * wide, top + at // columns * (high + look.px(ROW_GAP_PX)), wide, high), part)
            for at, part in enumerate(self._text.parts)
        )

    def hasHeightForWidth(self) -> bool:
        """The legend wraps; Qt's name."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The bar and the rows of the legend; Qt's name."""
        look, count = self._look, len(self._text.parts)
        if not count:
            return look.px(BAR_PX)
        rows = -(-count // self._columns(width))
        return look.px(BAR_PX + BAR_GAP_PX) + rows * self._item_px() + (rows - 1) * look.px(ROW_GAP_PX)

    def sizeHint(self) -> QSize:
        """As high as at its width; Qt's name."""
        width = max(self.width(), self._look.px(COLUMN_PX))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """It may become narrow; Qt's name."""
        return QSize(self._look.px(80), self._look.px(BAR_PX))

    def _columns(self, width: int) -> int:
        """As many as fit; rows are filled evenly, so that no part stands alone without need."""
        look, count = self._look, max(len(self._text.parts), 1)
        widest = max((self._item_width(part) for part in self._text.parts), default=0)
        fitting = max(min(width // max(widest, look.px(COLUMN_PX), 1), count), 1)
        return -(-count // -(-count // fitting))

    def _item_width(self, part: SizePartText) -> int:
        words = max(
            self._texts.width_px(TypeUse.SMALL_STRONG, part.name),
            *(self._texts.width_px(TypeUse.SMALL, line) for line in (part.size, part.count)),
        )
        return words + self._look.px(BOX_ROOM_PX + 8)

    def _item_px(self) -> int:
        lines = 3 if any(part.count for part in self._text.parts) else 2
        return lines * self._look.line_px(TypeUse.SMALL)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the bar and the legend; Qt's name."""
        painter = QPainter(self)
        for rect, part in self.segments():
            draw_form(painter, self._look, part.part, QRectF(rect))
        for rect, part in self.legend():
            self._paint_item(painter, rect, part)
        painter.end()

    def _paint_item(self, painter: QPainter, rect: QRect, part: SizePartText) -> None:
        look, line = self._look, self._look.line_px(TypeUse.SMALL)
        side = look.px(BOX_PX)
        draw_form(painter, look, part.part, QRectF(rect.left(), rect.top() + (line - side) // 2, side, side))
        left = rect.left() + look.px(BOX_ROOM_PX)
        room = rect.width() - look.px(BOX_ROOM_PX + 8)
        uses = ((TypeUse.SMALL_STRONG, "text", part.name), (TypeUse.SMALL, "text_2", part.size))
        for number, (use, role, words) in enumerate((*uses, (TypeUse.SMALL, "text_2", part.count))):
            painter.setFont(look.font(use))
            painter.setPen(look.colour(role))
            where = QRect(left, rect.top() + number * line, room + 1, line)
            painter.drawText(where, _LEFT, self._texts.elided(use, words, room))

    def event(self, event: QEvent) -> bool:
        """Say of the part under the mouse how many bytes it has; Qt's name."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            part = self.part_at(event.pos())
            QToolTip.showText(event.globalPos(), as_tip(part.tip) if part is not None else "", self)
            return True
        return super().event(event)

    def part_at(self, at: QPoint) -> SizePartText | None:
        """The part at a place, in the bar or in the legend."""
        for rect, part in (*self.segments(), *self.legend()):
            if rect.contains(at):
                return part
        return None
