"""The measures: what is measured, in which unit, against which limit and on which data. No measuring here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Platform(Enum):
    """Where Qt draws; the values are Qt's own names."""

    OFFSCREEN = "offscreen"
    XCB = "xcb"


def at_most(limit: float) -> Callable[[float | None], float]:
    """A limit that is a number."""
    return lambda _beside: limit


def times_beside(factor: float, at_least: float = 0.0) -> Callable[[float | None], float | None]:
    """A limit that is a multiple of what was measured beside, but not below `at_least`."""
    return lambda beside: None if beside is None else max(at_least, factor * beside)


@dataclass(frozen=True)
class Measure:
    """One number of the program.

    Attributes:
        name: as on the command line and in the results.
        what: one line for people.
        unit: of value, goal and reference.
        goal: the upper limit, from what was measured beside.
        stores: measured stores that it opens.
        beside: name of the reference, empty if there is none.
        platform: where the measured process draws.
        is_peak_memory: the value is the child's peak memory instead of what it answers.
    """

    name: str
    what: str
    unit: str
    goal: Callable[[float | None], float | None]
    stores: tuple[str, ...]
    beside: str = ""
    platform: Platform = Platform.OFFSCREEN
    is_peak_memory: bool = False


def _heartbeat(name: str, what: str, stores: tuple[str, ...]) -> Measure:
    return Measure(
        name,
        f"intervals of a 4 ms timer in the GUI thread while {what}, p99",
        "ms",
        times_beside(2, at_least=16),
        stores,
        beside="the same, idle",
    )


MEASURES = (
    Measure("1-N1-s06", "s50 in S-0.6: from the click on it to readable content", "s", at_most(0.5), ("s50",)),
    Measure(
        "1-N1-strands", "s50 in strands: from the click on it to readable content", "s", at_most(0.5), ("s50-strands",)
    ),
    Measure("1-N2-jump", "s50: jump to any place until it is painted, slowest of 40", "ms", at_most(50), ("s50",)),
    Measure("1-N2-scroll-p99", "s50: one frame of scrolling, p99", "ms", at_most(16), ("s50",)),
    Measure("1-N3-rss", "s50 open and read: peak memory", "MB", at_most(250), ("s50",), is_peak_memory=True),
    Measure("1-N4-list", "m1: from the window shown to a usable list", "s", at_most(0.5), ("m1",)),
    Measure("1-N4-jump", "m1: jump to the end of the list until it is painted", "ms", at_most(50), ("m1",)),
    Measure("1-N4-rss", "m1 open and listed: peak memory", "MB", at_most(150), ("m1",), is_peak_memory=True),
    Measure(
        "1-N5-sort",
        "m1: sort by a stored column until the list shows it",
        "s",
        times_beside(1.2),
        ("m1",),
        beside="the same ORDER BY in plain SQLite",
    ),
    Measure(
        "1-N6-start",
        "start of the program to a usable list of the demo library, warm",
        "s",
        at_most(0.5),
        (),
        beside="sqlitebrowser on the same file, to its window",
        platform=Platform.XCB,
    ),
    Measure(
        "1-N7-heartbeat",
        "intervals of a 4 ms timer in the GUI thread while s50 and m1 load, p99",
        "ms",
        times_beside(2, at_least=16),
        ("m1", "s50"),
        beside="the same, idle",
    ),
    Measure(
        "2-N1-filter",
        "100,000 sessions: from the last key in the filter to the first hits painted",
        "ms",
        at_most(100),
        ("c100k",),
    ),
    Measure("2-N2-small", "catalogue of 100,000 small sessions, in the open window", "s", at_most(10), ("c100k",)),
    Measure("2-N2-middle", "catalogue of 1,000 sessions of 300 KB, in the open window", "s", at_most(10), ("c300k",)),
    Measure("2-N3-sort", "100,000 sessions: sort by title until the list shows it", "s", at_most(0.3), ("c100k",)),
    Measure("2-N4-first", "s50: from the last key in the find bar to the first hit", "s", at_most(0.3), ("s50",)),
    Measure("2-N4-all", "s50: from the last key in the find bar to all hits counted", "s", at_most(2), ("s50",)),
    Measure(
        "2-N5-follow", "5 MB session: from another's commit to the message on the screen", "s", at_most(1), ("s5",)
    ),
    _heartbeat("2-N6-filter", "a list of 100,000 is filtered", ("c100k",)),
    _heartbeat("2-N6-catalogue", "c300k and c100k are catalogued", ("c300k", "c100k")),
    _heartbeat("2-N6-sort", "a list of 100,000 is sorted ten times by columns of the catalogue", ("c100k",)),
    _heartbeat("2-N6-find", "s50 is searched", ("s50",)),
    _heartbeat("2-N6-follow", "a session of 5 MB is followed", ("s5",)),
    Measure(
        "2-N7-rss",
        "200 sessions of 1 MB opened and left: peak memory",
        "MB",
        at_most(200),
        ("c1m",),
        beside="resident after the first hundred",
        is_peak_memory=True,
    ),
    Measure("2.10-idle", "1,000 sessions in 20 stores that nobody changes: processor time", "%", at_most(0.5), ()),
    Measure("3-N1-doctor", "doctor on s50, both of its copies", "s", at_most(2), ("s50",)),
    Measure("3-N1-graph", "doctor on s50-graph, five retained revisions", "s", at_most(2), ("s50-graph",)),
    Measure("3-N1-strands", "doctor on s50 as head and strand", "s", at_most(2), ("s50-strands",)),
    Measure("3-N1-rss", "doctor on s50: peak memory", "MB", at_most(300), ("s50",), is_peak_memory=True),
    Measure(
        "3-N1-rss-graph", "doctor on s50-graph: peak memory", "MB", at_most(300), ("s50-graph",), is_peak_memory=True
    ),
    Measure("3-N2-doctor", "doctor on 10,000 sessions of 30 KB; 60 s are 5 MB/s", "s", at_most(60), ("d10k",)),
    _heartbeat("3-N2-heartbeat", "10,000 sessions of 30 KB are checked in their window", ("d10k",)),
    Measure("3-N3-list", "h100k: from the window shown to a usable list of heads", "s", at_most(0.5), ("h100k",)),
    Measure(
        "3-N4-codec",
        "codec: the messages of s50 from bytes to values and back",
        "MB/s",
        lambda _beside: None,
        ("s50-strands",),
        beside="orjson's loads and dumps on the same bytes",
    ),
    Measure(
        "4-N1-append",
        "session store: s50 with one more message, guarded and saved",
        "s",
        at_most(1),
        ("s50",),
        beside="INSERT OR REPLACE of the same row",
    ),
    Measure(
        "4-N1-rewrite",
        "session store: s50 with all its messages rewritten by a commit, guarded and saved",
        "s",
        at_most(1.5),
        ("s50",),
        beside="INSERT OR REPLACE of the same row",
    ),
    Measure(
        "4-N1-rss", "s50 loaded, appended to and saved: peak memory", "MB", at_most(300), ("s50",), is_peak_memory=True
    ),
    Measure(
        "4-N1-rss-rewrite",
        "s50 loaded, rewritten and saved: peak memory",
        "MB",
        at_most(300),
        ("s50",),
        is_peak_memory=True,
    ),
    Measure("4-N2-plan", "the plan for archiving 1,000 sessions of 30 KB", "s", at_most(0.5), ("d10k",)),
    Measure("4-N2-apply", "archiving them, with the copy of the store and receipts", "s", at_most(5), ("d10k",)),
    _heartbeat("4-N3-heartbeat", "1,000 sessions are planned and archived in the window", ("d10k",)),
    Measure("4-N4-growth", "1,000 times load, append and save: growth of resident memory", "MB", at_most(10), ()),
)
