"""One run of each measure of the session store; called by bench_child.py in a process of its own.

Measured stores are never written: each run works on a copy of its own, on the same disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.meerkat.reference.session import Session
    from store.meerkat.reference.sqlite_store import SqliteSessionStore

Answer = tuple[float, float | None]

PROMPT = {"role": "user", "content": "Go on where you stopped.", "created_at": "2026-05-28T20:26:40Z"}
SUMMARY = {"role": "user", "content": "What was done so far.", "created_at": "2026-05-28T20:26:40Z"}
SAVES = 1_000
SAVED_MESSAGES, SAVED_TEXT = 300, "One of many lines of a session of about one hundred thousand bytes. " * 4
COLUMNS = "session_id, created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json, session_json"


def append(data: Path, _started_ns: int) -> Answer:
    """The guarded save of the long session with one more message, in s; beside: the same bytes plainly written."""
    with _copy_of_s50(data) as store:
        session = _appended(store)
        seconds = _timed(lambda: store.save(session))
        with _copy_of_s50(data) as plain:
            return seconds, _plainly_written_s(store, plain, session)


def rewrite(data: Path, _started_ns: int) -> Answer:
    """The save of the long session with all its messages rewritten, in s; beside: the same bytes plainly written."""
    with _copy_of_s50(data) as store:
        session, save = _rewritten(store)
        seconds = _timed(save)
        with _copy_of_s50(data) as plain:
            return seconds, _plainly_written_s(store, plain, session)


def memory_of_append(data: Path, _started_ns: int) -> Answer:
    """Load, append and save; the value is the peak memory of the process."""
    with _copy_of_s50(data) as store:
        store.save(_appended(store))
    return 0.0, None


def memory_of_rewrite(data: Path, _started_ns: int) -> Answer:
    """Load, rewrite and save; the value is the peak memory of the process."""
    with _copy_of_s50(data) as store:
        _rewritten(store)[1]()
    return 0.0, None


def growth(data: Path, _started_ns: int) -> Answer:
    """Resident memory after many saves less that after the first one, in MB; each loads, appends and saves."""
    from store.meerkat.reference.session import Session
    from store.meerkat.reference.sqlite_store import SqliteSessionStore

    with _folder(data) as folder:
        store = SqliteSessionStore.open(folder / "sessions.sqlite3")
        session = Session.new()
        session.push_batch([{**PROMPT, "content": SAVED_TEXT}] * SAVED_MESSAGES)
        store.save(session)
        _save_again(store, session.id)
        begin_mb = _resident_mb()
        for _ in range(SAVES):
            _save_again(store, session.id)
        return _resident_mb() - begin_mb, None


def _save_again(store: SqliteSessionStore, session_id: str) -> None:
    session = store.load(session_id)
    assert session is not None
    session.push(dict(PROMPT))
    store.save(session)


def _appended(store: SqliteSessionStore) -> Session:
    session = store.load(store.list()[0].id)
    assert session is not None
    session.push(dict(PROMPT))
    return session


def _rewritten(store: SqliteSessionStore) -> tuple[Session, Callable[[], None]]:
    """The long session after a compaction: one message is left, and its graph holds all that it was."""
    from store.meerkat.reference.history import Reason
    from store.meerkat.reference.rewriting import commit_transcript_rewrite

    session = store.load(store.list()[0].id)
    assert session is not None
    left = session.canonical([dict(SUMMARY)])
    commit = commit_transcript_rewrite(session, 0, len(session.messages), left, Reason("compaction"))
    return session, lambda: store.save_transcript_rewrite(session, commit)


def _plainly_written_s(store: SqliteSessionStore, plain: SqliteSessionStore, session: Session) -> float:
    """Put the row that one store has into another by one statement, and nothing else, in s."""
    with closing(sqlite3.connect(store.path())) as source:
        row = source.execute(f"SELECT {COLUMNS} FROM sessions WHERE session_id = ?", (session.id,)).fetchone()

    def write() -> None:
        with closing(sqlite3.connect(plain.path(), isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode = WAL")
            target.execute("PRAGMA synchronous = FULL")
            target.execute(f"INSERT OR REPLACE INTO sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    return _timed(write)


@contextmanager
def _copy_of_s50(data: Path) -> Iterator[SqliteSessionStore]:
    """The store of the long session, copied and on the disk before anything is measured."""
    from store.meerkat.reference.sqlite_store import SqliteSessionStore

    with _folder(data) as folder:
        path = folder / "sessions.sqlite3"
        shutil.copyfile(data / "s50" / "sessions.sqlite3", path)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield SqliteSessionStore(path)


@contextmanager
def _folder(data: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="written-", dir=data) as folder:
        yield Path(folder)


def _timed(work: Callable[[], object]) -> float:
    begin_s = time.perf_counter()
    work()
    return time.perf_counter() - begin_s


def _resident_mb() -> float:
    """Resident memory of this process, in MB; as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


MEASURED: Mapping[str, Callable[[Path, int], Answer]] = {
    "4-N1-append": append,
    "4-N1-rewrite": rewrite,
    "4-N1-rss": memory_of_append,
    "4-N1-rss-rewrite": memory_of_rewrite,
    "4-N4-growth": growth,
}
