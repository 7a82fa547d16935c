"""Code and tool text: rows of one height, one text layout for each row or line that is painted. GUI thread only."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QTextCharFormat, QTextLayout, QTextOption

from app.look.tokens import TypeUse
from app.present.highlight import SYNTAX_ROLES, Syntax
from app.present.text_rows import TextRows, is_grid
from app.present.utf16 import utf16_index, utf16_length, utf16_slice
from app.views.transcript.measures import Measures
from app.views.transcript.part import Part, cursor_x, hit_format, paint_hit
from app.views.transcript.places import HitRange, Step

_KEPT_LAYOUTS = 300
_WORD = re.compile(r"\w+|[^\w\s]+|\s+")
TAB_CELLS = 4


class LinesPart(Part):
    """Text on a grid.

    Attributes:
        content: what it shows, as it is copied.
        language: for highlighting.
        scroll_px: how far a part that does not wrap is scrolled to the right.
    """

    def __init__(
        self, key: int, base: int, content: str, language: str, at: QRect, measures: Measures, wraps: bool
    ) -> None:
        self.content = content
        self.language = language
        self.wraps = wraps
        self.scroll_px = 0
        self._widest_px: float | None = None
        self._has_spans = False
        self._measures = measures
        self._rows = TextRows(content)
        self._layouts: OrderedDict[tuple[int, int], QTextLayout] = OrderedDict()
        self._spans: array[int] = array("i")
        self._span_begins: array[int] = array("i")
        self._columns = max(int(at.width() / measures.cell_px), 8)
        self._width = at.width()
        self._rows.wrap(self._columns if wraps else 0, self._measured_rows)
        height = self._rows.row_count * measures.code_line_px
        super().__init__(key, base, self._rows.length, QRect(at.x(), at.y(), at.width(), height))

    @property
    def has_spans(self) -> bool:
        """Whether it was given its colours."""
        return self._has_spans

    def set_spans(self, spans: array[int]) -> None:
        """Take syntax colours (app/present/highlight.py) over the content's positions."""
        self._has_spans = True
        self._spans = spans
        self._span_begins = spans[0::3]
        self._layouts.clear()

    def scroll_range_px(self) -> int:
        """How far the text can be scrolled to the right; 0 when it fits or wraps."""
        if self.wraps:
            return 0
        if self._widest_px is None:
            self._widest_px = max((self._text_width(text) for text in self._rows.stretches), default=0.0)
        beyond = int(self._widest_px + 0.99) - self._width
        return beyond + self._measures.px(12) if beyond > 0 else 0

    def _text_width(self, text: str) -> float:
        if is_grid(text):
            return len(text) * self._measures.cell_px
        return (len(text) + text.count("\t") * TAB_CELLS) * self._measures.cell_px * (1 if text.isascii() else 1.7)

    # -- layouts ---------------------------------------------------------------------------------------------------

    def _measured_rows(self, text: str) -> int:
        return max(self._wrapped(text, self._width).lineCount(), 1)

    def _wrapped(self, text: str, width: float, formats: list[QTextLayout.FormatRange] | None = None) -> QTextLayout:
        layout = QTextLayout(text, self._measures.look.font(TypeUse.CODE))
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(self._measures.cell_px * TAB_CELLS)
        option.setWrapMode(QTextOption.WrapMode.WrapAnywhere if self.wraps else QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        if formats:
            layout.setFormats(formats)  # before the lines are made: it throws lines away
        layout.beginLayout()
        height = self._measures.code_line_px
        metrics = self._measures.look.metrics(TypeUse.CODE)
        baseline = (height - metrics.height()) / 2 + metrics.ascent()
        number = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width if self.wraps else 1e7)
            # Rows keep one height whatever fonts take part in them: they are set on one baseline.
            line.setPosition(QPointF(0, number * height + baseline - line.ascent()))
            number += 1
        layout.endLayout()
        return layout

    def _layout_of(self, stretch: int, row: int) -> tuple[QTextLayout, int, int]:
        """The layout that holds a row, the position where its text begins, and its first row."""
        text = self._rows.stretches[stretch]
        first = self._rows.first_row(stretch)
        by_grid = self.wraps and is_grid(text)
        inside = row - first if by_grid else 0
        begin = inside * self._columns
        key = (stretch, inside)
        layout = self._layouts.get(key)
        if layout is None:
            shown = text[begin : begin + self._columns] if by_grid else text
            formats = self._formats(self._rows.starts[stretch] + begin, shown)
            layout = self._wrapped(shown, self._width + 1e4 * by_grid, formats)
            self._layouts[key] = layout
            if len(self._layouts) > _KEPT_LAYOUTS:
                self._layouts.popitem(last=False)
        else:
            self._layouts.move_to_end(key)
        return layout, self._rows.starts[stretch] + begin, first + inside

    def _formats(self, begin: int, text: str) -> list[QTextLayout.FormatRange]:
        """The syntax colours within a stretch of text."""
        if not self._span_begins:
            return []
        end = begin + utf16_length(text)
        number = max(bisect_left(self._span_begins, begin) - 1, 0)
        ranges = []
        while number < len(self._span_begins) and self._span_begins[number] < end:
            at, length, syntax = self._spans[3 * number : 3 * number + 3]
            low, high = max(at, begin), min(at + length, end)
            if low < high:
                ranges.append(self._format_range(low - begin, high - low, Syntax(syntax)))
            number += 1
        return ranges

    def _format_range(self, start: int, length: int, syntax: Syntax) -> QTextLayout.FormatRange:
        format_ = QTextCharFormat()
        format_.setForeground(self._measures.look.colour(SYNTAX_ROLES[syntax]))
        if syntax is Syntax.COMMENT:
            format_.setFontItalic(True)
        found = QTextLayout.FormatRange()
        found.start, found.length, found.format = start, length, format_
        return found

    # -- the questions of a part -----------------------------------------------------------------------------------

    def hit(self, x: int, y: int) -> int:
        """The position nearest to a point."""
        row = (y - self.rect.y()) // self._measures.code_line_px
        if row < 0:
            return 0
        if row >= self._rows.row_count:
            return self.length
        layout, begin, first = self._layout_of(self._rows.stretch_at_row(row), row)
        line = layout.lineAt(min(row - first, layout.lineCount() - 1))
        return begin + int(line.xToCursor(float(x - self.rect.x() + self.scroll_px)))

    def caret(self, position: int) -> QRectF:
        """The caret on its row."""
        row, layout, begin, first = self._locate(position)
        line = layout.lineAt(row - first)
        x = cursor_x(line, position - begin)
        height = self._measures.code_line_px
        return QRectF(self.rect.x() + x - self.scroll_px, self.rect.y() + row * height, 1, height)

    def _locate(self, position: int) -> tuple[int, QTextLayout, int, int]:
        position = min(max(position, 0), self.length)
        stretch = self._rows.stretch_at(position)
        text = self._rows.stretches[stretch]
        first_row = self._rows.first_row(stretch)
        inside = position - self._rows.starts[stretch]
        if self.wraps and is_grid(text):
            last = self._rows.first_row(stretch + 1) - 1
            row = min(first_row + inside // self._columns, last)
            layout, begin, first = self._layout_of(stretch, row)
            return row, layout, begin, first
        layout, begin, first = self._layout_of(stretch, first_row)
        line = layout.lineForTextPosition(position - begin)
        return first + (line.lineNumber() if line.isValid() else 0), layout, begin, first

    def step(self, position: int, step: Step) -> int:
        """One step, never into the middle of an emoji or a combined letter."""
        if step in (Step.WORD_BACK, Step.WORD_ON):
            return self._word_step(position, step is Step.WORD_ON)
        stretch = self._rows.stretch_at(position)
        inside = position - self._rows.starts[stretch]
        layout = QTextLayout(self._rows.stretches[stretch], self._measures.look.font(TypeUse.CODE))
        if step is Step.CHARACTER_ON:
            if inside >= utf16_length(self._rows.stretches[stretch]):
                return min(position + 1, self.length)
            return int(self._rows.starts[stretch] + layout.nextCursorPosition(inside))
        if inside == 0:
            return max(position - 1, 0)
        return int(self._rows.starts[stretch] + layout.previousCursorPosition(inside))

    def _word_step(self, position: int, on: bool) -> int:
        stretch = self._rows.stretch_at(position)
        begin, text = self._rows.starts[stretch], self._rows.stretches[stretch]
        words = [begin + utf16_index(text, match.start()) for match in _WORD.finditer(text) if not match[0].isspace()]
        words.append(begin + utf16_length(text))
        if on:
            return next((word for word in words if word > position), min(position + 1, self.length))
        return next((word for word in reversed(words) if word < position), max(position - 1, 0))

    def word(self, position: int) -> tuple[int, int]:
        """The run of letters, of signs or of spaces around a position."""
        stretch = self._rows.stretch_at(position)
        begin, text = self._rows.starts[stretch], self._rows.stretches[stretch]
        for match in _WORD.finditer(text):
            low, high = begin + utf16_index(text, match.start()), begin + utf16_index(text, match.end())
            if low <= position < high:
                return low, high
        return position, position

    def paragraph(self, position: int) -> tuple[int, int]:
        """The line around a position."""
        return self._rows.line_around(position)

    def text(self, begin: int, end: int) -> str:
        """The characters of [begin, end)."""
        return utf16_slice(self.content, begin, end)

    # -- painting --------------------------------------------------------------------------------------------------

    def paint(
        self, painter: QPainter, clip: QRect, begin: int, end: int, past_end: bool, hits: Sequence[HitRange] = ()
    ) -> None:
        """Paint the rows within the clip."""
        height = self._measures.code_line_px
        low = max((clip.top() - self.rect.y()) // height, 0)
        high = min((clip.bottom() - self.rect.y()) // height + 1, self._rows.row_count)
        if low >= high:
            return
        painter.save()
        if not self.wraps:
            painter.setClipRect(self.rect.adjusted(0, 0, 0, 0), Qt.ClipOperation.IntersectClip)
        painter.setPen(self._measures.look.colour("text"))
        row = low
        while row < high:
            stretch = self._rows.stretch_at_row(row)
            layout, at, first = self._layout_of(stretch, row)
            self._paint_layout(painter, layout, at, first, begin, end, hits)
            row = max(first + layout.lineCount(), row + 1)
            ends = self._rows.ends_line(stretch) and row >= self._rows.first_row(stretch + 1)
            line_end = at + utf16_length(layout.text())
            if ends and (begin <= line_end < end or (past_end and line_end == self.length)):
                self._paint_line_end(painter, layout, first)
        painter.restore()

    def _paint_layout(
        self,
        painter: QPainter,
        layout: QTextLayout,
        at: int,
        first: int,
        begin: int,
        end: int,
        hits: Sequence[HitRange],
    ) -> None:
        origin = QPointF(self.rect.x() - self.scroll_px, self.rect.y() + first * self._measures.code_line_px)
        length = utf16_length(layout.text())
        low, high = max(begin - at, 0), min(end - at, length)
        shown = [] if not hits else self._paint_hits(painter, layout, origin, at, length, hits)
        if low >= high:
            layout.draw(painter, origin, shown)
            return
        format_ = QTextCharFormat()
        format_.setBackground(self._measures.look.colour("text_select"))
        format_.setForeground(self._measures.look.colour("text"))
        selected = QTextLayout.FormatRange()
        selected.start, selected.length, selected.format = low, high - low, format_
        layout.draw(painter, origin, [*shown, selected])

    def _paint_hits(
        self, painter: QPainter, layout: QTextLayout, origin: QPointF, at: int, length: int, hits: Sequence[HitRange]
    ) -> list[QTextLayout.FormatRange]:
        """Paint what lies behind hits in a layout of `length` positions from `at` on. Returns their text's colours."""
        look, height = self._measures.look, self._measures.code_line_px
        first = bisect_right(hits, at, key=_end_of)
        formats = []
        for hit in hits[first:]:
            low, high = max(hit.begin - at, 0), min(hit.end - at, length)
            if hit.begin - at >= length:
                break
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                begin, end = max(low, line.textStart()), min(high, line.textStart() + line.textLength())
                if begin < end:
                    left, right = sorted((cursor_x(line, begin), cursor_x(line, end)))
                    rect = QRectF(origin.x() + left, origin.y() + number * height + 1, right - left, height - 2)
                    paint_hit(painter, look, rect, hit.is_current)
            range_ = QTextLayout.FormatRange()
            range_.start, range_.length, range_.format = low, high - low, hit_format(look, hit.is_current)
            formats.append(range_)
        return formats

    def _paint_line_end(self, painter: QPainter, layout: QTextLayout, first: int) -> None:
        line = layout.lineAt(layout.lineCount() - 1)
        height = self._measures.code_line_px
        y = self.rect.y() + (first + layout.lineCount() - 1) * height
        x = self.rect.x() - self.scroll_px + line.naturalTextWidth()
        painter.fillRect(QRectF(x, y, 0.6 * self._measures.cell_px, height), self._measures.look.colour("text_select"))


def _end_of(hit: HitRange) -> int:
    return hit.end
