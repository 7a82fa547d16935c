"""Fills the session list's model with the rows that are looked at, and reads ahead what lies near them.

GUI thread only. Each store is read in lines of jobs of its own, so that one that is slow to answer holds up no other:
what is seen goes before what may be seen next, and in each line only the newest counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.list_jobs import PartsAnswer, RowMaker, known_work, parts_work
from app.jobs import Lane, Newest, Query
from app.models.loaded_rows import Part
from app.models.sessions_model import SessionsModel
from app.present.row_text import RowText
from app.present.summary import NOT_KNOWN, ShownState
from store.errors import BurrowError
from store.values.listing import CatalogueFacts
from store.values.store import SessionKey, StoreKey

if TYPE_CHECKING:
    from app.context import Context

AHEAD_ROWS = 60
"""Pages this close to what is seen are read ahead, in the background."""

Parts = tuple[Part, ...]


class _StoreRows:
    """Reads the rows of one store in one lane."""

    def __init__(self, pages: RowPages, context: Context, key: StoreKey, lane: Lane) -> None:
        self._pages, self._context, self._key, self._lane = pages, context, key, lane
        self._line = Newest(context.jobs)
        self._asked: tuple[int, Parts] = (0, ())
        self._asked_at = 0

    def read(self, model: SessionsModel, parts: Parts, maker: RowMaker) -> None:
        """Read these parts; those that are being read already are not begun anew."""
        asked = (model.generation, parts)
        if self._line.is_busy and asked == self._asked:
            return
        self._asked, self._asked_at = asked, self._pages.news_count
        wanted = [(part, model.handles(part)) for part in parts]
        context = self._context
        work = parts_work(context.lists, self._key, model.generation, wanted, maker)
        self._line.run(Query("Reading sessions", work, self._lane), self._on_done, self._on_failed)

    def cancel(self) -> None:
        """Give up what is being read."""
        self._line.cancel()

    def _on_done(self, answer: PartsAnswer) -> None:
        self._pages.take(answer, self._asked_at)

    def _on_failed(self, error: BurrowError) -> None:
        self._pages.give_up(*self._asked, error)


class RowPages(QObject):
    """Reads the rows of one list.

    Attributes:
        maker: makes the texts of rows.
        news_count: how often it was said that the catalogue knows more.

    Signals:
        arrived: rows were put into the model, or more became known of them.
        failed (BurrowError): rows could not be read; what is loaded stays.
    """

    arrived = Signal()
    failed = Signal(object)

    def __init__(self, context: Context, model: SessionsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._model = model
        self.maker = RowMaker({}, context.settings.zone, frozenset(), has_many_stores=False)
        self._readers: dict[tuple[StoreKey, Lane], _StoreRows] = {}
        self._known = Newest(context.jobs)
        self._looked_up: set[SessionKey] = set()
        self.news_count = 0

    def use(self, maker: RowMaker) -> None:
        """Make rows so from now on, those that are loaded included."""
        if maker != self.maker:
            self.maker = maker
            self.cancel()
            self._model.remake_texts(maker.remake)

    def cancel(self) -> None:
        """Give up what is being read: the rows become others."""
        for reader in self._readers.values():
            reader.cancel()
        self._known.cancel()
        self._looked_up.clear()

    def read(self, first: int, end: int, also_line: int | None = None) -> None:
        """Read what is missing of lines [first, end), and of one line elsewhere; then what lies near them."""
        self._model.touch(first, end)
        missing = self._model.missing(first, end)
        if also_line is not None:
            missing = tuple(sorted({*missing, *self._model.missing(also_line, also_line + 1)}))
        if missing:
            self._read(missing, Lane.USER)
            return
        self._look_up(first, end)
        near = self._model.missing(first - AHEAD_ROWS, end + AHEAD_ROWS)
        if near:
            self._read(near, Lane.BACKGROUND)

    def look_up_again(self) -> None:
        """The catalogue knows more: what is looked at and not known yet is looked up again by the next `read`."""
        self._looked_up.clear()
        self.news_count += 1

    def take(self, answer: PartsAnswer, asked_at: int) -> None:
        """Put rows into the model.

        Args:
            asked_at: `news_count` when they were asked for.
        """
        taken = [self._model.put(answer.generation, part, rows) for part, rows in answer.parts]
        # What the catalogue did not know a moment ago it is asked for when it knows more.
        if asked_at == self.news_count:
            self._looked_up.update(row.summary.key for _part, rows in answer.parts for row in rows if _lacks_facts(row))
        # Only if something was taken: whoever hears of it asks for what is missing, which must come to an end.
        if any(taken):
            self.arrived.emit()

    def give_up(self, generation: int, parts: Parts, error: BurrowError) -> None:
        """Note that rows cannot be read, and say why."""
        for part in parts:
            self._model.give_up(generation, part)
        self.failed.emit(error)
        self.arrived.emit()

    def _read(self, parts: Parts, lane: Lane) -> None:
        by_store: dict[int, list[Part]] = {}
        for part in parts:
            by_store.setdefault(part.store, []).append(part)
        for number, wanted in by_store.items():
            key = self._model.listed.stores[number]
            reader = self._readers.get((key, lane))
            if reader is None:
                reader = self._readers[(key, lane)] = _StoreRows(self, self._context, key, lane)
            reader.read(self._model, tuple(wanted), self.maker)

    def _look_up(self, first: int, end: int) -> None:
        """Ask the catalogue for what it did not know of the rows that are seen when they were read."""
        wanted = [row.summary.key for row in self._model.loaded_in(first, end) if _lacks_facts(row)]
        wanted = [key for key in wanted if key not in self._looked_up]
        if wanted and not self._known.is_busy:
            self._looked_up.update(wanted)
            # Between two pieces of cataloguing: nobody asked for it, and cataloguing rests while somebody waits.
            query = Query("Looking up the catalogue", known_work(self._context.lists, wanted), Lane.BACKGROUND)
            self._known.run(query, self._on_known, self._on_not_known)

    def _on_known(self, found: dict[SessionKey, CatalogueFacts]) -> None:
        if found:
            maker = self.maker

            def learn(row: RowText) -> RowText:
                facts = found.get(row.summary.key)
                return row if facts is None or row.known == facts else maker.make(row.summary, facts)

            self._model.improve(learn)
        # The catalogue may have grown meanwhile.
        self.arrived.emit()

    def _on_not_known(self, error: BurrowError) -> None:
        self.failed.emit(error)


def _lacks_facts(row: RowText) -> bool:
    return row.known is None and row.state is not ShownState.DAMAGED and NOT_KNOWN in row.cells
