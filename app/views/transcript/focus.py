"""What the keys work on: one message, and one thing in it. GUI thread only.

J, K, N and P move from message to message; Tab and Shift+Tab from thing to thing within the message, and on to the next
widget after the last one; Enter does what the thing is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.present.reading import ReadKind
from app.present.shown import KEYS_PER_BLOCK
from app.views.transcript.layout import MessageLayout
from app.views.transcript.ops import Act, Spot
from app.views.transcript.stops import Stop, stops_of

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

TOP_PX = 12
"""Above a message that is brought to the top."""


class Focus:
    """The focus of one view.

    Attributes:
        row: the message; None before any was chosen.
        has_keys: it was chosen with the keyboard, so that it is marked.
    """

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self.row: int | None = None
        self.has_keys = False
        self._stop: tuple[int, tuple[str, int, int]] | None = None
        self._found: tuple[MessageLayout, list[Stop]] | None = None

    def clear(self) -> None:
        """Nothing has the focus."""
        self.row, self._stop, self._found = None, None, None

    def go_to(self, row: int, brings_to_top: bool = False) -> None:
        """Give a message the focus and bring it into view: to the top, unless all of it is seen already."""
        stage = self._view.stage
        if not 0 <= row < stage.count:
            return
        self._view.reveal(row)
        self.has_keys = True
        self.row, self._stop = row, None
        top = stage.top_of(row)
        height = stage.exact_height(row) - stage.measures.gap_px
        margin = stage.measures.px(4)
        if top is None or brings_to_top or top < margin or top + height + margin > stage.height_px:
            stage.go_to(row, stage.measures.px(TOP_PX) if row else stage.pad_px)
        self._view.content_changed()
        self._view.focus_moved.emit(row)

    def read_row(self) -> int:
        """The message that is read now: the focused one if it is on the screen, else the first whose head is."""
        rows = self._view.stage.rows()
        if not rows:
            return 0
        if self.row is not None and any(row.index == self.row for row in rows):
            return self.row
        return next((row.index for row in rows if row.top >= 0), rows[0].index)

    def go_next(self, step: int, kind: ReadKind | None = None) -> None:
        """Move to the next or previous message, of one kind if one is given: such a one always comes to the top."""
        stage = self._view.stage
        if not stage.count:
            return
        is_seen = self.row is not None and any(row.index == self.row for row in stage.rows())
        if kind is None and not is_seen:
            self.go_to(self.read_row())
            return
        start = self.row if is_seen and self.row is not None else self.read_row() - (step > 0)
        found = stage.next_row(start, step, kind)
        if found is not None:
            self.go_to(found, brings_to_top=kind is not None)

    def jump(self, step: int) -> None:
        """Bring the next or previous message that is shown to the top.

        Without a message that has the focus on the screen it is counted from the one that stands at the top.
        """
        stage = self._view.stage
        rows = stage.rows()
        if not rows:
            return
        start = self.row if self.row is not None and any(row.index == self.row for row in rows) else None
        if start is None:
            first = next((row for row in rows if row.top >= 0), rows[0])
            is_at_top = first.top <= stage.pad_px or step < 0
            start = first.index if is_at_top else first.index - 1
        found = stage.next_row(start, step)
        if found is None and self.row is None:
            found = start  # it is the only one: at least it is marked
        if found is not None:
            self.go_to(found, brings_to_top=True)

    # -- things in the message -----------------------------------------------------------------------------------------

    def stops(self) -> list[Stop]:
        """What Tab reaches in the message, if it is on the screen."""
        row = next((row for row in self._view.stage.rows() if row.index == self.row), None)
        if row is None or row.layout is None:
            return []
        if self._found is None or self._found[0] is not row.layout:
            # Kept: painting asks, and a long text has many links to look through.
            self._found = (row.layout, stops_of(row.layout))
        return self._found[1]

    def stop(self) -> Stop | None:
        """The thing that has the focus; None while it is on the message as a whole."""
        if self._stop is None or self._stop[0] != self.row:
            return None
        return next((stop for stop in self.stops() if stop.name == self._stop[1]), None)

    def leave_stop(self) -> bool:
        """Give the focus back to the message as a whole. Returns whether it was on a thing in it."""
        had, self._stop = self.stop(), None
        self._view.update_row(self.row)
        return had is not None

    def step(self, step: int) -> bool:
        """Move to the next or previous thing. Returns False at the ends, where the focus leaves the transcript."""
        if self.row is None:
            return False
        stops, now = self.stops(), self.stop()
        number = next((place for place, stop in enumerate(stops) if now is not None and stop.name == now.name), -1)
        number += step
        if number < -1 or number >= len(stops):
            self.leave_stop()
            return False
        self.has_keys = True
        self._stop = (self.row, stops[number].name) if number >= 0 else None
        if number >= 0:
            self._bring_into_view(stops[number])
        self._view.update_row(self.row)
        self._view.focus_moved.emit(self.row)
        return True

    def _bring_into_view(self, stop: Stop) -> None:
        stage = self._view.stage
        top = stage.top_of(self.row) if self.row is not None else None
        if top is None:
            return
        margin = stage.measures.px(TOP_PX)
        low, high = top + stop.rects[0].top() - margin, top + stop.rects[-1].bottom() + margin
        if low < 0:
            self._view.scroll_by(low)
        elif high > stage.height_px:
            self._view.scroll_by(min(high - stage.height_px, low))

    def _show_opened(self, spot: Spot | None) -> None:
        """Bring what was just opened into view, as far as its head stays there.

        Args:
            spot: of its head; None for the message as a whole.
        """
        stage = self._view.stage
        top = stage.top_of(self.row) if self.row is not None else None
        layout = stage.layout(self.row) if self.row is not None else None
        if top is None or layout is None:
            return
        head, end = 0, layout.box.bottom()
        if spot is not None:
            block = spot.key if spot.act is Act.FOLD else spot.key // KEYS_PER_BLOCK
            parts = [part.rect for part in layout.parts if part.key // KEYS_PER_BLOCK == block]
            head = min((rect.top() for rect in parts), default=spot.rect.top())
            end = max((rect.bottom() for rect in parts), default=spot.rect.bottom())
        margin = stage.measures.px(TOP_PX)
        beyond = top + end + margin - stage.height_px
        if beyond > 0:
            self._view.scroll_by(max(min(beyond, top + head - margin), 0))

    def act(self) -> None:
        """Do what the thing with the focus is for; on a message as a whole, open or fold all its cards."""
        stop = self.stop()
        if stop is None or self.row is None:
            self.has_keys = True
            self.row = self.read_row()
            self._view.folding.toggle_all(self.row)
            self._show_opened(None)
        elif stop.spot is not None:
            self._view.do_spot(self.row, stop.spot)
            if stop.spot.act in (Act.FOLD, Act.UNROLL):
                self._show_opened(stop.spot)
            self._view.focus_moved.emit(self.row)
        else:
            self._view.link_activated.emit(stop.link)
