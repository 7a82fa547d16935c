"""The selection over the stage: from points and keys to places and back. GUI thread only, no widget."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRectF

from app.views.transcript.layout import MessageLayout
from app.views.transcript.part import Part
from app.views.transcript.places import BEGIN, Place, Selection, Step, end_of
from app.views.transcript.stage import Stage

_FAR = 1_000_000


class Grain(Enum):
    """What a drag selects at least: after one click, two, three."""

    CHARACTER = 1
    WORD = 2
    PARAGRAPH = 3


class Move(Enum):
    """Where a key takes the cursor of the selection."""

    LEFT = "left"
    RIGHT = "right"
    WORD_LEFT = "word-left"
    WORD_RIGHT = "word-right"
    UP = "up"
    DOWN = "down"
    PAGE_UP = "page-up"
    PAGE_DOWN = "page-down"
    LINE_BEGIN = "line-begin"
    LINE_END = "line-end"
    BEGIN = "begin"
    END = "end"


_STEPS = {
    Move.LEFT: Step.CHARACTER_BACK,
    Move.RIGHT: Step.CHARACTER_ON,
    Move.WORD_LEFT: Step.WORD_BACK,
    Move.WORD_RIGHT: Step.WORD_ON,
}


class Selector:
    """Holds the selection.

    Attributes:
        selection: None when nothing was ever chosen; may be empty.
        grain: of the drag that goes on.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.selection: Selection | None = None
        self.grain = Grain.CHARACTER
        self._first_range: tuple[Place, Place] | None = None
        self._goal_x: float | None = None

    @property
    def has_text(self) -> bool:
        """Whether anything is selected."""
        return self.selection is not None and not self.selection.is_empty

    def clear(self) -> None:
        """Select nothing."""
        self.selection = None
        self._goal_x = None

    def select_all(self) -> None:
        """Select everything, by two places outside of it: nothing is built."""
        self.selection = Selection(BEGIN, end_of(self._stage.count))

    def grow(self, before: int, count: int) -> None:
        """A transcript of `before` messages has `count` now: a selection to its end is one still."""
        if self.selection is not None:
            ends = (self.selection.anchor, self.selection.cursor)
            self.selection = Selection(*(end_of(count) if place.message == before else place for place in ends))

    # -- places --------------------------------------------------------------------------------------------------------

    def place_at(self, x: int, y: int) -> Place | None:
        """The place nearest to a point of the viewport; None when nothing is shown."""
        rows = self._stage.rows()
        if not rows:
            return None
        row = rows[0]
        for candidate in rows:
            if candidate.top <= y:
                row = candidate
        if row.layout is None:
            return Place(row.index, 0, 0)
        return self._place_in(row.layout, x, y - row.top)

    def _place_in(self, layout: MessageLayout, x: int, y: int) -> Place:
        part = layout.part_at(y)
        if part is None:
            return Place(layout.message.index, 0, 0)
        if y < part.rect.top():
            position = 0
        elif y > part.rect.bottom():
            position = part.length
        else:
            position = part.hit(x, y)
        return Place(layout.message.index, part.key, part.base + position)

    def part_at(self, place: Place) -> Part | None:
        """The part that holds a place, if its message is loaded."""
        layout = self._layout(place.message)
        return layout.part_of(place.key, place.position) if layout is not None else None

    def _layout(self, row: int) -> MessageLayout | None:
        if not 0 <= row < self._stage.count or self._stage.is_hidden(row):
            return None
        return self._stage.layout(row)

    def caret(self, place: Place) -> QRectF | None:
        """Where the caret of a place is in the viewport; None if its message is far away."""
        top = self._stage.top_of(min(place.message, self._stage.count - 1)) if self._stage.count else None
        part = self.part_at(place)
        if top is None or part is None:
            return None
        return part.caret(min(max(place.position - part.base, 0), part.length)).translated(0, top)

    # -- mouse ---------------------------------------------------------------------------------------------------------

    def press(self, place: Place, grain: Grain, extends: bool) -> None:
        """Begin a selection at a place, or move its end there."""
        self._goal_x = None
        self.grain = grain
        if extends and self.selection is not None:
            self.selection = Selection(self.selection.anchor, place)
            self._first_range = None
            return
        begin, end = self._grown(place, grain)
        self._first_range = (begin, end)
        self.selection = Selection(begin, end)

    def drag(self, place: Place) -> None:
        """Move the end of the selection to a place, in whole words or paragraphs after two or three clicks."""
        if self.selection is None:
            return
        if self.grain is Grain.CHARACTER or self._first_range is None:
            self.selection = Selection(self.selection.anchor, place)
            return
        begin, end = self._grown(place, self.grain)
        first_begin, first_end = self._first_range
        if place < first_begin:
            self.selection = Selection(first_end, begin)
        else:
            self.selection = Selection(first_begin, max(end, first_end))

    def _grown(self, place: Place, grain: Grain) -> tuple[Place, Place]:
        part = self.part_at(place)
        if grain is Grain.CHARACTER or part is None:
            return place, place
        inside = min(max(place.position - part.base, 0), part.length)
        begin, end = part.word(inside) if grain is Grain.WORD else part.paragraph(inside)
        return place._replace(position=part.base + begin), place._replace(position=part.base + end)

    # -- keys ----------------------------------------------------------------------------------------------------------

    def extend(self, move: Move, start: Place) -> None:
        """Move the cursor of the selection by a key.

        Args:
            start: where a selection begins if there is none yet.
        """
        selection = self.selection or Selection(start, start)
        cursor = self._moved(selection.cursor, move)
        self.selection = Selection(selection.anchor, cursor)

    def _moved(self, place: Place, move: Move) -> Place:
        if move not in (Move.UP, Move.DOWN, Move.PAGE_UP, Move.PAGE_DOWN):
            self._goal_x = None
        if move is Move.BEGIN:
            return BEGIN
        if move is Move.END:
            return end_of(self._stage.count)
        place = self._inner(place)
        if move in _STEPS:
            return self._stepped(place, _STEPS[move])
        if move in (Move.LINE_BEGIN, Move.LINE_END):
            return self._line_edge(place, move is Move.LINE_END)
        if move in (Move.UP, Move.DOWN):
            return self._vertical(place, 1 if move is Move.DOWN else -1)
        lines = max(self._stage.height_px // max(self._stage.measures.prose.line_px, 1) - 2, 1)
        for _ in range(lines):
            place = self._vertical(place, 1 if move is Move.PAGE_DOWN else -1)
        return place

    def _inner(self, place: Place) -> Place:
        """A place within the text for the two places outside of it."""
        if place == BEGIN:
            return Place(0, 0, 0)
        if place.message >= self._stage.count:
            last = self._neighbour_row(self._stage.count, -1)
            layout = self._layout(last) if last is not None else None
            if layout is not None and layout.parts:
                part = layout.parts[-1]
                return Place(layout.message.index, part.key, part.base + part.length)
            return Place(max(self._stage.count - 1, 0), 0, 0)
        return place

    def _stepped(self, place: Place, step: Step) -> Place:
        part = self.part_at(place)
        if part is None:
            return self._neighbour_edge(place, step.value > 0)
        inside = min(max(place.position - part.base, 0), part.length)
        moved = part.step(inside, step)
        if moved != inside:
            return Place(place.message, part.key, part.base + moved)
        return self._neighbour_edge(place, step.value > 0)

    def _line_edge(self, place: Place, to_end: bool) -> Place:
        part = self.part_at(place)
        if part is None:
            return place
        caret = part.caret(min(max(place.position - part.base, 0), part.length))
        position = part.hit(_FAR if to_end else -_FAR, round(caret.center().y()))
        return Place(place.message, part.key, part.base + position)

    def _vertical(self, place: Place, direction: int) -> Place:
        part = self.part_at(place)
        if part is None:
            return self._neighbour_edge(place, direction > 0)
        caret = part.caret(min(max(place.position - part.base, 0), part.length))
        x = self._goal_x if self._goal_x is not None else caret.center().x()
        self._goal_x = x
        y = caret.center().y() + direction * max(caret.height(), self._stage.measures.prose.line_px * 0.9)
        if not part.is_unit and part.rect.top() <= y <= part.rect.bottom():
            return Place(place.message, part.key, part.base + part.hit(round(x), round(y)))
        found = self._neighbour(place, part, direction)
        if found is None:
            return self._neighbour_edge(place, direction > 0)
        row, other = found
        edge = other.rect.top() + 2 if direction > 0 else other.rect.bottom() - 2
        return Place(row, other.key, other.base + other.hit(round(x), edge))

    def _neighbour(self, place: Place, part: Part, direction: int) -> tuple[int, Part] | None:
        layout = self._layout(place.message)
        if layout is None:
            return None
        number = layout.parts.index(part) + direction
        if 0 <= number < len(layout.parts):
            return place.message, layout.parts[number]
        row = self._neighbour_row(place.message, direction)
        while row is not None:
            other = self._layout(row)
            if other is None:
                return None
            if other.parts:
                return row, other.parts[0 if direction > 0 else -1]
            row = self._neighbour_row(row, direction)
        return None

    def _neighbour_row(self, row: int, direction: int) -> int | None:
        return self._stage.next_row(row, direction)

    def _neighbour_edge(self, place: Place, forward: bool) -> Place:
        part = self.part_at(place)
        found = self._neighbour(place, part, 1 if forward else -1) if part is not None else None
        if found is not None:
            row, other = found
            return Place(row, other.key, other.base + (0 if forward else other.length))
        next_row = self._neighbour_row(place.message, 1 if forward else -1)
        if next_row is None or self._layout(next_row) is not None:
            return place
        return Place(next_row, 0, 0)
