"""What checks and sizes ask of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from app.present.store_check import FindingRow, finding_row, report_json, report_text
from store import examine
from store.values.checks import Finding, SessionCheck, SizeBreakdown, StoreCheck
from store.values.store import SessionKey, StoreKey

if TYPE_CHECKING:
    from store import Library, Lists
    from store.cancel import CancelToken


ROWS_EVERY_S = 1.0
"""How often the findings of a check that goes on are made ready to be shown."""

TITLES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """How the checks of one session ended.

    Attributes:
        at_ms: when they were made, milliseconds since 1970, UTC.
        took_ms: how long they took.
    """

    check: SessionCheck
    at_ms: int
    took_ms: int


def check_work(library: Library, key: SessionKey) -> Callable[[CancelToken], Checked]:
    """Work that proves what the store promises of one session."""

    def work(token: CancelToken) -> Checked:
        began_s = time.perf_counter()
        check = library.backend(key.store).checks((key.session_id,), token)[0]
        return Checked(check, time.time_ns() // 1_000_000, round((time.perf_counter() - began_s) * 1000))

    return work


def sizes_work(library: Library, key: SessionKey) -> Callable[[CancelToken], SizeBreakdown]:
    """Work that measures where the bytes of one session go."""
    return lambda token: library.backend(key.store).sizes(key.session_id, token)


def store_sizes_work(library: Library, key: StoreKey) -> Callable[[CancelToken], SizeBreakdown]:
    """Work that measures where the bytes of a whole store go."""
    return lambda token: library.backend(key).store_sizes(token)


@dataclass(frozen=True, slots=True)
class Examined:
    """A whole store that was checked, to its end or as far as it went.

    Attributes:
        rows: of its findings, in their order.
        at_ms, took_ms: as in Checked.
    """

    check: StoreCheck
    rows: tuple[FindingRow, ...]
    at_ms: int
    took_ms: int


class Latest:
    """The last account of a check that goes on: put there by its thread, looked at by the one that draws."""

    def __init__(self) -> None:
        self._examined: Examined | None = None

    def put(self, examined: Examined) -> None:
        """Replace what is there."""
        self._examined = examined

    def take(self) -> Examined | None:
        """What was put there since it was looked at last."""
        found, self._examined = self._examined, None
        return found


def examine_work(library: Library, lists: Lists, key: StoreKey, latest: Latest) -> Callable[[CancelToken], Examined]:
    """Work that checks a whole store.

    Args:
        latest: is given the account so far.
    """

    def work(token: CancelToken) -> Examined:
        rows, began_s, at_ms = _Rows(token), time.perf_counter(), time.time_ns() // 1_000_000

        def show(check: StoreCheck) -> None:
            took_ms = round((time.perf_counter() - began_s) * 1000)
            latest.put(Examined(check, rows.so_far(check.findings), at_ms, took_ms))

        check = examine(library, key, token, show)
        took_ms = round((time.perf_counter() - began_s) * 1000)
        titles = _titles(lists, key, check.findings, token)
        return Examined(check, rows.titled(check.findings, titles), at_ms, took_ms)

    return work


class _Rows:
    """Rows of the findings of one check, each made once."""

    def __init__(self, token: CancelToken) -> None:
        self._token = token
        self._made: dict[Finding, FindingRow] = {}
        self._shown: tuple[FindingRow, ...] = ()
        self._shown_s = 0.0

    def so_far(self, findings: Sequence[Finding]) -> tuple[FindingRow, ...]:
        """The rows of these findings, or for a while those of before."""
        now_s = time.monotonic()
        if now_s - self._shown_s > ROWS_EVERY_S:
            self._shown, self._shown_s = tuple(self._row(finding, {}) for finding in findings), now_s
        return self._shown

    def titled(self, findings: Sequence[Finding], titles: Mapping[str, str]) -> tuple[FindingRow, ...]:
        """The rows of all findings, which name sessions by their titles."""
        self._made.clear()
        return tuple(self._row(finding, titles) for finding in findings)

    def _row(self, finding: Finding, titles: Mapping[str, str]) -> FindingRow:
        row = self._made.get(finding)
        if row is None:
            row = self._made[finding] = finding_row(finding, titles)
            self._token.take_turn()
        return row


def _titles(lists: Lists, key: StoreKey, findings: Sequence[Finding], token: CancelToken) -> dict[str, str]:
    """Titles of the sessions of findings, as far as the catalogue knows them."""
    ids = list(dict.fromkeys(finding.session_id for finding in findings if finding.session_id is not None))
    found: dict[str, str] = {}
    for begin in range(0, len(ids), TITLES_AT_ONCE):
        token.check()
        facts = lists.facts(key, ids[begin : begin + TITLES_AT_ONCE], token)
        found.update((session_id, known.title) for session_id, known in facts.items())
    return found


def text_report_work(examined: Examined, zone: tzinfo | None) -> Callable[[CancelToken], str]:
    """Work that writes a check down as text."""

    def work(token: CancelToken) -> str:
        return report_text(examined.check, examined.rows, examined.at_ms, examined.took_ms, zone, token.take_turn)

    return work


def json_report_work(examined: Examined) -> Callable[[CancelToken], str]:
    """Work that writes a check down as the JSON of the command line."""

    def work(token: CancelToken) -> str:
        from store.cli.check_shapes import check_shape

        return report_json(check_shape(examined.check.facts, examined.check), token.take_turn)

    return work
