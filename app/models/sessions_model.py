"""The session list: row handles in display order, and the texts of the pages that were looked at lately.

GUI thread only. A million rows are an array of 8 bytes each; summaries come in pages of PAGE_ROWS and the oldest are
forgotten. Nothing here reads or formats: `data()` looks up. What is not loaded reads "…", and whoever shows the model
asks `missing_pages` for what to load.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models.roles import (
    ACCESSIBLE_TEXT,
    ALIGN_LEFT,
    ALIGN_RIGHT,
    DISPLAY,
    ROW,
    TEXT_ALIGNMENT,
    TOOL_TIP,
)
from app.present.columns import COLUMNS, Column
from app.present.summary import RowText
from store.values.session import SessionIds, SessionSummary, SortOrder

PAGE_ROWS = 200
KEPT_PAGES = 16
"""3,200 rows at a few kilobytes each; a screen shows some 40."""

NOT_LOADED = "…"
_ROOT = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class SessionsModel(QAbstractTableModel):
    """Rows of one store's session list.

    Attributes:
        generation: counts up whenever the rows become others; a page of an older generation is not taken.
        is_stale: the rows are being read again; the last values stand.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Make an empty model."""
        super().__init__(parent)
        self._handles: array[int] = array("q")
        self._order = SortOrder()
        self._pages: OrderedDict[int, list[RowText]] = OrderedDict()
        self.generation = 0
        self.is_stale = False

    @property
    def order(self) -> SortOrder:
        """The order the rows are in."""
        return self._order

    @property
    def row_count(self) -> int:
        """How many rows there are, loaded or not."""
        return len(self._handles)

    def row_at(self, row: int) -> RowText | None:
        """A row's texts; None while they are not loaded."""
        page = self._pages.get(row // PAGE_ROWS)
        offset = row % PAGE_ROWS
        return page[offset] if page is not None and offset < len(page) else None

    def missing_pages(self, row_begin: int, row_end: int) -> tuple[int, ...]:
        """Numbers of the pages that hold rows [row_begin, row_end) and are not loaded."""
        end = min(row_end, self.row_count)
        if row_begin >= end:
            return ()
        wanted = range(max(row_begin, 0) // PAGE_ROWS, (end - 1) // PAGE_ROWS + 1)
        return tuple(page for page in wanted if page not in self._pages)

    def page_handles(self, page: int) -> tuple[int, ...]:
        """Handles of a page's rows, in display order."""
        return tuple(self._handles[page * PAGE_ROWS : (page + 1) * PAGE_ROWS])

    def set_ids(self, ids: SessionIds) -> None:
        """Show other rows, or the same in another order; nothing is loaded yet."""
        self.beginResetModel()
        self.generation += 1
        self._handles = ids.handles
        self._order = ids.order
        self._pages.clear()
        self.is_stale = False
        self.endResetModel()

    def clear(self) -> None:
        """Show no rows."""
        self.set_ids(SessionIds(array("q"), self._order))

    def apply_page(self, generation: int, page: int, rows: Sequence[RowText]) -> bool:
        """Take a page of rows, one for each of `page_handles(page)`.

        Returns:
            False if it belongs to rows that are not shown any more; it is dropped then.
        """
        expected = max(min(PAGE_ROWS, self.row_count - page * PAGE_ROWS), 0)
        if generation != self.generation or len(rows) != expected or not rows:
            return False
        self._pages[page] = list(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        self._announce(page)
        return True

    def touch(self, row_begin: int, row_end: int) -> None:
        """Note that rows [row_begin, row_end) are being looked at, so that their pages are forgotten last."""
        for page in range(max(row_begin, 0) // PAGE_ROWS, max(row_end - 1, 0) // PAGE_ROWS + 1):
            if page in self._pages:
                self._pages.move_to_end(page)

    def remake_texts(self, make_row: Callable[[SessionSummary], RowText]) -> None:
        """Make all loaded texts again: a new day has begun, and "today" means another one."""
        for page, rows in self._pages.items():
            self._pages[page] = [make_row(row.summary) for row in rows]
        for page in self._pages:
            self._announce(page)

    def mark_stale(self, is_stale: bool) -> None:
        """Note that the rows are being read again, or are not any more."""
        if is_stale != self.is_stale:
            self.is_stale = is_stale
            if self.row_count:
                self.dataChanged.emit(self.index(0, 0), self.index(self.row_count - 1, len(Column) - 1), [DISPLAY])

    def _announce(self, page: int) -> None:
        first = page * PAGE_ROWS
        last = min(first + PAGE_ROWS, self.row_count) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1), [DISPLAY, ROW])

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many rows; Qt's name."""
        return 0 if parent.isValid() else len(self._handles)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """How many columns; Qt's name."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        """Look up a cell; Qt's name."""
        row = self.row_at(index.row())
        if role == ROW:
            return row
        if role == DISPLAY:
            return NOT_LOADED if row is None else row.cells[index.column()]
        if role == TEXT_ALIGNMENT:
            return ALIGN_RIGHT if COLUMNS[Column(index.column())].is_number else ALIGN_LEFT
        if row is None:
            return "Not read yet" if role == ACCESSIBLE_TEXT else None
        if role == ACCESSIBLE_TEXT:
            return row.spoken if index.column() == 0 else row.cells[index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> Any:
        """Look up a header; Qt's name."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        spec = COLUMNS[Column(section)]
        if role == DISPLAY:
            return spec.title
        if role == TEXT_ALIGNMENT:
            return ALIGN_RIGHT if spec.is_number else ALIGN_LEFT
        if role == TOOL_TIP:
            return f"Sort by {spec.title.lower()}" if spec.sort_key else f"{spec.title}: the file cannot sort by it"
        if role == ACCESSIBLE_TEXT:
            return self._spoken_header(spec.title, spec.sort_key is self._order.key)
        return None

    def _spoken_header(self, title: str, is_sorted: bool) -> str:
        if not is_sorted:
            return title
        return f"{title}, sorted {'descending' if self._order.is_descending else 'ascending'}"
