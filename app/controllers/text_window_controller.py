"""One window with a whole text: finds in it, brings the children of its tree, saves it. GUI thread only."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.controllers.content_jobs import PreparedText, children_work, find_in_text_work
from app.controllers.saver import Saver
from app.jobs import Newest, Query
from app.look.look import Look
from app.models.json_model import JsonModel
from app.present.find import Needle
from app.present.json_tree import JsonItem
from app.present.sizes import exact_count
from app.saving import safe_name
from app.views.whole_text_window import WholeTextWindow
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.context import Context

REST_MS = 80


class TextWindowController(QObject):
    """Knows one window and the jobs that feed it; it goes with its window.

    Attributes:
        window: the window.
        saver: saves what it shows.
    """

    def __init__(self, context: Context, title: str, prepared: PreparedText, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._title, self._prepared = context, title, prepared
        self._model = JsonModel(prepared.items) if prepared.items is not None else None
        settings = context.settings.current
        self.window = WholeTextWindow(
            context.looks.current,
            title,
            prepared.whole,
            parent,
            self._model,
            settings.is_output_wrapped,
            settings.is_json_tree,
            Needle("", settings.is_case_matched, settings.is_whole_word),
        )
        self.saver = Saver(context, self.window)
        self._finding = Newest(context.jobs)
        self._begins: array[int] = array("Q")
        self._lengths: array[int] = array("I")
        self._number = -1
        self._begin_at: int | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._find)
        if self._model is not None:
            self._model.setParent(self.window)
            self._model.children_wanted.connect(self._on_children_wanted)
        bar = self.window.find_bar
        bar.needle_changed.connect(self._rest.start)
        bar.step_asked.connect(self._step)
        bar.closed.connect(self._on_find_closed)
        self.window.save_asked.connect(self._on_save_asked)
        self.window.wraps_changed.connect(self._on_wraps_changed)
        self.window.tree_changed.connect(self._on_tree_changed)
        self.window.closed.connect(self._on_closed)
        context.looks.changed.connect(self._on_look_changed)

    def show_hit(self, needle: Needle, begin: int) -> None:
        """Find something and begin at a position."""
        bar = self.window.find_bar
        self.window.begin_find()
        bar.set_needle(needle)
        self._begin_at = begin
        self._rest.start(0)

    @Slot()
    def _on_closed(self) -> None:
        self._finding.cancel()
        self._rest.stop()
        self._context.looks.changed.disconnect(self._on_look_changed)
        self.deleteLater()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        self.window.set_look(look)

    @Slot(bool)
    def _on_wraps_changed(self, wraps: bool) -> None:
        self._context.settings.update(is_output_wrapped=wraps)

    @Slot(bool)
    def _on_tree_changed(self, is_tree: bool) -> None:
        self._context.settings.update(is_json_tree=is_tree)

    @Slot(int)
    def _on_children_wanted(self, number: int) -> None:
        if self._model is not None:
            work = children_work(self._prepared.whole.stored, number, self._model.item_at(number))
            self._context.jobs.run(Query("Reading JSON", work), self._on_children, self._on_failed)

    def _on_children(self, answer: tuple[int, tuple[JsonItem, ...]]) -> None:
        if self._model is not None:
            self._model.take_children(*answer)

    @Slot()
    def _on_save_asked(self) -> None:
        ending = ".json" if self._model is not None else ".txt"
        self.saver.ask(safe_name(self._title, ending), self._prepared.whole.stored.encode("utf-8", "surrogatepass"))

    def _on_failed(self, error: BurrowError) -> None:
        self.window.find_bar.say(str(error))

    # -- finding -------------------------------------------------------------------------------------------------------

    @Slot()
    def _find(self) -> None:
        needle = self.window.find_bar.needle
        self._finding.cancel()
        if not needle.text:
            self._take(needle, array("Q"), array("I"))
            self.window.find_bar.say("")
            return
        self.window.find_bar.say("…")
        work = find_in_text_work(self._prepared.whole, needle)
        self._finding.run(Query("Finding", work), self._on_found, self._on_failed)

    def _on_found(self, answer: tuple[Needle, array[int], array[int]]) -> None:
        self._take(*answer)

    def _take(self, _needle: Needle, begins: array[int], lengths: array[int]) -> None:
        self._begins, self._lengths, self._number = begins, lengths, -1
        self.window.view.set_hits(begins, lengths)
        start = self._begin_at if self._begin_at is not None else self.window.view.caret
        self._begin_at = None
        if begins:
            self._show(bisect_left(begins, start) % len(begins))
        else:
            self.window.find_bar.say("No hits")

    @Slot(int)
    def _step(self, step: int) -> None:
        if self.window.find_bar.isHidden():
            self.window.begin_find()
        elif self._begins:
            self._show((self._number + step) % len(self._begins))

    def _show(self, number: int) -> None:
        before, self._number = self._number, number
        self.window.view.show_hit(number)
        is_beyond = before == len(self._begins) - 1 and number == 0 and len(self._begins) > 1
        note = " · from the top" if is_beyond else ""
        self.window.find_bar.say(f"{exact_count(number + 1)} of {exact_count(len(self._begins))}{note}", has_hits=True)

    @Slot()
    def _on_find_closed(self) -> None:
        self._rest.stop()
        self._finding.cancel()
        self._take_nothing()
        self.window.end_find()

    def _take_nothing(self) -> None:
        self._begins, self._lengths, self._number = array("Q"), array("I"), -1
        self.window.view.set_hits(self._begins, self._lengths)
