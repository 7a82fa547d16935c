"""Which releases write such a session, as far as what is stored proves it (formats/meerkat.md §1.3, §1.4). Pure.

A lower bound comes from a key that older releases did not know: newer ones keep the keys they find, so no key is proof
of an upper bound. Those come from the version of the envelope, which is stamped anew on each save, and from the layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from store.meerkat.codec.strict_json import Json
from store.meerkat.generation import Layout
from store.meerkat.places import Copy

Release: TypeAlias = tuple[int, int, int]
Bounds: TypeAlias = tuple[Release | None, Release | None]
"""The first and the last release of a range; None where nothing is known on that side."""

LAST = 99
"""Stands for the last release of a series."""

_OF_VERSION: Final[dict[int, Bounds]] = {
    1: ((0, 3, 0), (0, 5, LAST)),
    2: ((0, 6, 0), (0, 8, 10)),
    3: ((0, 8, 11), (0, 8, 50)),
    4: ((0, 8, 51), None),
}
_SINCE: Final[dict[str, Release]] = {
    "session_labels": (0, 4, 1),
    "session_system_context_state": (0, 4, 4),
    "session_archived": (0, 4, 7),
    "session_compaction_cadence": (0, 5, 0),
    "session_build_state": (0, 5, 1),
    "session_deferred_turn_state": (0, 5, 1),
    "session_tool_visibility_state_v1": (0, 5, 2),
    "realtime_transcript_state": (0, 6, 0),
    "session_transcript_history_state_v1": (0, 6, 24),
    "session_lifecycle_terminal": (0, 7, 0),
    "session_runtime_checkpoint_provenance_v1": (0, 7, 14),
    "session_checkpoint_stamp_v1": (0, 8, 2),
    "session_transcript_history_checkpoint_digest_v1": (0, 8, 2),
    "session_run_cursor_v1": (0, 9, 5),
    "session_fork_seed_v1": (0, 9, 5),
}
_LAST_OF_LEDGER: Final[dict[int | None, Release]] = {
    None: (0, 8, 3),
    1: (0, 8, 9),
    2: (0, 8, 10),
    3: (0, 8, 20),
    4: (0, 8, 50),
}
_GRAPH = "session_transcript_history_state_v1"
_LATER_SELECTIONS = frozenset({"edit_message_range", "compaction_message_range"})

OF_PLAIN_STATE: Final[Bounds] = ((0, 4, 7), (0, 6, 34))
"""A runtime state that is a bare word."""

OF_STATE_RECORD: Final[Bounds] = ((0, 7, 0), None)
"""A runtime state that is an object."""

OF_OLD_RUNTIME: Final[Bounds] = (None, (0, 6, 34))
"""Runtime tables without the quarantine of projections, which each release since 0.7.1 makes when it opens a store.

0.7.0 did not have it yet either; what that one writes has a runtime state that is an object.
"""


def written_by(version: int | None, metadata: Mapping[str, Json], others: Iterable[Bounds] = ()) -> str:
    """Name the releases that write such a session: "Meerkat 0.6.24 to 0.6.34".

    Args:
        version: of the envelope or head.
        metadata: its decoded metadata; large values may be missing or stand for themselves in another form.
        others: further bounds, of the layout and of rows beside the session.

    Returns:
        "" where nothing is known, or what is known contradicts itself.
    """
    proved = proved_bounds(version, metadata, others)
    return "" if proved is None else _words(*proved)


def proved_bounds(version: int | None, metadata: Mapping[str, Json], others: Iterable[Bounds] = ()) -> Bounds | None:
    """The first and the last release that write such a session; None where what is known contradicts itself.

    Args:
        version, metadata, others: as in `written_by`.
    """
    found = [_OF_VERSION.get(version, (None, None)) if version is not None else (None, None), *others]
    found += [(since, None) for key, since in _SINCE.items() if key in metadata]
    found += _of_graph(metadata.get(_GRAPH))
    first = max((low for low, _ in found if low is not None), default=None)
    last = min((high for _, high in found if high is not None), default=None)
    if first is not None and last is not None and last < first:
        return None
    return first, last


def bounds_of_layout(layout: Layout, copy: Copy) -> Bounds:
    """What the tables prove of a session of which this copy is shown."""
    if copy is Copy.HEAD:
        return (0, 7, 25), _LAST_OF_LEDGER.get(layout.ledger)
    if copy in (Copy.SNAPSHOT, Copy.SESSIONS, Copy.ONLY_SNAPSHOT):
        return (0, 4, 7), (0, 7, 24) if not layout.has_heads and layout.ledger is None else None
    return ((0, 8, 11), None) if copy is Copy.WHOLE_BLOB else (None, None)


def _of_graph(graph: Json) -> list[Bounds]:
    """What a revision graph proves: `digest_format` came in 0.8.6, the named selections in 0.7.29, edges in 0.8.11."""
    if not isinstance(graph, dict):
        return []
    found: list[Bounds] = []
    if "digest_format" in graph:
        found.append(((0, 8, 6), None))
    if "format" in graph:
        found.append(((0, 8, 51) if "retired" in graph else (0, 8, 11), None))
    commits = graph.get("commits")
    for commit in commits if isinstance(commits, list) else []:
        selection = commit.get("selection") if isinstance(commit, dict) else None
        if isinstance(selection, dict) and selection.get("type") in _LATER_SELECTIONS:
            found.append(((0, 7, 29), None))
    return found


def _words(first: Release | None, last: Release | None) -> str:
    if first is None and last is None:
        return ""
    if last is None:
        return f"Meerkat {_release(first)} or later"
    if first is None:
        return f"Meerkat up to {_release(last)}"
    return f"Meerkat {_release(first)}" if first == last else f"Meerkat {_release(first)} to {_release(last)}"


def _release(release: Release | None) -> str:
    major, minor, patch = release or (0, 0, 0)
    return f"{major}.{minor}.{'x' if patch == LAST else patch}"
