"""Prose: a cached text document, laid out once for its width and drawn with its selection. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPalette,
    QPen,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)

from app.present.markdown import Bullet, ProseStyle, bullets_of, document_text, prose_document, style_document
from app.present.segments import Prose
from app.views.transcript.measures import Measures
from app.views.transcript.part import Part, cursor_x, hit_format, paint_hit
from app.views.transcript.places import HitRange, Step

_STEPS = {
    Step.CHARACTER_BACK: QTextCursor.MoveOperation.PreviousCharacter,
    Step.CHARACTER_ON: QTextCursor.MoveOperation.NextCharacter,
    Step.WORD_BACK: QTextCursor.MoveOperation.PreviousWord,
    Step.WORD_ON: QTextCursor.MoveOperation.NextWord,
}

_BULLET_PX = {Bullet.DISC: 5, Bullet.CIRCLE: 5, Bullet.SQUARE: 4}
_BULLET_GAP_PX = 9
_BOX_PX = 12
_BOX_GAP_PX = 7


class ProsePart(Part):
    """One piece of Markdown."""

    def __init__(
        self, key: int, base: int, prose: Prose, at: QRect, measures: Measures, style: ProseStyle, is_quiet: bool
    ) -> None:
        self._document = prose_document(prose)
        self._measures = measures
        self._style = style
        inline = style_document(self._document, style, is_quiet)
        self._document.setTextWidth(at.width())
        height = int(self._document.size().height() + 0.99)
        length = max(self._document.characterCount() - 1, 0)
        super().__init__(key, base, length, QRect(at.x(), at.y(), at.width(), height))
        self._fills = [
            rect for position, count in inline for rect in self._line_rects(position, count, style.code_pad_px)
        ]
        self._bars = self._quote_bars()
        self._bullets = self._bullet_places()
        self._colour_role = "text_2" if is_quiet else "text"

    def _line_rects(self, position: int, count: int, pad: int) -> list[QRectF]:
        """Rectangles around a range, one a line, `pad` wider at the sides: for fills of inline code, links and hits."""
        block = self._document.findBlock(position)
        layout = block.layout()
        origin = self._document.documentLayout().blockBoundingRect(block).topLeft()
        begin, end = position - block.position(), position - block.position() + count
        rects = []
        height = self._measures.px(17)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            low, high = max(begin, line.textStart()), min(end, line.textStart() + line.textLength())
            if low < high:
                left, right = sorted((cursor_x(line, low), cursor_x(line, high)))
                # Behind its last letter the room is part of the text already.
                width = right - left + pad + (pad if high < end else 0)
                top = origin.y() + line.y() + line.ascent() - self._measures.px(13)
                rects.append(QRectF(origin.x() + left - pad, top, width, height))
        return rects

    def _bullet_places(self) -> list[tuple[QRectF, Bullet]]:
        """Bullets and boxes, at a fixed distance before the text of their items, after it where that runs leftwards."""
        found = []
        px = self._measures.px
        for block, bullet in bullets_of(self._document):
            layout = block.layout()
            if not layout.lineCount():
                continue
            line = layout.lineAt(0)
            origin = self._document.documentLayout().blockBoundingRect(block).topLeft()
            text = line.naturalTextRect()
            side = px(_BULLET_PX.get(bullet, _BOX_PX))
            gap = px(_BULLET_GAP_PX if bullet in _BULLET_PX else _BOX_GAP_PX)
            is_leftwards = block.textDirection() is Qt.LayoutDirection.RightToLeft
            x = text.right() + gap if is_leftwards else text.left() - gap - side
            # In the middle of small letters, like the mark that a font would have.
            middle = origin.y() + line.y() + line.ascent() - px(5)
            found.append((QRectF(origin.x() + x, middle - side / 2, side, side), bullet))
        return found

    def _quote_bars(self) -> list[QRectF]:
        bars: list[QRectF] = []
        layout = self._document.documentLayout()
        block = self._document.begin()
        while block.isValid():
            if block.blockFormat().intProperty(QTextFormat.Property.BlockQuoteLevel):
                rect = layout.blockBoundingRect(block)
                top = (
                    rect.top()
                    if not bars or bars[-1].bottom() < rect.top() - self._measures.px(12)
                    else bars[-1].bottom()
                )
                bars.append(QRectF(self._measures.px(2), top, self._measures.px(2), rect.bottom() - top))
            block = block.next()
        return bars

    def hit(self, x: int, y: int) -> int:
        """The document's nearest position."""
        point = QPointF(x - self.rect.x(), y - self.rect.y())
        found = self._document.documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit)
        return min(max(found, 0), self.length)

    def caret(self, position: int) -> QRectF:
        """The caret in its line."""
        block = self._document.findBlock(min(position, self.length))
        inside = position - block.position()
        line = block.layout().lineForTextPosition(inside)
        origin = self._document.documentLayout().blockBoundingRect(block).topLeft()
        if not line.isValid():
            return QRectF(self.rect.x() + origin.x(), self.rect.y() + origin.y(), 1, self._style.line_px)
        x = origin.x() + cursor_x(line, inside)
        return QRectF(self.rect.x() + x, self.rect.y() + origin.y() + line.y(), 1, line.height())

    def step(self, position: int, step: Step) -> int:
        """One step of a text cursor, so that emoji and combined letters are never split."""
        cursor = QTextCursor(self._document)
        cursor.setPosition(min(position, self.length))
        cursor.movePosition(_STEPS[step])
        return cursor.position()

    def word(self, position: int) -> tuple[int, int]:
        """The word under the cursor."""
        return self._around(position, QTextCursor.SelectionType.WordUnderCursor)

    def paragraph(self, position: int) -> tuple[int, int]:
        """The text block under the cursor."""
        return self._around(position, QTextCursor.SelectionType.BlockUnderCursor)

    def _around(self, position: int, what: QTextCursor.SelectionType) -> tuple[int, int]:
        if what is QTextCursor.SelectionType.BlockUnderCursor:
            block = self._document.findBlock(min(position, self.length))
            return block.position(), block.position() + block.length() - 1
        cursor = QTextCursor(self._document)
        cursor.setPosition(min(position, self.length))
        cursor.select(what)
        return cursor.selectionStart(), cursor.selectionEnd()

    def text(self, begin: int, end: int) -> str:
        """The shown text with list markers and table cells."""
        return document_text(self._document, begin, end)

    def paint(
        self,
        painter: QPainter,
        clip: QRect,
        begin: int,
        end: int,
        past_end: bool,  # noqa: ARG002 - prose shows no selected line ends
        hits: Sequence[HitRange] = (),
    ) -> None:
        """Fills of inline code and hits, bars of quotes, then the document with its selection."""
        look = self._measures.look
        painter.save()
        painter.translate(self.rect.topLeft())
        inside = QRectF(clip.translated(-self.rect.topLeft()))
        if self._fills:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("sunken"))
            for rect in self._fills:
                if rect.intersects(inside):
                    painter.drawRoundedRect(rect, look.px(3), look.px(3))
        for hit in hits:
            for rect in self._line_rects(hit.begin, hit.end - hit.begin, 0):
                if rect.intersects(inside):
                    paint_hit(painter, look, rect, hit.is_current)
        for bar in self._bars:
            painter.fillRect(bar, look.colour("line_strong"))
        for place, bullet in self._bullets:
            if place.intersects(inside):
                self._paint_bullet(painter, place, bullet)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = inside
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, look.colour("text"))
        palette.setColor(QPalette.ColorRole.Dark, look.colour("line_strong"))
        context.palette = palette
        selections = [self._range(hit.begin, hit.end, hit_format(look, hit.is_current)) for hit in hits]
        if begin < end:
            selections.append(self._selection(begin, end))
        if selections:
            context.selections = selections
        self._document.documentLayout().draw(painter, context)
        painter.restore()

    def _paint_bullet(self, painter: QPainter, place: QRectF, bullet: Bullet) -> None:
        look = self._measures.look
        colour = look.colour(self._colour_role)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, bullet is not Bullet.SQUARE)
        is_outline = bullet in (Bullet.CIRCLE, Bullet.OPEN, Bullet.DONE)
        painter.setPen(QPen(colour, look.px(1)) if is_outline else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if is_outline else colour)
        if bullet in (Bullet.DISC, Bullet.CIRCLE):
            painter.drawEllipse(place)
        elif bullet is Bullet.SQUARE:
            painter.drawRect(place)
        else:
            painter.drawRoundedRect(place, look.px(2), look.px(2))
            if bullet is Bullet.DONE:
                low, side = place.topLeft(), place.width() / 12
                ticks = [QPointF(3, 6.2), QPointF(5.2, 8.4), QPointF(9, 3.8)]
                painter.setPen(QPen(colour, look.px(1.5)))
                painter.drawPolyline([low + tick * side for tick in ticks])

    def _selection(self, begin: int, end: int) -> QAbstractTextDocumentLayout.Selection:
        format_ = QTextCharFormat()
        format_.setBackground(self._measures.look.colour("text_select"))
        format_.setForeground(self._measures.look.colour("text"))
        return self._range(begin, end, format_)

    def _range(self, begin: int, end: int, format_: QTextCharFormat) -> QAbstractTextDocumentLayout.Selection:
        selection = QAbstractTextDocumentLayout.Selection()
        cursor = QTextCursor(self._document)
        cursor.setPosition(begin)
        cursor.setPosition(min(end, self.length), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format = format_
        return selection

    def link_at(self, x: int, y: int) -> str:
        """The address of the link under a point."""
        point = QPointF(x - self.rect.x(), y - self.rect.y())
        return self._document.documentLayout().anchorAt(point)

    def link_rects(self) -> list[tuple[tuple[QRect, ...], str, str]]:
        """All links of the piece, in order; one in several fonts is one."""
        found: list[tuple[int, int, str, str]] = []
        block = self._document.begin()
        while block.isValid():
            iterator = block.begin()
            while not iterator.atEnd():
                fragment = iterator.fragment()
                target = fragment.charFormat().anchorHref() if fragment.charFormat().isAnchor() else ""
                if target:
                    position, length, words = fragment.position(), fragment.length(), fragment.text()
                    if found and found[-1][0] + found[-1][1] == position and found[-1][3] == target:
                        before = found.pop()
                        position, length, words = before[0], before[1] + length, before[2] + words
                    found.append((position, length, words, target))
                iterator += 1
            block = block.next()
        return [(self._link_places(position, length), words, target) for position, length, words, target in found]

    def _link_places(self, position: int, length: int) -> tuple[QRect, ...]:
        rects = [rect.toAlignedRect() for rect in self._line_rects(position, length, 0)]
        return tuple(rect.translated(self.rect.topLeft()) for rect in rects) or (self.rect,)
