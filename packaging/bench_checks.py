"""One run of each measure of checks and codecs; called by bench_child.py in a process of its own."""

from __future__ import annotations

import io
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

Answer = tuple[float, float | None]


def doctor_of_s50(data: Path, _started_ns: int) -> Answer:
    """`burrow doctor` on the long session, both copies, in s."""
    return _doctor_s(data / "s50"), None


def doctor_of_graph(data: Path, _started_ns: int) -> Answer:
    """`burrow doctor` on a session of the same size whose document is mostly retained revisions, in s."""
    return _doctor_s(data / "s50-graph"), None


def doctor_of_strands(data: Path, _started_ns: int) -> Answer:
    """`burrow doctor` on the long session as a head with strand rows, in s."""
    return _doctor_s(data / "s50-strands"), None


def doctor_of_many(data: Path, _started_ns: int) -> Answer:
    """`burrow doctor` on 10,000 sessions of 30 KB, which are 300 MB of documents, in s."""
    return _doctor_s(data / "d10k"), None


def _doctor_s(realm: Path) -> float:
    import tempfile

    from store.cli import main

    out, complaints = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory(prefix="burrow-bench-") as own:
        begin_s = time.perf_counter()
        code = main(["doctor", str(realm), "--json", "--data-dir", own], out, complaints)
        seconds = time.perf_counter() - begin_s
    if code != 0:
        raise RuntimeError(f"doctor ended with code {code}: {complaints.getvalue()}{out.getvalue()[:2_000]}")
    return seconds


def list_of_heads(data: Path, _started_ns: int) -> Answer:
    """From the window shown to the first rows of 100,000 heads, in s."""
    from bench_window import desk

    with desk(data / "h100k" / "sessions.sqlite3") as at:
        at.until(lambda: at.has_rows(100_000), "the list")
        at.paint_rows()
        return time.perf_counter() - at.shown_at_s, None


def heartbeat(data: Path, _started_ns: int) -> Answer:
    """Intervals of a precise timer while 10,000 sessions are checked in their window, p99 in ms; beside: idle."""
    from bench_window import Heartbeat, desk, p99

    from app.commands import ActionId

    with desk(data / "d10k" / "sessions.sqlite3", chooses=False) as at:
        at.until(lambda: at.has_rows(10_000), "the list")
        at.until_idle()
        heart = Heartbeat()
        with heart.beating() as idle:
            at.pump(2.0)
        with heart.beating() as checking:
            at.controller.window.actions_of.by_id[ActionId.CHECK_STORE].trigger()
            window = at.controller.checks.window_of(at.controller.library.model.stores()[0].key)
            assert window is not None
            at.until(lambda: not window.is_running, "the check")
        return p99(checking), p99(idle)


def codec(data: Path, _started_ns: int) -> Answer:
    """The messages of the long session from bytes to values and back, in MB/s; beside: orjson alone."""
    import orjson

    from store.meerkat.codec.codec import decode, encode

    store = data / "s50-strands" / "sessions.sqlite3"
    with closing(sqlite3.connect(f"{store.as_uri()}?immutable=1", uri=True)) as plain:
        rows = plain.execute("SELECT message_json FROM session_strand_messages ORDER BY seq").fetchall()
    messages = [bytes(row[0]) for row in rows]
    size_mb = sum(map(len, messages)) / 1e6
    own_s, plain_s = [], []
    for _ in range(3):
        # In turns, so that neither of the two had the warmer machine.
        begin_s = time.perf_counter()
        are_equal = all(encode(decode(message)) == message for message in messages)
        own_s.append(time.perf_counter() - begin_s)
        begin_s = time.perf_counter()
        are_equal_too = all(orjson.dumps(orjson.loads(message)) == message for message in messages)
        plain_s.append(time.perf_counter() - begin_s)
        assert are_equal
        assert are_equal_too
    return size_mb / min(own_s), size_mb / min(plain_s)


MEASURED: Mapping[str, Callable[[Path, int], Answer]] = {
    "3-N1-doctor": doctor_of_s50,
    "3-N1-graph": doctor_of_graph,
    "3-N1-strands": doctor_of_strands,
    "3-N1-rss": doctor_of_s50,
    "3-N1-rss-graph": doctor_of_graph,
    "3-N2-doctor": doctor_of_many,
    "3-N2-heartbeat": heartbeat,
    "3-N3-list": list_of_heads,
    "3-N4-codec": codec,
}
