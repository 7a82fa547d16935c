"""What the visible part of a transcript still lacks, asked for by the view's signals. GUI thread only."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.views.transcript.lines_part import LinesPart
from app.views.transcript.stage import Row
from store.values.message import ImageRef

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

KEPT_HIGHLIGHTS = 400
FAR_APART = 6
"""Messages with more others between them, on average, are read one by one."""


class Needs:
    """Messages, colours and pictures of one view; each is asked for once, after the painting that missed it."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._highlights: OrderedDict[tuple[str, str], array[int]] = OrderedDict()
        self._asked_highlights: set[tuple[str, str]] = set()
        self._asked_thumbnails: set[ImageRef] = set()
        self._scroll_px: dict[tuple[int, int, int], int] = {}
        self._timer = QTimer(view, singleShot=True, interval=0)
        self._timer.timeout.connect(self._ask)

    def start(self) -> None:
        """Look again, when the events that wait are done."""
        self._timer.start()

    def forget(self) -> None:
        """Another transcript is shown: what was asked for is not expected any more."""
        self._asked_highlights.clear()
        self._asked_thumbnails.clear()
        self._scroll_px.clear()

    def take_highlights(self, found: dict[tuple[str, str], array[int]]) -> None:
        """Keep colours that came."""
        self._highlights.update(found)
        self._asked_highlights.difference_update(found)
        while len(self._highlights) > KEPT_HIGHLIGHTS:
            self._highlights.popitem(last=False)

    def take_thumbnails(self, found: Iterable[ImageRef]) -> None:
        """Pictures came; if they are dropped later they are asked for again."""
        self._asked_thumbnails.difference_update(found)

    def keep_scroll(self, row: int, part: LinesPart) -> None:
        """Remember how far code is scrolled sideways."""
        self._scroll_px[(row, part.key, part.base)] = part.scroll_px

    def _ask(self) -> None:
        view = self._view
        rows = view.stage.rows()
        missing = [row.index for row in rows if row.layout is None]
        if missing:
            self._ask_for(missing)
        elif rows:
            self._ask_around(rows)
        texts: list[tuple[str, str]] = []
        pictures: list[ImageRef] = []
        for row in rows:
            if row.layout is None:
                continue
            pictures += [ref for ref in row.layout.thumbnails if ref not in self._asked_thumbnails]
            for part in row.layout.parts:
                if isinstance(part, LinesPart):
                    self._dress(row, part, texts)
        if texts:
            self._asked_highlights.update(texts)
            view.highlights_wanted.emit(texts)
        if pictures:
            self._asked_thumbnails.update(pictures)
            view.thumbnails_wanted.emit(pictures)

    def _ask_around(self, rows: list[Row]) -> None:
        """Ask for what lies one screen before and after, so that scrolling finds it loaded."""
        margin = max(2 * len(rows), 12)
        wanted = self._missing_from(rows[-1].index, 1, margin) or self._missing_from(rows[0].index, -1, margin)[::-1]
        if wanted:
            self._ask_for(wanted)

    def _missing_from(self, row: int, step: int, limit: int) -> list[int]:
        """Of the next shown messages after or before a row those that are not loaded."""
        stage = self._view.stage
        found: list[int] = []
        for _ in range(limit):
            row = stage.shown.after(row) if step > 0 else stage.shown.before(row)
            if not 0 <= row < stage.count:
                break
            if stage.message(row) is None:
                found.append(row)
        return found

    def _ask_for(self, rows: list[int]) -> None:
        """Ask for messages in their order: as a range, or one by one when most of what lies between is not shown."""
        shown = self._view.stage.shown
        if rows[-1] - rows[0] < FAR_APART * len(rows) + FAR_APART:
            # With the hidden ones beside them, so that one page follows the other without a hole.
            begin = max(shown.before(rows[0]) + 1, rows[0] - FAR_APART)
            end = min(shown.after(rows[-1]), rows[-1] + 1 + FAR_APART)
            self._view.range_wanted.emit((begin, end))
        else:
            self._view.rows_wanted.emit(tuple(rows))

    def _dress(self, row: Row, part: LinesPart, texts: list[tuple[str, str]]) -> None:
        """Give a part its colours and its sideways place, or ask for the colours."""
        part.scroll_px = min(self._scroll_px.get((row.index, part.key, part.base), 0), part.scroll_range_px())
        if not part.language or part.has_spans:
            return
        key = (part.content, part.language)
        spans = self._highlights.get(key)
        if spans is not None:
            self._highlights.move_to_end(key)
            part.set_spans(spans)
            self._view.update_row(row.index)
        elif key not in self._asked_highlights:
            texts.append(key)
