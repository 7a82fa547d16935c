"""JSON as a tree: name and value, opened with the keyboard or the mouse. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.json_model import JsonColumn, JsonModel
from app.present.json_tree import JsonItem, JsonKind

NAME_PX = 260
_ROLES = {JsonKind.TEXT: "syn_string", JsonKind.OTHER: "syn_number"}


class _Rows(QStyledItemDelegate):
    """Rows of one height, values in the colours of code."""

    def __init__(self, look: Look, parent: JsonView) -> None:
        super().__init__(parent)
        self._view = parent
        self.look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A constant; Qt's name."""
        return QSize(self.look.px(40), self.look.px(tokens()["height"]["tree_row"]))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Take font and colour of the cell; Qt's name."""
        super().initStyleOption(option, index)
        option.font = self.look.font(TypeUse.CODE)
        item = self._view.model_of_rows.item(index)
        role = "text" if index.column() == JsonColumn.NAME or item is None else _ROLES.get(item.kind, "text_2")
        option.palette.setColor(option.palette.ColorRole.Text, self.look.colour(role))


class JsonView(QTreeView):
    """A tree over a JsonModel.

    Args:
        text: of which the model shows the values.
    """

    def __init__(self, look: Look, model: JsonModel, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_of_rows, self._text = model, text
        self._rows = _Rows(look, self)
        self.setModel(model)
        self.setItemDelegate(self._rows)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("JSON as a tree")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.header().setStretchLastSection(True)
        self.header().setHighlightSections(False)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._rows.look = look
        self.setFont(look.font(TypeUse.CODE))
        self.setIndentation(look.px(16))
        self.header().setFixedHeight(look.px(tokens()["height"]["table_header"]))
        self.setColumnWidth(JsonColumn.NAME, look.px(NAME_PX))
        self.viewport().update()

    def selected_text(self) -> str:
        """The stored spelling of the row that is chosen; empty without one."""
        item: JsonItem | None = self.model_of_rows.item(self.currentIndex())
        return "" if item is None else self._text[item.begin : item.end]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the value as it is stored; all else is Qt's. Qt's name."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
