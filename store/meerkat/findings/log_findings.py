"""Event logs held against the sessions that they are of: malformed, behind, ahead, of nobody.

Sources: formats/meerkat.md §6.1, §6.4, §3.10. Only files are read here; what is stored of the sessions is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import orjson

from store.cancel import CancelToken
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.event_logs import EventLog, read_event_log
from store.meerkat.findings.files import Entry, folders_in, look_at, plain_files, read_small
from store.values.amounts import counted, sized
from store.values.checks import Finding, Severity

T = TypeVar("T")

PAGE_LOGS = 100
"""Logs that are read before the store is asked about their sessions."""

AHEAD_MS = 60_000
"""A run in the log that ended so much later than the stored session was changed is one that the session lacks."""

_DIGITS = re.compile(rb"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store says of a session with a log.

    Attributes:
        updated_ms: milliseconds since 1970; None if not known.
        commits: revisions that its rewrites lead to; None if they cannot be told.
        run_count: runs that reached a boundary; 0 where none are recorded.
    """

    updated_ms: int | None = None
    commits: frozenset[str] | None = None
    run_count: int = 0


AskStored = Callable[[Sequence[str]], dict[str, Stored]]
"""Says what is stored of these sessions; those that do not exist are left out."""


def find_in_logs(
    folder: Path, ask: AskStored, session_count: int | None, is_running: bool, found: Collector, token: CancelToken
) -> None:
    """Find everything that concerns the event logs of a realm.

    Args:
        folder: the realm's.
        session_count: of the store; None if not known.
        is_running: a program works on the realm now, so that a log may end anywhere.
    """
    events = folder / ".rkat" / "events"
    logged = 0
    for page in _pages(plain_files(events, ".jsonl", token)):
        stored = ask([_id_of(entry.name, ".jsonl") for entry in page])
        for entry in page:
            token.check()
            session_id = _id_of(entry.name, ".jsonl")
            logged += session_id in stored
            _one_log(folder, entry, session_id, stored.get(session_id), is_running, found, token)
    if logged and session_count is not None and session_count > logged:
        missing = session_count - logged
        found.add(
            Finding(
                Severity.INFO,
                None,
                "sessions-without-log",
                f"{counted(missing, 'session')} of {session_count:,} {'has' if missing == 1 else 'have'} no event log."
                " Sessions that a program made without one have none; nothing of their transcript is missing.",
            )
        )
    _numbers_without_log(events, found, token)
    _halts(events, found, token)
    _projections_of_nobody(folder, ask, found, token)


def _one_log(
    folder: Path,
    entry: Entry,
    session_id: str,
    stored: Stored | None,
    is_running: bool,
    found: Collector,
    token: CancelToken,
) -> None:
    log = read_event_log(entry.path, token)
    _lines(log, session_id, is_running, found)
    _numbers(folder, log, session_id, is_running, found)
    _record(folder, log, session_id, found)
    _projection(folder, log, session_id, found)
    if stored is None:
        what = f"{counted(log.lines, 'event')}, {sized(log.size_bytes)}"
        found.add(
            Finding(
                Severity.WARNING,
                session_id,
                "log-of-no-session",
                f"An event log is left of a session that is not stored ({what}); its texts can still be read there.",
            )
        )
        return
    _commits(log, stored, session_id, found)
    _runs(log, stored, session_id, is_running, found)


def _lines(log: EventLog, session_id: str, is_running: bool, found: Collector) -> None:
    if log.bad_count:
        others = f", and {counted(log.bad_count - 1, 'other line')} neither" if log.bad_count > 1 else ""
        found.add(
            Finding(
                Severity.ERROR,
                session_id,
                "bad-event-line",
                f"Line {log.bad_line:,} of this session's event log is no event: {log.bad_reason}{others}. Meerkat"
                " 0.6.24 then refuses to list the whole realm, and to show or resume this session.",
            )
        )
    if log.is_torn and not is_running:
        found.add(
            Finding(
                Severity.ERROR,
                session_id,
                "torn-event-line",
                "The event log of this session ends in the middle of a line: its writer was killed. Meerkat 0.6.24 then"
                " refuses to list the whole realm, and to show or resume this session.",
            )
        )
    if log.unordered_line:
        found.add(
            Finding(
                Severity.WARNING,
                session_id,
                "events-out-of-order",
                f"Line {log.unordered_line:,} of this session's event log has a number that is not above the one before"
                " it: two programs wrote it at once, or it was put together by hand.",
            )
        )


def _numbers(folder: Path, log: EventLog, session_id: str, is_running: bool, found: Collector) -> None:
    """The file with the last number that was given out (§6.1)."""
    data = read_small(folder / ".rkat" / "events" / ".sequence" / f"{session_id}.seq")
    if data is None:
        return
    if not data:
        found.add(empty_sequence(session_id))
        return
    digits = data.strip()
    if not _DIGITS.fullmatch(digits):
        found.add(
            Finding(
                Severity.WARNING,
                session_id,
                "bad-sequence",
                "The file with the last event number of this session holds no number; Meerkat cannot continue its log.",
            )
        )
    elif log.last_seq is not None and int(digits) < log.last_seq and not is_running:
        found.add(
            Finding(
                Severity.WARNING,
                session_id,
                "sequence-behind-log",
                f"The file with the last event number of this session says {int(digits):,}, its log goes to"
                f" {log.last_seq:,}: the next event may get a number that is taken.",
            )
        )


def empty_sequence(session_id: str) -> Finding:
    """What is said of a number file of 0 bytes, which the one-shot command line often leaves (§3.10, §6.1)."""
    return Finding(
        Severity.WARNING,
        session_id,
        "empty-sequence",
        "The file with the last event number of this session is empty: its writer ended midway. Meerkat 0.6.24 logs"
        " nothing more for this session, and once the session is rewritten it refuses to list the whole realm.",
    )


def _record(folder: Path, log: EventLog, session_id: str, found: Collector) -> None:
    """The record of how much was written, which late releases keep beside the log (§6.1)."""
    data = read_small(folder / ".rkat" / "events" / ".event-log-head" / f"{session_id}.json")
    body = _object(data).get("body") if data is not None else None
    if not isinstance(body, dict):
        return
    covered = body.get("covered_log_len")
    if isinstance(covered, int) and covered > log.size_bytes:
        found.add(
            Finding(
                Severity.WARNING,
                session_id,
                "log-shortened",
                f"The event log of this session has {log.size_bytes:,} bytes, and its own record says that"
                f" {covered:,} were written: its end is lost.",
            )
        )


def _projection(folder: Path, log: EventLog, session_id: str, found: Collector) -> None:
    """The cursor of the copy that is made of the log; ahead of it or unreadable, all is copied again (§6.4)."""
    home = folder / ".rkat" / "sessions" / session_id
    data = read_small(home / "checkpoint")
    if data is None:
        return
    last_seq: object = None
    events_bytes: object = None
    if _DIGITS.fullmatch(data.strip()):
        last_seq = int(data.strip())
    else:
        cursor = _object(data)
        last_seq, events_bytes = cursor.get("last_seq"), cursor.get("events_len")
    reason = ""
    if not isinstance(last_seq, int):
        reason = "cannot be read"
    elif last_seq > (log.last_seq or 0):
        reason = f"says event {last_seq:,}, the log ends at {log.last_seq or 0:,}"
    elif isinstance(events_bytes, int):
        copy = look_at(home / "events.jsonl")
        if copy is None or copy.size_bytes < events_bytes:
            reason = f"says {events_bytes:,} bytes, its copy has {copy.size_bytes if copy is not None else 0:,}"
    if reason:
        found.add(
            Finding(
                Severity.INFO,
                session_id,
                "projection-stale",
                f"The cursor of the copied event log {reason}; Meerkat makes the copy anew, nothing is lost.",
            )
        )


def _commits(log: EventLog, stored: Stored, session_id: str, found: Collector) -> None:
    if stored.commits is None or not log.has_all_commits:
        return
    ahead, behind = log.commits - stored.commits, stored.commits - log.commits
    if ahead:
        found.add(
            Finding(
                Severity.WARNING,
                session_id,
                "log-ahead",
                f"The event log knows {counted(len(ahead), 'rewrite')} that the stored session lacks, as after an older"
                " copy of the database was put back. Meerkat 0.6.24 then shows the rewritten text of the log.",
            )
        )
    if behind:
        found.add(
            Finding(
                Severity.INFO,
                session_id,
                "log-behind",
                f"The event log lacks {counted(len(behind), 'rewrite')} of the stored session; Meerkat adds what is"
                " missing when it loads the session next.",
            )
        )


def _runs(log: EventLog, stored: Stored, session_id: str, is_running: bool, found: Collector) -> None:
    if log.completed_ms is not None and stored.updated_ms is not None:
        late_ms = log.completed_ms - stored.updated_ms
        if late_ms > AHEAD_MS:
            found.add(
                Finding(
                    Severity.WARNING,
                    session_id,
                    "log-ahead",
                    f"The event log knows a run that ended {_span(late_ms)} after the stored session was last changed:"
                    " an older copy of the database may have been put back, and the messages of that run stand in the"
                    " log only.",
                )
            )
    if log.started < stored.run_count:
        missing = stored.run_count - log.started
        found.add(
            Finding(
                Severity.INFO,
                session_id,
                "log-behind",
                f"The event log lacks {counted(missing, 'run')} of the {stored.run_count:,} that are recorded; the"
                " transcript has them.",
            )
        )
    elif log.is_open and not is_running:
        found.add(
            Finding(
                Severity.INFO,
                session_id,
                "log-unfinished",
                "The event log ends within a run: its writer ended before the last events were written, or the run was"
                " killed.",
            )
        )


def _span(milliseconds: int) -> str:
    minutes = milliseconds // 60_000
    if minutes < 120:
        return counted(minutes, "minute")
    hours = minutes // 60
    return counted(hours, "hour") if hours < 48 else counted(hours // 24, "day")


def _numbers_without_log(events: Path, found: Collector, token: CancelToken) -> None:
    """Empty number files of sessions that have no log at all."""
    for entry in plain_files(events / ".sequence", ".seq", token):
        session_id = _id_of(entry.name, ".seq")
        if not entry.size_bytes and look_at(events / f"{session_id}.jsonl") is None:
            found.add(empty_sequence(session_id))


def _halts(events: Path, found: Collector, token: CancelToken) -> None:
    for entry in plain_files(events / ".projection-halts", ".json", token):
        found.add(
            Finding(
                Severity.WARNING,
                _id_of(entry.name, ".json"),
                "projection-halted",
                "An event of this session could not be appended to its log, and Meerkat stopped copying from there on.",
            )
        )


def _projections_of_nobody(folder: Path, ask: AskStored, found: Collector, token: CancelToken) -> None:
    """Folders of copies whose session and log are gone."""
    homes = (name for name in folders_in(folder / ".rkat" / "sessions", token))
    for page in _pages(homes):
        stored = ask(page)
        for name in page:
            if name not in stored and look_at(folder / ".rkat" / "events" / f"{name}.jsonl") is None:
                found.add(
                    Finding(
                        Severity.INFO,
                        name,
                        "projection-of-no-session",
                        "A copied event log is left of a session that is not stored; its texts can still be read.",
                    )
                )


def _pages(items: Iterator[T]) -> Iterator[list[T]]:
    page: list[T] = []
    for item in items:
        page.append(item)
        if len(page) >= PAGE_LOGS:
            yield page
            page = []
    if page:
        yield page


def _id_of(name: str, suffix: str) -> str:
    return name[: -len(suffix)]


def _object(data: bytes) -> dict[str, object]:
    try:
        value = orjson.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
