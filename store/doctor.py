"""The check of a whole store: every session proved, then what is lost, left over or orphaned, then where bytes go.

Works on any backend, page by page, so that memory stays flat whatever the store holds. On a worker thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import OpenError
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
from store.values.listing import CensusRow
from store.values.store import StoreFacts, StoreKey

PAGE_ROWS = 2_000
"""Rows of the census that are held at once."""

BATCH_SESSIONS = 50
BATCH_BYTES = 4 * 1024 * 1024
"""Sessions that are proved in one call: few enough that a store in use can be read, and a cancel is heard, between."""

PROGRESS_S = 0.2
"""How often whoever waits is shown how far the check is."""

Progress = Callable[[StoreCheck], None]
"""Is given the account so far; called on the thread of the check."""


def examine(library: Library, key: StoreKey, token: CancelToken, progress: Progress | None = None) -> StoreCheck:
    """Check everything of an open store.

    Args:
        progress: called at most five times a second, and once more before what concerns the store as a whole.

    Raises:
        StoreVanished: it is not open, or its file is gone.
        OpenError: it cannot be read any more.
        Cancelled: token was cancelled; what `progress` was given last is all that was found until then.
    """
    may_wait("check a store")
    backend = library.backend(key)
    facts = backend.facts(token)
    account = Account(facts)
    shown_s = time.monotonic()
    for ids in _batches(backend, token):
        token.report(account.checked, account.total, "Checking sessions", "sessions")
        for check in backend.checks(ids, token):
            account.take(check)
        if progress is not None and time.monotonic() - shown_s > PROGRESS_S:
            progress(account.so_far())
            shown_s = time.monotonic()
        time.sleep(0)  # whoever draws comes first
    account.note_all_counted()
    if progress is not None:
        progress(account.so_far())
    token.report(account.checked, account.total, "Looking for what is left over", "sessions")
    account.add(backend.store_findings(token))
    token.report(account.checked, account.total, "Measuring the store", "sessions")
    account.sizes = backend.store_sizes(token)
    return account.final()


def failed_check(facts: StoreFacts, error: OpenError) -> StoreCheck:
    """The account of a store that could not be read to its end: the one finding that says why."""
    account = Account(facts)
    account.add((Finding(Severity.ERROR, None, error.code, str(error)),))
    return account.so_far()


class Account:
    """What a check has found so far; at most MAX_FINDINGS of each severity are kept, all are counted.

    Attributes:
        checked, total: sessions that were checked, and all that are known of.
        sizes: of the whole store, once measured.
    """

    def __init__(self, facts: StoreFacts) -> None:
        self._facts = facts
        self._tallies = {name: [0, 0, 0] for name in CheckName}
        self._kept: dict[Severity, list[Finding]] = {severity: [] for severity in Severity}
        self._counts = dict.fromkeys(Severity, 0)
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
        if check.failed and not any(found.severity is Severity.ERROR for found in check.findings):
            self.add(
                Finding(Severity.ERROR, check.session_id, f"{result.name.value}-failed", result.sentence)
                for result in check.failed
            )

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings, or only count them where there are too many."""
        for finding in findings:
            self._counts[finding.severity] += 1
            kept = self._kept[finding.severity]
            if len(kept) < MAX_FINDINGS:
                kept.append(finding)

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
        findings = [finding for severity in Severity for finding in self._kept[severity]]
        return StoreCheck(
            facts=self._facts,
            checked=self.checked,
            total=self.total,
            tallies=tuple(Tally(name, *counts) for name, counts in self._tallies.items()),
            findings=tuple(findings[:MAX_FINDINGS]),
            counts=dict(self._counts),
            sizes=self.sizes,
        )


_COLUMN = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.NOT_APPLICABLE: 2}


def _batches(backend: Backend, token: CancelToken) -> Iterator[Sequence[str]]:
    """The ids of all sessions, in groups that are small in number and in bytes."""
    ids: list[str] = []
    size_bytes = 0
    for row in _rows(backend, token):
        row_bytes = row.size_bytes or 0
        if ids and (len(ids) >= BATCH_SESSIONS or size_bytes + row_bytes > BATCH_BYTES):
            yield ids
            ids, size_bytes = [], 0
        ids.append(row.session_id)
        size_bytes += row_bytes
    if ids:
        yield ids


def _rows(backend: Backend, token: CancelToken) -> Iterator[CensusRow]:
    after: int | None = None
    while page := backend.census(after, PAGE_ROWS, token):
        yield from page
        after = page[-1].handle
