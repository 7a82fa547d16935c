"""Paints the cells of the session list. GUI thread only; looks up texts, never makes or reads them.

Two lines in a comfortable or spacious row, one in a compact one, where the state is its icon. Numbers stand in the
middle, right-aligned. Headings are painted by the view, over the whole width.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from app.look.look import Look
from app.look.tokens import Density, TypeUse, tokens
from app.models.roles import HEADING, ROW
from app.present.columns import COLUMNS, DEFAULT_COLUMNS, Column
from app.present.one_line import as_tip
from app.present.row_text import Fact, RowText, cell_tip
from app.present.sizes import ABSENT
from app.present.summary import NOT_KNOWN, STATE_SIGNS, ShownState
from app.views.text_cache import TextCache

Index = QModelIndex | QPersistentModelIndex
_SELECTED = QStyle.StateFlag.State_Selected
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)
INSET = 12
SEPARATOR = " · "


class _TitleUses(NamedTuple):
    """How titles are set in a density; `gap` between the two lines at 100 %."""

    title: TypeUse
    archived: TypeUse
    gap: int


_USUAL = _TitleUses(TypeUse.ROW_TITLE, TypeUse.BODY, 0)
_SPACIOUS = _TitleUses(TypeUse.ROW_TITLE_LARGE, TypeUse.ROW_TITLE_LARGE_QUIET, 2)


class SessionRowDelegate(QStyledItemDelegate):
    """Paints every cell itself.

    Attributes:
        seen: what is said by a visible column or by the heading above leaves the second line.
        hovered_row: row under the mouse; -1 for none.
        has_focus: whether the list has the keyboard.
        is_stale: the rows are being read again.
    """

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen: Collection[Column] = frozenset(DEFAULT_COLUMNS)
        self.hovered_row = -1
        self.has_focus = False
        self.is_stale = False
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self._italic: dict[TypeUse, QFont] = {}
        self._inset = look.px(INSET)
        self._row_px = look.row_px
        self._title_uses = _SPACIOUS if look.density is Density.SPACIOUS else _USUAL

    @property
    def row_height_px(self) -> int:
        """Height of every row that is no heading."""
        return self._row_px

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """A constant; Qt's name."""
        return QSize(0, self._row_px)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell; Qt's name."""
        rect: QRect = option.rect
        is_selected = bool(option.state & _SELECTED)
        column = index.column()
        self._fill(painter, rect, is_selected, index.row(), column)
        row = index.data(ROW)
        if row is None:
            if column == Column.TITLE and index.data(HEADING) is None:
                self._text(painter, rect.adjusted(self._inset, 0, -self._inset, 0), "…", TypeUse.SMALL, "text_3", _LEFT)
        elif column == Column.TITLE:
            self._paint_title(painter, rect, row, is_selected)
        elif column == Column.STATE:
            self._paint_state(painter, rect, row, is_selected)
        else:
            self._paint_fact(painter, rect, row.cells[column], Column(column), is_selected)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show a cell in full as a tool tip; Qt's name."""
        if event.type() is not QEvent.Type.ToolTip:
            return super().helpEvent(event, view, option, index)
        row = index.data(ROW)
        is_compact = self._look.row_lines == 1
        text = "" if row is None else cell_tip(row, Column(index.column()), has_state=is_compact)
        QToolTip.showText(event.globalPos(), as_tip(text), view)
        return True

    def _fill(self, painter: QPainter, rect: QRect, is_selected: bool, row: int, column: int) -> None:
        if is_selected:
            painter.fillRect(rect, self._look.colour("select" if self.has_focus else "select_inactive"))
            if column == Column.TITLE:
                bar = QRect(rect.left(), rect.top(), self._look.px(tokens()["line_px"]["selection_bar"]), rect.height())
                painter.fillRect(bar, self._look.colour("accent" if self.has_focus else "line_control"))
        elif row == self.hovered_row:
            painter.fillRect(rect, self._look.colour("hover"))

    def _paint_title(self, painter: QPainter, rect: QRect, row: RowText, is_selected: bool) -> None:
        look, uses = self._look, self._title_uses
        left, width = rect.left() + self._inset, rect.width() - 2 * self._inset
        use, role = uses.title, "text"
        if row.is_mono:
            use = TypeUse.CODE
        elif row.state in (ShownState.ARCHIVED, ShownState.HIDDEN):
            use, role = uses.archived, "text_2"
        role, second_role = ("text", "text") if is_selected else (role, "text_2")
        facts = self._second_facts(row)
        if look.row_lines == 1 or (Column.STATE in self.seen and not facts):
            self._paint_one_line(painter, QRect(left, rect.top(), width, rect.height()), row, use, role, second_role)
            return
        first_px, second_px, gap_px = look.line_px(uses.title), look.line_px(TypeUse.SMALL), look.px(uses.gap)
        top = rect.top() + (rect.height() - first_px - gap_px - second_px) // 2
        self._text(painter, QRect(left, top, width, first_px), row.title, use, role, _LEFT)
        line = QRect(left, top + first_px + gap_px, width, second_px)
        self._paint_second_line(painter, line, row, facts, second_role)

    def _paint_one_line(
        self, painter: QPainter, line: QRect, row: RowText, use: TypeUse, role: str, badge_role: str
    ) -> None:
        """A compact row, and one of which all is said in columns: the state's icon unless it has one, title, badges."""
        left, right = line.left(), self._paint_badges(painter, line, row, badge_role)
        if Column.STATE not in self.seen:
            sign, side = STATE_SIGNS[row.state], self._look.px(14)
            pixmap = self._look.pixmap(sign.icon, sign.role or badge_role, 14, painter.device().devicePixelRatio())
            painter.drawPixmap(left, line.top() + (line.height() - side) // 2, pixmap)
            left += side + self._look.px(6)
        self._text(painter, QRect(left, line.top(), right - left, line.height()), row.title, use, role, _LEFT)

    def _second_facts(self, row: RowText) -> list[Fact]:
        """What the second line says besides the state."""
        facts = [fact for fact in row.facts if fact.column not in self.seen]
        if not facts and Column.STATE in self.seen:
            facts = [fact for fact in row.late_facts if fact.column not in self.seen]
        return facts

    def _paint_second_line(self, painter: QPainter, line: QRect, row: RowText, facts: list[Fact], role: str) -> None:
        right = self._paint_badges(painter, line, row, role)
        left = line.left()
        if Column.STATE not in self.seen:
            left = self._paint_sign(painter, QRect(left, line.top(), right - left, line.height()), row.state, role, 12)
        is_first = Column.STATE in self.seen
        for text in self._fitting(facts, right - left, is_first):
            self._text(painter, QRect(left, line.top(), right - left, line.height()), text, TypeUse.SMALL, role, _LEFT)
            left += self._texts.width_px(TypeUse.SMALL, text)

    def _fitting(self, facts: list[Fact], room_px: int, is_first: bool) -> list[str]:
        """The facts that fit, with their separators: they drop whole from the right, only the last one is cut."""
        shown: list[str] = []
        for fact in facts:
            text = fact.text if is_first and not shown else SEPARATOR + fact.text
            width = self._texts.width_px(TypeUse.SMALL, text)
            if width <= room_px:
                shown.append(text)
                room_px -= width
            else:
                if not shown and room_px > self._look.px(40):
                    shown.append(text)
                break
        return shown

    def _paint_badges(self, painter: QPainter, line: QRect, row: RowText, role: str) -> int:
        """Paint the badges at the right end and give back where they begin."""
        right, side = line.right() + 1, self._look.px(14)
        for sign in reversed(row.badges):
            colour = sign.role or ("text_3" if role == "text_2" else role)
            pixmap = self._look.pixmap(sign.icon, colour, 14, painter.device().devicePixelRatio())
            right -= side
            painter.drawPixmap(right, line.top() + (line.height() - side) // 2, pixmap)
            right -= self._look.px(6)
        return right

    def _paint_sign(self, painter: QPainter, rect: QRect, state: ShownState, role: str, size: int) -> int:
        """Paint a state's icon and word, and give back where they end."""
        sign = STATE_SIGNS[state]
        colour, side = sign.role or role, self._look.px(size)
        pixmap = self._look.pixmap(sign.icon, colour, size, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.left(), rect.top() + (rect.height() - side) // 2, pixmap)
        left = rect.left() + side + self._look.px(4)
        self._text(painter, rect.adjusted(left - rect.left(), 0, 0, 0), sign.word, TypeUse.SMALL, colour, _LEFT)
        return left + self._texts.width_px(TypeUse.SMALL, sign.word)

    def _paint_state(self, painter: QPainter, rect: QRect, row: RowText, is_selected: bool) -> None:
        cell = rect.adjusted(0, 0, -self._inset, 0)
        self._paint_sign(painter, cell, row.state, "text" if is_selected else "text_2", 14)

    def _paint_fact(self, painter: QPainter, rect: QRect, text: str, column: Column, is_selected: bool) -> None:
        cell = rect.adjusted(0, 0, -self._inset, 0)
        role = "text" if is_selected else "text_3" if text in (ABSENT, NOT_KNOWN) else "text_2"
        align = _RIGHT if COLUMNS[column].is_number else _LEFT
        self._text(painter, cell, text, TypeUse.SMALL, role, align, keeps_end=column in (Column.STORE, Column.MODEL))

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        use: TypeUse,
        role: str,
        align: int,
        keeps_end: bool = False,
    ) -> None:
        if rect.width() <= 0:
            return
        painter.setFont(self._italic_font(use) if self.is_stale else self._look.font(use))
        painter.setPen(self._look.colour("text_3" if self.is_stale else role))
        painter.drawText(rect, align | _ONE_LINE, self._texts.elided(use, text, rect.width(), keeps_end))

    def _italic_font(self, use: TypeUse) -> QFont:
        found = self._italic.get(use)
        if found is None:
            found = self._italic[use] = QFont(self._look.font(use))
            found.setItalic(True)
        return found
