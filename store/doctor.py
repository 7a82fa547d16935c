"""The check of a whole store: every session proved, then what is lost, left over or orphaned, then where bytes go.

Works on any backend, page by page, so that memory stays flat whatever the store holds. On a worker thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import DamagedDatabase, OpenError
from store.library import Library
from store.values.checks import (
    MAX_FINDINGS,
    CheckName,
    Finding,
    Outcome,
    SessionCheck,
    Severity,
    SizeBreakdown,
    StoreCheck,
    Tally,
)
from store.values.session import SortOrder
from store.values.store import StoreFacts, StoreKey

PAGE_ROWS = 2_000
"""Rows of the census that are held at once."""

BATCH_SESSIONS = 50
BATCH_BYTES = 4 * 1024 * 1024
"""Sessions that are proved in one call: few enough that a store in use can be read, and a cancel is heard, between."""

LISTED_ROWS = 64
"""Rows of a damaged store that are read at once; of those about a damaged page ever fewer are."""

LEAST_LISTED = 1_000
"""So many findings of each severity have room in the list even where there are more graver ones than it takes."""

Row = tuple[str, int]
"""Id of a session, and the stored bytes of its rows."""

PROGRESS_S = 0.2
"""How often whoever waits is shown how far the check is."""

Progress = Callable[[StoreCheck], None]
"""Is given the account so far; called on the thread of the check."""


def examine(library: Library, key: StoreKey, token: CancelToken, progress: Progress | None = None) -> StoreCheck:
    """Check everything of an open store.

    A store that is lost, or cannot be read any further, on the way has an error that says so; what was found until then
    stays in the account.

    Args:
        progress: called at most five times a second, and once more before what concerns the store as a whole.

    Raises:
        StoreVanished: it is not open.
        OpenError: nothing of it can be read any more.
        Cancelled: token was cancelled; what `progress` was given last is all that was found until then.
    """
    may_wait("check a store")
    backend = library.backend(key)
    account = Account(backend.facts(token))
    try:
        _check_sessions(backend, _counted(backend, token), account, token, progress)
    except OpenError:
        # A damaged page ends the way along the rows; along the list each row is read alone.
        account.restart()
        with account.noting():
            _check_sessions(backend, _listed(backend, account, token), account, token, progress)
    account.note_all_counted()
    if progress is not None:
        progress(account.so_far())
    token.report(0, 0, "Looking for what is left over", "")
    with account.noting():
        account.add(backend.store_findings(token))
    token.report(0, 0, "Measuring the store", "")
    with account.noting():
        account.sizes = backend.store_sizes(token)
    return account.final()


def _check_sessions(
    backend: Backend, rows: Iterable[Row], account: Account, token: CancelToken, progress: Progress | None
) -> None:
    shown_s = time.monotonic()
    for ids in _batches(rows):
        token.report(account.checked, account.total, "Checking sessions", "sessions")
        for check in backend.checks(ids, token):
            account.take(check)
        if progress is not None and time.monotonic() - shown_s > PROGRESS_S:
            progress(account.so_far())
            shown_s = time.monotonic()
        time.sleep(0)  # whoever draws comes first


def failed_check(facts: StoreFacts, error: OpenError) -> StoreCheck:
    """The account of a store of which nothing could be read any more: the one finding that says why."""
    account = Account(facts)
    account.note(error)
    return account.so_far()


class Account:
    """What a check has found so far; at most MAX_FINDINGS of each severity are kept, all are counted.

    Rows of a damaged list of which nothing is known but why they cannot be read are one finding a reason.

    Attributes:
        checked, total: sessions that were checked, and all that are known of.
        sizes: of the whole store, once measured.
    """

    def __init__(self, facts: StoreFacts) -> None:
        self._facts = facts
        self._tallies = {name: [0, 0, 0] for name in CheckName}
        self._kept: dict[Severity, list[Finding]] = {severity: [] for severity in Severity}
        self._counts = dict.fromkeys(Severity, 0)
        self._unreadable: dict[str, int] = {}
        self.checked = 0
        self.total = facts.session_count or 0
        self.sizes: SizeBreakdown | None = None

    def take(self, check: SessionCheck) -> None:
        """Count the checks of one session and keep what they found."""
        self.checked += 1
        self.total = max(self.total, self.checked)
        for result in check.results:
            self._tallies[result.name][_COLUMN[result.outcome]] += 1
        self.add(check.findings)
        if not any(found.severity is Severity.ERROR for found in check.findings):
            said = {found.sentence for found in check.findings}
            self.add(
                Finding(Severity.ERROR, check.session_id, f"{result.name.value}-failed", result.sentence)
                for result in check.failed
                if result.sentence not in said
            )

    def take_unreadable(self, error: OpenError) -> None:
        """Count a session of which not even the id can be read."""
        self.checked += 1
        self._tallies[CheckName.DOCUMENT][_COLUMN[Outcome.FAILED]] += 1
        for name in CheckName:
            if name is not CheckName.DOCUMENT:
                self._tallies[name][_COLUMN[Outcome.NOT_APPLICABLE]] += 1
        self._unreadable[error.sentence] = self._unreadable.get(error.sentence, 0) + 1

    def restart(self) -> None:
        """Forget what was found: the sessions are gone through once more."""
        self._tallies = {name: [0, 0, 0] for name in CheckName}
        self._kept = {severity: [] for severity in Severity}
        self._counts = dict.fromkeys(Severity, 0)
        self._unreadable = {}
        self.checked = 0

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings, or only count them where there are too many."""
        for finding in findings:
            self._counts[finding.severity] += 1
            kept = self._kept[finding.severity]
            if len(kept) < MAX_FINDINGS:
                kept.append(finding)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Let the work of a block end where the store cannot be read any further, and say so."""
        try:
            yield
        except OpenError as error:
            self.note(error)

    def note(self, error: OpenError) -> None:
        """Keep the error that ended some of the work; not beside another one of the store that says the same."""
        finding = Finding(Severity.ERROR, None, error.code, str(error))
        if all(known.code != finding.code or known.session_id for known in self._kept[Severity.ERROR]):
            self.add((finding,))

    def note_all_counted(self) -> None:
        """Every session was read: what the store counted before may be another number by now."""
        self.total = self.checked

    def final(self) -> StoreCheck:
        """The account, with what was found of a session in one place."""
        for kept in self._kept.values():
            kept.sort(key=lambda finding: finding.session_id or "")
        return self.so_far()

    def so_far(self) -> StoreCheck:
        """The account as it stands."""
        unreadable = [_unreadable_rows(count, reason) for reason, count in self._unreadable.items()]
        counts = dict(self._counts)
        counts[Severity.ERROR] += len(unreadable)
        kept = {**self._kept, Severity.ERROR: [*unreadable, *self._kept[Severity.ERROR]]}
        return StoreCheck(
            facts=self._facts,
            checked=self.checked,
            total=self.total,
            tallies=tuple(Tally(name, *counts) for name, counts in self._tallies.items()),
            findings=_within_limit(kept),
            counts=counts,
            sizes=self.sizes,
        )


def _unreadable_rows(count: int, reason: str) -> Finding:
    """What is said of rows of which not even the ids can be read."""
    rows = "A row of the list" if count == 1 else f"{count:,} rows of the list"
    return Finding(Severity.ERROR, None, "unreadable-row", f"{rows} cannot be read. {reason}")


def _within_limit(kept: Mapping[Severity, Sequence[Finding]]) -> tuple[Finding, ...]:
    """At most MAX_FINDINGS, the gravest first; of each severity some, however many graver ones there are."""
    found: list[Finding] = []
    later = sum(min(len(kept[severity]), LEAST_LISTED) for severity in Severity)
    for severity in Severity:
        later -= min(len(kept[severity]), LEAST_LISTED)
        found.extend(kept[severity][: MAX_FINDINGS - len(found) - later])
    return tuple(found)


_COLUMN = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.NOT_APPLICABLE: 2}


def _batches(rows: Iterable[Row]) -> Iterator[Sequence[str]]:
    """The ids of sessions, in groups that are small in number and in bytes."""
    ids: list[str] = []
    size_bytes = 0
    for session_id, row_bytes in rows:
        if ids and (len(ids) >= BATCH_SESSIONS or size_bytes + row_bytes > BATCH_BYTES):
            yield ids
            ids, size_bytes = [], 0
        ids.append(session_id)
        size_bytes += row_bytes
    if ids:
        yield ids


def _counted(backend: Backend, token: CancelToken) -> Iterator[Row]:
    """All sessions, along the rows of the store: quickest, and ended by the first page that is damaged."""
    after: int | None = None
    while page := backend.census(after, PAGE_ROWS, token):
        for row in page:
            yield row.session_id, row.size_bytes or 0
        after = page[-1].handle


def _listed(backend: Backend, account: Account, token: CancelToken) -> Iterator[Row]:
    """All sessions, along the list; a row that cannot be read is counted as one that failed."""
    handles = backend.ids(SortOrder(), token).handles
    for begin in range(0, len(handles), LISTED_ROWS):
        yield from _readable(backend, handles[begin : begin + LISTED_ROWS], account, token)


def _readable(backend: Backend, handles: Sequence[int], account: Account, token: CancelToken) -> Iterator[Row]:
    """The rows of the list that can be read; those about a damaged page are read in ever smaller groups."""
    try:
        rows = backend.summaries(handles, token)
    except DamagedDatabase as error:
        if len(handles) == 1:
            account.take_unreadable(error)
            return
        half = len(handles) // 2
        yield from _readable(backend, handles[:half], account, token)
        yield from _readable(backend, handles[half:], account, token)
        return
    for row in rows:
        yield row.key.session_id, row.size_bytes or 0
