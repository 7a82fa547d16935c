"""Where F6 goes: the parts of the window in order, each entered where its keys are of use. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

_REASON = Qt.FocusReason.TabFocusReason


class PaneFocus:
    """The parts in order; one may lie in another, as the find bar lies in the page."""

    def __init__(self) -> None:
        self._panes: tuple[QWidget, ...] = ()

    @property
    def panes(self) -> tuple[QWidget, ...]:
        """All parts, shown or not."""
        return self._panes

    def use(self, *panes: QWidget) -> None:
        """Go through these."""
        self._panes = panes

    def put_before(self, pane: QWidget, part: QWidget) -> None:
        """Go through one more part, before another."""
        at = self._panes.index(pane)
        self._panes = (*self._panes[:at], part, *self._panes[at:])

    def move(self, step: int) -> None:
        """Give the keyboard to the next (1) or previous (-1) part that is shown and takes it."""
        shown = [pane for pane in self._panes if pane.isVisible()]
        here = self._here(shown)
        # Nowhere is before the first part, and behind the last.
        start = shown.index(here) if here is not None else (-1 if step > 0 else 0)
        for number in range(1, len(shown) + 1):
            if self._enter(shown[(start + step * number) % len(shown)]):
                return

    def _here(self, shown: list[QWidget]) -> QWidget | None:
        """The innermost part with the focus."""
        widget = QApplication.focusWidget()
        while widget is not None and widget not in shown:
            widget = widget.parentWidget()
        return widget

    def _enter(self, pane: QWidget) -> bool:
        """Give the keyboard to a part: to what it hands it on to, or else to the first in it that takes it."""
        pane.setFocus(_REASON)
        if self._has_taken(pane):
            return True
        widget = pane.nextInFocusChain()
        while widget is not None and widget is not pane:
            if pane.isAncestorOf(widget) and _takes_keys(widget):
                widget.setFocus(_REASON)
                return True
            widget = widget.nextInFocusChain()
        return False

    def _has_taken(self, pane: QWidget) -> bool:
        focused = QApplication.focusWidget()
        is_inside = focused is not None and (focused is pane or pane.isAncestorOf(focused))
        return focused is not None and is_inside and _takes_keys(focused)


def _takes_keys(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()
