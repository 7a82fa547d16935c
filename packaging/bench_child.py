"""One run of one measure, in a process of its own: `bench_child.py NAME DATA STARTED_NS`.

The last line it prints is its answer as JSON: value and what was measured beside, null where there is none. DATA is the
folder of the measured stores, STARTED_NS the monotonic time at which this process was asked for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

Answer = tuple[float, float | None]


def content_of_s06(data: Path, _started_ns: int) -> Answer:
    """From the click on the long session to its first messages."""
    return _content(data / "s50" / "sessions.sqlite3")


def content_of_strands(data: Path, _started_ns: int) -> Answer:
    """The same for strands."""
    return _content(data / "s50-strands" / "sessions.sqlite3")


def _content(store: Path) -> Answer:
    from bench_window import desk

    with desk(store, chooses=False) as at:
        at.until(at.has_rows, "the list")
        at.until_idle()
        at.rows.choose_row(None)
        at.controller.sessions.blockSignals(False)
        begin_s = time.perf_counter()
        at.click_row(0)
        at.until(at.has_messages, "messages")
        at.paint_messages()
        return time.perf_counter() - begin_s, None


def jumps(data: Path, _started_ns: int) -> Answer:
    """Forty jumps by the scroll bar all over the long session; the slowest, in ms."""
    from bench_window import desk

    with desk(data / "s50" / "sessions.sqlite3") as at:
        at.until(at.has_messages, "messages")
        at.until_idle()
        bar = at.transcript.verticalScrollBar()
        found = []
        for step in range(40):
            # Steps of a number without a common divisor visit places far apart, each once.
            place = bar.maximum() * (step * 17 % 40) // 39
            begin_s = time.perf_counter()
            bar.setValue(place)
            at.until(at.has_messages, "messages")
            at.paint_messages()
            found.append((time.perf_counter() - begin_s) * 1000)
            at.pump(0.05)
        return max(found), None


def scrolling(data: Path, _started_ns: int) -> Answer:
    """A wheel step at each frame, from the middle of the long session on; p99 of the frames, in ms."""
    from bench_window import desk, p99
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    with desk(data / "s50" / "sessions.sqlite3") as at:
        at.until(at.has_messages, "messages")
        view = at.transcript
        view.go_to_message(50_000)
        at.until_idle()
        at.until(at.has_messages, "messages")
        centre = QPointF(view.viewport().rect().center())
        found = []
        for _ in range(600):
            begin_s = time.perf_counter()
            wheel = QWheelEvent(
                centre, view.viewport().mapToGlobal(centre), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(view.viewport(), wheel)
            QApplication.processEvents()
            frame_s = time.perf_counter() - begin_s
            found.append(frame_s * 1000)
            at.pump(max(0.016 - frame_s, 0.001))
        return p99(found), None


def memory_of_s50(data: Path, _started_ns: int) -> Answer:
    """Open the long session and read here and there; the system accounts what it took."""
    from bench_window import desk

    with desk(data / "s50" / "sessions.sqlite3") as at:
        at.until(at.has_messages, "messages")
        at.until_idle()
        for part in range(1, 9):
            bar = at.transcript.verticalScrollBar()
            bar.setValue(bar.maximum() * part // 8)
            at.until(at.has_messages, "messages")
            at.pump(0.1)
    return 0.0, None


def list_of_m1(data: Path, _started_ns: int) -> Answer:
    """From the window shown to the first rows of a million."""
    from bench_window import desk

    with desk(data / "m1" / "sessions.sqlite3") as at:
        at.until(lambda: at.has_rows(1_000_000), "the list")
        at.paint_rows()
        return time.perf_counter() - at.shown_at_s, None


def jump_in_m1(data: Path, _started_ns: int) -> Answer:
    """The End key in the list of a million, in ms."""
    from bench_window import desk
    from PySide6.QtCore import Qt

    with desk(data / "m1" / "sessions.sqlite3") as at:
        at.until(lambda: at.has_rows(1_000_000), "the list")
        at.until_idle()
        at.rows.setFocus()
        begin_s = time.perf_counter()
        at.press(Qt.Key.Key_End)
        at.until(lambda: at.rows.visible_rows()[1] == 1_000_000 and at.has_rows(), "the end of the list")
        at.paint_rows()
        return (time.perf_counter() - begin_s) * 1000, None


def memory_of_m1(data: Path, _started_ns: int) -> Answer:
    """Open the list of a million and go to its end; the system accounts what it took."""
    jump_in_m1(data, 0)
    return 0.0, None


def sort_of_m1(data: Path, _started_ns: int) -> Answer:
    """Sort a million by tokens; beside: the same ORDER BY through sqlite3 alone, in s."""
    from bench_window import desk

    from store.values.listing import ListOrder
    from store.values.session import SortKey

    store = data / "m1" / "sessions.sqlite3"
    order = ListOrder(SortKey.TOKENS, is_descending=True)
    with desk(store) as at:
        at.until(lambda: at.has_rows(1_000_000), "the list")
        at.until_idle()
        plain_s = _plain_sort_s(store)
        begin_s = time.perf_counter()
        at.controller.sessions.sort(order)
        at.until(lambda: at.controller.sessions.model.order == order and at.has_rows(), "the sorted list")
        at.paint_rows()
        value = time.perf_counter() - begin_s
        # Before and after, so that neither of the two had the warmer cache.
        return value, (plain_s + _plain_sort_s(store)) / 2


def _plain_sort_s(store: Path) -> float:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"{store.as_uri()}?immutable=1", uri=True)) as connection:
        begin_s = time.perf_counter()
        statement = "SELECT rowid FROM sessions ORDER BY total_tokens DESC, session_id ASC"
        count = len([row for (row,) in connection.execute(statement)])
        assert count == 1_000_000
        return time.perf_counter() - begin_s


def start(data: Path, started_ns: int) -> Answer:
    """From asking for the process to the painted list of the demo; beside: sqlitebrowser to its window, in s."""
    from app.__main__ import begin_start

    begin_start()
    from bench_window import desk

    own = data / "demo-own"
    with desk(is_demo=True, own=own) as at:
        at.until(at.has_rows, "the list")
        at.paint_rows()
        value = (time.monotonic_ns() - started_ns) / 1e9
        at.until_idle()
        main = Path(at.program.context.library.facts()[0].key.path)
    return value, _sqlitebrowser_s(main)


def _sqlitebrowser_s(store: Path) -> float:
    import os
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory(prefix="burrow-bench-") as home:
        environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home}
        begin_s = time.perf_counter()
        with subprocess.Popen(
            ["sqlitebrowser", "--read-only", str(store)], env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as browser:  # fmt: skip
            search = ["xdotool", "search", "--onlyvisible", "--pid", str(browser.pid), "--name", "DB Browser"]
            while subprocess.run(search, env=environment, capture_output=True, check=False).returncode != 0:
                if browser.poll() is not None or time.perf_counter() - begin_s > 60:
                    raise TimeoutError("sqlitebrowser showed no window.")
            value = time.perf_counter() - begin_s
            browser.kill()
    return value


def heartbeat(data: Path, _started_ns: int) -> Answer:
    """Intervals of a precise timer while a million rows and the long session load, p99 in ms; beside: idle."""
    from bench_window import Heartbeat, desk, p99

    with desk() as at:
        at.until_idle()
        heart = Heartbeat()
        with heart.beating() as idle:
            at.pump(2.0)
        with heart.beating() as loading:
            for name in ("m1", "s50"):
                at.controller.open_paths((str(data / name / "sessions.sqlite3"),))
                count = 1_000_000 if name == "m1" else 1
                at.until(lambda: at.has_rows(count) and at.has_messages(), "the store")  # noqa: B023
                at.until_idle()
        return p99(loading), p99(idle)


MEASURED: Mapping[str, Callable[[Path, int], Answer]] = {
    "1-N1-s06": content_of_s06,
    "1-N1-strands": content_of_strands,
    "1-N2-jump": jumps,
    "1-N2-scroll-p99": scrolling,
    "1-N3-rss": memory_of_s50,
    "1-N4-list": list_of_m1,
    "1-N4-jump": jump_in_m1,
    "1-N4-rss": memory_of_m1,
    "1-N5-sort": sort_of_m1,
    "1-N6-start": start,
    "1-N7-heartbeat": heartbeat,
}


def measure_named(name: str) -> Callable[[Path, int], Answer]:
    """The measure of a name; KeyError where there is none."""
    if name in MEASURED:
        return MEASURED[name]
    # Loaded only where it is measured: the start of this process is a measure too.
    import bench_actions
    import bench_checks
    import bench_reading
    import bench_store

    rooms = (bench_reading, bench_checks, bench_store, bench_actions)
    return {key: measure for room in rooms for key, measure in room.MEASURED.items()}[name]


def main(arguments: list[str]) -> int:
    """Measure once and print the answer."""
    name, data, started_ns = arguments
    value, beside = measure_named(name)(Path(data), int(started_ns))
    print(json.dumps({"value": value, "beside": beside}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
