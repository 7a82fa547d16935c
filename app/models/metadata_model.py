"""The metadata of one session as a tree; masked values stay masked until one is shown on request. GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models.roles import ACCESSIBLE_TEXT, DISPLAY, ROW
from app.present.one_line import one_line
from store.values.session import MetadataNode

Index = QModelIndex | QPersistentModelIndex
Path = tuple[str | int, ...]
_ROOT = QModelIndex()
TEXT_LIMIT_CHARS = 500
NAME, VALUE = 0, 1


@dataclass(slots=True)
class MetadataRow:
    """One row, owned by the model.

    Attributes:
        node: as read.
        place: its position among its parent's children.
        parent: number of the parent's row, -1 at the top.
        children: numbers of its children's rows.
        name, text: one line each, ready to be painted.
        shown: the stored JSON text once a person asked for a masked value.
    """

    node: MetadataNode
    place: int
    parent: int
    name: str
    text: str
    children: list[int] = field(default_factory=list)
    shown: str | None = None

    @property
    def is_masked(self) -> bool:
        """Whether the value is still withheld."""
        return self.node.is_masked and self.shown is None

    @property
    def full_text(self) -> str:
        """The value for the clipboard: all of it, or what is known of a masked one."""
        if self.shown is not None:
            return self.shown
        value = self.node.value
        return value if isinstance(value, str) else self.node.text


class MetadataModel(QAbstractItemModel):
    """Rows by number: an index carries the row's number, never a pointer to a Python object."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[MetadataRow] = []
        self._top: list[int] = []

    def set_nodes(self, nodes: tuple[MetadataNode, ...]) -> None:
        """Show another tree; what was unmasked is forgotten."""
        self.beginResetModel()
        self._rows, self._top = [], []
        waiting = [(node, place, -1) for place, node in enumerate(nodes)]
        # Breadth first and without recursion: a stored tree may be deeper than Python's stack.
        for node, place, parent in waiting:
            number = len(self._rows)
            row = MetadataRow(node, place, parent, one_line(node.name, TEXT_LIMIT_CHARS), _line_of(node))
            self._rows.append(row)
            (self._top if parent < 0 else self._rows[parent].children).append(number)
            waiting.extend((child, at, number) for at, child in enumerate(node.children))
        self.endResetModel()

    def row_at(self, index: Index) -> MetadataRow | None:
        """The row of an index."""
        return self._rows[index.internalId()] if index.isValid() else None

    def show_unmasked(self, path: Path, text: str) -> None:
        """Show the stored text of a masked value, until other metadata is shown."""
        for number, row in enumerate(self._rows):
            if row.node.path == path and row.node.is_masked:
                row.shown = text
                row.text = one_line(text, TEXT_LIMIT_CHARS)
                first = self.createIndex(row.place, NAME, number)
                self.dataChanged.emit(first, self.createIndex(row.place, VALUE, number), [DISPLAY, ROW])

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """Qt's name."""
        numbers = self._children(parent)
        if not (0 <= row < len(numbers) and 0 <= column < 2):
            return QModelIndex()
        return self.createIndex(row, column, numbers[row])

    def parent(self, index: Index = _ROOT) -> QModelIndex:  # type: ignore[override]
        """Qt's name."""
        if not index.isValid():
            return QModelIndex()
        number = self._rows[index.internalId()].parent
        return QModelIndex() if number < 0 else self.createIndex(self._rows[number].place, NAME, number)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Qt's name."""
        return 0 if parent.isValid() and parent.column() != NAME else len(self._children(parent))

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: ARG002
        """Qt's name."""
        return 2

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        """Look up a cell; Qt's name."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == ROW:
            return row
        if role == DISPLAY:
            return row.name if index.column() == NAME else row.text
        if role == ACCESSIBLE_TEXT:
            return (
                f"{row.name}, {'masked, ' if row.is_masked else ''}{row.text}" if index.column() == NAME else row.text
            )
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> Any:
        """Qt's name."""
        if orientation is Qt.Orientation.Horizontal and role == DISPLAY and section in (NAME, VALUE):
            return ("Key", "Value")[section]
        return None

    def _children(self, parent: Index) -> list[int]:
        return self._rows[parent.internalId()].children if parent.isValid() else self._top


def _line_of(node: MetadataNode) -> str:
    if isinstance(node.value, str) and not node.is_masked:
        return one_line(node.value, TEXT_LIMIT_CHARS) or '""'
    return one_line(node.text, TEXT_LIMIT_CHARS)
