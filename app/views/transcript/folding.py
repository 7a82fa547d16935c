"""Opens and folds blocks of one view, unrolls long texts, and shows stored records. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.present.reading import FoldState
from app.views.transcript.layout import Record
from app.views.transcript.ops import Act

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView


class Folding:
    """What of the messages of one view is open; whatever opens, what is read stays where it is."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def toggle(self, message: int, block: int) -> None:
        """Fold or open a block; its head stays where it is."""
        stage = self._view.stage
        stage.folds = stage.folds.with_toggled(message, block)
        self.lay_out(message)

    def toggle_all(self, message: int) -> None:
        """Open all blocks of a message, or fold them when all are open."""
        stage = self._view.stage
        shown = stage.message(message)
        if shown is None:
            return
        layout = stage.layout(message)
        blocks = {spot.key for spot in layout.spots if spot.act is Act.FOLD} if layout is not None else set()
        folding = [block for block in shown.blocks if block.block in blocks]
        closed = [block for block in folding if not stage.folds.is_open(message, block)]
        for block in closed or folding:
            stage.folds = stage.folds.with_toggled(message, block.block)
        self.lay_out(message)

    def set_all(self, state: FoldState) -> None:
        """Fold or open all blocks of all messages, whatever was toggled before."""
        self._view.stage.set_fold_state(state)
        self._view.content_changed()

    def toggle_unrolled(self, message: int, key: int) -> None:
        """Show all lines of a text, or its first ones."""
        stage = self._view.stage
        stage.folds = stage.folds.with_unrolled(message, key)
        self.lay_out(message)

    def toggle_raw(self, message: int) -> None:
        """Show the stored records of a message in its place, or the message again."""
        view, stage = self._view, self._view.stage
        shown = stage.message(message)
        if shown is None:
            return
        selection = view.selector.selection
        if selection is not None and selection.touches(message):
            view.selector.clear()  # part keys mean other texts there
            view.selection_changed.emit()
        if message in stage.records:
            del stage.records[message]
        else:
            stage.records[message] = None
            view.records_wanted.emit(shown)
        self.lay_out(message)

    def take_records(self, message: int, records: tuple[Record, ...]) -> None:
        """Take the stored records of a message that shows Raw."""
        stage = self._view.stage
        if message in stage.records:
            stage.records[message] = records
            self.lay_out(message)

    def lay_out(self, message: int) -> None:
        """Lay a message out again; its head stays where it is, or comes to the top if it was above."""
        stage = self._view.stage
        top = stage.top_of(message)
        stage.forget_layout(message)
        stage.holds_end = False
        if top is not None and top > -stage.height_px * 20:
            height = stage.exact_height(message)
            stage.hold((message, top if top + height > stage.pad_px else stage.pad_px))
        else:
            stage.settle()
        self._view.content_changed()
