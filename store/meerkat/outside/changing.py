"""How a Meerkat database is changed (formats/meerkat.md §3.10): plans, the open store, and what is proved afterwards.

Plans are made on a look of their own at the newest state, so that nothing that is held to be shown is too old for them.
What was written is proved on a connection of its own that cannot write, opened as SQLite opens a store beside its
writers: a look with stamps would wait for our own writer.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Image, ImageState, Writing
from store.errors import ChangeRefused, OpenError
from store.meerkat.generation import Layout, recognise
from store.meerkat.heads.trust import needs_trust
from store.meerkat.outside.blob_users import BlobUsers
from store.meerkat.outside.comparing import compare_rows, image_state
from store.meerkat.outside.family import Family, family_of
from store.meerkat.outside.layout_rule import layout_refusal
from store.meerkat.outside.lease_rule import lease_refusal
from store.meerkat.outside.planning import PlannedOn, PlanState, plan_page, put_together
from store.meerkat.outside.realm_files import finish_file
from store.meerkat.outside.refusals import MISSING, refusal_of_open, refuse
from store.meerkat.outside.rows import PAGE_SESSIONS, pages_of, text_or_bytes
from store.meerkat.outside.session_change import Circumstances
from store.meerkat.outside.writing import BUSY_TIMEOUT_S, open_to_write
from store.opening import Looking
from store.values.changes import Plan, Refusal, RefusalCode, Request, SessionPlan

T = TypeVar("T")

DECODED_BYTES = 4 * 1024 * 1024
DECODED_SESSIONS = 50
"""So many sessions, of so many stored bytes together, are decoded as a whole while they are planned. Of more the form
is trusted until they are written, when each one is decoded and proved."""


class StoreFileChanging:
    """How one database is changed. Thread-safe; holds nothing open between calls."""

    def __init__(self, looking: Looking, timeout_s: float = BUSY_TIMEOUT_S) -> None:
        """Take the store that is being looked at.

        Args:
            timeout_s: how long a lock of another program is waited for.
        """
        self._looking = looking
        self._main = looking.path
        self._timeout_s = timeout_s
        self._blobs = BlobUsers()

    def plan(self, request: Request, session_ids: Sequence[str], token: CancelToken) -> Plan:
        """Say what a request would do; reads only, the way looking reads. Sessions in the order given."""
        may_wait("plan a change")
        at_ms = time.time_ns() // 1_000_000
        try:
            with self._looking.again() as looking:
                on = self._planned_on(looking, at_ms, token)
                if on.own_reason(request):
                    sessions = self._titled(looking, None, session_ids, token)
                else:
                    sessions = self._plan_sessions(looking, on, request, session_ids, token)
        except OpenError as error:
            on = PlannedOn(self._main, None, refusal_of_open(error), at_ms)
            sessions = [SessionPlan(one, one, refusal=on.refusal) for one in session_ids]
        return put_together(on, request, sessions)

    def writing(self, token: CancelToken) -> AbstractContextManager[Writing]:
        """Open the store to be written. Raises ChangeRefused where that is not possible."""
        return open_to_write(self._main, self._looking.file_id, self._timeout_s, self._blobs, token)

    def compare(self, image: Image, token: CancelToken) -> ImageState:
        """Compare the store with an image; reads only, the way looking reads. Raises OpenError."""
        may_wait("read a store")
        with self._looking.again() as looking:
            rows = looking.read(_exact(lambda connection: compare_rows(connection, image)), token)
        return image_state(rows, self._main.parent, image)

    def undo_refusal(
        self,
        session_id: str,
        request: Request,  # noqa: ARG002 - rows and files are put back alike
        image: Image,
        token: CancelToken,
    ) -> Refusal | None:
        """Why `begin_undo` would be refused now; None when it would not. Reads only. Raises OpenError."""
        may_wait("read a store")
        from store.meerkat.outside.undoing import undo_change

        def batch(connection: sqlite3.Connection) -> Refusal | None:
            layout, family, refusal = self._recognised(connection)
            if refusal is not None or layout is None or family is None:
                return refusal
            circumstances = Circumstances(
                self._main, connection, layout, family, time.time_ns(), is_decoded=False, token=token
            )
            try:
                return undo_change(connection, session_id, image, circumstances).planned.refusal
            except ChangeRefused as refused:
                return refused.refusal

        with self._looking.again() as looking:
            if looking.file_id != self._looking.file_id:
                return refuse(RefusalCode.CANNOT_WRITE, "The store was replaced by another file.").refusal
            lease = lease_refusal(self._main)
            return lease if lease is not None else looking.read(_exact(batch), token)

    def finish(self, image: Image, token: CancelToken) -> None:
        """Bring the files of a PARTLY written change to what they are afterwards. Raises ChangeRefused."""
        may_wait("finish a change")
        try:
            state = self.compare(image, token)
        except OpenError as error:
            raise ChangeRefused(refusal_of_open(error)) from error
        if state is ImageState.AFTER:
            return
        if state is not ImageState.PARTLY:
            sentence = "The session is not as the change left it, so that nothing more of it is done."
            raise refuse(RefusalCode.MOVED_ON, sentence)
        for file in image.files:
            finish_file(self._main.parent, file)

    def _plan_sessions(
        self, looking: Looking, on: PlannedOn, request: Request, session_ids: Sequence[str], token: CancelToken
    ) -> list[SessionPlan]:
        layout, family = on.layout, on.family
        if on.refusal is not None or layout is None or family is None:
            return self._titled(looking, on.refusal, session_ids, token)
        pages = looking.read(_exact(lambda connection: pages_of(connection, layout, session_ids)), token)
        plans: list[SessionPlan] = []
        state = PlanState(DECODED_BYTES if len(session_ids) <= DECODED_SESSIONS else 0, BlobUsers())
        for page in pages:
            token.report(len(plans), len(session_ids), "Planning", "sessions")

            def batch(
                connection: sqlite3.Connection, page: list[str] = page, state: PlanState = state
            ) -> tuple[list[SessionPlan], PlanState]:
                circumstances = Circumstances(
                    self._main, connection, layout, family, on.at_ms * 1_000_000, is_decoded=False, token=token
                )
                return plan_page(page, request, circumstances, state)

            found, state = looking.read(_exact(batch), token)
            plans.extend(found)
        return plans

    def _titled(
        self, looking: Looking, refusal: Refusal | None, session_ids: Sequence[str], token: CancelToken
    ) -> list[SessionPlan]:
        """Plans of sessions of any generation of which nothing but their titles is read."""
        from store.meerkat.outside.titles import read_titles

        titles: dict[str, str] = {}
        for begin in range(0, len(session_ids), PAGE_SESSIONS):
            page = session_ids[begin : begin + PAGE_SESSIONS]

            def batch(connection: sqlite3.Connection, page: Sequence[str] = page) -> dict[str, str]:
                return read_titles(connection, self._main, page, token)

            titles |= looking.read(batch, token)
        return [
            SessionPlan(one, titles.get(one, one), refusal=refusal if one in titles else MISSING) for one in session_ids
        ]

    def _planned_on(self, looking: Looking, at_ms: int, token: CancelToken) -> PlannedOn:
        """What the store as a whole says about being changed."""
        layout, family, refusal = looking.read(_exact(self._recognised), token)
        if refusal is None:
            refusal = lease_refusal(self._main)
        if looking.file_id != self._looking.file_id:
            refusal = refuse(RefusalCode.CANNOT_WRITE, "The store was replaced by another file.", "Reload.").refusal
        return PlannedOn(self._main, layout, refusal, at_ms, family)

    def _recognised(self, connection: sqlite3.Connection) -> tuple[Layout | None, Family | None, Refusal | None]:
        """Layout and family of a store whose sessions are such as are written; and why it may not be written."""
        needs_trust(connection)
        layout = recognise(connection, self._main.name)
        refusal = layout_refusal(connection, self._main, layout)
        if refusal is not None and refusal.code is not RefusalCode.READ_ONLY:
            return None, None, refusal
        return layout, family_of(connection, layout), refusal


def _exact(batch: Callable[[sqlite3.Connection], T]) -> Callable[[sqlite3.Connection], T]:
    """Let a batch get texts as texts, and what is none marked."""

    def prepared(connection: sqlite3.Connection) -> T:
        connection.text_factory = text_or_bytes
        return batch(connection)

    return prepared
