"""The table in which labels are edited. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models import roles
from app.models.labels_model import LabelColumn, LabelsModel
from app.present.label_words import LabelRow
from app.views.painting import draw_icon_at
from app.views.plain_table import keep_columns, make_plain
from app.views.text_cache import TextCache

Index = QModelIndex | QPersistentModelIndex

ROW_PX, INSET_PX, ICON_ROOM_PX, WHERE_PX, NAME_SHARE = 34, 12, 22, 190, 0.4

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)


class LabelCells(QStyledItemDelegate):
    """Paints a cell, and gives a field for what is typed."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._texts = TextCache(look)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """One height; Qt's name."""
        return QSize(0, self._look.px(ROW_PX))

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field with the name of what is typed; Qt's name."""
        row = index.data(roles.ROW)
        field = QLineEdit(parent)
        is_name = index.column() == LabelColumn.NAME
        name = index.model().index(index.row(), int(LabelColumn.NAME)).data()
        field.setAccessibleName("Name of the label" if is_name else f"Value of {name}")
        if isinstance(row, LabelRow) and row.is_mixed and not is_name:
            field.setPlaceholderText(row.shown_value)
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        """The field stands in the middle of its cell; Qt's name."""
        look, rect = self._look, QRect(option.rect)
        high = look.px(tokens()["height"]["control"])
        editor.setGeometry(rect.left() + look.px(4), rect.center().y() - high // 2, rect.width() - look.px(8), high)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell; Qt's name."""
        look, rect, row = self._look, QRect(option.rect), index.data(roles.ROW)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = option.widget is not None and option.widget.hasFocus()
        if is_selected:
            painter.fillRect(rect, look.colour("select" if has_focus else "select_inactive"))
            if index.column() == LabelColumn.NAME:
                wide = look.px(tokens()["line_px"]["selection_bar"])
                bar = QRect(rect.left(), rect.top(), wide, rect.height())
                painter.fillRect(bar, look.colour("accent" if has_focus else "line_control"))
        if not isinstance(row, LabelRow):
            return
        inner = rect.adjusted(look.px(INSET_PX), 0, -look.px(6), 0)
        if index.column() == LabelColumn.NAME:
            ratio = painter.device().devicePixelRatioF()
            at = QPoint(inner.left(), inner.center().y())
            draw_icon_at(painter, look, row.sign.icon, row.sign.role or "text_2", 14, at, ratio)
            inner.setLeft(inner.left() + look.px(ICON_ROOM_PX))
        text, role = str(index.data() or ""), "text" if is_selected or index.column() != LabelColumn.WHERE else "text_2"
        if index.column() == LabelColumn.VALUE and row.is_mixed and row.value is None and not is_selected:
            role = "text_2"
        use = TypeUse.SMALL if index.column() == LabelColumn.WHERE else TypeUse.BODY
        font = look.font(use)
        if row.is_removed and index.column() != LabelColumn.WHERE:
            font = type(font)(font)
            font.setStrikeOut(True)
        painter.setFont(font)
        painter.setPen(look.colour(role))
        painter.drawText(inner, _LEFT | _ONE_LINE, self._texts.elided(use, text, inner.width()))


class LabelTable(QTableView):
    """Labels with their values.

    Signals:
        removal_asked: the key that takes a label away.
    """

    removal_asked = Signal()

    def __init__(self, look: Look, model: LabelsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._cells = LabelCells(look, self)
        self.setItemDelegate(self._cells)
        make_plain(self)
        keep_columns(self)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Labels")
        self.setModel(model)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._cells.set_look(look)
        self.verticalHeader().setDefaultSectionSize(look.px(ROW_PX))
        self.horizontalHeader().setFixedHeight(look.px(tokens()["height"]["table_header"]))
        self._fit()
        self.viewport().update()

    def edit_cell(self, row: int, column: LabelColumn) -> None:
        """Let a person type in a cell."""
        index = self.model().index(row, int(column))
        self.setCurrentIndex(index)
        self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes a label away, Enter edits its value; Qt's name."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentIndex().isValid():
            self.removal_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if self.currentIndex().isValid():
                self.edit_cell(self.currentIndex().row(), LabelColumn.VALUE)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room; Qt's name."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        look, header, wide = self._look, self.horizontalHeader(), self.viewport().width()
        where = min(look.px(WHERE_PX), wide // 3)
        name = int((wide - where) * NAME_SHARE)
        sizes = {LabelColumn.NAME: name, LabelColumn.VALUE: wide - where - name, LabelColumn.WHERE: where}
        for column, width in sizes.items():
            header.resizeSection(column, max(width, 1))
