"""The table of findings, painted by one delegate, rows of one height. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.findings_model import FindingColumn, FindingsModel
from app.models.roles import ROW
from app.present.check_words import SEVERITY_SIGNS
from app.present.store_check import FindingRow
from app.views.plain_table import keep_columns, make_plain
from app.views.text_cache import TextCache

Index = QModelIndex | QPersistentModelIndex

ROW_PX, INSET_PX, ICON_ROOM_PX = 28, 12, 22
SESSION_SHARE, SESSION_PX = 0.3, (120, 280)
"""How much of the table the sessions' names take, and the least and the most of it at 100 %."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FindingDelegate(QStyledItemDelegate):
    """Paints one cell: sign and word, name or id, sentence."""

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

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell; Qt's name."""
        look, rect, row = self._look, QRect(option.rect), index.data(ROW)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = option.widget is not None and option.widget.hasFocus()
        if is_selected:
            painter.fillRect(rect, look.colour("select" if has_focus else "select_inactive"))
            if index.column() == FindingColumn.SEVERITY:
                wide = look.px(tokens()["line_px"]["selection_bar"])
                bar = QRect(rect.left(), rect.top(), wide, rect.height())
                painter.fillRect(bar, look.colour("accent" if has_focus else "line_control"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        if not isinstance(row, FindingRow):
            return
        inner = rect.adjusted(look.px(INSET_PX), 0, -look.px(6), 0)
        if index.column() == FindingColumn.SEVERITY:
            self._paint_severity(painter, inner, row, is_selected)
        elif index.column() == FindingColumn.SESSION:
            use = TypeUse.CODE if row.is_id else TypeUse.SMALL
            role = "text" if is_selected or row.finding.session_id is not None else "text_2"
            self._text(painter, inner, row.who, use, role, keeps_end=row.is_id)
        else:
            self._text(painter, inner, row.sentence, TypeUse.SMALL, "text" if is_selected else "text_2")

    def _paint_severity(self, painter: QPainter, rect: QRect, row: FindingRow, is_selected: bool) -> None:
        look, side = self._look, self._look.px(14)
        icon = look.pixmap(row.sign.icon, row.sign.role, 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(rect.left(), rect.top() + (rect.height() - side) // 2, icon)
        words = rect.adjusted(look.px(ICON_ROOM_PX), 0, 0, 0)
        self._text(painter, words, row.sign.word, TypeUse.SMALL, "text" if is_selected else row.sign.role)

    def _text(
        self, painter: QPainter, rect: QRect, text: str, use: TypeUse, role: str, *, keeps_end: bool = False
    ) -> None:
        painter.setFont(self._look.font(use))
        painter.setPen(self._look.colour(role))
        painter.drawText(rect, _LEFT | _ONE_LINE, self._texts.elided(use, text, rect.width(), keeps_end))


class FindingsView(QTableView):
    """The table.

    Signals:
        chosen (FindingRow or None): another row is current.
        entered (FindingRow): Enter or a double click.
        copy_asked: the copy shortcut.
    """

    chosen = Signal(object)
    entered = Signal(object)
    copy_asked = Signal()

    def __init__(self, look: Look, model: FindingsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._model = look, model
        self._delegate = FindingDelegate(look, self)
        self.setItemDelegate(self._delegate)
        make_plain(self)
        keep_columns(self)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Findings")
        self.setModel(model)
        self.doubleClicked.connect(self._on_double_clicked)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._delegate.set_look(look)
        self.verticalHeader().setDefaultSectionSize(look.px(ROW_PX))
        self.horizontalHeader().setFixedHeight(look.px(tokens()["height"]["table_header"]))
        self._fit()
        self.viewport().update()

    def renew(self, rows: tuple[FindingRow, ...]) -> None:
        """Show the findings of now; place and choice stay."""
        current, at_px = self.current(), self.verticalScrollBar().value()
        self._model.set_rows(rows)
        place = self._model.place_of(current) if current is not None else None
        if place is not None:
            self.selectRow(place)
        self.verticalScrollBar().setValue(at_px)
        if place is None:
            self.chosen.emit(None)

    def narrow_to_first(self) -> None:
        """Choose the first row, after other rows were let through."""
        if self._model.rowCount():
            self.selectRow(0)
            self.scrollToTop()
        else:
            self.chosen.emit(None)

    def current(self) -> FindingRow | None:
        """The row that the keyboard is on."""
        return self._model.row_at(self.currentIndex().row())

    def selected(self) -> tuple[FindingRow, ...]:
        """The selected rows, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(row for at in rows if (row := self._model.row_at(at)) is not None)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which row is current; Qt's name."""
        super().currentChanged(current, previous)
        self.chosen.emit(self._model.row_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the session, copy copies; letters do not search. Qt's name."""
        current = self.current()
        if event.key() in _ENTER and current is not None:
            self.entered.emit(current)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: there is a field for that. Qt's name."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first row where none was chosen; Qt's name."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.rowCount():
            self.selectRow(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the selection as inactive; Qt's name."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the sentences what is left; Qt's name."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        look, header, wide = self._look, self.horizontalHeader(), self.viewport().width()
        longest = max(look.metrics(TypeUse.SMALL).horizontalAdvance(sign.word) for sign in SEVERITY_SIGNS.values())
        severity = int(longest) + look.px(INSET_PX + ICON_ROOM_PX + 10)
        least, most = (look.px(length) for length in SESSION_PX)
        session = min(max(int(wide * SESSION_SHARE), least), most)
        for column, width in ((FindingColumn.SEVERITY, severity), (FindingColumn.SESSION, session)):
            header.resizeSection(column, width)
        header.resizeSection(FindingColumn.SENTENCE, max(wide - severity - session, look.px(80)))

    def _on_double_clicked(self, index: Index) -> None:
        row = self._model.row_at(index.row())
        if row is not None:
            self.entered.emit(row)
