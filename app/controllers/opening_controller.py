"""Opens stores, each place in a job of its own, and puts what they led to into the library. GUI thread only.

A store stands in the library as soon as it is open, whatever the others do. One whose disk does not answer stands
there too, after a while, as what it is; when it answers later, its row becomes the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.library_controller import LibraryController
from app.controllers.library_jobs import (
    FoundThere,
    at_path,
    at_place,
    close_work,
    demo_work,
    find_work,
    in_place_work,
    open_work,
)
from app.controllers.opening_request import Request, Task
from app.jobs import Lane, Query
from app.present.one_line import one_line
from app.settings import Settings
from store import Candidate, SearchPlace, Surroundings, added_places, given_up_facts, silent_facts, usual_places
from store.errors import BurrowError
from store.values.store import StoreFacts, StoreKey, StoreKind

if TYPE_CHECKING:
    from app.context import Context

SILENT_S = 2.0
"""A place that gives no sign of life for so long is said not to answer."""

LOOK_MS = 250
"""How often it is looked for such places, while any are being opened."""

CLOSED_AT_MOST = 500


class OpeningController(QObject):
    """Knows what is being opened.

    Signals:
        first_opened (StoreFacts): of what is being opened together, this store is to be shown.
        opened (Opened): all that was opened together has answered, or is known not to; the library has the stores.
        gave_up: nothing is being opened any more and nothing came of it.
        emptied: a person closed the last store.
        failed (BurrowError): opening failed as a whole.
    """

    first_opened = Signal(object)
    opened = Signal(object)
    gave_up = Signal()
    emptied = Signal()
    failed = Signal(object)

    def __init__(self, context: Context, library: LibraryController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._library = context, library
        self._tasks: list[Task] = []
        self._requests: list[Request] = []
        self._led_to: dict[str, set[StoreKey]] = {}
        self._places = context.settings.current.places
        self._are_usual_searched = context.settings.current.are_usual_places_searched
        self._surroundings: Surroundings | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        library.opening_asked.connect(self.open_paths)
        context.settings.changed.connect(self._on_settings_changed)
        context.jobs.activity.delivered.connect(self._drop_cancelled)

    @property
    def is_opening(self) -> bool:
        """Whether something is being opened that has not answered yet, and is not known not to."""
        return bool(self._requests)

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open whatever lies at the paths, beside what is open already; also what was closed."""
        for task in self._tasks:
            if task.silent is not None and task.silent.key.path in paths:
                self._cancel(task)
        request = self._begin(Request(is_asked=True, preferred=self._context.settings.current.last_store))
        name = "Opening a store" if len(paths) == 1 else f"Opening {len(paths)} places"
        library = self._context.library
        for number, path in enumerate(paths):
            task = self._task(request, path, Path(path), (number,))
            self._run(task, Query(name, find_work(library, at_path(library, path)), Lane.PLACES, is_awaited=True))

    def open_demo(self) -> None:
        """Make the demo library if it is not there yet, and open it."""
        paths = self._context.paths
        task = self._task(self._begin(Request(is_asked=True)), str(paths.demo), paths.demo, (0,))
        work = demo_work(self._context.library, paths)
        self._run(task, Query("Making the demo library", work, Lane.PLACES, is_awaited=True))

    def open_last_and_usual(self, surroundings: Surroundings | None) -> bool:
        """Open what was open last, and the stores that lie where they usually do or where a person wants them found.

        Args:
            surroundings: tells the usual places; None to leave them alone.

        Returns:
            Whether there is anything to look at.
        """
        settings, library = self._context.settings.current, self._context.library
        self._surroundings = surroundings
        places = added_places(settings.places)
        if surroundings is not None and settings.are_usual_places_searched:
            places = (*places, *usual_places(surroundings))
        last = settings.last_store if settings.last_store not in settings.closed_stores else ""
        passed_by = frozenset((*settings.closed_stores, last))
        paths = tuple(dict.fromkeys((last, *settings.open_paths) if last else settings.open_paths))
        if not paths and not places:
            return False
        request = self._begin(Request(is_asked=False, preferred=last))
        for number, path in enumerate(paths):
            task = self._task(request, path, Path(path), (number,), is_quiet=path not in settings.open_paths)
            work = find_work(library, at_path(library, path), passed_by - {path})
            self._run(task, Query("Opening what was open last", work, Lane.PLACES, is_awaited=True))
        self._search(request, places, len(paths), passed_by)
        return True

    def add_place(self, folder: str) -> None:
        """Look for stores in a folder, now and at every start."""
        known = self._context.settings.current.places
        if folder in known:
            self.open_paths((folder,))
        else:
            self._context.settings.update(places=(*known, folder))

    @Slot()
    def read_chosen_in_place(self) -> None:
        """Open the chosen store without a private copy, for this once: it touches the store's `-shm` file."""
        facts = self._library.current
        if facts is None or not facts.can_read_in_place:
            return
        task = self._task(self._begin(Request(is_asked=True)), facts.key.path, Path(facts.key.path), (0,), facts.kind)
        task.on_answer = self._on_opened
        work = in_place_work(self._context.library, facts.key)
        self._run(task, Query("Opening a store in place", work, Lane.PLACES, is_awaited=True))

    @Slot()
    def cancel_chosen(self) -> None:
        """Give up the chosen store, which does not answer."""
        facts = self._library.current
        for task in [t for t in self._tasks if facts is not None and t.silent is not None]:
            if facts is not None and task.silent is not None and task.silent.key == facts.key:
                self._cancel(task)

    @Slot()
    def close_chosen(self) -> None:
        """Close the chosen store; it is not opened again just because it is found."""
        facts = self._library.current
        if facts is None:
            return
        key, settings = facts.key, self._context.settings
        for task in [t for t in self._tasks if t.silent is not None and t.silent.key == key]:
            self._cancel(task)
        now = settings.current
        closed = tuple(path for path in now.closed_stores if path != key.path)[-CLOSED_AT_MOST:]
        gone = {path for path, keys in self._led_to.items() if (keys and keys <= {key}) or path == key.path} | {
            key.path
        }
        self._places = tuple(place for place in now.places if place != key.path)
        settings.update(
            closed_stores=(*closed, key.path),
            open_paths=tuple(path for path in now.open_paths if path not in gone),
            places=self._places,
            last_store="" if now.last_store == key.path else now.last_store,
        )
        if facts.is_open:
            settings.remember_place(key.path, one_line(facts.name))
        self._library.remove((key,))
        work = close_work(self._context.library, key)
        self._context.jobs.run(Query("Closing a store", work, Lane.PLACES), self._on_closed, self._on_not_closed)
        if not self._library.model.stores():
            self.emptied.emit()

    # Requests and tasks

    def _search(
        self, request: Request, places: Sequence[SearchPlace], first_number: int, passed_by: frozenset[str]
    ) -> None:
        """Look for stores at places, each in a job of its own."""
        library = self._context.library
        for number, place in enumerate(places, first_number):
            task = self._task(request, str(place.path), place.path, (number,))
            work = find_work(library, at_place(library, place), passed_by)
            self._run(task, Query("Looking for stores", work, Lane.PLACES, is_awaited=True))

    def _begin(self, request: Request) -> Request:
        self._requests.append(request)
        return request

    def _task(
        self,
        request: Request,
        path: str,
        place: Path,
        position: tuple[int, ...],
        kind: StoreKind = StoreKind.UNKNOWN,
        is_quiet: bool = False,
    ) -> Task:
        on_answer = self._on_found if kind is StoreKind.UNKNOWN else self._on_opened
        return Task(request, path, place, position, on_answer, self._on_failed, kind, is_quiet)

    def _run(self, task: Task, query: Query[Any]) -> None:
        self._tasks.append(task)
        task.handle = self._context.jobs.run(query, task.on_done, task.on_error)
        if not self._timer.isActive():
            self._timer.start()

    def _on_found(self, task: Task, found: FoundThere) -> None:
        library, request = self._context.library, task.request
        count = len(found.rest)
        for number, candidate in enumerate(self._in_order(found.rest, request.preferred)):
            position = (*task.position, number)
            kind = StoreKind.UNKNOWN if candidate.system is None else candidate.system.kind
            query = Query(f"Opening {count:,} stores", open_work(library, candidate), Lane.PLACES, is_awaited=True)
            self._run(self._task(request, task.path, candidate.path, position, kind), query)
        self._put(task, found.opened)

    @staticmethod
    def _in_order(candidates: Sequence[Candidate], preferred: str) -> list[Candidate]:
        """The one to be shown first; the others as they were found."""
        return sorted(candidates, key=lambda candidate: str(candidate.path) != preferred)

    def _on_opened(self, task: Task, facts: StoreFacts) -> None:
        self._put(task, (facts,))

    def _put(self, task: Task, stores: tuple[StoreFacts, ...]) -> None:
        """Take the answer of a job."""
        self._tasks.remove(task)
        if task.is_quiet:
            stores = tuple(facts for facts in stores if facts.is_open)
        task.request.ready.append((task, stores))
        self._settle(task.request)

    def _put_ready(self, request: Request, active: list[Task]) -> None:
        """Put what has answered into the library, in place of what was said of it before."""
        taken = request.take_ready(active)
        if not taken:
            return
        chosen, shown_instead = self._library.current, None
        gone: set[StoreKey] = set()
        for task, stores in taken:
            keys = {facts.key for facts in stores}
            # A path that could not be opened and now leads to stores is no row of its own any more.
            asked = {task.path, str(task.place)} if stores else set()
            if task.silent is not None:
                request.forget(task.path, task.silent.key)
                asked.add(task.silent.key.path)
                if stores and chosen == task.silent:
                    shown_instead = stores[0].key
            request.put(task.path, stores)
            self._led_to.setdefault(task.path, set()).update(keys)
            gone |= {f.key for f in self._library.model.stores() if not f.is_open and f.key.path in asked}
        found = tuple({facts.key: facts for _task, stores in taken for facts in stores}.values())
        if request.is_asked:
            self._open_again({facts.key for facts in found})
        if found:
            self._library.put(found)
        if left := gone - {facts.key for facts in found}:
            self._library.remove(tuple(left))
        if shown_instead is not None:
            self._library.choose(shown_instead)

    def _open_again(self, keys: set[StoreKey]) -> None:
        """Forget that a person closed these, since they asked for them."""
        settings, paths = self._context.settings, {key.path for key in keys}
        settings.update(closed_stores=tuple(p for p in settings.current.closed_stores if p not in paths))

    def _settle(self, request: Request) -> None:
        """Say what is to be shown of a request as soon as that is known, and when all of it is there."""
        active = [task for task in self._tasks if task.request is request and task.silent is None]
        self._put_ready(request, active)
        if request not in self._requests:
            return
        if not request.has_shown and (facts := request.to_show(active)) is not None:
            request.has_shown = True
            self.first_opened.emit(facts)
        if active:
            return
        self._requests.remove(request)
        if request.stores:
            self.opened.emit(request.opened())
        elif not self._requests:
            self.gave_up.emit()

    # What does not answer, and what is not wanted any more

    @Slot()
    def _look(self) -> None:
        for task in list(self._tasks):
            if task.silent is None and task.handle is not None and task.handle.silent_s() >= SILENT_S:
                self._note_silence(task)
        for request in list(self._requests):
            self._settle(request)
        if not self._tasks:
            self._timer.stop()

    def _note_silence(self, task: Task) -> None:
        if task.handle is not None:
            task.handle.is_awaited = False  # its row says it now, for as long as it takes
        task.silent = silent_facts(task.place, task.kind)
        known = self._library.model.facts_of(task.silent.key)
        if known is not None and known.is_open:
            return
        task.request.put(task.path, (task.silent,))
        self._library.put((task.silent,))
        self._settle(task.request)

    def _cancel(self, task: Task) -> None:
        if task.handle is not None:
            task.handle.cancel()
        self._drop_cancelled()

    @Slot()
    def _drop_cancelled(self) -> None:
        # A job that was cancelled calls nobody; this is where it is noticed.
        dropped = [task for task in self._tasks if task.is_over]
        self._tasks = [task for task in self._tasks if not task.is_over]
        for task in dropped:
            if task.silent is not None and self._library.model.facts_of(task.silent.key) == task.silent:
                self._library.put((given_up_facts(task.silent),))
        for task in dropped:
            self._settle(task.request)

    def _on_failed(self, task: Task, error: BurrowError) -> None:
        self._tasks.remove(task)
        self.failed.emit(error)
        self._settle(task.request)

    def _on_closed(self, _nothing: None) -> None:
        """Nothing to show: the store is gone from the library already."""

    def _on_not_closed(self, error: BurrowError) -> None:
        self.failed.emit(error)

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        new = added_places(place for place in settings.places if place not in self._places)
        is_usual_new = settings.are_usual_places_searched and not self._are_usual_searched
        self._places, self._are_usual_searched = settings.places, settings.are_usual_places_searched
        if new:
            self._search(self._begin(Request(is_asked=True)), new, 0, frozenset())
        if is_usual_new and self._surroundings is not None:
            usual, closed = usual_places(self._surroundings), frozenset(settings.closed_stores)
            self._search(self._begin(Request(is_asked=False)), usual, 0, closed)
