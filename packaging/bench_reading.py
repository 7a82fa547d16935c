"""One run of each measure of finding, moving and following; called by bench_child.py in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench_window import Desk

Answer = tuple[float, float | None]

FILTER = "review 42"
"""Typed into the filter: some hundred of the 100,000 sessions have it."""

NEEDLE = "page_42"
"""Typed into the find bar: in prompts and in the input of tools, about one message of a hundred."""

APPENDER = Path(__file__).resolve().parent / "bench_append.py"


def filtering(data: Path, _started_ns: int) -> Answer:
    """From the last key in the filter to the first hits painted, in ms, among 100,000 sessions that are catalogued."""
    with _catalogued(data, "c100k") as at:
        return _filtered_ms(at), None


def _filtered_ms(at: Desk) -> float:
    from PySide6.QtTest import QTest

    field = at.controller.sessions.pane.bar.field
    field.setFocus()
    for key in FILTER[:-1]:
        QTest.keyClick(field, key)
        at.pump(0.12)
    at.until_idle()
    before = at.controller.sessions.model.session_count
    begin_s = time.perf_counter()
    QTest.keyClick(field, FILTER[-1])
    at.until(lambda: at.controller.sessions.model.session_count < before and at.has_rows(), "the hits")
    at.paint_rows()
    return (time.perf_counter() - begin_s) * 1000


def cataloguing_small(data: Path, _started_ns: int) -> Answer:
    """From the list on the screen to the last of 100,000 small sessions in the catalogue, in s."""
    return _catalogued_s(data, "c100k"), None


def cataloguing_middle(data: Path, _started_ns: int) -> Answer:
    """The same for 1,000 sessions of 300 KB."""
    return _catalogued_s(data, "c300k"), None


def _catalogued_s(data: Path, name: str) -> float:
    from bench_window import desk

    with desk(data / name / "sessions.sqlite3", chooses=False) as at:
        at.until(at.has_rows, "the list")
        begin_s = time.perf_counter()
        _until_catalogued(at)
        return time.perf_counter() - begin_s


def sorting(data: Path, _started_ns: int) -> Answer:
    """From asking for another order, by title, to the rows painted, in s, with 100,000 catalogued sessions."""
    with _catalogued(data, "c100k") as at:
        return _sorted_s(at), None


def _sorted_s(at: Desk) -> float:
    from store.values.listing import CatalogueKey, ListOrder

    order = ListOrder(CatalogueKey.TITLE, is_descending=False)
    begin_s = time.perf_counter()
    at.controller.sessions.sort(order)
    at.until(lambda: at.controller.sessions.model.order == order and at.has_rows(), "the sorted list")
    at.paint_rows()
    return time.perf_counter() - begin_s


def finding_first(data: Path, _started_ns: int) -> Answer:
    """From the last key in the find bar to the first hit painted, in s, in the long session."""
    with _reading(data / "s50" / "sessions.sqlite3") as at:
        return _found_s(at, is_first=True), None


def finding_all(data: Path, _started_ns: int) -> Answer:
    """From the last key in the find bar to all hits counted, in s."""
    with _reading(data / "s50" / "sessions.sqlite3") as at:
        return _found_s(at, is_first=False), None


def _found_s(at: Desk, is_first: bool) -> float:
    from PySide6.QtTest import QTest

    from app.commands import ActionId

    at.controller.window.actions_of.by_id[ActionId.FIND].trigger()
    find = at.controller.find
    for key in NEEDLE[:-1]:
        QTest.keyClick(find.bar.field, key)
    begin_s = time.perf_counter()
    QTest.keyClick(find.bar.field, NEEDLE[-1])
    if is_first:
        at.until(lambda: find.needle.text == NEEDLE and find.place is not None and at.has_messages(), "the first hit")
        at.paint_messages()
    else:
        at.until(lambda: find.needle.text == NEEDLE and find.is_done, "all hits")
    return time.perf_counter() - begin_s


def following(data: Path, _started_ns: int) -> Answer:
    """From another process's commit of one more message to its text on the screen, in s, in a session of 5 MB."""
    with _followed(data) as (at, store):
        return _followed_s(at, store), None


@contextmanager
def _followed(data: Path) -> Iterator[tuple[Desk, Path]]:
    """A session of a copied store, shown at its end."""
    with tempfile.TemporaryDirectory(prefix="burrow-bench-") as folder:
        realm = Path(folder) / "realm"
        shutil.copytree(data / "s5", realm)
        store = realm / "sessions.sqlite3"
        with _reading(store) as at:
            at.controller.following.watch(True)
            at.transcript.go_to_end()
            at.pump(1.0)
            at.until(at.has_messages, "the end")
            yield at, store


def _followed_s(at: Desk, store: Path) -> float:
    stage = at.transcript.stage
    count = stage.count
    with subprocess.Popen([sys.executable, str(APPENDER), str(store)], stdout=subprocess.PIPE, text=True) as appender:
        at.until(lambda: stage.count == count + 1 and stage.message(count) is not None, "the new message")
        at.until(lambda: any(row.index == count for row in stage.rows()), "it on the screen")
        at.paint_messages()
        end_ns = time.monotonic_ns()
        assert appender.stdout is not None
        return (end_ns - int(appender.stdout.read())) / 1e9


def heartbeat_of_filtering(data: Path, _started_ns: int) -> Answer:
    """Intervals of a 4 ms timer in the GUI thread while filtering, p99 in ms; beside: idle."""
    with _catalogued(data, "c100k") as at:
        return _beats(at, lambda: _filtered_ms(at))


def heartbeat_of_cataloguing(data: Path, _started_ns: int) -> Answer:
    """The same while 100,000 small sessions and 1,000 of 300 KB are catalogued."""
    from bench_window import desk

    with desk() as at:
        at.until_idle()

        def work() -> None:
            for name in ("c300k", "c100k"):
                at.controller.open_paths((str(data / name / "sessions.sqlite3"),))
                at.until(at.has_rows, "the list")
                _until_catalogued(at)

        return _beats(at, work)


def heartbeat_of_sorting(data: Path, _started_ns: int) -> Answer:
    """The same while a list is sorted by columns of the catalogue, ten times: one sort alone is some thirty beats."""
    with _catalogued(data, "c100k") as at:
        return _beats(at, lambda: _sort_often(at))


def _sort_often(at: Desk) -> None:
    from store.values.listing import CatalogueKey, ListOrder

    for number in range(10):
        key = (CatalogueKey.TITLE, CatalogueKey.MODEL, CatalogueKey.DURATION)[number % 3]
        order = ListOrder(key, is_descending=number % 2 == 0)
        at.controller.sessions.sort(order)
        at.until(lambda: at.controller.sessions.model.order == order and at.has_rows(), "the sorted list")  # noqa: B023
        at.pump(0.05)


def heartbeat_of_finding(data: Path, _started_ns: int) -> Answer:
    """The same while the long session is searched."""
    with _reading(data / "s50" / "sessions.sqlite3") as at:
        return _beats(at, lambda: _found_s(at, is_first=False))


def heartbeat_of_following(data: Path, _started_ns: int) -> Answer:
    """The same while a session is followed."""
    with _followed(data) as (at, store):
        return _beats(at, lambda: _followed_s(at, store))


def _beats(at: Desk, work: Callable[[], object]) -> Answer:
    from bench_window import Heartbeat, p99

    heart = Heartbeat()
    with heart.beating() as idle:
        at.pump(2.0)
    with heart.beating() as beats:
        work()
    return p99(beats), p99(idle)


IDLE_STORES, IDLE_SESSIONS = 20, 50
IDLE_S = 20.0


def idle(_data: Path, _started_ns: int) -> Answer:
    """Processor time in % of the time that passes, with 1,000 sessions in 20 stores that nobody changes."""
    import benchdata
    from bench_window import desk

    with tempfile.TemporaryDirectory(prefix="burrow-bench-") as folder:
        realms = [Path(folder) / f"realm-{number}" for number in range(IDLE_STORES)]
        stores = [benchdata.make_m1(realm, IDLE_SESSIONS) for realm in realms]
        with desk(*stores) as at:
            at.until(at.has_messages, "messages")
            at.until(lambda: at.controller.catalogue.counts[1] == IDLE_STORES * IDLE_SESSIONS, "the stores")
            _until_catalogued(at)
            at.controller.following.watch(True)
            at.until_idle()
            at.pump(3.0)
            begin_s = time.process_time()
            # Without the looks of `until`, which would be measured.
            at.rest(IDLE_S)
            return (time.process_time() - begin_s) / IDLE_S * 100, None


def memory_of_many(data: Path, _started_ns: int) -> Answer:
    """Open 200 sessions of 1 MB, one after the other, and read their ends.

    The system accounts the peak; beside: what was resident after the first hundred, in MB.
    """
    from bench_window import desk
    from PySide6.QtCore import Qt

    half_mb = 0.0
    with desk(data / "c1m" / "sessions.sqlite3") as at:
        at.until(at.has_messages, "messages")
        at.rows.setFocus()
        for number in range(199):
            before = at.controller.page.shown
            at.press(Qt.Key.Key_Down)
            at.until(lambda: at.controller.page.shown is not before, "the next session")  # noqa: B023
            at.until(at.has_messages, "messages")
            at.transcript.go_to_end()
            at.until(at.has_messages, "messages")
            if number == 99:
                half_mb = _resident_mb()
    return 0.0, half_mb


def _resident_mb() -> float:
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


@contextmanager
def _catalogued(data: Path, name: str) -> Iterator[Desk]:
    """A store whose list is on the screen and whose sessions are all catalogued."""
    from bench_window import desk

    with desk(data / name / "sessions.sqlite3") as at:
        at.until(at.has_rows, "the list")
        _until_catalogued(at)
        at.until_idle()
        yield at


@contextmanager
def _reading(store: Path) -> Iterator[Desk]:
    """A store whose first session is on the screen, known to its end and catalogued."""
    from bench_window import desk

    with desk(store) as at:
        at.until(at.has_messages, "messages")
        at.until(lambda: bool(at.transcript.stage.outline and at.transcript.stage.outline.is_complete), "all of it")
        _until_catalogued(at)
        at.until_idle()
        yield at


def _until_catalogued(at: Desk) -> None:
    catalogue = at.controller.catalogue
    at.until(lambda: catalogue.counts[1] > 0 and catalogue.counts[0] == catalogue.counts[1], "the catalogue")


MEASURED: Mapping[str, Callable[[Path, int], Answer]] = {
    "2-N1-filter": filtering,
    "2-N2-small": cataloguing_small,
    "2-N2-middle": cataloguing_middle,
    "2-N3-sort": sorting,
    "2-N4-first": finding_first,
    "2-N4-all": finding_all,
    "2-N5-follow": following,
    "2-N6-filter": heartbeat_of_filtering,
    "2-N6-catalogue": heartbeat_of_cataloguing,
    "2-N6-sort": heartbeat_of_sorting,
    "2-N6-find": heartbeat_of_finding,
    "2-N6-follow": heartbeat_of_following,
    "2-N7-rss": memory_of_many,
    "2.10-idle": idle,
}
