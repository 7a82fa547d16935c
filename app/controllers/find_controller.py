"""Finding in the transcript that is shown: the bar, the search, and the way from hit to hit. GUI thread only.

The search is a row of jobs, each of which looks through a stretch and says what it found; the bar counts on while they
go. It begins at what is seen, goes to the end, and then over what stands before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.commands import ActionId
from app.controllers.find_jobs import FoundRows, find_work, hits_work
from app.jobs import Newest, Query
from app.look.look import Look
from app.present.copy_text import message_text
from app.present.find import Hit, Needle
from app.present.find_tally import HitPlace, Tally
from app.present.sizes import counted, exact_count
from app.views.find_bar import FindBar
from app.views.transcript.view import TranscriptView
from store.errors import BurrowError
from store.values.message import Outline
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.transcript_controller import TranscriptController

REST_MS = 80
"""A search begins when nothing was typed for so long."""

AGAIN_MS = 400
"""A session that goes on is looked through again when it rests for so long."""

SELECTED_CHARS = 200
"""A longer selection is not taken over as what is looked for."""


class FindController(QObject):
    """Knows the bar, the transcript's hits and the jobs between them.

    Signals:
        failed (BurrowError): the session could not be looked through.
    """

    failed = Signal(object)

    def __init__(self, context: Context, transcript: TranscriptController, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._transcript = context, transcript
        self._view: TranscriptView = transcript.view
        settings = context.settings.current
        needle = Needle("", settings.is_case_matched, settings.is_whole_word)
        self._bar = FindBar(context.looks.current, "Find in the transcript", transcript.pane, needle=needle)
        self._bar.hide()
        transcript.pane.put_find_bar(self._bar)
        self._searching = Newest(context.jobs)
        self._needle = Needle()
        self._key: SessionKey | None = None
        self._outline: Outline | None = None
        self._tally = Tally()
        self._place: HitPlace | None = None
        self._note = ""
        self._cut_rows = 0
        self._begin = 0
        self._is_done = True
        self._is_asked = self._is_open = False
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._search_again)
        self._bar.needle_changed.connect(self._on_needle_changed)
        self._bar.step_asked.connect(self.step)
        self._bar.closed.connect(self.close)
        transcript.pane.find_left.connect(self.close)
        self._view.hits.places_wanted.connect(self._on_places_wanted)
        self._view.hits.reached.connect(self._on_reached)
        self._view.reading_changed.connect(self._on_reading_changed)
        context.looks.changed.connect(self._on_look_changed)

    @property
    def bar(self) -> FindBar:
        """The bar."""
        return self._bar

    @property
    def tally(self) -> Tally:
        """What was found so far."""
        return self._tally

    @property
    def needle(self) -> Needle:
        """What was looked for last."""
        return self._needle

    @property
    def place(self) -> HitPlace | None:
        """The hit that is stood on."""
        return self._place

    @property
    def is_done(self) -> bool:
        """Whether the whole session was looked through."""
        return self._is_done and not self._rest.isActive()

    def slots(self) -> Mapping[ActionId, Callable[[], object]]:
        """What carries out the actions of finding."""
        return {
            ActionId.FIND: self.begin,
            ActionId.FIND_NEXT: lambda: self.step(1),
            ActionId.FIND_PREVIOUS: lambda: self.step(-1),
        }

    # -- the bar -------------------------------------------------------------------------------------------------------

    @Slot()
    def begin(self) -> None:
        """Open the bar and take the keyboard; words that are selected in the transcript are looked for."""
        was_open, self._is_open = self._is_open, True
        if not self._bar.field.hasFocus():
            selected = self._selected()
            if selected:
                self._bar.set_text(selected)
        self._bar.begin()
        if not was_open:
            self._rest.start(0)

    @Slot()
    def close(self) -> None:
        """Close the bar, paint no hits, and give the keyboard back."""
        self._is_open = False
        self._bar.hide()
        self._forget()
        self._needle = Needle()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) hit; open the bar where nothing is looked for."""
        if not self._is_open:
            if not self._bar.needle.text:
                self.begin()
                return
            self._is_open = True
            self._bar.show()
        if self._bar.needle != self._needle:
            # What was typed just now counts, not what was looked for before.
            self._rest.stop()
            self._search()
            return
        start = self._place or HitPlace(self._top_row(), -1 if step > 0 else 0)
        found = self._tally.step(start, step)
        if found is not None:
            place, is_beyond = found
            self._note = ("from the top" if step > 0 else "from the end") if is_beyond else ""
            self._is_asked = True
            self._go_to(place)

    def _selected(self) -> str:
        """The first line of what is selected within one message that is on the screen."""
        selection, stage = self._view.selector.selection, self._view.stage
        if selection is None or selection.is_empty or selection.begin.message != selection.end.message:
            return ""
        shown = stage.message(selection.begin.message)
        if shown is None or shown.index in stage.records:
            return ""
        text = message_text(shown, stage.folds, None, selection.begin[1:], selection.end[1:])
        line = text.strip().split("\n", 1)[0]
        return line if len(line) <= SELECTED_CHARS else ""

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        self._bar.set_look(look)

    # -- the search ----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_needle_changed(self, needle: Needle) -> None:
        self._context.settings.update(is_case_matched=needle.is_case_matched, is_whole_word=needle.is_whole_word)
        if not needle.text:
            self._rest.stop()
            self._search()
        else:
            self._rest.start(REST_MS)

    @Slot()
    def _on_rest(self) -> None:
        if self._is_open:
            self._search()

    def _forget(self) -> None:
        self._rest.stop()
        self._again.stop()
        self._searching.cancel()
        self._tally, self._place, self._note, self._is_done = Tally(), None, "", True
        self._cut_rows = 0
        self._view.hits.clear()
        self._view.rail.set_hits(())
        self._bar.say("")

    def _search(self) -> None:
        """Look for what stands in the bar, beginning at what is seen."""
        begin = self._place.row if self._place is not None else self._top_row()
        self._forget()
        self._needle = self._bar.needle
        self._outline = self._view.stage.outline
        self._key = self._transcript.key
        if not self._needle.text or self._key is None or self._outline is None or not self._outline.count:
            return
        if not self._outline.is_complete:
            self._bar.say("…")  # goes on when the rest of the session is there
            return
        self._is_done = False
        self._begin = min(begin, self._outline.count - 1)
        self._view.hits.begin(self._tally.has)
        self._look_through(self._begin, self._outline.count)

    @Slot()
    def _search_again(self) -> None:
        """The session went on: count anew; what is seen stays where it is."""
        place = self._place
        if not self._is_open or not self._bar.needle.text:
            return
        self._search()
        if place is not None and not self._is_done:
            self._place = place
            self._view.hits.stand_on(*place)

    def _top_row(self) -> int:
        rows = self._view.stage.rows()
        return rows[0].index if rows else 0

    def _look_through(self, begin: int, end: int) -> None:
        assert self._key is not None
        assert self._outline is not None
        work = find_work(
            self._context.library, self._key, self._needle, self._outline, begin, end, not self._tally.rows
        )
        self._searching.run(Query("Finding", work), self._on_found, self._on_failed)

    def _on_found(self, found: FoundRows) -> None:
        if found.needle != self._needle or self._outline is None:
            return
        is_first = not self._tally.rows and bool(found.rows)
        self._tally.add(found.rows, found.counts)
        self._cut_rows += found.cut_rows
        is_over_end = found.begin >= self._begin
        if is_over_end and found.end < self._outline.count:
            self._look_through(found.end, self._outline.count)
        elif is_over_end and self._begin > 0:
            self._look_through(0, self._begin)
        elif not is_over_end and found.end < self._begin:
            self._look_through(found.end, self._begin)
        else:
            self._is_done = True
        if is_first or self._is_done:
            self._view.rail.set_hits(self._tally.rows)
        if is_first and self._place is None:
            place = self._tally.first_from(self._begin) or self._tally.first_from(0)
            assert place is not None
            self._note = "from the top" if place.row < self._begin else ""
            self._is_asked = False
            self._go_to(place)
        else:
            self._view.viewport().update()
            self._say()

    def _on_failed(self, error: BurrowError) -> None:
        self._is_done = True
        self._bar.say("Not found out")
        self.failed.emit(error)

    def _go_to(self, place: HitPlace) -> None:
        self._place = place
        self._view.hits.go_to(*place)
        self._say()

    def _say(self) -> None:
        more = "" if self._is_done else "…"
        total = f"{exact_count(self._tally.total)}{more}"
        if not self._tally.total:
            words = "No hits" if self._is_done else "…"
        elif self._place is None or not self._tally.has(self._place.row):
            words = f"{total} hits"
        else:
            words = f"{exact_count(self._tally.number_of(self._place))} of {total}"
        # The blocks of a message that are not shown are not looked through.
        cut = f"{counted(self._cut_rows, 'message')} in part" if self._cut_rows else ""
        said = " · ".join(part for part in (words, self._note, cut) if part)
        self._bar.say(said, has_hits=self._tally.total > 0)

    # -- where the hits are --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_places_wanted(self, rows: tuple[int, ...]) -> None:
        if self._key is not None and self._needle.text:
            work = hits_work(self._context.library, self._key, self._needle, rows)
            self._context.jobs.run(Query("Finding", work), self._on_places, self.failed.emit)

    def _on_places(self, answer: tuple[Needle, dict[int, tuple[Hit, ...]]]) -> None:
        if answer[0] == self._needle and self._transcript.key == self._key:
            self._view.hits.take(answer[1])

    @Slot(object, object)
    def _on_reached(self, row: int, hit: Hit) -> None:
        # Nobody wants a window to open while they type.
        if hit.whole is not None and self._is_asked:
            self._transcript.content.open_hit(row, hit, self._needle)
        self._is_asked = False

    @Slot()
    def _on_reading_changed(self) -> None:
        if not self._is_open or self._view.stage.outline is self._outline:
            return
        if self._transcript.key != self._key or self._outline is None or not self._outline.is_complete:
            self._place = None if self._transcript.key != self._key else self._place
            self._forget()
            self._rest.start(0)
        else:
            self._outline = self._view.stage.outline
            self._view.hits.forget_places()
            self._again.start()
