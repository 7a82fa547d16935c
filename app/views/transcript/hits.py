"""The hits of a search in one view: painted in the messages on the screen, brought into sight. GUI thread only.

It finds nothing itself. How many hits each message has comes from a job; where they are is asked for by a signal, for
the messages on the screen, and looked up while they are painted. Nothing is laid out again for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal

from app.present.find import BEYOND, Hit
from app.present.shown import KEYS_PER_BLOCK, CodeText, Section, ShownMessage, ShownTool
from app.present.text_rows import first_lines
from app.present.utf16 import utf16_length
from app.views.transcript.layout import MessageLayout
from app.views.transcript.lines_part import LinesPart
from app.views.transcript.part import Part
from app.views.transcript.places import HitRange

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

KEPT_MESSAGES = 300
MARGIN_PX = 32
"""A hit nearer to an edge of the view than this is moved away from it."""


class Hits(QObject):
    """The hits of one view.

    Signals:
        places_wanted (tuple of int): messages on the screen whose hits are not known yet.
        reached (int message, Hit): the current hit was brought into sight.
    """

    places_wanted = Signal(object)
    reached = Signal(object, object)

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._has_hits: Callable[[int], bool] = _none
        self._places: OrderedDict[int, tuple[Hit, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._missing: set[int] = set()
        self._current: tuple[int, int] | None = None
        self._is_due = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._ask)

    # -- what is found -------------------------------------------------------------------------------------------------

    def begin(self, has_hits: Callable[[int], bool]) -> None:
        """Forget what was found, and paint what is found from now on.

        Args:
            has_hits: whether a message is known to have any.
        """
        self.forget_places()
        self._has_hits, self._current, self._is_due = has_hits, None, False

    def clear(self) -> None:
        """Paint no hits."""
        self.begin(_none)

    def forget_places(self) -> None:
        """The messages are other ones now: ask again where their hits are."""
        self._places.clear()
        self._asked.clear()
        self._missing.clear()
        self._view.viewport().update()

    def take(self, found: dict[int, tuple[Hit, ...]]) -> None:
        """Take the hits of messages."""
        self._asked.difference_update(found)
        self._places.update(found)
        while len(self._places) > KEPT_MESSAGES:
            self._places.popitem(last=False)
        for row in found:
            self._view.update_row(row)
        self.settle()

    def places(self, row: int) -> tuple[Hit, ...] | None:
        """The hits of a message; None while they are not known."""
        return self._places.get(row)

    @property
    def current(self) -> tuple[int, int] | None:
        """The message and the number of the hit in it that the search stands on."""
        return self._current

    def current_hit(self) -> Hit | None:
        """Where the search stands, once it is known."""
        if self._current is None:
            return None
        places = self._places.get(self._current[0])
        return places[self._current[1]] if places is not None and self._current[1] < len(places) else None

    # -- painting ------------------------------------------------------------------------------------------------------

    def ranges(self, layout: MessageLayout) -> dict[int, list[HitRange]]:
        """What is painted in a message, by the number of the part in its layout."""
        row = layout.message.index
        if layout.is_raw or not self._has_hits(row):
            return {}
        hits = self._places.get(row)
        if hits is None:
            self._want(row)
            return {}
        numbers = _part_numbers(layout)
        found: dict[int, list[HitRange]] = {}
        for number, hit in enumerate(hits):
            place = numbers.get((hit.key, hit.piece))
            if place is not None and hit.begin < layout.parts[place].length:
                end = min(hit.begin + hit.length, layout.parts[place].length)
                found.setdefault(place, []).append(HitRange(hit.begin, end, (row, number) == self._current))
        return found

    def _want(self, row: int) -> None:
        if row not in self._asked:
            self._missing.add(row)
            self._timer.start()

    def _ask(self) -> None:
        wanted = tuple(sorted(self._missing))
        self._missing.clear()
        if wanted:
            self._asked.update(wanted)
            self.places_wanted.emit(wanted)

    # -- going to a hit ------------------------------------------------------------------------------------------------

    def stand_on(self, row: int, number: int) -> None:
        """Stand on a hit without moving."""
        self._current = (row, number)

    def go_to(self, row: int, number: int) -> None:
        """Stand on a hit and bring it into sight: at once, or when its message is there."""
        before, self._current = self._current, (row, number)
        self._is_due = True
        if before is not None:
            self._view.update_row(before[0])
        self._view.reveal(row)
        stage = self._view.stage
        if stage.message(row) is None:
            stage.go_to(row, stage.pad_px)
            self._view.content_changed()
        if row not in self._places:
            self._want(row)
        self.settle()

    def settle(self) -> None:
        """Bring the current hit into sight if that is still to be done and its message is there."""
        hit = self.current_hit()
        if not self._is_due or self._current is None or hit is None:
            return
        row = self._current[0]
        shown = self._view.stage.message(row)
        if shown is None:
            return
        self._is_due = False
        self._unfold(shown, hit)
        self._show(row, hit)
        self._view.focus.row = row
        self._view.update_row(row)
        self.reached.emit(row, hit)

    def _unfold(self, shown: ShownMessage, hit: Hit) -> None:
        """Open what the hit is in: its block, all lines of its text, the message where its record is shown."""
        folding, stage, row = self._view.folding, self._view.stage, shown.index
        if row in stage.records:
            folding.toggle_raw(row)
        block = next((block for block in shown.blocks if block.block == hit.block), None)
        if block is None:
            return
        if hit.key % KEYS_PER_BLOCK != Section.HEAD and not stage.folds.is_open(row, block):
            folding.toggle(row, block.block)
        code = _code_of(block, hit)
        end = hit.begin + hit.length
        if code is not None and code.cut_lines and not stage.folds.is_unrolled(row, hit.key):
            is_short = hit.piece < BEYOND and end <= utf16_length(first_lines(code.text, code.cut_lines))
            layout = stage.layout(row)
            part = _part_of(layout, hit) if layout is not None else None
            if not is_short or (part is not None and end > part.length):
                folding.toggle_unrolled(row, hit.key)

    def _show(self, row: int, hit: Hit) -> None:
        """Scroll until the hit is seen; not at all if it is."""
        stage = self._view.stage
        layout = stage.layout(row)
        if layout is None:
            return
        place = hit_rect(layout, hit)
        margin = stage.measures.px(MARGIN_PX)
        top = stage.top_of(row)
        if top is None or not margin <= top + place.top() <= stage.height_px - margin - place.height():
            stage.go_to(row, stage.height_px // 3 - place.top())
        part = _part_of(layout, hit)
        if isinstance(part, LinesPart) and not part.wraps:
            beyond = place.right() - part.rect.right() + margin
            before = place.left() - part.rect.left() - margin
            dx = beyond if beyond > 0 else before if before < 0 else 0
            if dx:
                self._view.scroll_code(row, part, dx)
        self._view.content_changed()


def _none(_row: int) -> bool:
    return False


def _code_of(block: object, hit: Hit) -> CodeText | None:
    """The text with cut lines that a hit is in."""
    section = hit.key % KEYS_PER_BLOCK
    if isinstance(block, ShownTool):
        return block.input if section == Section.INPUT else block.result if section == Section.RESULT else None
    found = getattr(block, "details", None) or getattr(block, "raw", None)
    if isinstance(found, CodeText) and section == Section.RESULT:
        return found
    pieces: Sequence[object] = getattr(block, "pieces", ())
    piece = pieces[hit.piece] if hit.piece < len(pieces) else None
    return piece if isinstance(piece, CodeText) else None


def _part_numbers(layout: MessageLayout) -> dict[tuple[int, int], int]:
    """The parts of a layout by key and number of the piece."""
    found: dict[tuple[int, int], int] = {}
    key, piece = -1, 0
    for number, part in enumerate(layout.parts):
        piece = piece + 1 if part.key == key else 0
        key = part.key
        found[(key, piece)] = number
    return found


def _part_of(layout: MessageLayout, hit: Hit) -> Part | None:
    """The part that a hit is in; of one that lies beyond what is shown, the last of its block."""
    number = _part_numbers(layout).get((hit.key, hit.piece))
    if number is not None:
        return layout.parts[number]
    return next((part for part in reversed(layout.parts) if part.key <= hit.key), None)


def hit_rect(layout: MessageLayout, hit: Hit) -> QRect:
    """Where a hit begins in its message: its caret, or the end of what is shown of its part."""
    part = _part_of(layout, hit)
    if part is None:
        return layout.head
    if part.is_unit:
        return part.rect
    position = min(hit.begin, part.length) if hit.piece < BEYOND and part.key == hit.key else part.length
    return part.caret(position).toAlignedRect()
