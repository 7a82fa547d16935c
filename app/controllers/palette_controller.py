"""The command palette: fills it from the registry and runs what is chosen. GUI thread only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence

from app.commands import ActionId
from app.look.look import Look
from app.views.actions import Actions
from app.views.main_window import MainWindow

if TYPE_CHECKING:
    from app.context import Context
    from app.views.palette import Palette
    from app.views.palette_lines import Line

RECENT_AT_MOST = 12


class PaletteController(QObject):
    """Builds the palette when it is first asked for."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.palette: Palette | None = None

    @property
    def _actions(self) -> Actions:
        return self._window.actions_of

    @Slot()
    def toggle(self) -> None:
        """Show the palette; hide it when it is shown."""
        palette = self.palette or self._build()
        if palette.isVisible():
            palette.shut()
            return
        palette.open()
        self._on_typed("")

    def _build(self) -> Palette:
        from app.views.palette import Palette

        self.palette = Palette(self._context.looks.current, self._window)
        self.palette.typed.connect(self._on_typed)
        self.palette.chosen.connect(self._on_chosen)
        self._context.looks.changed.connect(self._on_look_changed)
        return self.palette

    def _recent(self) -> tuple[ActionId, ...]:
        known = {action.value: action for action in ActionId}
        return tuple(known[name] for name in self._context.settings.current.recent_commands if name in known)

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        if self.palette is not None:
            self.palette.show_lines(self._lines(typed))

    def _lines(self, typed: str) -> list[Line]:
        from app.present.commands_text import command_texts, find_commands
        from app.views.palette_lines import Line

        lines = []
        for found in find_commands(typed, command_texts(), self._recent()):
            action = self._actions.by_id[found.command.action]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            is_on = action.isChecked() if action.isCheckable() else None
            reason = self._actions.reason(found.command.action)
            if reason:
                found = replace(found, command=replace(found.command, reason=reason))
            lines.append(Line(found, keys, action.isEnabled(), is_on))
        # What cannot be run now is shown after all that can, with the reason.
        return sorted(lines, key=lambda line: not line.is_possible)

    @Slot(object)
    def _on_chosen(self, action: ActionId) -> None:
        others = tuple(name for name in self._context.settings.current.recent_commands if name != action.value)
        self._context.settings.update(recent_commands=(action.value, *others)[:RECENT_AT_MOST])
        self._actions.by_id[action].trigger()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self.palette is not None:
            self.palette.set_look(look)
