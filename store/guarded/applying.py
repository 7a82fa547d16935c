"""How any change is applied: intent with the image of before, commit, verification, receipt.

Runs on one worker thread, a session at a time, each in a transaction of its own, so that others get their turn between
two. Many sessions share one opening of the store. What became of a session is recorded together with the intent of the
next one: a session costs one write to our disk and one to the store's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Changing, Image, ImageState, Step, Writing
from store.errors import Cancelled, ChangeRefused, OpenError
from store.guarded.checkpoints import Checkpoint, Checkpoints
from store.guarded.journal import ChangesUnusable, Decided, Journal
from store.guarded.journal_tables import Stage
from store.values.changes import Refusal, RefusalCode

OPEN_S = 1.0
"""How long a store is kept open for one session after the other; when it is closed, SQLite tidies its log away."""

STORE_WIDE = frozenset({
    RefusalCode.LOCKED, RefusalCode.NO_SPACE, RefusalCode.READ_ONLY, RefusalCode.FENCE_HELD, RefusalCode.GENERATION,
    RefusalCode.TOO_OLD,
})  # fmt: skip
"""What one session was refused for and every other one would be as well, after as long a wait."""

CHANGED_SINCE = Refusal(
    RefusalCode.VERIFY_FAILED,
    "It was written, and when it was read again the session was neither as before nor as planned.",
    "Another program may have written to it in the same moment. Look at the session.",
)

Begin: TypeAlias = Callable[[Writing, CancelToken], Step]


@dataclass(frozen=True, slots=True)
class Task:
    """One session that is to be changed.

    Attributes:
        position: of its entry in the receipt.
        begin: begins its transaction.
    """

    position: int
    begin: Begin


class _NoReceipt(ChangeRefused):
    """What is intended cannot be recorded, so that no session can be changed any more."""


class _Unsure(NamedTuple):
    """A session whose commit failed, or which was not found as planned when it was read again.

    Attributes:
        failure: what was said then.
    """

    position: int
    image: Image
    failure: Refusal


@dataclass(slots=True)
class Application:
    """One change on its way through the sessions of one store.

    Attributes:
        number: of the receipt.
        prepare: what is done once, before the first session, with the store open to be written.
        token, stop: whichever is cancelled ends the work between two sessions.
    """

    journal: Journal
    changing: Changing
    number: int
    checkpoints: Checkpoints
    prepare: Callable[[Writing], None]
    token: CancelToken
    stop: CancelToken | None
    what: str
    is_cancelled: bool = False
    _left: deque[Task] = field(default_factory=deque)
    _unsure: list[_Unsure] = field(default_factory=list)
    _decided: list[Decided] = field(default_factory=list)
    _is_prepared: bool = False

    def run(self, tasks: Sequence[Task]) -> tuple[Decided, ...]:
        """Change one session after the other.

        Returns:
            What became of the last ones and is not recorded yet. Sessions that are not reached are not decided.
        """
        may_wait("change a store")
        self._left.extend(tasks)
        while self._left and not self._is_stopped():
            try:
                with self.changing.writing(self.token) as writing:
                    self._run_some(writing, len(tasks))
            except ChangeRefused as error:
                self._refuse_all_left(error.refusal)
            except Cancelled:
                self.is_cancelled = True
            self._look_again()
        decided, self._decided = tuple(self._decided), []
        return decided

    def _is_stopped(self) -> bool:
        if self.token.is_cancelled or (self.stop is not None and self.stop.is_cancelled):
            self.is_cancelled = True
        return self.is_cancelled

    def _run_some(self, writing: Writing, total: int) -> None:
        """Change sessions for a while. Raises ChangeRefused: none of those that are left can be changed."""
        if not self._is_prepared:
            self.prepare(writing)
            self._is_prepared = True
        until_s = time.monotonic() + OPEN_S
        while self._left and not self._is_stopped():
            self.token.report(total - len(self._left), total, self.what, "sessions")
            failure = None
            try:
                failure = self._change(writing, self._left[0])
            except ChangeRefused as error:
                if error.refusal.code in STORE_WIDE or isinstance(error, _NoReceipt):
                    raise
                self._decided.append(Decided(self._left[0].position, Stage.NOT_DONE, error.refusal))
            self._left.popleft()
            if failure is not None and failure.code in STORE_WIDE:
                raise ChangeRefused(failure)
            if time.monotonic() >= until_s:
                break
        self.token.report(total - len(self._left), total, self.what, "sessions")

    def _change(self, writing: Writing, task: Task) -> Refusal | None:
        """Change one session; what its commit, or reading it again, said against it.

        Raises:
            ChangeRefused, Cancelled: nothing was written.
        """
        step = task.begin(writing, self.token)
        try:
            image = step.image
            self._intend(task.position, step, image)
            self.checkpoints(Checkpoint.INTENDED)
            try:
                step.commit()
                self.checkpoints(Checkpoint.COMMITTED)
                writing.verify(image)
            except (ChangeRefused, OpenError) as error:
                # What became of it is found out when the store is closed, by looking at it.
                failure = _in_words(error)
                self._unsure.append(_Unsure(task.position, image, failure))
                return failure
            self.checkpoints(Checkpoint.VERIFIED)
            self._decided.append(Decided(task.position, Stage.DONE))
            return None
        finally:
            step.roll_back()

    def _intend(self, position: int, step: Step, image: Image) -> None:
        try:
            self.journal.intend(self.number, position, step.planned, step.made_id, image, self._decided)
        except ChangesUnusable as error:
            raise _NoReceipt(Refusal(RefusalCode.CANNOT_WRITE, error.sentence, error.advice)) from error
        self._decided = []

    def _refuse_all_left(self, refusal: Refusal) -> None:
        self._decided.extend(Decided(task.position, Stage.NOT_DONE, refusal) for task in self._left)
        self._left.clear()

    def _look_again(self) -> None:
        """Find out what became of the sessions that did not come to their end."""
        unsure, self._unsure = self._unsure, []
        for position, image, failure in unsure:
            self._decided.append(decide(self.changing, position, image, failure, CHANGED_SINCE))


def decide(changing: Changing, position: int, image: Image, not_done: Refusal | None, neither: Refusal) -> Decided:
    """Find out from the store what became of a session whose change did not come to its end.

    A change whose rows are written and whose files are not all as they should be is completed.

    Args:
        not_done: why nothing was written, if that is what is found.
        neither: what is said of a session that is neither as before nor as planned.

    Returns:
        What became of it; Stage.INTENDED if the store cannot be asked now.
    """
    token = CancelToken()
    try:
        state = changing.compare(image, token)
        if state is ImageState.PARTLY:
            changing.finish(image, token)
            state = changing.compare(image, token)
    except ChangeRefused as error:
        return Decided(position, Stage.INTENDED, error.refusal)
    except OpenError as error:
        return Decided(position, Stage.INTENDED, Refusal(RefusalCode.MISSING, error.sentence, error.advice))
    if state is ImageState.BEFORE:
        return Decided(position, Stage.NOT_DONE, not_done)
    if state is ImageState.AFTER:
        return Decided(position, Stage.DONE)
    if state is ImageState.PARTLY:
        return Decided(position, Stage.INTENDED, not_done)
    return Decided(position, Stage.UNKNOWN, neither)


def _in_words(error: ChangeRefused | OpenError) -> Refusal:
    if isinstance(error, ChangeRefused):
        return error.refusal
    return Refusal(RefusalCode.VERIFY_FAILED, f"It could not be read again. {error.sentence}", error.advice)
