"""The lines of the command palette: what they say, and how they are painted. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.commands_text import Found
from app.views.painting import draw_row_background

LINE_PX = 30

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the palette.

    Attributes:
        found: the command and what was typed of it.
        keys: its shortcut, as this system writes it.
        is_possible: whether it can be run now.
        is_on: of a switch: whether it is on; None for what is no switch.
    """

    found: Found
    keys: str
    is_possible: bool
    is_on: bool | None

    @property
    def spoken(self) -> str:
        """The line for screen readers."""
        command = self.found.command
        state = {True: "on", False: "off", None: ""}[self.is_on]
        parts = (command.name, state, command.path, self.keys, "" if self.is_possible else command.reason)
        return ", ".join(part for part in parts if part)


class Lines(QAbstractListModel):
    """The lines that are shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def line_at(self, row: int) -> Line | None:
        """A line; None for a row that is not there."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Number of lines; Qt's name."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, and all of it for screen readers; Qt's name."""
        line = self.line_at(index.row())
        if line is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return line.found.command.name
        return line.spoken if role == Qt.ItemDataRole.AccessibleTextRole else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """A command that is not possible now can be looked at all the same; Qt's name."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        line = self.line_at(index.row())
        return flags | Qt.ItemFlag.ItemIsEnabled if line is not None else flags


class LineDelegate(QStyledItemDelegate):
    """Paints a line: tick, name with what was typed in bold, menus, and at the end the keys or why not."""

    def __init__(self, look: Look, lines: Lines, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._lines = look, lines

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """One height for all; Qt's name."""
        return QSize(self._look.px(200), self._look.px(LINE_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one line; Qt's name."""
        line = self._lines.line_at(index.row())
        if line is None:
            return
        look, whole = self._look, QRect(option.rect)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        draw_row_background(
            painter,
            look,
            whole,
            is_selected=is_current,
            is_active=True,
            is_hovered=bool(option.state & QStyle.StateFlag.State_MouseOver),
            has_focus_ring=False,
            hover_role="hover",
        )
        inner = whole.adjusted(look.px(10), 0, -look.px(12), 0)
        if line.is_on:
            icon = look.pixmap(
                "check", "text" if line.is_possible else "text_disabled", 14, painter.device().devicePixelRatioF()
            )
            painter.drawPixmap(inner.left(), inner.center().y() - look.px(7) + 1, icon)
        inner.setLeft(inner.left() + look.px(22))
        last = line.keys if line.is_possible else line.found.command.reason
        quiet = "text" if is_current else "text_2"
        inner.setRight(inner.right() - self._paint_last(painter, inner, last, quiet if line.is_possible else "text_3"))
        self._paint_names(painter, inner, line, is_current)

    def _paint_last(self, painter: QPainter, inner: QRect, words: str, role: str) -> int:
        """Paint words at the end of the line; the width that they take."""
        if not words:
            return 0
        metrics = self._look.metrics(TypeUse.SMALL)
        painter.setFont(self._look.font(TypeUse.SMALL))
        painter.setPen(self._look.colour(role))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
        return round(metrics.horizontalAdvance(words)) + self._look.px(12)

    def _paint_names(self, painter: QPainter, inner: QRect, line: Line, is_current: bool) -> None:
        command, look = line.found.command, self._look
        left = inner.left()
        painter.setPen(look.colour("text" if line.is_possible else "text_disabled"))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        at = 0
        for begin, end in (*line.found.hits, (len(command.name), len(command.name))):
            for use, words in ((TypeUse.BODY, command.name[at:begin]), (TypeUse.SECTION, command.name[begin:end])):
                if words:
                    painter.setFont(look.font(use))
                    painter.drawText(
                        QRect(left, inner.top(), max(inner.right() - left, 0), inner.height()), flags, words
                    )
                    left += round(look.metrics(use).horizontalAdvance(words))
            at = end
        left += look.px(12)
        left_px = inner.right() - left
        if command.path and left_px > look.px(24):
            words = look.metrics(TypeUse.SMALL).elidedText(command.path, Qt.TextElideMode.ElideRight, left_px)
            painter.setFont(look.font(TypeUse.SMALL))
            painter.setPen(look.colour("text" if is_current else "text_3"))
            painter.drawText(QRect(left, inner.top(), left_px, inner.height()), flags, words)
