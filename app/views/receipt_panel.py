"""The chosen receipt in full: its sessions at the left, proof and way back at the right. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QFrame,
    QLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.lines_model import LinesModel
from app.models.roles import ROW
from app.present.receipt_lines import ReceiptLine
from app.views.labels import TextLabel
from app.views.painting import draw_icon_at, draw_row_background
from app.views.text_cache import TextCache

Index = QModelIndex | QPersistentModelIndex

LINE_PX, NAME_PX, ICON_ROOM_PX = 22, 112, 20
BOTH_FROM_PX = 560
"""From this width, at 100 %, both sides stand beside each other."""

_TOP = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignTop)


class LineDelegate(QStyledItemDelegate):
    """Paints a name and a value, which is broken into lines where it does not fit into one."""

    def __init__(self, look: Look, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._texts = TextCache(look)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """As many lines as the value takes; Qt's name."""
        look, line = self._look, index.data(ROW)
        if not isinstance(line, ReceiptLine):
            return QSize(0, look.px(LINE_PX))
        room, use = self._room_px(line), _use(line)
        if self._texts.width_px(use, line.value) <= room:
            return QSize(0, look.px(LINE_PX))
        flags = self._wrap(line, room)
        rect = look.metrics(use).boundingRect(QRect(0, 0, max(room, 1), 10_000).toRectF(), flags, line.value)
        return QSize(0, max(int(rect.height()) + look.px(6), look.px(LINE_PX)))

    def _wrap(self, line: ReceiptLine, room_px: int) -> int:
        """Between words, unless one of them would not fit."""
        longest = max(line.value.split(), key=len, default="")
        fits = self._texts.width_px(_use(line), longest) <= room_px
        return int(Qt.TextFlag.TextWordWrap if fits else Qt.TextFlag.TextWrapAnywhere)

    def _room_px(self, line: ReceiptLine) -> int:
        taken = NAME_PX + 12 + (ICON_ROOM_PX if line.icon else 0)
        return self._view.viewport().width() - self._look.px(taken)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line; Qt's name."""
        look, rect, line = self._look, QRect(option.rect), index.data(ROW)
        if not isinstance(line, ReceiptLine):
            return
        is_current = self._view.currentIndex() == index and self._view.hasFocus()
        painter.save()
        draw_row_background(
            painter,
            look,
            rect,
            is_selected=False,
            is_active=True,
            is_hovered=bool(option.state & QStyle.StateFlag.State_MouseOver),
            has_focus_ring=is_current,
            hover_role="hover",
        )
        painter.restore()
        left, top = rect.left() + look.px(4), rect.top() + look.px(3)
        name = QRect(left, top, look.px(NAME_PX - 8), rect.height() - look.px(3))
        painter.setFont(look.font(TypeUse.SMALL))
        painter.setPen(look.colour("text_2"))
        painter.drawText(name, _TOP, self._texts.elided(TypeUse.SMALL, line.name, name.width()))
        left = rect.left() + look.px(NAME_PX)
        if line.icon:
            middle = QPoint(left, top + look.line_px(TypeUse.SMALL) // 2 - 1)
            ratio = painter.device().devicePixelRatioF()
            draw_icon_at(painter, look, line.icon, line.icon_role, 14, middle, ratio)
            left += look.px(ICON_ROOM_PX)
        use = _use(line)
        painter.setFont(look.font(use))
        painter.setPen(look.colour("text"))
        value = QRect(left, top, self._room_px(line), rect.height())
        painter.drawText(value, _TOP | self._wrap(line, value.width()), line.value)


def _use(line: ReceiptLine) -> TypeUse:
    return TypeUse.CODE if line.is_mono else TypeUse.SMALL


class LinesView(QListView):
    """Lines of a receipt; a line about a session leads there.

    Signals:
        session_asked (str): the id of a session that is to be shown.
    """

    session_asked = Signal(str)

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._model = LinesModel(self)
        self.setModel(self._model)
        self._delegate = LineDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setObjectName("receipt_lines")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.doubleClicked.connect(self._on_double_clicked)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._delegate.set_look(look)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def say(self, lines: tuple[ReceiptLine, ...]) -> None:
        """Show other lines."""
        self._model.set_lines(lines)
        self.scheduleDelayedItemsLayout()

    @property
    def lines(self) -> tuple[ReceiptLine, ...]:
        """What is shown."""
        return self._model.lines

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter leads to the session of the line, copy copies the line; Qt's name."""
        line = self._model.line_at(self.currentIndex().row())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and line is not None:
            self._enter(line)
        elif event.matches(QKeySequence.StandardKey.Copy) and line is not None:
            QGuiApplication.clipboard().setText(line.tip or line.value)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing; Qt's name."""

    def minimumSizeHint(self) -> QSize:
        """Three lines; Qt's name."""
        return QSize(self._look.px(160), self._look.px(3 * LINE_PX))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        line = self._model.line_at(index.row())
        if line is not None:
            self._enter(line)

    def _enter(self, line: ReceiptLine) -> None:
        if line.session_id:
            self.session_asked.emit(line.session_id)


class ReceiptPanel(QWidget):
    """Both sides.

    Attributes:
        sessions, proof: the two lists of lines.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.sessions = LinesView(look, "Receipt: what was done", self)
        self.proof = LinesView(look, "Receipt: proof and way back", self)
        self._titles = tuple(TextLabel(look, TypeUse.SECTION, "text", self) for _ in range(2))
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._columns: list[QVBoxLayout] = []
        for title, word, view in zip(self._titles, ("Receipt", "Proof"), (self.sessions, self.proof), strict=True):
            title.setText(word)
            column = QVBoxLayout()
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(title)
            column.addWidget(view, 1)
            self._columns.append(column)
            self._row.addLayout(column, 1)
        # Where there is little room the lines scroll; they must not ask for more.
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setAccessibleName("The chosen receipt")
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for view in (self.sessions, self.proof):
            view.set_look(look)
        for title in self._titles:
            title.set_look(look)
            title.setContentsMargins(look.px(4), 0, 0, 0)
        for column in self._columns:
            column.setSpacing(look.px(4))
        self._row.setContentsMargins(look.px(12), look.px(10), look.px(12), look.px(8))
        self._row.setSpacing(look.px(8))
        self._arrange()
        self.update()

    def say(self, sessions: tuple[ReceiptLine, ...], proof: tuple[ReceiptLine, ...]) -> None:
        """Show a receipt."""
        self.sessions.say(sessions)
        self.proof.say(proof)

    def minimumSizeHint(self) -> QSize:
        """A title and two lines; Qt's name."""
        return QSize(self._look.px(200), self._look.px(44 + 2 * LINE_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put both sides under each other where they have no room; Qt's name."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        directions = QBoxLayout.Direction
        has_room = self.width() >= self._look.px(BOTH_FROM_PX)
        self._row.setDirection(directions.LeftToRight if has_room else directions.TopToBottom)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the line above; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("raised"))
        painter.fillRect(0, 0, self.width(), 1, self._look.colour("line"))
        painter.end()
