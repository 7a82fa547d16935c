"""The view goes on with a newer state of the session that it shows. GUI thread only.

At the end it stays at the end; elsewhere what is read stays where it is, with what is selected, folded and focused. Of
a session that was rewritten what still stands is found again (landing.py).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.present.shown import ShownMessage
from app.views.transcript.estimate import Guess, estimate_heights
from app.views.transcript.landing import Landing
from store.values.message import Outline

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView


@dataclass(frozen=True, slots=True)
class Newer:
    """A newer state of a transcript.

    Attributes:
        since: the outline that it is compared with.
        outline: of it.
        landing: where the messages from before stand now.
        kept: leading messages that are certainly as before.
        stale: of these the ones that look other now.
        messages: new or changed messages, as far as they are at hand.
        guess: how the heights of the messages from `kept` on were guessed.
        heights_px: these heights.
    """

    since: Outline
    outline: Outline
    landing: Landing
    kept: int
    stale: frozenset[int]
    messages: tuple[ShownMessage, ...]
    guess: Guess
    heights_px: array[int]

    def is_other(self, row: int) -> bool:
        """Whether what was known of a message holds no more."""
        return row >= self.kept or row in self.stale


def guessed_from(outline: Outline, begin: int, guess: Guess) -> array[int]:
    """Guess the heights of the messages from `begin` on."""
    if begin >= outline.count:
        return array("i")
    rest = Outline(
        outline.count - begin,
        outline.kinds[begin:],
        outline.flags[begin:],
        outline.size_bytes[begin:],
        outline.text_chars[begin:],
    )
    return array("i", estimate_heights(rest, guess))


def follow(view: TranscriptView, newer: Newer) -> None:
    """Show the newer state."""
    stage, landing = view.stage, newer.landing
    if newer.guess != stage.guess:  # the width changed while it was read
        newer = replace(newer, heights_px=guessed_from(newer.outline, newer.kept, stage.guess))
    raw = [row for row in stage.records if row in newer.stale]
    stage.follow(newer)
    move_marks(view, landing)
    view.content_changed()
    view.reading_changed.emit()
    for row in raw:
        _ask_records_again(view, row)


def move_marks(view: TranscriptView, landing: Landing) -> None:
    """Focus and selection go with their messages, or away with them."""
    if landing.head == landing.before:
        return
    row = view.focus_row
    if row is not None:
        view.focus_row = landing.row_of(row) if landing.stands(row) else None
    selection = view.selector.selection
    if selection is not None:
        view.set_selection(landing.selection_of(selection))


def _ask_records_again(view: TranscriptView, row: int) -> None:
    """A message that shows Raw has more records now."""
    message = view.stage.message(row)
    if message is not None:
        view.stage.records[row] = None
        view.records_wanted.emit(message)
