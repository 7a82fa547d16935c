"""Which messages stand where: loaded messages, layouts, heights and the anchor. GUI thread only, no widget.

The anchor, a row and an offset into it, is what stays put: heights above and below may turn from estimates into exact
ones without anything moving on the screen. Relative scrolling walks the anchor over exact heights; the scroll bar only
follows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.present.reading import FoldState, Reading, ReadKind, rows_of_kind, shown_rows
from app.present.shown import Folds, ShownMessage
from app.views.transcript.estimate import Guess, estimate_heights, guess_of
from app.views.transcript.heights import Heights
from app.views.transcript.layout import MessageLayout, Record, Scene, Thumbnail
from app.views.transcript.measures import Measures
from app.views.transcript.shown_rows import ShownRows
from store.values.message import ImageRef, Outline

if TYPE_CHECKING:
    from app.views.transcript.following import Newer
    from app.views.transcript.landing import Landing

KEPT_LAYOUTS = 120
LEAST_LAYOUTS = 40
KEPT_LAYOUT_CHARS = 2_000_000
KEPT_MESSAGE_BYTES = 16_000_000
KEPT_MESSAGES = 2_000
KEPT_THUMBNAILS = 200
_MESSAGE_COST_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """A message on the screen.

    Attributes:
        index: of the message.
        top: its y in the viewport.
        height: exact if it has a layout.
        layout: None while the message is not loaded.
    """

    index: int
    top: int
    height: int
    layout: MessageLayout | None


class Stage:
    """The state behind the painted area.

    Attributes:
        shown: which messages take height: those of the reading, without results that stand with their calls.
        folds: what is open.
        reading: what the reader wants to see.
        records: stored records of messages that show Raw; None while they are read.
        anchor_row, anchor_offset: the topmost row and how far it is scrolled out.
        height_px: of the viewport.
        holds_end: the end was asked for and is kept in view, whatever heights turn out to be.
    """

    def __init__(self, measures: Measures) -> None:
        self.measures = measures
        self.outline: Outline | None = None
        self.heights = Heights()
        self.shown = ShownRows()
        self.folds = Folds()
        self.reading = Reading()
        self.records: dict[int, tuple[Record, ...] | None] = {}
        self.anchor_row = 0
        self.anchor_offset = -measures.px(16)
        self.height_px = 0
        self.holds_end = False
        self._messages: OrderedDict[int, ShownMessage] = OrderedDict()
        self._message_bytes = 0
        self._layouts: OrderedDict[int, MessageLayout] = OrderedDict()
        self._thumbnails: OrderedDict[ImageRef, Thumbnail] = OrderedDict()
        self._place: tuple[tuple[int, int], tuple[int, int]] | None = None

    # -- content -----------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """Messages of the transcript."""
        return len(self.heights)

    @property
    def pad_px(self) -> int:
        """Empty space before the first and after the last message."""
        return self.measures.px(16)

    def held(self) -> tuple[int, int]:
        """The message that must stay where it is while heights change, and its y: the first whose head is seen."""
        rows = self.rows()
        for row in rows:
            if row.top >= 0:
                return row.index, row.top
        return (rows[0].index, rows[0].top) if rows else (0, self.pad_px)

    def hold(self, held: tuple[int, int]) -> None:
        """Bring a held message back to its y; for one that is hidden now, the nearest that is shown."""
        self.anchor_row, self.anchor_offset = max(self.shown.nearest(min(held[0], max(self.count - 1, 0))), 0), -held[1]
        self.settle()

    def show(
        self,
        outline: Outline | None,
        messages: Iterable[ShownMessage],
        keeps_place: bool,
        landing: Landing | None = None,
    ) -> None:
        """Show another transcript, or the same one read again, of which who is at the end stays at the end.

        Args:
            landing: where the messages of the one that is shown stand in the same one read again.
        """
        row, y = self.held() if keeps_place else (0, self.pad_px)
        if landing is not None:
            row, y = landing.row_of(row), y if landing.stands(row) else self.pad_px
        self.holds_end = keeps_place and self.is_at_end
        self.outline = outline
        self._messages.clear()
        self._layouts.clear()
        self._message_bytes = 0
        self.records = {}
        if not keeps_place:
            self.reading = Reading(is_prompts_only=self.reading.is_prompts_only)
            self.folds = Folds(state=self.folds.state)
            self._place = None
            self._thumbnails.clear()
        elif landing is not None:
            self._move_folds(landing)
        self._choose_rows()
        self._use(Heights(estimate_heights(outline, self.guess) if outline is not None else ()))
        self._take(messages)
        self.hold((row, y))

    def _move_folds(self, landing: Landing) -> None:
        if landing.head < landing.before:
            self.folds = self.folds.moved(lambda row: landing.row_of(row) if landing.stands(row) else None)

    @property
    def guess(self) -> Guess:
        """How heights are guessed now."""
        return guess_of(self.measures, self.folds.state)

    def _choose_rows(self) -> None:
        """Find out which messages are shown."""
        mask = shown_rows(self.outline, self.reading) if self.outline is not None else b""
        self.shown = ShownRows(mask)
        is_partial = self.reading != Reading()
        self.folds = replace(self.folds, leaves_out_work=self.reading.leaves_out_work, mask=mask if is_partial else b"")

    def _use(self, heights: Heights) -> None:
        """Take other heights; layouts that exist stay exact, and what is not shown takes none."""
        self.heights = heights
        for row, layout in self._layouts.items():
            self.heights.set(row, layout.height)
        if self.reading != Reading():
            self.heights.show_only(self.shown.mask)

    def set_reading(self, reading: Reading) -> None:
        """Show other messages. What is read stays where it is, or what is nearest to it.

        Who looks at some of the messages and then at all of them again, without scrolling between, is back where they
        were.
        """
        if reading == self.reading:
            return
        held = self.held()
        if self._place is not None and self._place[1] == held:
            held = self._place[0]
        if reading.leaves_out_work != self.reading.leaves_out_work:
            self._layouts.clear()
        self.reading = reading
        self._choose_rows()
        self.heights.show_only(self.shown.mask)
        self.hold(held)
        self._place = held, self.held()

    def set_fold_state(self, state: FoldState) -> None:
        """Fold or open all blocks of all messages; nothing is built for it, and what is read stays where it is."""
        held = self.held()
        self.folds = self.folds.with_all(state)
        self._layouts.clear()
        self.estimate_again()
        self.hold(held)

    def grow(
        self, outline: Outline, messages: Iterable[ShownMessage], guessed: tuple[Guess, Heights] | None = None
    ) -> None:
        """Take the outline of all where only the beginning was known; what is read stays where it is.

        Args:
            messages: those of the beginning that look other now.
            guessed: heights that were guessed already; of no use if the width changed meanwhile. The stage's from now.
        """
        held = self.held()
        self.outline = outline
        self._choose_rows()
        for message in messages:
            dropped = self._messages.pop(message.index, None)
            self._message_bytes -= _cost(dropped) if dropped is not None else 0
        self._take(messages)
        self.estimate_again(guessed)
        self.hold(held)

    def follow(self, newer: Newer) -> None:
        """Go on with a newer state of the same transcript.

        Who is at the end stays at the end; else what is read stays where it is, or what is nearest to where it stood.
        """
        self.holds_end = self.is_at_end
        (row, y), landing = self.held(), newer.landing
        for gone in [row for row in self._messages if newer.is_other(row)]:
            self._message_bytes -= _cost(self._messages.pop(gone))
        for gone in [row for row in self._layouts if newer.is_other(row)]:
            del self._layouts[gone]
        self.records = {row: found for row, found in self.records.items() if not newer.is_other(row)}
        self._move_folds(landing)
        self.outline, self._place = newer.outline, None
        self._choose_rows()
        self._use(self.heights.continued(newer.kept, newer.heights_px))
        self._take(newer.messages)
        self.hold((landing.row_of(row), y if landing.stands(row) else self.pad_px))

    @property
    def is_at_end(self) -> bool:
        """Whether the end of the transcript is kept in view, or all of the last message is seen."""
        rows = self.rows()
        if self.holds_end or not rows:
            return self.holds_end
        last = rows[-1]
        return last.index == self.shown.last and last.top + last.height <= self.height_px

    def add_messages(self, messages: Iterable[ShownMessage]) -> None:
        """Take messages that are not there yet; what is read stays where it is."""
        held = self.held()
        self._take(messages)
        self.hold(held)

    def _take(self, messages: Iterable[ShownMessage]) -> None:
        """Keep loaded messages; the least recently used ones go when there are too many."""
        for message in messages:
            if message.index not in self._messages:
                self._message_bytes += _cost(message)
                self._messages[message.index] = message
                self._layouts.pop(message.index, None)
        while len(self._messages) > KEPT_MESSAGES or (
            self._message_bytes > KEPT_MESSAGE_BYTES and len(self._messages) > KEPT_LAYOUTS
        ):
            _, dropped = self._messages.popitem(last=False)
            self._message_bytes -= _cost(dropped)

    def loaded(self) -> frozenset[int]:
        """The messages that are loaded."""
        return frozenset(self._messages)

    def message(self, row: int) -> ShownMessage | None:
        """A loaded message."""
        return self._messages.get(row)

    def is_hidden(self, row: int) -> bool:
        """Whether a message takes no height."""
        return row not in self.shown

    def layout(self, row: int) -> MessageLayout | None:
        """The layout of a message, made if need be; None while it is not loaded."""
        found = self._layouts.get(row)
        if found is not None:
            self._layouts.move_to_end(row)
            return found
        message = self._messages.get(row)
        if message is None:
            return None
        self._messages.move_to_end(row)
        found = MessageLayout(message, Scene(self.measures, self.folds, self.records, self._thumbnails.get))
        self._layouts[row] = found
        self.heights.set(row, found.height)
        self._drop_layouts()
        return found

    def _drop_layouts(self) -> None:
        """Forget the least recently used layouts beyond the limits; what fits on a screen always stays."""
        chars = sum(layout.length for layout in self._layouts.values())
        while len(self._layouts) > KEPT_LAYOUTS or (chars > KEPT_LAYOUT_CHARS and len(self._layouts) > LEAST_LAYOUTS):
            _, dropped = self._layouts.popitem(last=False)
            chars -= dropped.length

    def forget_layout(self, row: int) -> None:
        """Lay a message out again when it is next asked for."""
        self._layouts.pop(row, None)

    def set_measures(self, measures: Measures, estimates_now: bool) -> None:
        """Use another look or width: visible messages anew, the guesses for the rest now or later."""
        row, y = self.held()
        y = round(y * measures.look.zoom_percent / self.measures.look.zoom_percent)
        self.measures = measures
        self._layouts.clear()
        if estimates_now:
            self.estimate_again()
        self.hold((row, y))

    def estimate_again(self, guessed: tuple[Guess, Heights] | None = None) -> None:
        """Guess the heights of everything again; layouts that exist stay exact."""
        if self.outline is not None:
            if guessed is not None and guessed[0] == self.guess:
                self._use(guessed[1])
            else:
                self._use(Heights(estimate_heights(self.outline, self.guess)))

    def add_thumbnails(self, found: dict[ImageRef, Thumbnail]) -> None:
        """Take decoded pictures; messages that wait for one are laid out again, with the same height."""
        self._thumbnails.update(found)
        while len(self._thumbnails) > KEPT_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        for row in [row for row, layout in self._layouts.items() if any(ref in found for ref in layout.thumbnails)]:
            del self._layouts[row]

    # -- geometry ----------------------------------------------------------------------------------------------------

    def exact_height(self, row: int) -> int:
        """The height of a row: exact if it is loaded, else the guess."""
        if self.is_hidden(row):
            return 0
        layout = self.layout(row)
        return layout.height if layout is not None else self.heights.height(row)

    def settle(self) -> bool:
        """Bring the anchor back to a visible row after it was moved, and the end of the text to the bottom edge.

        Returns:
            Whether it stood beyond the end.
        """
        shown = self.shown
        if shown.first < 0:
            self.anchor_row, self.anchor_offset = 0, 0
            return False
        if self.holds_end:
            self.anchor_row, self.anchor_offset = shown.last, 1 << 30
        self._walk()
        y, row = -self.anchor_offset, self.anchor_row
        while row < self.count and y < self.height_px:
            y += self.exact_height(row)
            row = shown.after(row)
        missing = self.height_px - self.pad_px - y
        if row == self.count and missing > 0:
            self.anchor_offset -= missing
            self._walk()
            return True
        return False

    def _walk(self) -> None:
        """Bring the anchor to the shown row that it stands in, over exact heights."""
        shown = self.shown
        row, offset = shown.nearest(self.anchor_row), self.anchor_offset
        while offset < 0 and row > shown.first:
            row = shown.before(row)
            offset += self.exact_height(row)
        if row == shown.first:
            offset = max(offset, -self.pad_px)
        while row != shown.last and offset >= (height := self.exact_height(row)):
            offset -= height
            row = shown.after(row)
        if row == shown.last:
            offset = min(offset, max(self.exact_height(row) - 1, 0))
        self.anchor_row, self.anchor_offset = row, offset

    def scroll_by(self, dy: int) -> None:
        """Scroll by pixels over exact heights; positive goes on."""
        self.holds_end = self.holds_end and dy >= 0
        self.anchor_offset += dy
        # Who scrolls to the end stays there like who jumps to it, except where more is still to come.
        if self.settle() and dy > 0 and self.maximum and self.outline is not None and self.outline.is_complete:
            self.holds_end = True

    def go_to(self, row: int, y: int) -> None:
        """Bring the top of a message to a y in the viewport, as far as the ends allow."""
        self.holds_end = False
        self.anchor_row = min(max(row, 0), max(self.count - 1, 0))
        self.anchor_offset = -y
        self.settle()

    def go_to_end(self) -> None:
        """Show the end of the transcript, also of one that is not known to its end yet."""
        self.holds_end = True
        self.settle()

    def go_to_value(self, value: int) -> None:
        """Show what a scroll bar's value means by the heights that are known."""
        if value >= self.maximum:
            self.go_to_end()
            return
        self.holds_end = False
        self.anchor_row, self.anchor_offset = self.heights.row_at(value - self.pad_px)
        if value < self.pad_px:
            self.anchor_row, self.anchor_offset = 0, value - self.pad_px
        self.settle()

    @property
    def value(self) -> int:
        """The scroll bar's value for the anchor."""
        return self.heights.top(self.anchor_row) + self.anchor_offset + self.pad_px

    @property
    def maximum(self) -> int:
        """The scroll bar's greatest value."""
        return max(self.heights.total + 2 * self.pad_px - self.height_px, 0)

    def rows(self) -> list[Row]:
        """The messages on the screen, from the top; hidden ones are left out."""
        found: list[Row] = []
        y, row = -self.anchor_offset, self.shown.nearest(self.anchor_row)
        while 0 <= row < self.count and y < self.height_px:
            height = self.exact_height(row)
            found.append(Row(row, y, height, self.layout(row)))
            y += height
            row = self.shown.after(row)
        return found

    def top_of(self, row: int) -> int | None:
        """The y of a message on or just above the screen; None if it is further away."""
        y, at = -self.anchor_offset, self.anchor_row
        while at > row:
            if y < -4 * self.height_px:
                return None
            at = self.shown.before(at)
            if at < 0:
                return y
            y -= self.exact_height(at)
        while at < row:
            y += self.exact_height(at)
            if y > 4 * self.height_px:
                return None
            at = self.shown.after(at)
        return y

    def next_row(self, row: int, step: int, kind: ReadKind | None = None) -> int | None:
        """The next message before or after a row that is shown, or of a kind, be it shown or not."""
        if self.outline is None:
            return None
        rows = self.shown if kind is None else ShownRows(rows_of_kind(self.outline, kind))
        found = rows.after(row) if step > 0 else rows.before(row)
        return found if 0 <= found < self.count else None


def _cost(message: ShownMessage) -> int:
    return min(message.stored.size_bytes, 4_000_000) + _MESSAGE_COST_BYTES
