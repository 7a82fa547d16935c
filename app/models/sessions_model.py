"""The session list: headings and rows in display order, and the texts of the pages that were looked at lately.

GUI thread only. A million rows are an array of 8 bytes each. Nothing here reads or formats: `data()` looks up. What is
not loaded reads "…", and whoever shows the model asks `missing` for what to load. Qt's rows are lines: a line shows a
heading or a row of the list's answer (app/models/row_map.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models.loaded_rows import PAGE_ROWS, LoadedRows, Part, no_rows
from app.models.roles import (
    ACCESSIBLE_TEXT,
    ALIGN_LEFT,
    ALIGN_RIGHT,
    DISPLAY,
    HEADING,
    ROW,
    TEXT_ALIGNMENT,
    TOOL_TIP,
)
from app.models.row_map import RowMap
from app.present.columns import COLUMNS, Column
from app.present.headings import Heading
from app.present.row_text import RowText
from store.values.listing import Group, Listed, ListOrder
from store.values.store import StoreKey

NOT_LOADED = "…"
KEPT_FROM_BEFORE = 4_000
"""Rows of the answers before that are still shown, as they were, until the same rows of the new answer are read."""

_ROOT = QModelIndex()
_ROW_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_HEADING_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
Index = QModelIndex | QPersistentModelIndex
MakeHeading = Callable[[Group, bool], Heading]


class SessionsModel(QAbstractTableModel):
    """Lines of one list of sessions, of one store or of several.

    Attributes:
        generation: counts up whenever the rows become others; a part of an older generation is not taken.
        is_stale: the rows are being read again; the last values stand.
        listed: the answer that is shown.
        map: which line shows which row.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Make an empty model."""
        super().__init__(parent)
        self.listed = no_rows()
        self.map = RowMap(0)
        self._folded: set[str] = set()
        self._folded_hits: set[str] = set()
        self._loaded = LoadedRows(self.listed)
        self._before: dict[tuple[StoreKey, int], RowText] = {}
        self._headings: dict[int, Heading] = {}
        self._make_heading: MakeHeading | None = None
        self.generation = 0
        self.is_stale = False

    @property
    def order(self) -> ListOrder:
        """The order the rows are in."""
        return self.listed.want.order

    @property
    def row_count(self) -> int:
        """How many lines there are, headings and rows."""
        return self.map.line_count

    @property
    def session_count(self) -> int:
        """How many sessions the list has, shown, folded away or not loaded."""
        return self.map.row_count

    # What stands in a line

    def row_at(self, line: int) -> RowText | None:
        """The texts of the row in a line; None for a heading, and while they are not loaded."""
        row = self.map.row_at(line)
        return None if row is None else self._loaded.row_at(row)

    def _shown_at(self, line: int) -> RowText | None:
        """As `row_at`, or what the same row was in the answer before."""
        row = self.map.row_at(line)
        if row is None:
            return None
        found = self._loaded.row_at(row)
        if found is None and self._before:
            found = self._before.get((self.listed.store_at(row), self.listed.handles[row]))
        return found

    def heading_at(self, line: int) -> Heading | None:
        """The heading in a line; None if a row stands there."""
        group = self.map.heading_at(line)
        if group is None or self._make_heading is None:
            return None
        found = self._headings.get(group)
        if found is None:
            found = self._headings[group] = self._make_heading(self.map.groups[group], self.map.is_folded(group))
        return found

    # What is loaded

    def missing(self, line_begin: int, line_end: int) -> tuple[Part, ...]:
        """The parts that hold rows of lines [line_begin, line_end) and are not loaded."""
        return self._loaded.missing(self.map.row_spans(line_begin, line_end))

    def handles(self, part: Part) -> tuple[int, ...]:
        """Handles of a part's rows, in display order."""
        return self._loaded.handles(part)

    def touch(self, line_begin: int, line_end: int) -> None:
        """Note that lines [line_begin, line_end) are being looked at, so that their pages are forgotten last."""
        self._loaded.touch(self.map.row_spans(line_begin, line_end))

    def put(self, generation: int, part: Part, rows: Sequence[RowText]) -> bool:
        """Take a part's rows, one for each of `handles(part)`.

        Returns:
            False if they belong to rows that are not shown any more; they are dropped then.
        """
        if generation != self.generation or not self._loaded.put(part, rows):
            return False
        self._announce(part.page)
        return True

    def give_up(self, generation: int, part: Part) -> None:
        """Note that a part cannot be read; its rows read as not loaded."""
        if generation == self.generation:
            self._loaded.give_up(part)

    def loaded_in(self, line_begin: int, line_end: int) -> Iterator[RowText]:
        """The rows that are loaded of lines [line_begin, line_end)."""
        rows = chain.from_iterable(range(*span) for span in self.map.row_spans(line_begin, line_end))
        return (row for row in map(self._loaded.row_at, rows) if row is not None)

    def improve(self, make: Callable[[RowText], RowText]) -> None:
        """Make loaded texts again of which more is known; what is given back as it was stays."""
        for page in self._loaded.remake(make):
            self._announce(page)

    def remake_texts(self, make: Callable[[RowText], RowText]) -> None:
        """Make all loaded texts and all headings again: a new day has begun, or times are shown in another zone."""
        self._before = {key: make(row) for key, row in self._before.items()}
        self._headings.clear()
        self.improve(make)
        for line in self.map.heading_lines:
            self.dataChanged.emit(self.index(line, 0), self.index(line, len(Column) - 1), [DISPLAY, HEADING])

    # What is shown

    def set_listed(self, listed: Listed, make_heading: MakeHeading | None = None) -> None:
        """Show other rows, or the same in another order; what was loaded is shown until it is read again."""
        self.beginResetModel()
        self.generation += 1
        if len(self._before) > KEPT_FROM_BEFORE:
            self._before.clear()
        self._before.update(self._loaded.by_handle())
        if listed.want.group_by is not self.listed.want.group_by:
            self._folded.clear()
        if listed.want.text != self.listed.want.text:
            self._folded_hits.clear()
        self.listed = listed
        self.map = RowMap(len(listed.handles), listed.groups if make_heading is not None else (), self._folds())
        self._loaded = LoadedRows(listed)
        self._make_heading = make_heading
        self._headings.clear()
        self.is_stale = False
        self.endResetModel()

    def clear(self) -> None:
        """Show no rows, and forget those of before."""
        self.set_listed(no_rows())
        self._before.clear()

    def set_folded(self, group: int, is_folded: bool) -> None:
        """Take the rows of a group out of the lines, or put them back; its heading stays."""
        if self.map.is_folded(group) is is_folded:
            return
        head, count = self.map.head_line(group), self.map.groups[group].end - self.map.groups[group].begin
        if is_folded:
            self._folds().add(self.map.groups[group].value)
            self.beginRemoveRows(_ROOT, head + 1, head + count)
            self.map.set_folded(group, is_folded)
            self.endRemoveRows()
        else:
            self._folds().discard(self.map.groups[group].value)
            self.beginInsertRows(_ROOT, head + 1, head + count)
            self.map.set_folded(group, is_folded)
            self.endInsertRows()
        self._headings.pop(group, None)
        self.dataChanged.emit(self.index(head, 0), self.index(head, len(Column) - 1), [DISPLAY, HEADING])

    def _folds(self) -> set[str]:
        """Values of the groups that are folded; what a filter finds is seen until it is folded on its own."""
        return self._folded_hits if self.listed.want.text else self._folded

    def mark_stale(self, is_stale: bool) -> None:
        """Note that the rows are being read again, or are not any more."""
        if is_stale != self.is_stale:
            self.is_stale = is_stale
            if self.row_count:
                self.dataChanged.emit(self.index(0, 0), self.index(self.row_count - 1, len(Column) - 1), [DISPLAY])

    def _announce(self, page: int) -> None:
        rows = range(page * PAGE_ROWS, min((page + 1) * PAGE_ROWS, self.session_count))
        first = next((line for line in map(self.map.line_of, rows) if line is not None), None)
        last = next((line for line in map(self.map.line_of, reversed(rows)) if line is not None), None)
        if first is not None and last is not None:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1), [DISPLAY, ROW])

    # Qt overrides

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many lines; Qt's name."""
        return 0 if parent.isValid() else self.map.line_count

    def columnCount(self, parent: Index = _ROOT) -> int:
        """How many columns; Qt's name."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be selected, headings cannot; Qt's name."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _ROW_FLAGS if self.map.row_at(index.row()) is not None else _HEADING_FLAGS

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        """Look up a cell; Qt's name."""
        if role == ROW:
            return self._shown_at(index.row())
        if role == HEADING:
            return self.heading_at(index.row())
        if role == TEXT_ALIGNMENT:
            return ALIGN_RIGHT if COLUMNS[Column(index.column())].is_number else ALIGN_LEFT
        if role not in (DISPLAY, ACCESSIBLE_TEXT):
            return None
        heading = self.heading_at(index.row())
        if heading is not None:
            words = heading.text if role == DISPLAY else heading.spoken
            return words if index.column() == 0 else ""
        row = self._shown_at(index.row())
        if row is None:
            return NOT_LOADED if role == DISPLAY else "Not read yet"
        return row.spoken if role == ACCESSIBLE_TEXT and index.column() == 0 else row.cells[index.column()]

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
            return f"Sort by {spec.title.lower()}"
        if role == ACCESSIBLE_TEXT:
            return self._spoken_header(spec.title, spec.sort_key is self.order.key)
        return None

    def _spoken_header(self, title: str, is_sorted: bool) -> str:
        if not is_sorted:
            return title
        return f"{title}, sorted {'descending' if self.order.is_descending else 'ascending'}"
