"""Checks and sizes of the session that is shown, made when Info is looked at and kept for each state. GUI thread only.

First what a person sees first: the session's sizes, then its checks, then the sizes of its store. One follows the
other, so that all together never ask for more than one worker thread.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.check_jobs import Checked, check_work, sizes_work, store_sizes_work
from app.controllers.progress_controller import count_text, permille_of
from app.jobs import JobHandle, Lane, Query
from app.look.tokens import tokens
from app.present.check_words import (
    CheckLine,
    both_text,
    check_lines,
    checked_note,
    failed_sentences,
    further_rows,
    open_lines,
    open_rows,
)
from app.present.one_line import one_line
from app.present.size_words import SizeText, session_size_text, store_size_text
from app.views.info_view import InfoView
from store.errors import BurrowError
from store.values.checks import SizeBreakdown
from store.values.session import SessionSummary
from store.values.store import StoreKey

if TYPE_CHECKING:
    from app.context import Context

KEPT_SESSIONS, KEPT_STORES = 64, 16
POLL_MS = 100
BEGIN_MS = 30
"""What Info knows already is painted first."""

AGAIN_MS, AGAIN_FACTOR = 600, 5
"""A store that moves is checked again after a pause, and after one that is so many times as long as the check."""

CHECKING = "Checking the session"
CANCELLED = "not checked: cancelled"

State = tuple[object, ...]
"""What tells one state of a session from another."""


@dataclass(slots=True)
class _Known:
    """What was found of one state of a session, and why something was not."""

    sizes: SizeBreakdown | None = None
    checked: Checked | None = None
    no_sizes: str = ""
    no_checks: str = ""


class InfoChecks(QObject):
    """Knows what was found, and shows it in Info.

    Args:
        is_looked_at: whether Info is seen with all else that it says; only then is anything checked.

    Signals:
        found: what is known of the shown session changed.
        both_asked (str title, str text): a long text is to be shown in a window of its own.
    """

    found = Signal()
    both_asked = Signal(str, str)

    def __init__(self, context: Context, info: InfoView, is_looked_at: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._info, self._is_looked_at = context, info, is_looked_at
        self._summary: SessionSummary | None = None
        self._is_stopped = False
        self._moves: dict[StoreKey, int] = {}
        self._known: OrderedDict[State, _Known] = OrderedDict()
        self._stores: OrderedDict[StoreKey, tuple[int, SizeBreakdown | None]] = OrderedDict()
        self._last = _Known()
        self._told: tuple[tuple[str, str], ...] = ()
        self._running: JobHandle | None = None
        self._poll = QTimer(info, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        self._begin = QTimer(info, singleShot=True, interval=BEGIN_MS)
        self._begin.timeout.connect(self._on_begin)
        self._again = QTimer(info, singleShot=True)
        self._again.timeout.connect(self._on_again)
        context.jobs.activity.delivered.connect(self._on_delivered)
        context.settings.zone_changed.connect(self._say)
        info.integrity.again_asked.connect(self.check_again)
        info.integrity.cancel_asked.connect(self.cancel)
        info.integrity.both_asked.connect(self._on_both_asked)

    def use(self, summary: SessionSummary | None, *, is_reload: bool = False) -> None:
        """Show what is known of this session from now on.

        Args:
            is_reload: a person wants it read again, so that nothing that was found counts any more.
        """
        before, self._summary = self._summary, summary
        is_same = summary is not None and before is not None and before.key == summary.key
        if not is_same:
            self._give_up()
            self._last = _Known()
            self._is_stopped = False
        if summary is None:
            self._told = ()
            return
        if is_reload:
            self._forget(summary.key.store)
        known = self._known.get(self._state())
        if known is not None:
            self._last = known
        self._say()
        self._tell()
        if is_same and not is_reload:
            self._check_soon()
        else:
            self._begin.start()

    def look(self) -> None:
        """Info is looked at from now on, or says more than before."""
        self._say()
        self._begin.start()

    def note_moved(self, store: StoreKey) -> None:
        """A store is another one now: what was found of its sessions is found anew."""
        self._forget(store)
        if self._summary is not None and self._summary.key.store == store:
            self._check_soon()

    @property
    def failed(self) -> tuple[tuple[str, str], ...]:
        """What does not agree in the shown session, as far as it was checked: see failed_sentences."""
        return failed_sentences(self._last.checked.check) if self._last.checked is not None else ()

    @Slot()
    def check_again(self) -> None:
        """Check the shown session anew, as a person asked."""
        if self._summary is not None:
            self._forget(self._summary.key.store)
            self._is_stopped = False
            self._go_on(Lane.USER)

    @Slot()
    def cancel(self) -> None:
        """Give up what is being checked."""
        if self._running is not None:
            self._running.cancel()

    # What is missing is asked for, one thing after the other

    def _state(self) -> State:
        summary = self._summary
        assert summary is not None
        key = summary.key
        counts = (summary.updated_at_ms, summary.message_count, summary.size_bytes)
        return (key, *counts, self._moves.get(key.store, 0))

    def _forget(self, store: StoreKey) -> None:
        self._moves[store] = self._moves.get(store, 0) + 1

    def _check_soon(self) -> None:
        """The state is another one: what is shown stays until it is checked again, which must not go on for ever."""
        if self._is_looked_at() and not self._is_stopped and not self._again.isActive():
            took_ms = self._last.checked.took_ms if self._last.checked is not None else 0
            self._again.start(max(AGAIN_MS, AGAIN_FACTOR * took_ms))

    @Slot()
    def _on_begin(self) -> None:
        self._go_on(Lane.USER)

    @Slot()
    def _on_again(self) -> None:
        self._go_on(Lane.BACKGROUND)

    def _give_up(self) -> None:
        self._begin.stop()
        self._again.stop()
        self._poll.stop()
        running, self._running = self._running, None
        if running is not None:
            running.cancel()

    def _go_on(self, lane: Lane) -> None:
        """Ask for the next thing that is not known of the shown state."""
        if self._summary is None or not self._is_looked_at() or self._is_stopped or self._running is not None:
            return
        library, key, state = self._context.library, self._summary.key, self._state()
        known = self._known.setdefault(state, _Known())
        self._known.move_to_end(state)
        while len(self._known) > KEPT_SESSIONS:
            self._known.popitem(last=False)
        moves = self._moves.get(key.store, 0)
        if known.sizes is None and not known.no_sizes:
            self._run("Measuring the session", sizes_work(library, key), self._take_sizes, state, lane)
        elif known.checked is None and not known.no_checks:
            self._run(CHECKING, check_work(library, key), self._take_check, state, lane)
        elif key.store not in self._stores or self._stores[key.store][0] != moves:
            work = store_sizes_work(library, key.store)
            self._run("Measuring the store", work, self._take_store, (key.store, moves), Lane.BACKGROUND)

    def _run(
        self, name: str, work: Callable[..., Any], take: Callable[[Any, Any], None], state: Any, lane: Lane
    ) -> None:
        def go_on(answer: object) -> None:
            self._running = None
            take(state, answer)
            self._go_on(lane)

        query = Query(name, work, lane, gives_way=lane is Lane.BACKGROUND)
        self._running = self._context.jobs.run(query, go_on, go_on)
        self._poll.start()
        self._say_running()

    def _take_sizes(self, state: State, answer: SizeBreakdown | BurrowError) -> None:
        known = self._kept(state)
        if isinstance(answer, BurrowError):
            known.no_sizes = one_line(str(answer))
        else:
            known.sizes = answer
        self._take(state)

    def _take_check(self, state: State, answer: Checked | BurrowError) -> None:
        known = self._kept(state)
        if isinstance(answer, BurrowError):
            known.no_checks = one_line(str(answer))
        else:
            known.checked = answer
        self._take(state)

    def _take_store(self, state: tuple[StoreKey, int], answer: SizeBreakdown | BurrowError) -> None:
        key, moves = state
        self._stores[key] = (moves, None if isinstance(answer, BurrowError) else answer)
        while len(self._stores) > KEPT_STORES:
            self._stores.popitem(last=False)
        self._say()

    def _kept(self, state: State) -> _Known:
        return self._known.setdefault(state, _Known())

    def _take(self, state: State) -> None:
        """Show an answer; what was found of a state before stays until the newer check is there."""
        if self._summary is None or self._summary.key != state[0]:
            return
        known = self._known[state]
        if known.checked is not None or known.no_checks or self._last.checked is None:
            self._last = known
        self._say()
        self._tell()

    def _tell(self) -> None:
        """Say when other checks failed than was said last."""
        if self.failed != self._told:
            self._told = self.failed
            self.found.emit()

    @Slot()
    def _on_delivered(self) -> None:
        """A job that was cancelled answers nothing, and nobody checks again by himself."""
        if self._running is not None and self._running.is_over:
            self._running = None
            self._is_stopped = True
            self._poll.stop()
            self._say()

    # What is shown

    @Slot()
    def _say(self) -> None:
        if self._summary is None or not self._is_looked_at():
            return
        last, integrity = self._last, self._info.integrity
        self._info.show_sizes(_session_text(last), self._store_text(self._summary.key.store))
        if last.checked is not None:
            check = last.checked.check
            note = checked_note(last.checked.at_ms, last.checked.took_ms, self._context.settings.zone)
            integrity.say_checked(note, check_lines(check), further_rows(check))
        else:
            integrity.say_nothing(open_lines(), open_rows())
            if last.no_checks or self._is_stopped:
                integrity.say_note(last.no_checks or CANCELLED)
        self._say_running()

    def _store_text(self, store: StoreKey) -> SizeText | None:
        _moves, sizes = self._stores.get(store, (0, None))
        if sizes is None:
            return None
        facts = next((facts for facts in self._context.library.facts() if facts.key == store), None)
        return store_size_text(sizes, one_line(facts.name) if facts is not None else "this store")

    @Slot()
    def _on_poll(self) -> None:
        if self._running is None:
            self._poll.stop()
        else:
            self._say_running()

    def _say_running(self) -> None:
        """Say how far the check is; a bar comes only after a while, so that it does not flash."""
        running = self._running
        if running is None or running.name != CHECKING or running.is_cancelled:
            return
        is_long = running.elapsed_s() * 1000 >= tokens()["motion_ms"]["progress_after"]
        progress = running.progress()
        count = count_text(progress) if is_long else ""
        self._info.integrity.say_checking(f"checking… {count}".rstrip(), permille_of(progress) if is_long else None)

    @Slot(object)
    def _on_both_asked(self, line: CheckLine) -> None:
        self.both_asked.emit(f"{line.name}, expected and found", both_text(line))


def _session_text(known: _Known) -> SizeText | None:
    """The sizes of a session, or why there are none; None while they are not known."""
    if known.sizes is not None:
        return session_size_text(known.sizes)
    return SizeText(known.no_sizes, (), known.no_sizes) if known.no_sizes else None
