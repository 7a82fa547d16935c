"""One event log, read to its end: whether every line is an event, and what it knows of runs and rewrites.

Sources: formats/meerkat.md §6.1 to §6.4, §3.10. Nothing of an event's text is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.findings.files import pieces

WHOLE_LINE_BYTES = 512 * 1024
"""A longer line is walked, since it would take too long to be decoded at once."""

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer line is not looked at."""

MAX_COMMITS = 20_000
REWRITTEN = "transcript_rewrite_committed"
AUDITED = "transcript_rewrite_audit_receipt_committed"
_ENDS = ("run_completed", "run_failed", "extraction_succeeded", "extraction_failed", "interaction_complete")


@dataclass(slots=True)
class EventLog:
    """What a log holds.

    Attributes:
        lines: events, bad ones not counted.
        size_bytes: of the file as it was read.
        first_seq, last_seq: numbers of the first event and the highest; None without events.
        bad_line, bad_reason: the first line that is no event, from 1 on, and why; 0 and "" where all are.
        bad_count: how many are none.
        unordered_line: the first line whose number is not above the one before; 0 where all rise.
        is_torn: the last line has no end and is no event: it may still be being written.
        commits: revisions that rewrites in it lead to.
        has_all_commits: nothing of a rewrite was too long to be read.
        started: runs that began.
        is_open: the last run that began has no end in it.
        completed_ms: when the last completed run ended, milliseconds since 1970; None if none did.
    """

    lines: int = 0
    size_bytes: int = 0
    last_seq: int | None = None
    bad_line: int = 0
    bad_reason: str = ""
    bad_count: int = 0
    unordered_line: int = 0
    is_torn: bool = False
    commits: set[str] = field(default_factory=set)
    has_all_commits: bool = True
    started: int = 0
    is_open: bool = False
    completed_ms: int | None = None


def read_event_log(path: Path, token: CancelToken) -> EventLog:
    """Read a log to its end."""
    log = EventLog()
    number = 0
    for number, (line, has_end) in enumerate(_lines(path, log, token), 1):
        token.take_turn()
        if not line.strip():
            continue
        reason = _take(log, line, number, token)
        if not reason:
            continue
        if not has_end:
            log.is_torn = True
            continue
        log.bad_count += 1
        if not log.bad_line:
            log.bad_line, log.bad_reason = number, reason
    return log


def _lines(path: Path, log: EventLog, token: CancelToken) -> Iterator[tuple[bytes, bool]]:
    """The lines, and of each whether it is ended; b"" stands for one that is too long."""
    parts: list[bytes] = []
    held = 0
    for piece in pieces(path):
        token.take_turn()
        log.size_bytes += len(piece)
        begin = 0
        while (end := piece.find(b"\n", begin)) >= 0:
            yield (b"" if held > MAX_LINE_BYTES else b"".join((*parts, piece[begin:end]))), True
            parts, held = [], 0
            begin = end + 1
        held += len(piece) - begin
        if held > MAX_LINE_BYTES:
            parts, log.has_all_commits = [], False
        elif begin < len(piece):
            parts.append(piece[begin:])
    if parts:
        yield b"".join(parts), False


def _take(log: EventLog, line: bytes, number: int, token: CancelToken) -> str:
    """Take one line; why it is no event, or "" if it is one."""
    envelope = _walked(line, token) if len(line) > WHOLE_LINE_BYTES else _decoded(line)
    if isinstance(envelope, str):
        return envelope
    seq, event = envelope.get("seq"), envelope.get("event")
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        return "it has no number"
    kind = event.get("type") if isinstance(event, dict) else None
    if not isinstance(kind, str) or not isinstance(event, dict):
        return "it holds no event"
    if log.last_seq is not None and seq <= log.last_seq and not log.unordered_line:
        log.unordered_line = number
    log.lines += 1
    log.last_seq = seq if log.last_seq is None else max(seq, log.last_seq)
    _take_event(log, kind, event, envelope.get("timestamp"))
    return ""


def _take_event(log: EventLog, kind: str, event: dict[str, Json], at: Json) -> None:
    if kind in ("run_started", "run_resumed"):
        log.started += kind == "run_started"
        log.is_open = True
    elif kind in _ENDS:
        log.is_open = False
        if kind == "run_completed":
            log.completed_ms = _time_ms(at) or log.completed_ms
    elif kind == REWRITTEN:
        record = event.get("record")
        _take_commits(log, [record.get("commit") if isinstance(record, dict) else None])
    elif kind == AUDITED:
        receipt = event.get("receipt")
        commits = receipt.get("commits") if isinstance(receipt, dict) else None
        _take_commits(log, commits if isinstance(commits, list) else [])


def _take_commits(log: EventLog, commits: list[Json]) -> None:
    for commit in commits:
        revision = commit.get("revision") if isinstance(commit, dict) else None
        if not isinstance(revision, str) or len(log.commits) >= MAX_COMMITS:
            log.has_all_commits = False
            continue
        log.commits.add(revision)


def _time_ms(value: Json) -> int | None:
    seconds = value.get("secs_since_epoch") if isinstance(value, dict) else None
    return seconds * 1000 if isinstance(seconds, int) and 0 <= seconds < 1 << 40 else None


def _decoded(line: bytes) -> dict[str, Json] | str:
    try:
        value = orjson.loads(line)
    except ValueError:
        return "it is no JSON"
    return value if isinstance(value, dict) else "it is no JSON object"


def _walked(line: bytes, token: CancelToken) -> dict[str, Json] | str:
    """The envelope of a very long line, with as much of its event as is asked about."""
    walker = Walker(MemorySource(line), token)
    found: dict[str, Json] = {}
    try:
        for member in walker.members(0):
            if member.key == "event":
                event, member.end = _members(walker, member.begin, ("record", "receipt"))
                found["event"] = event
            else:
                _read_member(walker, found, member.key, member.begin)
        if walker.char(walker.end_of_object)[0]:
            return "something follows its end"
    except Broken:
        return "it is no JSON"
    return found


def _members(walker: Walker, at: int, opened: tuple[str, ...]) -> tuple[dict[str, Json], int]:
    """The short members of an object, and those of the objects in it that are named; the offset after it."""
    found: dict[str, Json] = {}
    for member in walker.members(at):
        if member.key in opened:
            found[member.key], member.end = _members(walker, member.begin, ())
        else:
            _read_member(walker, found, member.key, member.begin)
    return found, walker.end_of_object


def _read_member(walker: Walker, found: dict[str, Json], key: str, at: int) -> None:
    try:
        found[key] = walker.value(at, WHOLE_LINE_BYTES)[0]
    except Undecodable:
        return
