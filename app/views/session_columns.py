"""Which columns of the session list are seen, in which order and how wide. GUI thread only.

Until a person chooses, as many as fit are seen and the title takes the rest. Chosen columns are all seen; where they
need more room than there is, the list scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.columns import COLUMNS, DEFAULT_COLUMNS, Column, fitting_columns
from app.views.sort_header import INSET, SortHeader
from app.views.text_cache import TextCache

TITLE_MIN = 280
TITLE_LEAST = 140
"""What the title keeps, at 100 %, before another column is added."""

NARROWEST = 40
"""Narrower, at 100 %, a person cannot make a column."""

STATE_ICON = 18


class SessionColumns(QObject):
    """Arranges the sections of the header.

    Attributes:
        seen: columns that are visible, in display order.
        is_wider: they need more room than there is.

    Signals:
        arranged: the columns were arranged anew.
        moved (tuple of Column): a person moved a column; all that are seen, in their new order.
        sized (dict of Column to logical pixels at 100 %): a person sized columns; all that a person ever sized.
    """

    arranged = Signal()
    moved = Signal(object)
    sized = Signal(object)

    def __init__(self, look: Look, header: SortHeader) -> None:
        super().__init__(header)
        self._header = header
        self._chosen: tuple[Column, ...] = ()
        self._given: dict[Column, int] = {}
        self._has_many_stores = False
        self._width_px = 0
        self._is_fitting = self._is_sizing = False
        self.seen: tuple[Column, ...] = DEFAULT_COLUMNS
        self.is_wider = False
        self.set_look(look)
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self._on_moved)
        header.sectionHandleDoubleClicked.connect(self._on_handle_double_clicked)
        header.let_go.connect(self._on_let_go)

    def set_look(self, look: Look) -> None:
        """Measure with another look from now on; `fit` arranges anew."""
        self._look = look
        self._texts = TextCache(look)

    def use(self, chosen: tuple[Column, ...], given: Mapping[Column, int]) -> None:
        """Arrange by other wishes.

        Args:
            chosen: columns to be seen in their order, the title first; empty for as many as fit.
            given: logical pixels at 100 % that a person gave to columns.
        """
        self._chosen, self._given = chosen, dict(given)
        self.fit(self._width_px)

    def show_store(self, has_many_stores: bool) -> None:
        """Prefer to show the store, as rows are of several ones, or not."""
        if has_many_stores != self._has_many_stores:
            self._has_many_stores = has_many_stores
            self.fit(self._width_px)

    def fit(self, width_px: int) -> None:
        """Arrange the columns for a list of this width."""
        self._width_px = width_px
        look, title = self._look, Column.TITLE
        widths = {column: self._wanted_px(column) for column in Column if column is not title}
        self.seen = self._chosen or fitting_columns(
            width_px, widths, look.px(TITLE_LEAST), look.px(TITLE_MIN), self._has_many_stores
        )
        others = sum(widths[column] for column in self.seen if column is not title)
        least = look.px(self._given.get(title, TITLE_LEAST)) if self._chosen else look.px(80)
        self.is_wider = bool(self._chosen) and others + least > width_px
        widths[title] = max(width_px - others, least)
        self._is_fitting = True
        for column, column_px in widths.items():
            self._header.setSectionHidden(column, column not in self.seen)
            self._header.resizeSection(column, column_px)
        hidden = [column for column in Column if column not in self.seen]
        for place, column in enumerate((*self.seen, *hidden)):
            self._header.moveSection(self._header.visualIndex(column), place)
        self._is_fitting = False
        self.arranged.emit()

    def _wanted_px(self, column: Column) -> int:
        given = self._given.get(column)
        if given is not None:
            return self._look.px(max(given, NARROWEST))
        widest = max(self._texts.width_px(TypeUse.SMALL, sample) for sample in COLUMNS[column].samples)
        if column is Column.STATE:
            widest += self._look.px(STATE_ICON)
        return max(widest, self._header.label_px(column)) + self._look.px(INSET)

    def _unscaled(self, column_px: int) -> int:
        return max(round(column_px * 100 / self._look.zoom_percent), NARROWEST)

    @Slot(int, int, int)
    def _on_resized(self, logical: int, old_px: int, new_px: int) -> None:
        """A person drags an edge: what one column gains its neighbour loses, so that the rest stays where it is."""
        if self._is_fitting or not old_px:
            return
        self._is_sizing = self._is_fitting = True
        column, place = Column(logical), self.seen.index(Column(logical))
        if not self.is_wider and place + 1 < len(self.seen):
            neighbour = self.seen[place + 1]
            both = old_px + self._header.sectionSize(neighbour)
            least = self._look.px(TITLE_LEAST if column is Column.TITLE else NARROWEST)
            new_px = max(min(new_px, both - self._look.px(NARROWEST)), least)
            self._header.resizeSection(column, new_px)
            self._header.resizeSection(neighbour, both - new_px)
            self._given[neighbour] = self._unscaled(both - new_px)
        if column is not Column.TITLE or self.is_wider:
            self._given[column] = self._unscaled(new_px)
        self._is_fitting = False

    @Slot(int, int, int)
    def _on_moved(self, _logical: int, _old: int, _new: int) -> None:
        if self._is_fitting:
            return
        self.seen = self._chosen = tuple(sorted(self.seen, key=self._header.visualIndex))
        self.arranged.emit()
        self.moved.emit(self.seen)

    @Slot(int)
    def _on_handle_double_clicked(self, logical: int) -> None:
        """The edge of a column gives it back the width of its texts."""
        self._given.pop(Column(logical), None)
        self._is_sizing = False
        self.fit(self._width_px)
        self.sized.emit(dict(self._given))

    @Slot()
    def _on_let_go(self) -> None:
        if self._is_sizing:
            self._is_sizing = False
            self.fit(self._width_px)
            self.sized.emit(dict(self._given))
