"""What the middle pane says of its list as a whole: counts, how complete it is, and a panel where there are no rows.

GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.present.list_words import count_words, empty_words, hit_words, progress_words
from app.present.sizes import counted
from app.views.sessions_pane import SessionsPane
from store.errors import BurrowError
from store.values.listing import Listed


class ListFace(QObject):
    """Knows the pane's words.

    Attributes:
        of_count: sessions of the scope without text and facets; None while that is not known.

    Signals:
        counted (str): how many sessions the list has, in words; for the status bar.
    """

    counted = Signal(str)

    def __init__(self, pane: SessionsPane, parent: QObject) -> None:
        super().__init__(parent)
        self._pane = pane
        self.of_count: int | None = None

    def say(self, listed: Listed) -> None:
        """Say how many rows there are; show the table, or why it is empty."""
        if not (listed.want.text or listed.want.choices):
            self.of_count = len(listed.handles)
        field = self._pane.bar.field
        field.say_hits(hit_words(listed, self.of_count))
        count = len(listed.handles) if self.of_count is None else self.of_count
        field.setPlaceholderText(f"Filter {counted(count, 'session')}")
        words = (count_words(listed, self.of_count), progress_words(listed))
        self.counted.emit(" · ".join(part for part in words if part))
        if listed.handles:
            self._pane.show_list()
        elif listed.waiting:
            self._pane.show_panel("clock", "text_3", "Reading sessions", "Nothing is known of these stores yet.")
        else:
            panel = empty_words(listed, self.of_count)
            self._pane.show_panel(panel.icon, "text_3", panel.title, panel.sentence, panel.advice, panel.button)

    def show_nothing(self) -> None:
        """Say that no store is chosen."""
        self.of_count = None
        self._pane.show_bar(False)
        self._pane.show_panel(
            "inbox", "text_3", "No store chosen", "Choose a store in the library to see its sessions."
        )
        self.counted.emit("")

    def show_failed(self, error: BurrowError) -> None:
        """Say why no row could be listed."""
        self._pane.show_panel(
            "triangle-alert", "error", "The sessions cannot be read", error.sentence, error.advice, "Try again"
        )

    def show_cancelled(self) -> None:
        """Say that reading was given up."""
        self._pane.show_panel("ban", "text_3", "Cancelled", "The sessions were not read.", button="Read them")
