"""A JSON text as a model of rows: name and value. Children are asked for when a row is opened. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.present.json_tree import JsonItem

Index = QModelIndex | QPersistentModelIndex
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)


class JsonColumn(IntEnum):
    """The columns."""

    NAME = 0
    VALUE = 1


class JsonModel(QAbstractItemModel):
    """Rows of one JSON text. It parses nothing: who owns it brings the children of what was opened.

    Signals:
        children_wanted (int): the number of a row whose children are to be found; answered by `take_children`.
    """

    children_wanted = Signal(int)

    def __init__(self, items: Sequence[JsonItem], parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Rows are numbered in the order in which they came; a number is never used twice.
        self._items: list[JsonItem] = []
        self._parents: list[int] = []
        self._rows: list[int] = []
        self._children: dict[int, range] = {}
        self._asked: set[int] = set()
        self._children[-1] = self._add(items, -1)

    def _add(self, items: Sequence[JsonItem], parent: int) -> range:
        first = len(self._items)
        self._items.extend(items)
        self._parents.extend([parent] * len(items))
        self._rows.extend(range(len(items)))
        return range(first, first + len(items))

    def item(self, index: Index) -> JsonItem | None:
        """What a row stands for."""
        return self._items[index.internalId()] if index.isValid() else None

    def item_at(self, number: int) -> JsonItem:
        """What the row with this number stands for."""
        return self._items[number]

    def take_children(self, number: int, items: Sequence[JsonItem]) -> None:
        """Take the children of a row."""
        if number in self._children:
            return
        parent = self.createIndex(self._rows[number], 0, number)
        if items:
            self.beginInsertRows(parent, 0, len(items) - 1)
        self._children[number] = self._add(items, number)
        if items:
            self.endInsertRows()

    # -- Qt ------------------------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's default
        """The index of a child; Qt's name."""
        children = self._children.get(parent.internalId() if parent.isValid() else -1, range(0))
        if not 0 <= row < len(children) or not 0 <= column < len(JsonColumn) or parent.column() > 0:
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008 - Qt's default
        """The index of the row above; Qt's name."""
        above = self._parents[index.internalId()] if index.isValid() else -1
        return self.createIndex(self._rows[above], 0, above) if above >= 0 else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        """Children that are known; Qt's name."""
        if parent.column() > 0:
            return 0
        return len(self._children.get(parent.internalId() if parent.isValid() else -1, range(0)))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, ARG002 - Qt's default
        """Name and value; Qt's name."""
        return len(JsonColumn)

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008 - Qt's default
        """Whether a row can be opened, its children known or not; Qt's name."""
        if parent.column() > 0:
            return False
        if not parent.isValid():
            return bool(self._children[-1])
        number = parent.internalId()
        return len(self._children[number]) > 0 if number in self._children else self._items[number].has_children

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the children are not known yet; Qt's name."""
        return parent.isValid() and self.hasChildren(parent) and parent.internalId() not in self._children

    def fetchMore(self, parent: Index) -> None:
        """Ask for the children; Qt's name."""
        number = parent.internalId()
        if self.canFetchMore(parent) and number not in self._asked:
            self._asked.add(number)
            self.children_wanted.emit(number)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """The words of the columns; Qt's name."""
        if orientation is Qt.Orientation.Horizontal and role == _DISPLAY and 0 <= section < len(JsonColumn):
            return ("Name", "Value")[section]
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """The words of a cell; Qt's name."""
        if not index.isValid() or role not in (_DISPLAY, _ACCESSIBLE):
            return None
        item = self._items[index.internalId()]
        if role == _ACCESSIBLE:
            return f"{item.name}: {item.summary}" if item.summary else item.name
        return item.name if index.column() == JsonColumn.NAME else item.summary
