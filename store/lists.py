"""Lists over one or many stores: the door for rows, counts, catalogue facts and pins.

Thread-safe; nothing is opened by making one. What a file can answer itself is asked of it; everything else comes from
the catalogue, which whoever owns the background fills with `take_census` and `fill`. One store that does not answer
never keeps the others from being listed.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.catalogue.listing import needs_running
from store.catalogue.overlay import with_own
from store.errors import OpenError
from store.hiding import FEW_HIDDEN, are_of, without
from store.library import Library
from store.own import Annotations, AnnotationsUnusable
from store.paths import OwnPaths
from store.values.listing import CatalogueFacts, Counts, FillState, GroupBy, Listed, ListWant, View
from store.values.notes import Noted, with_notes
from store.values.session import SessionSummary, SortOrder
from store.values.store import SessionKey, StoreKey

SILENT_S = 0.5
"""A store whose files have not answered for so long is not asked which of its sessions run."""


class Lists:
    """Everything about lists of sessions."""

    def __init__(self, library: Library, paths: OwnPaths) -> None:
        self._library = library
        self._catalogue = Catalogue(paths)
        self._annotations = Annotations(paths)
        self._lock = threading.Lock()
        self._census_of: dict[StoreKey, tuple[Backend, int]] = {}

    def listed(self, want: ListWant, token: CancelToken) -> Listed:
        """Answer a question for rows.

        Stores of which nothing is known yet are left out and named in `waiting`; `take_census` makes them known.

        Raises:
            OpenError: the only store of the question can neither be read nor is it catalogued.
            CatalogueUnusable, AnnotationsUnusable: our own files are held by another program.
        """
        may_wait("list sessions")
        order = want.order.stored
        notes = self._notes_in(want.stores, token)
        hidden = [key.session_id for key, noted in notes.items() if noted.is_hidden]
        if order is not None and _is_plain(want) and len(hidden) <= FEW_HIDDEN:
            try:
                if (listed := self._of_file(want, order, hidden, token)) is not None:
                    return listed
            except OpenError:
                if not self._catalogue.has(want.stores[0], token):
                    raise
        pinned = self._pinned_in(want.stores, token) if want.view is View.PINNED else ()
        running = self._running_in(want.stores, token) if needs_running(want) else ()
        return self._catalogue.listed(want, self._ranks(want.stores), pinned, running, token, notes)

    def counts(self, want: ListWant, token: CancelToken) -> Counts:
        """Answer a question for numbers; of stores of which nothing is known yet nothing is counted.

        The view Pinned has no number while our own notes cannot be read.
        """
        may_wait("count sessions")
        try:
            pinned: list[SessionKey] | None = self._pinned_in(want.stores, token)
        except AnnotationsUnusable:
            pinned = None
        running, notes = self._running_in(want.stores, token), self._notes_in(want.stores, token)
        counts = self._catalogue.counts(want, pinned or (), running, token, notes)
        if pinned is None:
            counts.views.pop(View.PINNED)
        return counts

    def summaries(self, key: StoreKey, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """Rows of a store in the order of their handles; of one that cannot be read any more its last ones.

        Raises:
            OpenError: the store cannot be read, and the catalogue does not know all of these rows.
        """
        may_wait("read a store")
        try:
            found = self._library.backend(key).summaries(handles, token)
        except OpenError:
            last = self._catalogue.last_rows(key, handles, token)
            if any(handle not in last for handle in handles):
                raise
            found = tuple(last[handle] for handle in handles)
        return self.with_notes(found, token)

    def with_notes(self, summaries: Sequence[SessionSummary], token: CancelToken) -> tuple[SessionSummary, ...]:
        """Rows with what is noted of them: own title, own labels, hidden, whether there is a note."""
        notes = self.noted([summary.key for summary in summaries], token)
        if not notes:
            return tuple(summaries)
        return tuple(with_notes(one, notes[one.key]) if one.key in notes else one for one in summaries)

    def noted(self, keys: Sequence[SessionKey], token: CancelToken) -> dict[SessionKey, Noted]:
        """What is noted of sessions; nothing of any while our own file cannot be read, so that no list waits for it."""
        try:
            return self._annotations.noted(keys, token)
        except AnnotationsUnusable:
            return {}

    def facts(self, key: StoreKey, session_ids: Sequence[str], token: CancelToken) -> dict[str, CatalogueFacts]:
        """Catalogue facts of sessions of a store, as far as known and not stale; with what is noted of them."""
        found = self.stored_facts(key, session_ids, token)
        notes = self.noted([SessionKey(key, session_id) for session_id in found], token)
        return found | {one.session_id: with_own(found[one.session_id], noted) for one, noted in notes.items()}

    def stored_facts(self, key: StoreKey, session_ids: Sequence[str], token: CancelToken) -> dict[str, CatalogueFacts]:
        """The same without what is noted: what the store alone says."""
        return self._catalogue.facts(key, session_ids, token)

    def handle_of(self, key: SessionKey, token: CancelToken) -> int | None:
        """The handle of a session as of the last census; None if there is no row of it."""
        return self._catalogue.handle_of(key, token)

    def take_census(self, key: StoreKey, token: CancelToken) -> bool:
        """Bring the catalogue's rows of an open store in line with it; whether anything changed.

        To be called when a store was opened, when it moved, and when an answer names it in `waiting`.

        Raises:
            OpenError: the store is not open or cannot be read; its rows stay as last known.
            Cancelled: the token was cancelled; the rows are in line as far as it came.
        """
        may_wait("read a store")
        backend = self._library.backend(key)
        try:
            file_mark = str(Path(key.path).stat().st_ino)
        except OSError:
            # Gone or unplugged: its last state stays listed.
            return False
        expected = sum(facts.session_count or 0 for facts in self._library.facts() if facts.key == key)
        is_changed = self._catalogue.take_census(
            key, file_mark, lambda after, limit: backend.census(after, limit, token), token, expected
        )
        with self._lock:
            self._census_of[key] = (backend, self._catalogue.generation)
        return is_changed

    def fill(self, key: StoreKey, token: CancelToken, limit_s: float = 0.2) -> FillState:
        """Catalogue the next sessions of an open store, newest first, for about so long.

        Every session that was read is kept, whatever happens next. The first call for an opened store takes its census.

        Raises:
            OpenError: the store is not open or cannot be read.
            Cancelled: the token was cancelled.
        """
        may_wait("read a store")
        until_s = time.monotonic() + limit_s
        backend = self._library.backend(key)
        with self._lock:
            census_of = self._census_of.get(key)
        if census_of is None or census_of[0] is not backend or census_of[1] != self._catalogue.generation:
            self.take_census(key, token)
        while True:
            state = self._catalogue.fill_batch(key, lambda handles: backend.catalogue_facts(handles, token), token)
            token.report(state.known, state.total, "Cataloguing", "sessions")
            if state.is_complete or time.monotonic() >= until_s:
                return state
            time.sleep(0)

    def forget_some(self, token: CancelToken) -> bool:
        """Drop some of what is known of stores that were not opened for long; whether there is more to drop."""
        may_wait("read the catalogue")
        return self._catalogue.forget_some(token)

    def copies(self, token: CancelToken) -> dict[StoreKey, tuple[StoreKey, ...]]:
        """Of each open store the other open stores that hold sessions of the same ids, most in common first."""
        may_wait("compare stores")
        opened = {facts.key for facts in self._library.facts()}
        found = {
            key: tuple(other for other in others if other in opened)
            for key, others in self._catalogue.copies(token).items()
            if key in opened
        }
        return {key: others for key, others in found.items() if others}

    @property
    def annotations(self) -> Annotations:
        """Our own notes of sessions."""
        return self._annotations

    def pinned(self, token: CancelToken) -> frozenset[SessionKey]:
        """All pinned sessions. Raises AnnotationsUnusable."""
        return self._annotations.pinned(token)

    def pin(self, keys: Sequence[SessionKey], is_pinned: bool, token: CancelToken) -> None:
        """Pin sessions, or take the pin away. Raises AnnotationsUnusable; nothing was changed then."""
        self._annotations.pin(keys, is_pinned, token)

    def close(self) -> None:
        """Let go of what is held in memory; calling it twice is harmless."""
        with self._lock:
            self._census_of.clear()
        self._catalogue.close()

    def _of_file(self, want: ListWant, order: SortOrder, hidden: Sequence[str], token: CancelToken) -> Listed | None:
        """Rows of one store in an order that its file gives; None where it is not sure which rows the hidden ones are.

        Args:
            hidden: sessions that are left out.
        """
        key = want.stores[0]
        backend = self._library.backend(key)
        handles = backend.ids(order, token).handles
        if hidden:
            known = [self._catalogue.handle_of(SessionKey(key, session_id), token) for session_id in hidden]
            rows = [handle for handle in known if handle is not None]
            if len(rows) < len(hidden) or not are_of(backend, rows, hidden, token):
                return None
            handles = without(handles, rows, token)
        return Listed(want, (key,), array("H"), handles, known=len(handles), total=len(handles))

    def _ranks(self, stores: Sequence[StoreKey]) -> dict[StoreKey, int]:
        """Place of each store in an order by name; stores of one name by path."""
        names = {facts.key: facts.name for facts in self._library.facts()}
        ordered = sorted(stores, key=lambda key: (names.get(key, key.path).casefold(), key.path))
        return {key: rank for rank, key in enumerate(ordered)}

    def _pinned_in(self, stores: Iterable[StoreKey], token: CancelToken) -> list[SessionKey]:
        asked = set(stores)
        return [key for key in self._annotations.pinned(token) if key.store in asked]

    def _notes_in(self, stores: Iterable[StoreKey], token: CancelToken) -> dict[SessionKey, Noted]:
        """What is noted of sessions of some stores; nothing while our own file cannot be read."""
        try:
            return self._annotations.noted_in(stores, token)
        except AnnotationsUnusable:
            return {}

    def _running_in(self, stores: Iterable[StoreKey], token: CancelToken) -> list[SessionKey]:
        """Sessions that run now, of the stores that answer."""
        asked = set(stores) - self._library.silent(SILENT_S)
        found: list[SessionKey] = []
        for facts in self._library.facts():
            if facts.is_running and facts.key in asked:
                try:
                    ids = self._library.backend(facts.key).running_ids(token)
                except OpenError:
                    continue
                found.extend(SessionKey(facts.key, session_id) for session_id in ids)
        return found


def _is_plain(want: ListWant) -> bool:
    """Whether all rows of one store are asked for, as they stand in it."""
    return (
        len(want.stores) == 1
        and want.view is View.ALL
        and want.group_by is GroupBy.NONE
        and not want.text.split()
        and not want.choices
    )
