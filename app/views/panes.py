"""The three panes side by side, and how much of the width each one gets. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from app.look.look import Look
from app.look.tokens import tokens

SESSIONS_ENOUGH = 840
"""A wide window gives to the sessions until they have this much, then to the page."""

SMALLEST = (480, 320)
"""Below this the window itself does not go."""


def pane_widths(total: int, minima: tuple[int, int, int], wanted: tuple[int, int], enough: int) -> tuple[int, int, int]:
    """Widths of library, sessions and page.

    Args:
        total: pixels to give away, without the lines between.
        minima: least width of each; 0 for a pane that is hidden. Squeezed alike when there is not enough for all.
        wanted: width of library and sessions that a person chose; sessions 0 means that nobody did.
        enough: where sessions stop to grow by themselves.
    """
    least = sum(minima)
    if total <= least or least == 0:
        shares = [total * part // least if least else 0 for part in minima]
        shares[-1 if minima[2] else 1] += total - sum(shares)
        return shares[0], shares[1], shares[2]
    library = min(max(wanted[0], minima[0]), total - minima[1] - minima[2]) if minima[0] else 0
    rest = total - library
    if not minima[2]:
        return library, rest, 0
    # What nobody chose keeps the proportion of the drawings until the sessions have enough.
    sessions = wanted[1] or min(enough, rest * 416 // 1076 if rest < 1240 else rest - 660)
    sessions = min(max(sessions, minima[1]), rest - minima[2])
    return library, sessions, rest - sessions


class Panes(QSplitter):
    """Library, sessions and page with a line of 1 px between.

    Signals:
        widths_chosen (library px, sessions px as objects): a person moved a line; lengths at 100 % zoom.
    """

    widths_chosen = Signal(object, object)

    def __init__(self, look: Look, library: QWidget, sessions: QWidget, page: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._look = look
        self._panes = (library, sessions, page)
        for pane in self._panes:
            self.addWidget(pane)
        # With a handle of 1 px Qt lets a few pixels at each side be grabbed as well.
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self._library_px, self._sessions_px = int(tokens()["pane"]["library"][1]), 0
        self.splitterMoved.connect(self._on_moved)

    def set_look(self, look: Look) -> None:
        """Give every pane its width at another zoom."""
        self._look = look
        self.arrange()

    def set_widths(self, library_px: int, sessions_px: int) -> None:
        """Use these widths, lengths at 100 % zoom; 0 where nobody chose one."""
        low, usual, high = tokens()["pane"]["library"]
        self._library_px = min(max(library_px, low), high) if library_px else usual
        self._sessions_px = sessions_px
        self.arrange()

    def show_panes(self, has_library: bool, has_page: bool) -> None:
        """Show or hide the two outer panes."""
        self._panes[0].setVisible(has_library)
        self._panes[2].setVisible(has_page)
        self.arrange()

    def arrange(self) -> None:
        """Share the width among the panes."""
        names = ("library", "sessions", "page")
        nominal = [self._look.px(tokens()["pane"][name][0]) for name in names]
        minima = [0 if pane.isHidden() else least for pane, least in zip(self._panes, nominal, strict=True)]
        total = self.width() - (sum(1 for least in minima if least) - 1)
        wanted = (self._look.px(self._library_px), self._look.px(self._sessions_px))
        enough = self._look.px(SESSIONS_ENOUGH)
        widths = pane_widths(total, (minima[0], minima[1], minima[2]), wanted, enough)
        for pane, least, width in zip(self._panes, nominal, widths, strict=True):
            pane.setMinimumWidth(min(least, width) if width > 0 else least)
        self._panes[0].setMaximumWidth(self._look.px(tokens()["pane"]["library"][2]))
        self.setSizes(list(widths))

    def minimumSizeHint(self) -> QSize:
        """Small, whatever the panes want: they are squeezed before the window is too large for a screen."""
        return QSize(*SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self.arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Share the width that was not known before."""
        super().showEvent(event)
        self.arrange()

    @Slot(int, int)
    def _on_moved(self, _position: int, line: int) -> None:
        sizes = self.sizes()
        scale = 100 / self._look.zoom_percent
        if sizes[0]:
            self._library_px = round(sizes[0] * scale)
        if line == 2 or (line == 1 and self._sessions_px):
            self._sessions_px = round(sizes[1] * scale)
        self.widths_chosen.emit(self._library_px, self._sessions_px)
