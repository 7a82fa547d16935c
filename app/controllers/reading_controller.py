"""What of a transcript is read: kinds of messages, prompts and answers only, folded or open. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.commands import ActionId
from app.present.reading import FoldState, Reading, ReadKind, count_of_kind
from app.views.transcript.view import TranscriptView
from app.views.transcript_pane import TranscriptPane

if TYPE_CHECKING:
    from app.context import Context

_ACTIONS = {
    ActionId.KIND_ALL: ReadKind.ALL,
    ActionId.KIND_YOU: ReadKind.YOU,
    ActionId.KIND_ASSISTANT: ReadKind.ASSISTANT,
    ActionId.KIND_TOOLS: ReadKind.TOOLS,
    ActionId.KIND_REASONING: ReadKind.REASONING,
    ActionId.KIND_ERRORS: ReadKind.ERRORS,
}


class ReadingController(QObject):
    """Keeps chips, actions and what the view shows in step, and remembers what is worth it.

    Signals:
        checked (dict of ActionId and bool): switches stand otherwise now.
    """

    checked = Signal(object)

    def __init__(self, context: Context, pane: TranscriptPane, view: TranscriptView, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._chips, self._view = context, pane.chips, view
        settings = context.settings.current
        view.set_reading(Reading(is_prompts_only=settings.is_prompts_only))
        view.folding.set_all(settings.fold_state)
        view.reading_changed.connect(self.say)
        self._chips.kind_chosen.connect(self.choose)
        self._chips.jump_asked.connect(self.jump)
        self.say()

    def slots(self) -> Mapping[ActionId, Callable[[], object]]:
        """What carries out the actions of reading."""
        kinds = {name: self._choosing(kind) for name, kind in _ACTIONS.items()}
        return {
            **kinds,
            ActionId.NEXT_OF_KIND: lambda: self.jump(1),
            ActionId.PREVIOUS_OF_KIND: lambda: self.jump(-1),
            ActionId.NEXT_ERROR: lambda: self._view.go_next(1, ReadKind.ERRORS),
            ActionId.PREVIOUS_ERROR: lambda: self._view.go_next(-1, ReadKind.ERRORS),
            ActionId.FOLD_ALL: lambda: self._fold(FoldState.FOLDED),
            ActionId.UNFOLD_ALL: lambda: self._fold(FoldState.OPEN),
            ActionId.PROMPTS_AND_ANSWERS: self.toggle_prompts_only,
        }

    def _choosing(self, kind: ReadKind) -> Callable[[], None]:
        return lambda: self.choose(kind)

    @Slot(object)
    def choose(self, kind: ReadKind) -> None:
        """Show only messages of a kind; of a kind that there is none of, nothing changes."""
        outline, reading = self._view.stage.outline, self._view.stage.reading
        wanted = replace(reading, kind=kind)
        if outline is not None and (kind is ReadKind.ALL or count_of_kind(outline, wanted)):
            self._view.set_reading(wanted)
        self.say()

    @Slot(int)
    def jump(self, step: int) -> None:
        """Bring the next or previous message of the kind that is shown to the top."""
        self._view.jump(step)

    def toggle_prompts_only(self) -> None:
        """Leave out tools, reasoning and notices, or show them again."""
        reading = self._view.stage.reading
        self._context.settings.update(is_prompts_only=not reading.is_prompts_only)
        self._view.set_reading(Reading(is_prompts_only=not reading.is_prompts_only))
        self.say()

    def _fold(self, state: FoldState) -> None:
        self._context.settings.update(fold_state=state)
        self._view.folding.set_all(state)

    @Slot()
    def say(self) -> None:
        """Show on chips and actions what is read."""
        stage = self._view.stage
        reading, outline = stage.reading, stage.outline
        counts = None
        if outline is not None and outline.is_complete:
            counts = {kind: count_of_kind(outline, replace(reading, kind=kind)) for kind in ReadKind}
        self._chips.say(reading.kind, counts, reading.is_prompts_only)
        switches = {name: kind is reading.kind for name, kind in _ACTIONS.items()}
        self.checked.emit({**switches, ActionId.PROMPTS_AND_ANSWERS: reading.is_prompts_only})
