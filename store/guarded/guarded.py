"""The one guarded door by which sessions are changed: plan, apply, receipt, undo, for every system alike.

What a change *is* says the system's `Changing`, or `OwnChanging` for what is kept in our notes. Thread-safe; every
method may wait and belongs on a worker thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Changing, Step, Writing
from store.errors import Cancelled, ChangeRefused, OpenError
from store.guarded.applying import Application, Task
from store.guarded.checkpoints import Checkpoint, Checkpoints, pass_by
from store.guarded.claims import Claims
from store.guarded.journal import Decided, Journal, Opening
from store.guarded.journal_tables import Stage
from store.guarded.own_changing import OwnChanging
from store.guarded.own_planning import OWN_ACTIONS, plan_own
from store.guarded.own_titles import with_own_titles
from store.guarded.receipt_id import new_receipt_id
from store.guarded.receipts import CLEANED_UP, Numbered, ReceiptMissing, read_before, read_one
from store.guarded.retention import Retention
from store.guarded.settling import settle_all
from store.guarded.store_backups import StoreBackups
from store.guarded.undoing import refusal_of_undo, sessions_to_undo
from store.library import Library
from store.own import Annotations
from store.paths import OwnPaths
from store.values.changes import (
    Action,
    BackupFacts,
    Plan,
    Receipt,
    Refusal,
    RefusalCode,
    Request,
    Scope,
    SessionPlan,
)
from store.values.store import SessionKey, StoreKey

PROGRESS = "Changing sessions"

PAGE_RECEIPTS = 200


class Guarded:
    """Plans, changes, receipts and undo."""

    def __init__(
        self,
        library: Library,
        annotations: Annotations,
        paths: OwnPaths,
        clock: Callable[[], float] = time.time,
        checkpoints: Checkpoints = pass_by,
    ) -> None:
        """Name what it works with; nothing is opened or created.

        Args:
            annotations: the one object of this process.
            clock: seconds since 1970.
            checkpoints: told of each place at which a process may die.
        """
        self._library = library
        self._annotations = annotations
        self._clock = clock
        self._checkpoints = checkpoints
        self._paths = paths
        self._journal = Journal(paths)
        self._claims = Claims(paths)
        self._backups = StoreBackups(self._journal, library, paths)
        self._retention = Retention(self._journal, self._backups, self._claims, paths)

    def plan(self, request: Request, keys: Sequence[SessionKey], token: CancelToken) -> tuple[Plan, ...]:
        """Say what a request would do, and what of it is refused; reads only.

        Returns:
            One plan a store, in the order in which `keys` names the stores first, with its sessions in their order.

        Raises:
            Cancelled: the token was cancelled.
        """
        may_wait("plan a change")
        grouped: dict[StoreKey, dict[str, None]] = {}
        for key in keys:
            grouped.setdefault(key.store, {})[key.session_id] = None
        problem = self._journal.problem(token)
        planned = (self._plan_store(request, store, tuple(ids), token) for store, ids in grouped.items())
        plans = (with_own_titles(plan, self._annotations, token) for plan in planned)
        return tuple(self._with_backup(plan, token) if problem is None else _refused(plan, problem) for plan in plans)

    def apply(self, plan: Plan, token: CancelToken, stop: CancelToken | None = None) -> Receipt:
        """Do what a plan says, one session after the other, each one verified.

        Cancelling either token ends it between two sessions: what was done stays done, the rest is not done.

        Returns:
            The receipt, also when every session was refused or it was cancelled before the first.

        Raises:
            ChangesUnusable: the receipts cannot be written; without them nothing is begun.
        """
        may_wait("change a store")
        sessions = tuple((one.session_id, one.title, one.refusal) for one in plan.sessions)
        opening = self._opening(plan.request, plan.scope, plan.store, plan.store_name, sessions)

        def begin(planned: SessionPlan) -> Callable[[Writing, CancelToken], Step]:
            return lambda writing, asked: writing.begin(plan.request, planned, asked)

        tasks = [Task(at, begin(one)) for at, one in enumerate(plan.sessions) if one.refusal is None]
        return self._carry_out(opening, tasks, token, stop)

    def undo(
        self,
        receipt_id: str,
        token: CancelToken,
        stop: CancelToken | None = None,
        session_ids: Sequence[str] | None = None,
    ) -> Receipt:
        """Take back what a change did: a further change, with a receipt of its own. An undo can be undone the same way.

        Args:
            receipt_id: or the beginning of one.
            session_ids: some of its sessions; None for all that it changed.

        Returns:
            The receipt of the undo; sessions that were changed since then are refused in it.

        Raises:
            ReceiptMissing, ReceiptAmbiguous: there is no such receipt, or more than one.
            ChangeRefused: there is nothing to be taken back.
            ChangesUnusable: the receipts cannot be read or written.
        """
        may_wait("change a store")
        undone = self._numbered(receipt_id, token)
        receipt = undone.receipt
        wanted = sessions_to_undo(undone, session_ids)
        sessions = tuple((receipt.entries[at].session_id, receipt.entries[at].title, why) for at, why in wanted)
        opening = self._opening(receipt.request, receipt.scope, receipt.store, receipt.store_name, sessions)

        def begin(position: int) -> Callable[[Writing, CancelToken], Step]:
            def begin_one(writing: Writing, asked: CancelToken) -> Step:
                image = self._journal.image(undone.number, position, asked)
                if image is None:
                    raise ChangeRefused(CLEANED_UP)
                return writing.begin_undo(receipt.entries[position].session_id, receipt.request, image, asked)

            return begin_one

        tasks = [Task(number, begin(at)) for number, (at, refusal) in enumerate(wanted) if refusal is None]
        opening = replace(opening, undoes=receipt.receipt_id, brings_back=not receipt.undoes)
        return self._carry_out(opening, tasks, token, stop)

    def undo_refusal(self, receipt_id: str, token: CancelToken) -> Refusal | None:
        """Why an undo would change nothing now, found out from the store; None if any of its sessions could be undone.

        Raises:
            ReceiptMissing, ReceiptAmbiguous, ChangesUnusable, Cancelled.
        """
        may_wait("read a store")
        undone = self._numbered(receipt_id, token)
        try:
            with self._changing(undone.receipt.store, undone.receipt.scope, token) as changing:
                return refusal_of_undo(undone, self._journal, changing, token)
        except ChangeRefused as error:
            return error.refusal
        except OpenError as error:
            return Refusal(RefusalCode.MISSING, error.sentence, error.advice)

    def changes(self, token: CancelToken, limit: int | None = None) -> tuple[Receipt, ...]:
        """Receipts of all stores, newest first. Raises ChangesUnusable, Cancelled."""
        may_wait("read receipts")
        if not self._journal.is_there:
            return ()
        found: list[Receipt] = []
        before: int | None = None
        while limit is None or len(found) < limit:
            # Page by page, so that a change which is on its way never waits for long.
            count = PAGE_RECEIPTS if limit is None else min(PAGE_RECEIPTS, limit - len(found))
            page = self._journal.read(partial(read_before, before=before, limit=count, token=token), token)
            found.extend(one.receipt for one in page)
            if len(page) < count:
                break
            before = page[-1].number
        return tuple(found)

    def receipt(self, beginning: str, token: CancelToken) -> Receipt:
        """The receipt whose id is or begins with these characters.

        Raises:
            ReceiptMissing, ReceiptAmbiguous, ChangesUnusable, Cancelled.
        """
        may_wait("read receipts")
        return self._numbered(beginning, token).receipt

    def settle(self, token: CancelToken) -> tuple[Receipt, ...]:
        """Decide what became of changes that were cut off, by comparing their stores with what was kept.

        To be called at each start. A change on which another Burrow works is left to it.

        Returns:
            The receipts that were looked at, oldest first; what cannot be decided now, since its store cannot be read,
            says so and is looked at again the next time.

        Raises:
            ChangesUnusable, Cancelled.
        """
        may_wait("settle changes")
        if not self._journal.is_there:
            return ()
        ids = settle_all(self._journal, self._claims, self._changing, token)
        return tuple(self._numbered(receipt_id, token).receipt for receipt_id in ids)

    def backups(self, token: CancelToken) -> BackupFacts:
        """What is kept to undo changes. Raises ChangesUnusable, Cancelled."""
        may_wait("look at backups")
        return self._retention.facts(self._now_ms(), token)

    def clean_up(self, token: CancelToken) -> BackupFacts:
        """Remove what is older than thirty days, but never a session's newest image nor a store's newest copy.

        Returns:
            What is kept now.

        Raises:
            ChangesUnusable, Cancelled.
        """
        may_wait("remove backups")
        return self._retention.clean_up(self._now_ms(), token)

    def _plan_store(self, request: Request, store: StoreKey, session_ids: tuple[str, ...], token: CancelToken) -> Plan:
        is_own = request.action in (Action.HIDE, Action.UNHIDE) or request.scope is Scope.OWN
        try:
            with self._library.lent(store, token) as backend:
                base = None if is_own else backend.changing().plan(request, session_ids, token)
                if base is None or (base.scope is Scope.OWN and request.action in OWN_ACTIONS):
                    annotations, now_ms = self._annotations, self._now_ms()
                    return plan_own(annotations, backend, base, request, store, session_ids, now_ms, token)
                return base
        except OpenError as error:
            return self._plan_nothing(request, store, session_ids, error.sentence, error.advice)
        except ChangeRefused as error:
            return self._plan_nothing(request, store, session_ids, error.refusal.sentence, error.refusal.advice)

    def _with_backup(self, plan: Plan, token: CancelToken) -> Plan:
        """A plan that says how large the copy of the whole store is that is made first."""
        if plan.scope is Scope.OWN:
            return plan
        is_deletion = plan.request.action is Action.DELETE
        count, now_ms = len(plan.possible), self._now_ms()
        due_bytes = self._backups.due_bytes(plan.store, count, now_ms, token, is_deletion=is_deletion)
        return replace(plan, store_backup_bytes=due_bytes)

    def _plan_nothing(
        self, request: Request, store: StoreKey, session_ids: tuple[str, ...], sentence: str, advice: str
    ) -> Plan:
        """The plan of a store that cannot be read."""
        refusal = Refusal(RefusalCode.MISSING, sentence, advice)
        sessions = tuple(SessionPlan(one, one, refusal=refusal) for one in session_ids)
        name = store.path.rpartition("/")[2] or store.path
        return Plan(request, store, name, Scope.STORE, "", sentence, self._now_ms(), sessions)

    def _opening(
        self,
        request: Request,
        scope: Scope,
        store: StoreKey,
        store_name: str,
        sessions: tuple[tuple[str, str, Refusal | None], ...],
    ) -> Opening:
        now_ms = self._now_ms()
        return Opening(new_receipt_id(now_ms), now_ms, request, scope, store, store_name, sessions)

    def _carry_out(
        self, opening: Opening, tasks: Sequence[Task], token: CancelToken, stop: CancelToken | None
    ) -> Receipt:
        """Begin a receipt, change its sessions, and close it."""
        begun_s = time.monotonic()
        with self._claims.held(opening.receipt_id), self._journal.kept_open():
            number = self._journal.begin(opening)
            self._checkpoints(Checkpoint.BEGUN)
            decided, is_cancelled = self._run(opening, number, tasks, token, stop)
            self._checkpoints(Checkpoint.CLOSING)
            took_ms = round((time.monotonic() - begun_s) * 1000)
            self._journal.close(number, decided, is_cancelled, took_ms)
            self._checkpoints(Checkpoint.CLOSED)
        return self._numbered(opening.receipt_id, CancelToken()).receipt

    def _run(
        self, opening: Opening, number: int, tasks: Sequence[Task], token: CancelToken, stop: CancelToken | None
    ) -> tuple[tuple[Decided, ...], bool]:
        """Change the sessions of a receipt that was begun; what is not recorded yet, and whether it was cancelled."""
        if not tasks:
            return (), False
        try:
            with self._changing(opening.store, opening.scope, token) as changing:
                application = Application(
                    self._journal,
                    changing,
                    number,
                    self._checkpoints,
                    lambda writing: self._back_up(opening, number, len(tasks), writing, token),
                    token,
                    stop,
                    PROGRESS,
                )
                return application.run(tasks), application.is_cancelled
        except Cancelled:
            return (), True
        except OpenError as error:
            refusal = Refusal(RefusalCode.MISSING, error.sentence, error.advice)
        except ChangeRefused as error:
            refusal = error.refusal
        return tuple(Decided(task.position, Stage.NOT_DONE, refusal) for task in tasks), False

    def _back_up(self, opening: Opening, number: int, count: int, writing: Writing, token: CancelToken) -> None:
        """Copy the whole store before its first session is changed, where a copy is due.

        Raises:
            ChangeRefused, Cancelled: nothing may be changed.
        """
        if opening.scope is Scope.OWN:
            return
        store = opening.store
        is_deletion = opening.request.action is Action.DELETE and not opening.brings_back
        if self._backups.due_bytes(store, count, opening.at_ms, token, is_deletion=is_deletion) is None:
            return
        made = self._backups.make(store, opening.receipt_id, opening.at_ms, writing, self._checkpoints, token)
        self._journal.note_backup(number, str(made))

    @contextmanager
    def _changing(self, store: StoreKey, scope: Scope, token: CancelToken) -> Iterator[Changing]:
        """How a store is changed, or what is noted of its sessions. Raises OpenError."""
        if scope is Scope.OWN:
            yield OwnChanging(self._annotations, store)
            return
        with self._library.lent(store, token) as backend:
            yield backend.changing()

    def _numbered(self, beginning: str, token: CancelToken) -> Numbered:
        if not self._journal.is_there:
            raise ReceiptMissing("There is no receipt of this name.", "Nothing was ever changed by Burrow.")
        return self._journal.read(lambda connection: read_one(connection, beginning, token), token)

    def _now_ms(self) -> int:
        return round(self._clock() * 1000)


def _refused(plan: Plan, problem: Refusal) -> Plan:
    """A plan of which nothing is possible, since there could be no receipt."""
    sessions = tuple(one if one.refusal is not None else replace(one, refusal=problem) for one in plan.sessions)
    return replace(plan, sessions=sessions)
